#include <harness/report/indicators.hpp>

#include <harness/report/page.hpp>

#include "../catch.hpp"

using namespace harness::report;

namespace {

std::string indicators(bool every, std::size_t columns = 120, bool colour = false) {
  const std::vector<IndicatorLine> lines{
      {"two-sum/v0.8.3", 0.04, 0.0, 99, "", ""},
      {"two-sum/v1.0.0", 3.1, 0.162, 92, "warns", "memory over 60 s"},
      {"two-sum/v2.0.0", 0.42, 0.21, 64, "frozen", "memory over the 12 s of this run"},
      {"two-sum/v2.1.0-optimized", std::nullopt, std::nullopt, 71.4, "degrade", ""}};
  ConsoleOptions options;
  options.columns = columns;
  options.colour = colour;
  Page page(options);
  print_indicators(page, lines, every);
  std::string text;
  for (const std::string& line : std::move(page).lines()) {
    text += line + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("indicators over a threshold have a line with their state in words") {
  CHECK(indicators(false) == R"(
indicators over a threshold:
  two-sum/v1.0.0            warns    time deviation +310 %  memory volatility 16.2 %  AC score  92  memory over 60 s
  two-sum/v2.0.0            frozen   time deviation  +42 %  memory volatility 21.0 %  AC score  64
    memory over the 12 s of this run
  two-sum/v2.1.0-optimized  degrade  time deviation      -  memory volatility      -  AC score  71
)");
}

TEST_CASE("all of them are shown when all columns are") {
  const std::string text = indicators(true);
  CHECK_THAT(text, StartsWith("\nindicators:\n"));
  CHECK_THAT(text, ContainsSubstring("  two-sum/v0.8.3                     time deviation   +4 %"));
}

TEST_CASE("none over a threshold, no lines") {
  ConsoleOptions options;
  Page page(options);
  print_indicators(page, {{"two-sum/v0.8.3", 0.04, 0.0, 99, "", ""}}, false);
  print_indicators(page, {}, true);
  CHECK(std::move(page).lines().empty());
}

TEST_CASE("a state's colour changes no character, on any width") {
  for (std::size_t width = 20; width < 140; width += 7) {
    std::string text = indicators(true, width, true);
    for (std::size_t at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b')) {
      text.erase(at, text.find('m', at) - at + 1);
    }
    CHECK(text == indicators(true, width));
  }
  CHECK_THAT(indicators(false, 120, true), ContainsSubstring("\x1b[1;31mfrozen\x1b[0m   time"));
}

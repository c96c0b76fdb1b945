#include <harness/report/growth.hpp>

#include <harness/report/page.hpp>

#include "../catch.hpp"

using namespace harness::report;

namespace {

std::string growth(const std::vector<GrowthLine>& lines, std::size_t columns, bool utf8 = true, bool colour = false) {
  ConsoleOptions options;
  options.columns = columns;
  options.utf8 = utf8;
  options.colour = colour;
  Page page(options);
  print_growth(page, lines);
  std::string text;
  for (const std::string& line : std::move(page).lines()) {
    text += line + "\n";
  }
  return text;
}

std::vector<GrowthLine> families() {
  return {{"two-sum/v0.8.3/uniform", "time", "O(n^2)", "O(n^2)", 0.03, 0.04, "", false},
          {"two-sum/v0.8.3/uniform", "space", "O(1)", "O(1)", 0, 0, "", false},
          {"two-sum/v2.0.0/uniform", "time", "O(n)", "O(n)", 0.12, 0.42,
           "departs at 65536: working set leaves L2 (2.0 MB)", true},
          {"two-sum/v2.0.0/leetcode-1", "time", "", "O(n)", 0, std::nullopt, "too few sizes (3)", false},
          {"two-sum/v2.1.0/uniform", "time", "O(n log n)", "", 0.004, std::nullopt, "", false},
          {"two-sum/v2.1.0/worst", "time", "O(log n)", "O(n)", 0.014, -0.9, "better than declared", false}};
}

}  // namespace

TEST_CASE("a line a family: the class that fits, the declared one, how far off, and why") {
  CHECK(growth(families(), 140) == R"(
growth: the class that fits, and how far the largest size lies from what the declared one predicts
  two-sum/v0.8.3/uniform     time   O(n^2) ± 3.0 %      declared O(n^2), +4.0 %
  two-sum/v0.8.3/uniform     space  O(1) ± 0.0 %        declared O(1), +0.0 %
  two-sum/v2.0.0/uniform     time   O(n) ± 12 %         declared O(n), +42 %     GROWS FASTER
    departs at 65536: working set leaves L2 (2.0 MB)
  two-sum/v2.0.0/leetcode-1  time   too few sizes (3)
  two-sum/v2.1.0/uniform     time   O(n log n) ± 0.4 %  not declared
  two-sum/v2.1.0/worst       time   O(log n) ± 1.4 %    declared O(n), -90 %     better than declared
)");
}

TEST_CASE("on a narrow terminal phrases go to lines of their own, and no percentage is torn from its number") {
  for (std::size_t width = 34; width < 140; ++width) {
    const std::string text = growth(families(), width, false);
    CAPTURE(width, text);
    CHECK(text.find("\n    %") == std::string::npos);
    for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
      CHECK(end - begin <= width);
      CHECK((begin == end || text[end - 1] != ' '));
    }
    CHECK_THAT(text, ContainsSubstring("GROWS FASTER"));
  }
}

TEST_CASE("families that are all about time need no word for it") {
  const std::string text = growth({families()[0]}, 100);
  CHECK_THAT(text, EndsWith("  two-sum/v0.8.3/uniform  O(n^2) ± 3.0 %  declared O(n^2), +4.0 %\n"));
}

TEST_CASE("an alarm stands in words, and colour adds nothing but colour") {
  std::string text = growth(families(), 140, true, true);
  CHECK_THAT(text, ContainsSubstring("\x1b[1;31mGROWS FASTER\x1b[0m"));
  for (std::size_t at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b')) {
    text.erase(at, text.find('m', at) - at + 1);
  }
  CHECK(text == growth(families(), 140));
}

TEST_CASE("no families, no lines; no class and no reason is said too") {
  CHECK(growth({}, 100).empty());
  GrowthLine line;
  line.family = "two-sum/v1.0.0/uniform";
  CHECK_THAT(growth({line}, 100), ContainsSubstring("no class fits  not declared"));
}

TEST_CASE("what a solver declares cannot steer the terminal") {
  GrowthLine line = families()[0];
  line.declared = "O(\x1b[2J)";
  CHECK(growth({line}, 100).find('\x1b') == std::string::npos);
}

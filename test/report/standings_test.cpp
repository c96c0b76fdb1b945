#include <harness/report/standings.hpp>

#include "../catch.hpp"
#include "rows.hpp"

using namespace harness::report;
using harness::model::Place;
using harness::model::Ranking;

namespace {

std::string standings(const std::vector<rows::Measurement>& all, const std::vector<Ranking>& rankings,
                      std::size_t columns = 100) {
  ConsoleOptions options;
  options.columns = columns;
  Page page(options);
  print_standings(page, "two-sum", all, rankings);
  std::string text;
  for (const std::string& line : std::move(page).lines()) {
    text += line + "\n";
  }
  return text;
}

Ranking over_problem(std::vector<Place> places, std::size_t cases = 3, std::size_t processes = 3) {
  return {"two-sum", "", "", cases, {}, processes, std::move(places)};
}
Ranking on_case(const std::string& dataset, const std::string& name, std::vector<Place> places) {
  return {"two-sum", dataset, name, 1, {}, 3, std::move(places)};
}
const std::vector<Place> kFirst{{"v1.0.0", 1, 0, false}, {"v2.0.0", 2, 0.1, false}};
const std::vector<Place> kSecond{{"v2.0.0", 1, 0, false}, {"v1.0.0", 2, 0.1, false}};
const std::vector<Place> kTied{{"v1.0.0", 1, 0, false}, {"v2.0.0", 1.01, 0.03, true}};

}  // namespace

TEST_CASE("versions closer than their spread are tied, with the way to tell them apart") {
  const std::string text = standings(rows::run(), {over_problem(kTied)});
  CHECK_THAT(text,
             ContainsSubstring(
                 "two-sum: v1.0.0 and v2.0.0 are tied for the fastest, over the 3 cases that both versions ran\n"));
  CHECK_THAT(text, ContainsSubstring("      1.01 ± 0.03 times faster than v2.0.0: tied\n"));
  CHECK_THAT(text, ContainsSubstring("a duet tells them apart, or that nothing does: --ab=two-sum-v1.0.0,two-sum-v2.0.0\n"));
}

TEST_CASE("one process each claims no spread") {
  const std::string text = standings(rows::run(), {over_problem(kFirst, 1, 1)});
  CHECK_THAT(text, ContainsSubstring("      2.00 times faster than v2.0.0\n"));
  CHECK_THAT(text, ContainsSubstring("on the only case that both versions ran"));
  CHECK_THAT(text, ContainsSubstring("the spread is unknown"));
}

TEST_CASE("versions without a common case are not ranked, but those in front are named") {
  Ranking none = over_problem({}, 0, 0);
  none.left_out = {"uniform/16", "uniform/64"};
  const std::string text =
      standings(rows::run(), {none, on_case("uniform", "16", kFirst), on_case("uniform", "64", kSecond)});
  CHECK_THAT(text, ContainsSubstring("two-sum: not ranked, the versions have no case in common\n"));
  CHECK_THAT(text, ContainsSubstring("uniform  v1.0.0 at 16; v2.0.0 at 64\n"));
}

TEST_CASE("the size from which another version is in front is told, by size and not by order of running") {
  const std::string text =
      standings(rows::run(),
                {over_problem(kFirst), on_case("uniform", "65536", kSecond), on_case("uniform", "1024", kSecond),
                 on_case("uniform", "16", kFirst), on_case("uniform", "64", kTied), on_case("uniform", "256", kFirst)});
  CHECK_THAT(text, ContainsSubstring("    uniform  v1.0.0 at 16 to 256; v2.0.0 at 1024 and 65536\n"));
}

TEST_CASE("one version in front everywhere takes one line") {
  const std::string text = standings(rows::run(), {over_problem(kFirst), on_case("uniform", "16", kFirst),
                                                   on_case("uniform", "64", kTied), on_case("worst", "64", kFirst)});
  CHECK_THAT(text, ContainsSubstring("  in front, or tied with who is, in all 3 cases: v1.0.0\n"));
}

TEST_CASE("the table is left out where it does not fit, and the ranking stays") {
  const std::string text = standings(rows::run(), rows::rankings(), 50);
  CHECK(text.find("times the fastest") == std::string::npos);
  CHECK_THAT(text, ContainsSubstring("v2.0.0 ran fastest"));
}

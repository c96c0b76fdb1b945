#include <algorithm>
#include <sstream>

#include <harness/report/figures.hpp>
#include <harness/report/history.hpp>

#include "../catch.hpp"
#include "history_views.hpp"

using namespace harness::report;
using namespace history_views;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

}  // namespace

TEST_CASE("a history is a chart with its band, marks below it, and what they mean") {
  Recorded recorded;
  eventful(recorded);
  CHECK("\n" + history_text(recorded.view, wide(100, false)) == R"(
two-sum/v2.0.0/uniform/64  12 runs, 2026-11-01 to 2026-11-12  alert, 3 runs
   1.0600 |c  c  c
          |                           x  x  x
          |
          |
          |
          |
          |............o........o............
   1.0000 |---------o-----o--o-----o---------
   0.9880 |..................................
                    ^     v     |     x  x  x
                                            !
  last 1.0510 (2026-11-12), mean 1.0000, 2 sigma band 0.9900 to 1.0100, pin v2.0.0 of 2026-11-01
  ^ 2026-11-04  faster: a new level
  v 2026-11-06  v2.1.0
  | 2026-11-08  pinned v2.1.0
  ! 2026-11-12  alert
  x 2026-11-10 to 2026-11-12  3 runs, the last beyond in time; confirmed
)");
}

TEST_CASE("with UTF-8 every run has a point, too") {
  Recorded recorded;
  eventful(recorded);
  const std::string text = history_text(recorded.view, wide(100));
  CHECK(count_of(text, "●") == 6);
  CHECK(count_of(text, "○") == 3);
  CHECK(count_of(text, "×") == 3);
}

TEST_CASE("a history keeps to 24 lines and to the terminal, however much happened") {
  Recorded recorded;
  for (int i = 0; i < 60; ++i) {
    RecordedRun& run = recorded.add(1 + 0.001 * (i % 7), i % 2 == 0 ? std::optional(Metric::kTime) : std::nullopt);
    run.new_level = run.alert = true;
    run.note = "accepted: " + std::string(300, 'w');
    recorded.view.points.back().begins_version = recorded.view.points.back().begins_segment = true;
  }
  recorded.level(1, 0.005);
  for (const std::size_t columns : {20, 40, 60, 80, 120}) {
    const auto lines = lines_of(history_text(recorded.view, wide(columns)));
    CHECK(lines.size() <= 24);
    if (columns < 40) continue;  // the name keeps a line of its own
    for (const std::string& line : lines) {
      INFO(line);
      CHECK(characters_in(line) <= columns);
    }
  }
  CHECK_THAT(history_text(recorded.view, wide(80)), ContainsSubstring("older marks are not told"));
  CHECK_THAT(history_text(recorded.view, wide(40)), ContainsSubstring("runs before these are not shown"));
}

TEST_CASE("a stray run far away stands at the border, so that the band stays wide") {
  Recorded recorded;
  for (int i = 0; i < 6; ++i) recorded.add(1);
  recorded.add(9, Metric::kTime);
  recorded.add(0.1);
  recorded.level(1, 0.005);
  const std::string text = history_text(recorded.view, wide(80, false));
  CHECK_THAT(text, ContainsSubstring("1.0600 |                  A\n"));
  CHECK_THAT(text, ContainsSubstring("V\n"));
}

TEST_CASE("histories of no run, of one, of equal ratios and without a mean are drawn, too") {
  Recorded none;
  CHECK(history_text(none.view, wide(80)) == "two-sum/v2.0.0/uniform/64\n  no run is recorded yet\n");
  CHECK(history_line(none.view, wide(0)) ==
        "two-sum/v2.0.0/uniform/64   0 runs  new              pin v2.0.0 of 2026-11-01\n");
  Recorded one;
  one.add(1.5);
  CHECK_THAT(history_text(one.view, wide(80)), ContainsSubstring("no mean: nothing counts yet"));
  CHECK(count_of(history_text(one.view, wide(80)), "●") == 1);
  Recorded equal;
  for (int i = 0; i < 4; ++i) equal.add(2);
  equal.level(2, 0);
  CHECK(count_of(history_text(equal.view, wide(80)), "●") == 4);
  equal.view.segment = nullptr;
  CHECK_THAT(history_text(equal.view, wide(80)), !ContainsSubstring("pin "));
}

TEST_CASE("notes of others cannot write to the terminal") {
  Recorded recorded;
  recorded.add(1).new_level = true;
  recorded.runs[0].note = "accepted: \x1b[2J\n!";
  recorded.segment.pin_solver = "\x1b[2J";
  recorded.view.case_name = "\x1b[2J";
  CHECK(history_text(recorded.view, wide(80)).find('\x1b') == std::string::npos);
  CHECK(history_line(recorded.view, wide(80)).find('\x1b') == std::string::npos);
}

TEST_CASE("the list has one line a history; in a narrow terminal those parts that fit") {
  Recorded recorded;
  eventful(recorded);
  ConsoleOptions options = wide(0, false);
  options.name_width = 28;
  CHECK(history_line(recorded.view, options) ==
        "two-sum/v2.0.0/uniform/64     12 runs  alert, 3 runs    last 1.0510  mean 1.0000 +- 0.5 %  pin v2.0.0 of "
        "2026-11-01\n");
  CHECK(history_line(recorded.view, wide(60)) == "two-sum/v2.0.0/uniform/64  12 runs  alert, 3 runs\n");
  recorded.runs.back().beyond.clear();
  CHECK_THAT(history_line(recorded.view, wide(0)), ContainsSubstring("  within  "));
}

#include <algorithm>
#include <set>

#include <harness/compare/history.hpp>

#include "../catch.hpp"
#include "histories.hpp"

using namespace harness::compare;
using namespace histories;

namespace {

constexpr Answer kNoDuet = std::nullopt;

RecordedRun with_p95(RecordedRun run, double seconds) {
  run.p95_seconds = seconds;
  return run;
}

std::size_t beyond_in(const CaseHistory& history) {
  return static_cast<std::size_t>(
      std::count_if(history.runs.begin(), history.runs.end(), [](const auto& run) { return !run.beyond.empty(); }));
}

}  // namespace

TEST_CASE("a run is recorded with what was made of it") {
  CaseHistory history = quiet();
  record(history, run_of(1.002));
  CHECK(*history.runs.back().z == Approx(0.4));
  CHECK(history.runs.back().beyond.empty());
  CHECK(history.runs.back().note.empty());
  record(history, run_of(1.012));
  CHECK(history.runs.back().beyond.empty());
  CHECK(history.runs.back().note == "same as v2.0.0 of 2026-11-01");
  record(history, run_of(1.05), Verdict::kSlower);
  CHECK(history.runs.back().beyond == std::vector{Metric::kTime});
  CHECK(history.runs.back().confirmed);
  record(history, run_of(1.05), kNoDuet);
  CHECK(history.runs.back().beyond == std::vector{Metric::kTime});
  CHECK_FALSE(history.runs.back().confirmed);
}

TEST_CASE("the first run of a history has no z and begins the level") {
  CaseHistory history = empty_history();
  CHECK(record(history, run_of(1.3)).verdict == Verdict::kNew);
  CHECK_FALSE(history.runs.front().z);
  CHECK(*history.level_began_at == 1.3);
}

TEST_CASE("where a level began is the median of its first five runs, and stays when they are dropped") {
  CaseHistory history = of_ratios({1.004, 1, 1.001});
  CHECK(*history.level_began_at == 1.001);
  record(history, run_of(0.999));
  record(history, run_of(1.002));
  CHECK(*history.level_began_at == 1.001);
  for (int i = 0; i < 50; ++i) record(history, run_of(1.008));
  CHECK(*history.level_began_at == 1.001);
  CHECK(history.runs.front().ratio_to_pin == 1.008);
}

TEST_CASE("three runs in a row that duets confirmed raise one alert, with commits and dates around it") {
  CaseHistory history = quiet();
  const CaseJudgement first = record(history, run_of(1.05), Verdict::kSlower);
  CHECK(first.verdict == Verdict::kSlower);
  CHECK(first.streak == 1);
  CHECK_FALSE(first.alert);
  const CaseJudgement second = record(history, run_of(1.06), Verdict::kSlower);
  CHECK(second.streak == 2);
  CHECK_FALSE(second.alert);
  const CaseJudgement third = record(history, run_of(1.07), Verdict::kSlower);
  CHECK(third.verdict == Verdict::kAlert);
  CHECK(third.streak == 3);
  REQUIRE(third.alert);
  CHECK(third.alert->metric == Metric::kTime);
  CHECK(third.alert->confirmed);
  CHECK(third.alert->z[0] == Approx(10));
  CHECK(third.alert->z[2] == Approx(14));
  CHECK(third.alert->last_good_sha == "sha 9");
  CHECK(third.alert->first_bad_sha == "sha 10");
  CHECK(third.alert->first_bad_date == "day 10");
  CHECK(history.runs.back().alert);
}

TEST_CASE("an alert is told once an episode: again only after a run within, which says recovered") {
  CaseHistory history = quiet();
  for (int i = 0; i < 3; ++i) record(history, run_of(1.05), Verdict::kSlower);
  for (int i = 0; i < 40; ++i) {
    const CaseJudgement more = record(history, run_of(1.05), Verdict::kSlower);
    if (more.alert || more.verdict != Verdict::kSlower || more.recovered) FAIL("told again at " << i);
  }
  CHECK(record(history, run_of(1)).recovered);
  CHECK_FALSE(record(history, run_of(1)).recovered);
  record(history, run_of(1.05), Verdict::kSlower);
  record(history, run_of(1.05), Verdict::kSlower);
  CHECK(record(history, run_of(1.05), Verdict::kSlower).alert);
}

TEST_CASE("three suspects that no duet could confirm are an alert that only warns") {
  CaseHistory history = quiet();
  record(history, run_of(1.05), Verdict::kSlower);
  CHECK(record(history, run_of(1.05), kNoDuet).verdict == Verdict::kSuspect);
  const CaseJudgement third = record(history, run_of(1.05), Verdict::kSlower);
  REQUIRE(third.alert);
  CHECK_FALSE(third.alert->confirmed);
}

TEST_CASE("a duet that says same accepts the value and ends the streak") {
  CaseHistory history = quiet();
  record(history, run_of(1.02), kNoDuet);
  record(history, run_of(1.02), kNoDuet);
  CHECK(record(history, run_of(1.02), Verdict::kSame).streak == 0);
  CHECK(counted(history, Metric::kTime, {}).back() == 1.02);
  CHECK_FALSE(record(history, run_of(1.02), kNoDuet).alert);
}

TEST_CASE("a streak lies in one segment") {
  CaseHistory history = quiet();
  record(history, run_of(1.05), Verdict::kSlower);
  record(history, run_of(1.05), Verdict::kSlower);
  history.segments.push_back({"", "pinned v2.1.0", "", "", "v2.1.0", 1.0});
  CHECK(record(history, run_of(1.05), Verdict::kSlower).streak == 1);
  CHECK_FALSE(record(history, run_of(1.05), Verdict::kSlower).alert);
  CHECK(record(history, run_of(1.05), Verdict::kSlower).alert);
}

TEST_CASE("a metric's streak is its own: three runs beyond in different metrics are no alert") {
  CaseHistory history = empty_history();
  RecordedRun good = with_p95(run_of(1), 1e-3);
  good.allocs = 5;
  for (int i = 0; i < 6; ++i) record(history, good);
  RecordedRun slow = good, tail = good, more = good;
  slow.ratio_to_pin = 1.05;
  tail.p95_seconds = 2e-3;
  more.allocs = 6;
  CHECK(record(history, slow, Verdict::kSlower).streak == 1);
  CHECK(record(history, tail).streak == 1);
  const CaseJudgement third = record(history, more);
  CHECK(third.streak == 1);
  CHECK_FALSE(third.alert);
}

TEST_CASE("an exact metric's alert is confirmed without a duet; runs that did not measure it are passed over") {
  CaseHistory history = with_allocs(5);
  CHECK(record(history, with_allocs(run_of(1), 6, "a")).verdict == Verdict::kSame);
  record(history, with_allocs(run_of(1), 6, "b"));
  CHECK(record(history, run_of(1)).streak == 0);
  const CaseJudgement third = record(history, with_allocs(run_of(1), 6, "c"));
  CHECK(third.streak == 3);
  REQUIRE(third.alert);
  CHECK(third.alert->metric == Metric::kAllocs);
  CHECK(third.alert->confirmed);
  CHECK(third.verdict == Verdict::kAlert);
  CHECK(third.alert->z[0] == 0);
}

TEST_CASE("an alert in memory does not cover that time is faster") {
  CaseHistory history = with_allocs(5);
  record(history, with_allocs(run_of(1), 6, "a"));
  record(history, with_allocs(run_of(1), 6, "b"));
  const CaseJudgement third = record(history, with_allocs(run_of(0.9), 6, "c"), Verdict::kFaster);
  CHECK(third.verdict == Verdict::kFaster);
  REQUIRE(third.alert);
  CHECK(third.memory_worse());
}

TEST_CASE("p95 alone raises an alert that warns; not after time has raised one") {
  CaseHistory history = empty_history();
  for (int i = 0; i < 6; ++i) record(history, with_p95(run_of(1), 1e-3));
  CaseHistory slower = history;
  record(history, with_p95(run_of(1), 2e-3));
  record(history, with_p95(run_of(1), 2e-3));
  const CaseJudgement third = record(history, with_p95(run_of(1), 2e-3));
  REQUIRE(third.alert);
  CHECK(third.alert->metric == Metric::kP95);
  CHECK_FALSE(third.alert->confirmed);
  CHECK(third.alert->z[2] == Approx(20));
  record(slower, with_p95(run_of(1.05), 1e-3), Verdict::kSlower);
  for (int i = 0; i < 2; ++i) record(slower, with_p95(run_of(1.05), 2e-3), Verdict::kSlower);
  CHECK_FALSE(record(slower, with_p95(run_of(1.05), 2e-3), Verdict::kSlower).alert);
}

TEST_CASE("confirmed faster begins a level: losing it again is seen") {
  CaseHistory history = quiet();
  CHECK(record(history, run_of(0.9), Verdict::kFaster).verdict == Verdict::kFaster);
  CHECK(history.runs.back().new_level);
  CHECK(*history.level_began_at == 0.9);
  CHECK(level_of(history, Metric::kTime, {})->count == 1);
  const CaseJudgement back = record(history, run_of(1), Verdict::kSlower);
  CHECK(back.verdict == Verdict::kSlower);
}

TEST_CASE("faster with more memory begins a level in time alone: memory stays worse until it is accepted") {
  CaseHistory history = with_allocs(5);
  record(history, with_allocs(run_of(0.9), 7, "a"), Verdict::kFaster);
  CHECK(level_of(history, Metric::kAllocs, {})->mean == 5);
  CHECK(record(history, with_allocs(run_of(0.9), 7, "b")).memory_worse());
  CHECK(accept(history, "buys time"));
  CHECK_FALSE(record(history, with_allocs(run_of(0.9), 7, "c")).memory_worse());
  CHECK(level_of(history, Metric::kAllocs, {})->mean == 7);
}

TEST_CASE("accept takes the runs beyond at the end in, from the first of them, and ends the episode") {
  CaseHistory history = quiet();
  for (int i = 0; i < 4; ++i) record(history, run_of(1.05 + 0.001 * i), Verdict::kSlower);
  CHECK(accept(history, "safer against overflow"));
  const RecordedRun& first = history.runs[10];
  CHECK(first.new_level);
  CHECK(first.note == "accepted: safer against overflow");
  CHECK(beyond_in(history) == 0);
  CHECK_FALSE(history.runs.back().confirmed);
  CHECK(level_of(history, Metric::kTime, {})->count == 4);
  CHECK(*history.level_began_at == Approx(1.0515));
  const CaseJudgement next = record(history, run_of(1.05));
  CHECK(next.verdict == Verdict::kSame);
  CHECK_FALSE(next.recovered);
}

TEST_CASE("accept without a run beyond begins the level with the last run; without any run it is refused") {
  CaseHistory history = quiet();
  CHECK(accept(history, "new machine room"));
  CHECK(history.runs.back().new_level);
  CHECK(level_of(history, Metric::kTime, {})->count == 1);
  CaseHistory none = empty_history();
  CHECK_FALSE(accept(none, "nothing"));
}

TEST_CASE("30 runs within are kept, and a long streak keeps 30 with the three of its alert") {
  CaseHistory history = empty_history();
  for (int i = 0; i < 50; ++i) record(history, run_of(1));
  CHECK(history.runs.size() == 30);
  for (int i = 0; i < 200; ++i) record(history, run_of(1.05), Verdict::kSlower);
  CHECK(history.runs.size() == 63);
  CHECK(beyond_in(history) == 33);
  CHECK(history.runs[32].alert);
  CHECK(level_of(history, Metric::kTime, {})->mean == 1);
}

TEST_CASE("a regression in memory that nobody accepts is never forgotten, however long it lasts") {
  CaseHistory history = with_allocs(5, 30);
  for (int i = 0; i < 200; ++i) {
    if (!record(history, with_allocs(run_of(1), 6, std::to_string(i))).memory_worse()) FAIL("forgotten at " << i);
  }
  CHECK(history.runs.size() <= 63);
  CHECK(level_of(history, Metric::kTime, {})->count == 30);
}

TEST_CASE("runs beyond that good runs left behind are dropped after 30, and at once by a new level") {
  CaseHistory history = quiet();
  record(history, run_of(1.05), Verdict::kSlower);
  CHECK(beyond_in(history) == 1);
  CaseHistory levelled = history;
  for (int i = 0; i < 29; ++i) record(history, run_of(1));
  CHECK(beyond_in(history) == 1);
  record(history, run_of(1));
  CHECK(beyond_in(history) == 0);
  record(levelled, run_of(0.9), Verdict::kFaster);
  CHECK(beyond_in(levelled) == 0);
}

TEST_CASE("segments that no run is left of go, and the others keep their meaning") {
  CaseHistory history = empty_history();
  for (int segment = 0; segment < 100; ++segment) {
    if (segment > 0) history.segments.push_back({"", "pinned", std::to_string(segment), "", "v2.0.0", 1.0});
    record(history, run_of(1 + 0.0001 * segment));
  }
  CHECK(history.segments.size() == 30);
  CHECK(history.segments.front().pin_sha256 == "70");
  CHECK_FALSE(history.segments.front().chain);
  CHECK(history.runs.front().segment == 0);
  CHECK(history.runs.back().segment == 29);
  CHECK(counted(history, Metric::kTime, {}).size() == 30);
}

TEST_CASE("a clock that goes backwards changes nothing: the order is that of recording") {
  CaseHistory history = empty_history();
  std::vector<CaseJudgement> judgements;
  for (int i = 0; i < 13; ++i) {
    RecordedRun run = run_of(i < 10 ? 1 : 1.05);
    run.date = "2026-11-" + std::to_string(30 - i) + "T00:00:00Z";
    judgements.push_back(record(history, run, Verdict::kSlower));
  }
  REQUIRE(judgements.back().alert);
  CHECK(judgements.back().alert->last_good_date == "2026-11-21T00:00:00Z");
  CHECK(judgements.back().alert->first_bad_date == "2026-11-20T00:00:00Z");
}

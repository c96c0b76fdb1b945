#include <harness/compare/history.hpp>

#include <cmath>

#include "../catch.hpp"
#include "histories.hpp"

using namespace harness::compare;
using namespace histories;

namespace {

CaseJudgement judged(const CaseHistory& history, const RecordedRun& run, const Tolerances& tolerances = {},
                     const HistoryRule& rule = {}) {
  return judge(&history, history.compared_by, run, tolerances, rule);
}

RecordedRun with_error(RecordedRun run, double error) {
  run.ratio_error = error;
  return run;
}

Rerun answered(Verdict verdict, double log_ratio = 0, const std::string& words = "") {
  return {verdict, "v2.0.0 of 2026-11-01", log_ratio, words};
}

}  // namespace

TEST_CASE("a first run is new: there is nothing to judge it by") {
  const CaseJudgement judgement = judge(nullptr, {}, run_of(1.5), {}, {});
  CHECK(judgement.verdict == Verdict::kNew);
  CHECK(judgement.reason == "history begins");
  CHECK_FALSE(judgement.needs_rerun);
  REQUIRE(judgement.find(Metric::kTime) != nullptr);
  CHECK(judgement.find(Metric::kTime)->current == 1.5);
  CHECK_FALSE(judgement.find(Metric::kTime)->mean);
  CHECK(judgement.find(Metric::kAllocs) == nullptr);
}

TEST_CASE("a history of one run, and one of two, judge with a floor of 1 %") {
  for (const auto& ratios : {std::vector{1.0}, std::vector{1.0, 1.0}}) {
    const CaseHistory history = of_ratios(ratios);
    CHECK(judged(history, run_of(1.019)).verdict == Verdict::kSame);
    const CaseJudgement beyond = judged(history, run_of(1.021));
    CHECK(beyond.verdict == Verdict::kSuspect);
    CHECK(*beyond.find(Metric::kTime)->z == Approx(2.1));
  }
}

TEST_CASE("from five equal runs on the floor is 0.5 %, so that sigma is never 0") {
  const CaseHistory history = of_ratios({2, 2, 2, 2, 2});
  const auto level = level_of(history, Metric::kTime, {});
  REQUIRE(level);
  CHECK(level->mean == 2);
  CHECK(level->sigma == Approx(0.01));
  CHECK(level->count == 5);
  CHECK_FALSE(judged(history, run_of(2.019)).needs_rerun);
  CHECK(judged(history, run_of(2.021)).needs_rerun);
}

TEST_CASE("the floors of sigma are the run's own error and the timer's resolution, too") {
  const CaseHistory history = quiet();
  CHECK(judged(history, run_of(1.03)).needs_rerun);
  CHECK_FALSE(judged(history, with_error(run_of(1.03), 0.016)).needs_rerun);
  HistoryRule coarse;
  coarse.timer_resolution = 0.016;
  CHECK_FALSE(judged(history, run_of(1.03), {}, coarse).needs_rerun);
}

TEST_CASE("beyond the floor sigma is the robust spread: one stray run does not widen it") {
  // MAD 0.01; Qn of these eleven is no larger.
  const CaseHistory history = of_ratios({0.97, 0.98, 0.99, 0.99, 1, 1, 1, 1.01, 1.01, 1.02, 1.5});
  const auto level = level_of(history, Metric::kTime, {});
  CHECK(level->mean == 1);
  CHECK(level->sigma > 0.0148);
  CHECK(level->sigma < 0.025);
}

TEST_CASE("what is beyond asks for a duet, says by how much, and how many runs were no worse") {
  const CaseJudgement judgement = judged(quiet(), run_of(1.052));
  CHECK(judgement.verdict == Verdict::kSuspect);
  CHECK(judgement.needs_rerun);
  CHECK_FALSE(judgement.drifted);
  const MetricJudgement& time = *judgement.find(Metric::kTime);
  CHECK(time.beyond);
  CHECK(*time.z == Approx(10.4));
  CHECK(*time.change() == Approx(0.052));
  CHECK(time.count == 10);
  CHECK(time.at_least_as_bad_as == 10);
  CHECK(judgement.reason == "+5.2 % (+10.4 sigma) against the history");
}

TEST_CASE("the grade is find_first_violation's index: an alarm that the history has seen worse of is milder") {
  const CaseHistory history = of_ratios({1, 1, 1, 1, 1, 1.2, 1, 1.2});
  CHECK(judged(history, run_of(1.06)).find(Metric::kTime)->at_least_as_bad_as == 6);
  CHECK(judged(history, run_of(1.25)).find(Metric::kTime)->at_least_as_bad_as == 8);
}

TEST_CASE("a tolerance for time must be passed as well") {
  Tolerances tolerances;
  tolerances.time = 0.05;
  CHECK(judged(quiet(), run_of(1.049), tolerances).verdict == Verdict::kSame);
  CHECK(judged(quiet(), run_of(1.051), tolerances).needs_rerun);
  tolerances.time = 0;  // noise does not go away by wishing
  CHECK(judged(quiet(), run_of(1.009), tolerances).verdict == Verdict::kSame);
}

TEST_CASE("what is much faster asks for a duet, too") {
  const CaseJudgement judgement = judged(quiet(), run_of(0.95));
  CHECK(judgement.needs_rerun);
  CHECK(judgement.find(Metric::kTime)->better);
  CHECK_FALSE(judgement.find(Metric::kTime)->beyond);
}

TEST_CASE("a duet that says same clears a suspect") {
  CaseJudgement judgement = judged(quiet(), run_of(1.012));
  REQUIRE(judgement.needs_rerun);
  settle(judgement, answered(Verdict::kSame, 0.001));
  CHECK(judgement.verdict == Verdict::kSame);
  CHECK_FALSE(judgement.find(Metric::kTime)->beyond);
  CHECK_FALSE(judgement.needs_rerun);
  CHECK(judgement.reason == "same as v2.0.0 of 2026-11-01");
}

TEST_CASE("a duet that agrees decides, and one that contradicts leaves a suspect") {
  CaseJudgement slow = judged(quiet(), run_of(1.05)), fast = judged(quiet(), run_of(0.95));
  CaseJudgement slow_but = slow, fast_but = fast;
  settle(slow, answered(Verdict::kSlower, std::log(1.051)));
  CHECK(slow.verdict == Verdict::kSlower);
  CHECK(slow.reason == "slower than v2.0.0 of 2026-11-01: +5.1 %");
  settle(fast, answered(Verdict::kFaster, std::log(0.95)));
  CHECK(fast.verdict == Verdict::kFaster);
  settle(slow_but, answered(Verdict::kFaster, -0.05));
  CHECK(slow_but.verdict == Verdict::kSuspect);
  CHECK(slow_but.find(Metric::kTime)->beyond);
  settle(fast_but, answered(Verdict::kSlower, 0.05));
  CHECK(fast_but.verdict == Verdict::kSuspect);
  CHECK_THAT(fast_but.reason, ContainsSubstring("by the history, but slower than v2.0.0"));
}

TEST_CASE("without a duet, or with one that cannot tell, the suspect stays and says why") {
  for (const Verdict verdict : {Verdict::kCannotTell, Verdict::kFailed}) {
    CaseJudgement judgement = judged(quiet(), run_of(1.05));
    settle(judgement, answered(verdict, 0, "its library is gone"));
    CHECK(judgement.verdict == Verdict::kSuspect);
    CHECK(judgement.find(Metric::kTime)->beyond);
    CHECK(judgement.reason == "+5.0 % (+10.0 sigma), not confirmed: its library is gone");
  }
}

TEST_CASE("a duet that nobody asked for changes nothing") {
  CaseJudgement judgement = judged(quiet(), run_of(1));
  settle(judgement, answered(Verdict::kSlower, 0.1));
  CHECK(judgement.verdict == Verdict::kSame);
  CHECK(judgement.rerun);
}

TEST_CASE("drift is told against where the level began, where a duet with last good would have to say same") {
  CaseHistory history = quiet();
  for (int i = 0; i < 40; ++i) record(history, run_of(1.024));
  REQUIRE(history.level_began_at);
  CHECK(*history.level_began_at == Approx(1).margin(0.001));
  const CaseJudgement judgement = judged(history, run_of(1.032));
  CHECK(judgement.drifted);
  CHECK(judgement.needs_rerun);
  const MetricJudgement& time = *judgement.find(Metric::kTime);
  CHECK(time.beyond);
  CHECK(*time.mean == *history.level_began_at);
  CHECK(*time.z > 6);
  CHECK_THAT(judgement.reason, EndsWith("since the level began"));
  const CaseJudgement step = judged(history, run_of(1.08));  // 5.5 % above the last runs: last good can tell
  CHECK(step.needs_rerun);
  CHECK_FALSE(step.drifted);
}

TEST_CASE("drift needs 2 sigma as well: a noisy case does not drift by its noise") {
  CaseHistory history = of_ratios({1, 1.03, 0.97, 1.01, 0.99, 1.02, 0.98, 1.03, 0.97});
  history.level_began_at = 0.99;
  CHECK_FALSE(judged(history, run_of(1.025)).drifted);  // 3.5 % above, where sigma is 3 %
  history.level_began_at = 0.95;
  CHECK(judged(history, run_of(1.025)).drifted);
}

TEST_CASE("earlier ratios are brought to the present pin by the chain, over several segments") {
  CaseHistory history = quiet();
  history.segments.push_back({"", "pinned v2.1.0", "", "", "v2.1.0", 2.0});  // the new pin takes twice as long
  history.segments.push_back({"", "pinned v2.2.0", "", "", "v2.2.0", 0.5});
  history.segments.push_back({"", "pinned v2.3.0", "", "", "v2.3.0", 0.8});
  const auto level = level_of(history, Metric::kTime, {});
  REQUIRE(level);
  CHECK(level->mean == Approx(1 / 0.8));
  CHECK(counted(history, Metric::kTime, {}).size() == 10);
  history.level_began_at.reset();
  RecordedRun run = run_of(1.25);
  run.segment = 3;
  CHECK(judged(history, run).verdict == Verdict::kSame);
}

TEST_CASE("where the chain is broken in the middle, what lies before does not count: new, with why") {
  CaseHistory history = quiet();
  history.segments.push_back({"", "pin was gone", "", "", "v2.0.0", std::nullopt});
  history.segments.push_back({"", "pinned v2.1.0", "", "", "v2.1.0", 1.1});
  CHECK_FALSE(level_of(history, Metric::kTime, {}));
  CHECK(last_good(history) == nullptr);
  const CaseJudgement judgement = judged(history, run_of(9));
  CHECK(judgement.verdict == Verdict::kNew);
  CHECK(judgement.reason == "pinned v2.1.0");
  RecordedRun run = run_of(1);
  run.segment = 1;
  history.runs.push_back(run);
  CHECK(counted(history, Metric::kTime, {}) == std::vector{1 / 1.1});
}

TEST_CASE("a run of a segment that does not exist never counts") {
  CaseHistory history = quiet();
  history.runs.front().segment = 7;
  CHECK(counted(history, Metric::kTime, {}).size() == 9);
}

TEST_CASE("more than 30 runs that count are no more than the last 30") {
  CaseHistory history = empty_history();
  for (int i = 0; i < 40; ++i) history.runs.push_back(run_of(1 + i));
  const std::vector<double> values = counted(history, Metric::kTime, {});
  CHECK(values.size() == 30);
  CHECK(values.front() == 11);
  CHECK(level_of(history, Metric::kTime, {})->count == 30);
}

TEST_CASE("other input, checker, engine or allocator: incomparable, and it says what differs") {
  CaseHistory history = quiet();
  history.compared_by = {"0123456789abcdef", "exact", "duet/1", "system"};
  ComparedBy now = history.compared_by;
  now.input_sha256 = "fedcba9876543210";
  now.checker = "unordered";
  const CaseJudgement judgement = judge(&history, now, run_of(3), {}, {});
  CHECK(judgement.verdict == Verdict::kIncomparable);
  CHECK(judgement.reason == "input fedcba987654 instead of 0123456789ab, checker unordered instead of exact");
  CHECK_FALSE(judgement.find(Metric::kTime)->mean);
}

TEST_CASE("one allocation more is beyond, time keeps its verdict, and the state is told as mixed") {
  const CaseJudgement judgement = judged(with_allocs(5), with_allocs(run_of(1), 7));
  CHECK(judgement.verdict == Verdict::kSame);
  CHECK(judgement.memory_worse());
  CHECK_FALSE(judgement.needs_rerun);
  CHECK(judgement.find(Metric::kAllocs)->sigma == 0);
  CHECK_FALSE(judgement.find(Metric::kAllocs)->z);
  CHECK(judgement.reason == "same but +40 % allocations");
}

TEST_CASE("faster but with more memory is a state of its own") {
  CaseHistory history = empty_history();
  RecordedRun run = run_of(1);
  run.peak_heap_bytes = 1000;
  for (int i = 0; i < 6; ++i) record(history, run);
  run.ratio_to_pin = 0.9;
  run.peak_heap_bytes = 1400;
  CaseJudgement judgement = judged(history, run);
  settle(judgement, answered(Verdict::kFaster, -0.1));
  CHECK(judgement.verdict == Verdict::kFaster);
  CHECK(judgement.memory_worse());
  CHECK(judgement.reason == "faster but +40 % memory");
}

TEST_CASE("a tolerance for allocations is relative, and steps within it do not add up unseen") {
  Tolerances tolerances;
  tolerances.allocations = 0.1;
  CaseHistory history = with_allocs(100);
  CHECK_FALSE(judged(history, with_allocs(run_of(1), 110), tolerances).memory_worse());
  CHECK(judged(history, with_allocs(run_of(1), 111), tolerances).memory_worse());
  record(history, with_allocs(run_of(1), 109, "a"), {}, tolerances);
  CHECK(judged(history, with_allocs(run_of(1), 115, "b"), tolerances).memory_worse());
}

TEST_CASE("less of an exact metric is accepted at once: afterwards the old figure is worse") {
  CaseHistory history = with_allocs(5);
  CHECK(record(history, with_allocs(run_of(1), 3, "less")).memory_better());
  CHECK(level_of(history, Metric::kAllocs, {})->mean == 3);
  CHECK(judged(history, with_allocs(run_of(1), 5, "more")).memory_worse());
}

TEST_CASE("where equal code made different values a metric is a suspect at most") {
  CaseHistory history = empty_history();
  for (const double allocs : {1000.0, 1001.0, 1000.0, 1002.0, 1000.0, 999.0}) {
    record(history, with_allocs(run_of(1), allocs, "one code"));
  }
  const CaseJudgement within = judged(history, with_allocs(run_of(1), 1005));
  CHECK(within.verdict == Verdict::kSame);
  CHECK(within.find(Metric::kAllocs)->sigma > 0);
  const CaseJudgement beyond = judged(history, with_allocs(run_of(1), 1100));
  CHECK(beyond.verdict == Verdict::kSuspect);
  CHECK_FALSE(beyond.needs_rerun);
  CHECK(*beyond.find(Metric::kAllocs)->z > 2);
}

TEST_CASE("the run itself can show that a metric is not exact: its code is that of an earlier one") {
  const CaseHistory history = with_allocs(1000);
  CHECK(judged(history, with_allocs(run_of(1), 1001, "code 3")).verdict == Verdict::kSame);
  CHECK_FALSE(judged(history, with_allocs(run_of(1), 1001, "code 3")).memory_worse());
  CHECK(judged(history, with_allocs(run_of(1), 1001, "other code")).memory_worse());
  CHECK(judged(history, with_allocs(run_of(1), 1001, "")).memory_worse());  // unknown code is other code
}

TEST_CASE("a mean of 0 has no relative change, and the first allocation is seen") {
  const CaseJudgement judgement = judged(with_allocs(0), with_allocs(run_of(1), 1));
  CHECK(judgement.memory_worse());
  CHECK_FALSE(judgement.find(Metric::kAllocs)->change());
  CHECK(judgement.reason == "same but +1 allocations");
  CHECK_FALSE(judged(with_allocs(0), with_allocs(run_of(1), 0)).memory_worse());
}

TEST_CASE("p95 is a suspect at most, with a floor of 5 %") {
  CaseHistory history = empty_history();
  RecordedRun run = run_of(1);
  run.p95_seconds = 1e-3;
  for (int i = 0; i < 6; ++i) record(history, run);
  run.p95_seconds = 1.09e-3;
  CHECK(judged(history, run).verdict == Verdict::kSame);
  run.p95_seconds = 1.2e-3;
  const CaseJudgement judgement = judged(history, run);
  CHECK(judgement.verdict == Verdict::kSuspect);
  CHECK_FALSE(judgement.needs_rerun);
  CHECK(judgement.reason == "p95 +20 % (+4.0 sigma)");
  run.ratio_to_pin = 1.05;
  CaseJudgement both = judged(history, run);
  settle(both, answered(Verdict::kSame));
  CHECK(both.verdict == Verdict::kSuspect);  // the duet cleared time alone
  CHECK(both.find(Metric::kP95)->beyond);
  CHECK_FALSE(both.find(Metric::kTime)->beyond);
}

TEST_CASE("last good is the last run that counts in time") {
  CaseHistory history = quiet();
  history.runs.back().solver = "good";
  record(history, run_of(1.06), Verdict::kSlower);
  REQUIRE(last_good(history) != nullptr);
  CHECK(last_good(history)->solver == "good");
  CHECK(last_good(empty_history()) == nullptr);
}

TEST_CASE("a new version begins with the history of the highest lower one of its line") {
  Baseline baseline;
  const auto add = [&](const char* solver, const char* line, const char* case_name) {
    CaseHistory history = empty_history();
    history.solver = solver;
    history.line = line;
    history.case_name = case_name;
    baseline.cases.push_back(history);
  };
  add("v2.10.0", "v2", "a/1");
  add("v2.9.0", "v2", "a/1");
  add("v2.11.0", "v2", "a/2");
  add("v1.9.0", "v1", "a/1");
  add("v2.11.0-fast", "v2-fast", "a/1");
  add("v2.13.0-rc.1", "v2", "a/1");
  const auto found = [&](const char* solver, const char* line) -> std::string {
    const CaseHistory* history = predecessor(baseline, solver, line, "a/1");
    return history == nullptr ? "none" : history->solver;
  };
  CHECK(found("v2.12.0", "v2") == "v2.10.0");
  CHECK(found("v2.13.0", "v2") == "v2.13.0-rc.1");
  CHECK(found("v2.10.0", "v2") == "v2.9.0");
  CHECK(found("v2.9.0", "v2") == "none");
  CHECK(found("v2.12.0-fast", "v2-fast") == "v2.11.0-fast");
  CHECK(found("v3.0.0", "v3") == "none");
  CHECK(found("no version", "v2") == "none");
}

TEST_CASE("a line is the major version and the variant") {
  SolverIdentity identity;
  identity.version.major = 2;
  identity.version.minor = 1;
  CHECK(line_of(identity) == "v2");
  identity.version.prerelease = {"rc", "1"};
  CHECK(line_of(identity) == "v2");
  identity.variant = "optimized";
  CHECK(line_of(identity) == "v2-optimized");
}

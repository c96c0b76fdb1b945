// Histories for tests: made run by run, as a user would.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <harness/compare/history.hpp>

namespace histories {

using namespace harness::model;

inline RecordedRun run_of(double ratio) {
  RecordedRun run;
  run.ratio_to_pin = ratio;
  run.real_seconds_per_call = run.cpu_seconds_per_call = 1e-6 * ratio;
  return run;
}

inline CaseHistory empty_history() {
  CaseHistory history;
  history.solver = "v2.0.0";
  history.line = "v2";
  history.case_name = "uniform/64";
  history.segments.push_back({"2026-11-01T00:00:00Z", "history begins", "aa", "bb", "v2.0.0", std::nullopt});
  return history;
}

// What a duet says when one is asked for; nothing: there is none.
using Answer = std::optional<Verdict>;

// Judges, settles and appends, in the last segment. The date and the commit tell the run's number.
inline CaseJudgement record(CaseHistory& history, RecordedRun run, Answer answer = Verdict::kSame,
                            const Tolerances& tolerances = {}, const harness::compare::HistoryRule& rule = {}) {
  const std::string number = std::to_string(history.runs.size());
  if (run.date.empty()) run.date = "day " + number;
  if (run.git_sha.empty()) run.git_sha = "sha " + number;
  run.segment = history.segments.size() - 1;
  CaseJudgement judgement =
      harness::compare::judge(history.runs.empty() ? nullptr : &history, history.compared_by, run, tolerances, rule);
  if (judgement.needs_rerun) {
    Rerun rerun;
    rerun.against = "v2.0.0 of 2026-11-01";
    rerun.verdict = answer.value_or(Verdict::kCannotTell);
    rerun.words = answer ? "" : "its library is gone";
    harness::compare::settle(judgement, rerun);
  }
  harness::compare::append(history, run, judgement, rule);
  return judgement;
}

inline CaseHistory of_ratios(const std::vector<double>& ratios) {
  CaseHistory history = empty_history();
  for (const double ratio : ratios) record(history, run_of(ratio));
  return history;
}

// Ten runs around 1 whose spread is below the floor: mean 1, sigma 0.005.
inline CaseHistory quiet() { return of_ratios({1, 1.001, 0.999, 1, 1.002, 0.998, 1, 1.001, 0.999, 1}); }

// `count` quiet runs with equal figures of memory, each of other code.
inline CaseHistory with_allocs(double allocs, std::size_t count = 6) {
  CaseHistory history = empty_history();
  for (std::size_t i = 0; i < count; ++i) {
    RecordedRun run = run_of(1);
    run.allocs = allocs;
    run.code_hash = "code " + std::to_string(i);
    record(history, run);
  }
  return history;
}

inline RecordedRun with_allocs(RecordedRun run, double allocs, const std::string& code = "new code") {
  run.allocs = allocs;
  run.code_hash = code;
  return run;
}

}  // namespace histories

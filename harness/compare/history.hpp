// A run against the runs before it. Pure: no clock, no file, no process.
//
//   x = ratio to the pin; mean = median, sigma = 1.4826 MAD of the last 30 runs that count, z = (x - mean) / sigma
//   what counts: runs of segments that are chained to the present one (their ratios brought to its pin), since the last new
//   level, that were not beyond in this metric
//
// Time is judged on ratios. level_began_at is kept in the history (append: while the level has five runs or fewer; a new level begins anew). sigma >= floor x mean (0.5 %; below five runs 1 %: little is known), >= the run's own error, and
// the timer's resolution. Beyond: z > 2. Drift: x more than the effect above the median of the first five runs of the level
// (chained too), so that ten steps of +0.8 % do not pass. Either asks for a duet with last good. The mirror, z < -2, asks for one
// too: a confirmed `faster` begins a new level, because losing it again would else go unseen.
// p95 is judged on seconds, its floor is 5 %, and it is never more than a suspect. Exact metrics are compared with the last run
// that counts: beyond means more than that by more than the tolerance (default 0). Where the history itself holds different values of
// an exact metric (a solver that is not deterministic) it is judged like p95 with a floor of 0.5 %, as a suspect.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <harness/model/history.hpp>
#include <harness/model/solver_info.hpp>

namespace harness::compare {

// The first i with sorted_baseline[i] > value + tol; their number when there is none: how many of the earlier values are not
// better than `value` by more than `tol`. So the index grades an alarm: all of them = worse than ever.
// Precondition: ascending, no NaN. O(log n).
std::size_t find_first_violation(std::span<const double> sorted_baseline, double value, double tol = 0.01);
// All i with baseline[i] > value + tol, ascending. For what is unsorted, small or streams. O(n).
std::vector<std::size_t> scan_violations(std::span<const double> baseline, double value, double tol = 0.01);
// Indices as above, by whichever way the baseline allows: equal answers on what is sorted.
std::vector<std::size_t> violations(std::span<const double> baseline, double value, double tol = 0.01);

struct HistoryRule {
  double sigmas = 2;
  std::size_t window = 30;         // runs that count at most
  std::size_t streak = 3;          // consecutive runs beyond raise the alert
  double min_effect = 0.03;        // drift; and what a re-run looks for. The tolerance for time takes its place
  double timer_resolution = 0;     // relative, of this case's slices
};

struct Level {
  double mean = 0, sigma = 0;
  double began_at = 0;             // CaseHistory::level_began_at
  std::size_t count = 0;
};
// Of what counts; nothing without history, or where the metric was never measured. `error`: of the run that is to be judged.
std::optional<Level> level_of(const model::CaseHistory& history, model::Metric metric, const HistoryRule& rule, double error = 0);
// The values that count, oldest first, at most `rule.window`, in the present segment's unit.
std::vector<double> counted(const model::CaseHistory& history, model::Metric metric, const HistoryRule& rule);
// The last run that counts in time: whose library is last good. Nothing: none yet.
const model::RecordedRun* last_good(const model::CaseHistory& history);

// The history of a version that has none yet: that of the highest lower version of its line on the same case, if there is one
// (names are compared as versions). Null: none.
const model::CaseHistory* predecessor(const model::Baseline& baseline, const std::string& solver, const std::string& line,
                                      const std::string& case_name);
// `v2` of `v2.1.0`, `v2-optimized` of `v2.1.0-optimized`; of a pre-release `v2`, too.
std::string line_of(const model::SolverIdentity& identity);

// Judges; a null history is `new`. `compared_by` other than the history's: incomparable, with what differs. Problem, solver
// and case_name are filled by the caller.
model::CaseJudgement judge(const model::CaseHistory* history, const model::ComparedBy& compared_by, const model::RecordedRun& run,
                           const model::Tolerances& tolerances, const HistoryRule& rule);

// What the duet with last good says of a judgement that asked for one: `same` clears it, `slower` and `faster` decide, anything
// else, or no duet at all, leaves a suspect with the reason.
void settle(model::CaseJudgement& judgement, const model::Rerun& rerun);

// Appends the run with what was made of it: beyond, confirmed, z, new level. Drops what no longer counts: more than 30 counting ones,
// runs beyond that lie before a new level or that a later good run has left behind by more than 30. Keeps level_began_at. Fills streak, alert (once an episode:
// not again before a run that is within) and recovered. REQUIRES: the run's segment exists. A clock that went backwards changes nothing: the order is that of recording.
void append(model::CaseHistory& history, model::RecordedRun run, model::CaseJudgement& judgement, const HistoryRule& rule);

// A person says that the present level is right: runs beyond at the end count from now on, and the level begins with the first
// of them; without any, with the last run. The note of that run is `accepted: <why>`. False: there are no runs.
bool accept(model::CaseHistory& history, const std::string& why);

}  // namespace harness::compare

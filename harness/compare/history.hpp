// A run against the runs before it. Pure: no clock, no file, no process.
//
//   x = ratio to the pin; mean = median, sigma = 1.4826 MAD of the last 30 runs that count, z = (x - mean) / sigma
//   sigma is at least (1 + 1/n) x Qn of the same n values (statistics.hpp), since the MAD of few of them is often far too small:
//   with noise of 1 % that is 2.9 % of runs beyond instead of 4.9 %
//   what counts in a metric: runs of segments that are chained to the present one (their ratios brought to its pin), since
//   the last new level, that were not beyond in this metric. A run that begins a level begins none in a metric in which it is
//   beyond (faster, but with more memory) or that was not measured.
//
// Time is judged on ratios. sigma >= floor x mean (0.5 %; below five runs 1 %: little is known), >= the run's own
// error, and the timer's resolution. Beyond: z > 2, and more than the tolerance above the mean where one is declared.
// Drift: less than the effect above the last runs, so that a duet with last good would have to say `same`, but more
// than the effect and 2 sigma above CaseHistory::level_began_at: ten steps of +0.8 % do not pass. It counts as beyond,
// and its mean and z are those against where the level began. Either asks for a duet, beyond with last good and drift
// with the pin. The mirror of beyond, z < -2, asks for one too: a confirmed `faster` begins a new level, because losing
// it again would else go unseen.
//
// p95 is judged on seconds, its floor is 5 % (below five runs 10 %), and it is never more than a suspect.
//
// Exact metrics have sigma 0 and no z: beyond means more, by more than the tolerance (default 0), than the least that
// counts. Without a tolerance that is the last that counts; with one, steps within it do not add up unseen. Less is
// accepted at once. Where equal code was seen to make different values, the present run included, a metric is not
// exact: it is judged like p95 with a floor of 0.5 % (below five runs 1 %; half a unit of a mean of 0), has a sigma,
// and is a suspect at most.
//
// Preconditions everywhere: values are finite, ratios and chains above 0, history.segments is not empty. A run of a
// segment that does not exist never counts. Dates are not looked at: the order of runs is that of recording.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <harness/compare/tolerance.hpp>
#include <harness/model/history.hpp>
#include <harness/model/solver_info.hpp>

namespace harness::compare {

struct HistoryRule {
  double sigmas = 2;
  std::size_t window = 30;      // runs that count at most
  std::size_t streak = 3;       // consecutive runs beyond raise the alert
  double min_effect = 0.03;     // drift; and what a re-run looks for. The tolerance for time takes its place
  double timer_resolution = 0;  // relative, of this case's slices
};

struct Level {
  double mean = 0, sigma = 0;  // sigma 0: exact
  double began_at = 0;         // of time CaseHistory::level_began_at; without it, and of others, median of the first five
  std::size_t count = 0;
};
// Of what counts; nothing without history, or where the metric was never measured. `error`: relative, of the run that
// is to be judged; for time only.
std::optional<Level> level_of(const model::CaseHistory& history, model::Metric metric, const HistoryRule& rule,
                              double error = 0);
// The values that count, oldest first, at most `rule.window`, in the present segment's unit.
std::vector<double> counted(const model::CaseHistory& history, model::Metric metric, const HistoryRule& rule);
// The last run that counts in time: whose library is last good. Nothing: none yet.
const model::RecordedRun* last_good(const model::CaseHistory& history);

// The history of a version that has none yet: that of the highest lower version of its line on the same case, if there
// is one (names are compared as versions). Null: none.
const model::CaseHistory* predecessor(const model::Baseline& baseline, const std::string& solver,
                                      const std::string& line, const std::string& case_name);
// `v2` of `v2.1.0`, `v2-optimized` of `v2.1.0-optimized`; of a pre-release `v2`, too.
std::string line_of(const model::SolverIdentity& identity);

// Judges; a null history is `new`, and so is one in which nothing counts. `compared_by` other than the history's:
// incomparable, with what differs. Where time is beyond, better or drifted it asks for a duet, and the verdict is a
// suspect until settle(). An exact metric that is beyond does not change the verdict of time, but its reason: `same but
// +40 % memory`. Problem, solver and case_name are filled by the caller.
model::CaseJudgement judge(const model::CaseHistory* history, const model::ComparedBy& compared_by,
                           const model::RecordedRun& run, const model::Tolerances& tolerances, const HistoryRule& rule);

// What the duet says of a judgement that asked for one: `same` clears time (no longer beyond or better; another metric
// may still be a suspect), `slower` and `faster` decide where the history saw the same direction, anything else, or no
// duet at all (kCannotTell with the reason in `words`), leaves a suspect with the reason. Without having been asked it
// is only kept.
void settle(model::CaseJudgement& judgement, const model::Rerun& rerun);

// Appends the run with what was made of it: beyond, confirmed, z, new level, and a note that a duet cleared it. Fills
// streak, alert and recovered of the judgement:
//   streak     the most consecutive runs of the run's segment that are beyond in the same metric; runs in which it was not
//              measured are passed over
//   alert      a metric's streak reaches the rule's for the first time since a run was within in that metric (an episode), or
//              since accept(). The verdict becomes an alert where time raised it, or where time is the same or a suspect.
//   recovered  the first run within in a metric whose alert was raised in the runs before it
// Keeps the last 30 runs that are beyond in nothing, and of those beyond the ones among the last 30 runs and not before
// a new level, and those that raised an alert that still holds. Segments that no run is left of go, before the first
// that has one. Keeps level_began_at: the median of the level while five runs or fewer count in it. REQUIRES: the run's
// segment exists.
void append(model::CaseHistory& history, model::RecordedRun run, model::CaseJudgement& judgement,
            const HistoryRule& rule);

// A person says that the present level is right: runs beyond at the end count from now on, and the level begins with
// the first of them; without any, with the last run. The note of that run is `accepted: <why>`; level_began_at is told
// anew. False: there are no runs.
bool accept(model::CaseHistory& history, const std::string& why);

}  // namespace harness::compare

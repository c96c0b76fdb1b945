// Process after process until the rule decides; and once more in fresh processes before a difference is said. The one
// way of deciding for A/B, baselines and gates. Where processes come from is the caller's: libraries, programs, a script.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include <harness/model/comparison.hpp>

namespace harness::experiment {

struct NoProcess {
  enum class Kind {
    kFailed,       // a side crashed, threw, answered wrongly, could not be started: the comparison ends
    kNotStarted,   // no process could be had: this machine's fault; the comparison ends, nobody is blamed
    kUnusable,     // no estimate came of it (the clock): the next one is tried, at most three in a row
    kInterrupted
  } kind = Kind::kFailed;
  std::string reason;
};
using NextProcess = std::function<tl::expected<model::DuetProcess, NoProcess>()>;

struct DuetPlan {
  double min_effect = 0.02;
  double budget_seconds = 5;            // of wall time, for each of the two duets
  std::size_t least_processes = 3;
  std::size_t most_processes = 120;
  double seconds_of_a_process = 0;      // predicted: a duet whose least number of processes does not fit is not begun
  std::function<double()> clock;        // monotonic seconds
  std::function<void(const model::Duet&)> progress;  // after each process; may be empty
};

// The processes of all duets of a comparison, and what the rule takes of each.
struct PooledProcesses {
  std::vector<double> log_ratios, standard_errors;
  std::vector<model::DuetProcess> processes;
};
PooledProcesses pooled(const model::Comparison& comparison);

// Would the halves of the processes not agree on which side is in front? Then there is no answer, however sure the rule is of
// the whole. `drift`: compare::steady_drift.
bool halves_disagree(const std::optional<double>& drift, double log_ratio);

// Fills `duets`, `verdict`, `reason` and what is summed up over the processes, weak signals and warnings about drift and
// layout included. kFailed: `reason` says what happened. Interrupted: kCannotTell, and true is returned.
bool decide(const NextProcess& next, const DuetPlan& plan, model::Comparison& comparison);

}  // namespace harness::experiment

// Before anything is timed: each trial's answer is checked, its call costed, and its other passes made.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <harness/experiment/row.hpp>
#include <harness/experiment/run.hpp>
#include <harness/report/progress.hpp>

namespace harness::experiment {

// Roughly, for a trial whose call is short: checking and the passes that were asked for.
double seconds_to_prepare(const RunRequest& request);

class Preparation {
 public:
  Preparation(const RunRequest& request, const Terminal& terminal, const worker::Settings& settings, trial::Inputs& inputs,
              report::Progress& progress);

  // Afterwards a row that is still `kMeasured` has its input, its cost and what the passes found; every
  // other one says why it is not timed. A size beyond max_size, predicted to pass the time limit, or above one that did, is skipped.
  // Rows of one solver and dataset stand together, sizes ascending. Rows that have another state already are left alone.
  void prepare(std::vector<Row>& rows);

  // A generator, checker or reference failed: the datasets' fault, not a solver's.
  bool problem_at_fault() const { return problem_at_fault_; }
  // A worker could not be had: the trial was never judged.
  bool machine_at_fault() const { return machine_at_fault_; }
  // Passes that this machine or build cannot make, with the reason: `memory not available: built without gperftools`.
  const std::set<std::string>& unavailable() const { return unavailable_; }

 private:
  // What is known of the smaller sizes of a solver on a dataset.
  struct Family {
    std::string name;
    std::vector<std::pair<std::uint64_t, double>> costs;  // size, seconds per call
    std::string timed_out_at;
  };
  bool is_too_large(Row& row, const Family& family) const;
  void examine(Row& row);
  void measure_memory(Row& row);
  void break_memory_limit(Row& row);
  void measure_latency(Row& row);
  void count_instructions(Row& row);
  void note(Row& row, const std::string& pass, const worker::Failure& failure);

  const RunRequest& request_;
  const Terminal& terminal_;
  const worker::Settings& settings_;
  trial::Inputs& inputs_;
  report::Progress& progress_;
  bool problem_at_fault_ = false;
  bool machine_at_fault_ = false;
  std::set<std::string> unavailable_;
};

}  // namespace harness::experiment

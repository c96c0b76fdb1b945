// Before anything is timed: each trial's answer is checked and its call costed.
#pragma once

#include <string>
#include <vector>

#include <harness/experiment/row.hpp>
#include <harness/experiment/run.hpp>
#include <harness/report/progress.hpp>

namespace harness::experiment {

class Preparation {
 public:
  Preparation(const RunRequest& request, const Terminal& terminal, const worker::Settings& settings, trial::Inputs& inputs,
              report::Progress& progress);

  // Afterwards a row that is still `kMeasured` has its input and its cost; every other one says why it
  // is not timed. A size beyond max_size, predicted to pass the time limit, or above one that did, is skipped.
  // Rows of one solver and dataset stand together, sizes ascending.
  void prepare(std::vector<Row>& rows);

  // A generator, checker or reference failed: the datasets' fault, not a solver's.
  bool problem_at_fault() const { return problem_at_fault_; }

 private:
  // What is known of the smaller sizes of a solver on a dataset.
  struct Family {
    std::string name;
    std::vector<std::pair<std::uint64_t, double>> costs;  // size, seconds per call
    std::string timed_out_at;
  };
  bool is_too_large(Row& row, const Family& family) const;
  bool examine(Row& row);

  const RunRequest& request_;
  const Terminal& terminal_;
  const worker::Settings& settings_;
  trial::Inputs& inputs_;
  report::Progress& progress_;
  bool problem_at_fault_ = false;
};

}  // namespace harness::experiment

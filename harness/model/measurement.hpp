// What was measured of a trial, and of a run. Base units only; scaling happens in `report`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace harness::model {

// n calls timed in one process.
struct Sample {
  double real_seconds_per_call = 0;
  double cpu_seconds_per_call = 0;  // thread CPU time
};

// A trial is a solver paired with a case: one row.
struct Measurement {
  enum class State {
    kMeasured,
    kFailed,      // the solver's fault: crash, wrong answer, time-out... `note` says which; the program's exit is 3
    kSkipped,     // no failure: beyond max_size, predicted to pass the time limit... `note` says why
    kInterrupted  // Ctrl-C came first
  };
  std::string problem;  // `two-sum`
  std::string solver;   // `v2.0.0`
  std::string dataset;  // `uniform`
  std::string case_name;
  State state = State::kMeasured;
  std::string note;
  std::uint64_t calls = 0;      // per sample
  std::vector<Sample> samples;  // one per process, in the order they ran
  std::vector<std::string> warnings;
  std::vector<std::pair<std::string, double>> counters;

  std::string name() const { return problem + "/" + solver + "/" + dataset + "/" + case_name; }
};

// Facts of the run that stand in the report's context: key and value, in order.
using Context = std::vector<std::pair<std::string, std::string>>;

}  // namespace harness::model

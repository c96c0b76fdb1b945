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

// What one call does to the heap: exact, from a pass of its own in a fresh process.
struct Memory {
  double allocs = 0;           // allocations of one call in steady state (the third call of the process)
  double alloc_bytes = 0;      // bytes asked for by them
  double peak_heap_bytes = 0;  // most live bytes above the start of the call, over the calls of the pass
  double leaked_bytes = 0;     // live bytes that a call leaves behind in steady state, the kept result not counted
  std::optional<double> heap_growths;      // times the allocator went to the system in the first call; nothing = not available
  std::vector<double> peaks_bytes;         // peak_heap_bytes of each call of the pass, in order; at least one
};

// How long single calls take: from a pass of its own. A sample holds `batch` calls where one is too short for the clock.
struct Latency {
  std::vector<double> seconds_per_call;  // ascending, clock overhead subtracted; at least one
  std::uint64_t batch = 1;
  double clock_seconds = 0;              // what reading the clock adds to a sample; was subtracted
};

// A declared limit that the trial does not keep.
struct BrokenLimit {
  std::string limit;   // the key in benchmark.json: `qps_target`, `p95_latency_ms`, `mem_mb_max`
  double declared = 0; // in the key's own unit
  double measured = 0; // same unit; infinity where the worker was ended for it
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
  std::optional<std::uint64_t> size;  // of a generated case
  std::optional<Memory> memory;       // nothing: the pass was off or could not be made (then a warning says why)
  std::optional<Latency> latency;
  std::optional<double> instructions_per_call;
  std::optional<double> items_per_call;  // of the problem, e.g. elements of its array
  std::optional<double> bytes_per_call;
  std::vector<std::pair<std::string, double>> counters;  // the solver's own, per call
  std::vector<BrokenLimit> broken_limits;

  std::string name() const { return problem + "/" + solver + "/" + dataset + "/" + case_name; }
};

// Facts of the run that stand in the report's context: key and value, in order.
using Context = std::vector<std::pair<std::string, std::string>>;

}  // namespace harness::model

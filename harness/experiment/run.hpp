// `harness --benchmark_filter=...`: measure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <harness/bench/flags.hpp>
#include <harness/experiment/selection.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>
#include <harness/worker/worker.hpp>

namespace harness::experiment {

// --profile=cpu,heap
struct ProfileKinds {
  bool cpu = false, heap = false;
  bool any() const { return cpu || heap; }
};

struct RunRequest {
  Places places;
  bench::Flags flags;
  std::string case_glob;                  // --case
  std::optional<std::string> rollback;    // --rollback: of that problem only the solver that this names
  std::optional<double> timeout_seconds;  // --timeout: of a call; else the problem's time_limit_s, else 10
  worker::Isolation isolation = worker::Isolation::kProcess;
  std::string export_markdown;            // --export-markdown: file; "" = none
  bool memory_pass = true;                // --passes: besides time
  bool latency_pass = true;
  bool count_instructions = false;        // --metric=instructions
  // --profile: of every case that is measured (a baseline: one case a solver). Nothing: only what a gate or a baseline finds
  // slower is profiled, both ways.
  std::optional<ProfileKinds> profile;
  std::string trace;                      // --trace: file for the timeline; "" = none
  std::vector<std::string> columns;       // --columns; empty = those that matter
  bool histogram = false;                 // --histogram
  double stability_threshold = 80;        // --stability-threshold: least AC stability score, 0 to 100
  std::string worker_executable;          // "" = beside this program
};

// Finds, verifies, measures, reports. Returns the program's exit code; every error has been said on terminal.err.
Exit run(const RunRequest& request, const Terminal& terminal);

}  // namespace harness::experiment

// `harness calibrate`: what this machine would notice, by duets of each solver with a second copy of itself.
#pragma once

#include <filesystem>
#include <optional>

#include <harness/experiment/run.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>

namespace harness::experiment {

struct CalibrateRequest {
  RunRequest run;                        // places, filter, --case
  std::filesystem::path directory;       // --baseline-dir: noise.json is written into its machine's folder
  std::optional<double> min_effect;      // else the gate's 3 %
  std::optional<double> budget_seconds;  // of a case; else 5
};

// A line a case; what was found is kept beside the histories, where the gate looks for it. A difference of a library
// from itself is said: that machine cannot tell. Exit 0, 2, 3, 4, 130.
Exit calibrate(const CalibrateRequest& request, const Terminal& terminal);

}  // namespace harness::experiment

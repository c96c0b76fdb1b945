// `harness --baseline`: each solver in a duet with the pin of its history, compared with that history, and recorded.
#pragma once

#include <filesystem>
#include <optional>

#include <harness/experiment/run.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>

namespace harness::experiment {

inline constexpr double kBaselineEffect = 0.03;

struct BaselineRequest {
  RunRequest run;                        // places, filter, --case, --timeout, --benchmark_out, --metric
  std::filesystem::path directory;       // --baseline-dir: baselines/
  bool record = true;                    // --no-record
  bool strict = false;                   // --strict: what is in doubt is no success
  std::optional<double> min_effect;      // --min-effect; else 3 %: what a re-run looks for, and drift
  std::optional<double> budget_seconds;  // --budget, of each duet of a re-run
};

// Says everything on the terminal. Exit codes: 1 confirmed slower, worse in an exact metric, or an alert that is
// confirmed.
Exit baseline(const BaselineRequest& request, const Terminal& terminal);

}  // namespace harness::experiment

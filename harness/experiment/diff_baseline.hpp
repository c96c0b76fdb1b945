// `harness diff --baseline NEW`: a report against the stored history of the machine that it names. Nothing is measured,
// so nothing is confirmed: a row is at most `suspect`.
#pragma once

#include <filesystem>
#include <string>

#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>
#include <harness/report/difference.hpp>

namespace harness::experiment {

struct DiffBaselineRequest {
  std::string file;                 // a report: of `harness --baseline --benchmark_out`, or any run's
  std::filesystem::path directory;  // --baseline-dir
  report::DiffFormat format = report::DiffFormat::kJsonl;
};

// A row for each metric that has a history and differs from its mean (a solver's tolerances are not known here): old is
// its mean, new the report's, with z, mean and sigma. Time is `ratio_to_pin` where the report has it, else `cpu_time`,
// raw. A case that failed in the report has a row with its message. A case without a history is `new`; one of a solver
// in the report whose case is not in it `missing`. Exit codes: 0 whenever both could be read, else 2.
Exit diff_baseline(const DiffBaselineRequest& request, const Terminal& terminal);

}  // namespace harness::experiment

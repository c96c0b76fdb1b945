// `harness --ab=A,B[,C...]`: the first side is the reference; each later one is compared with it.
#pragma once

#include <string>
#include <vector>

#include <harness/experiment/run.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/comparison.hpp>
#include <harness/model/error.hpp>

namespace harness::experiment {

struct AbRequest {
  RunRequest run;                        // places, filter, --case, --timeout, --benchmark_out, --metric
  std::vector<std::string> sides;        // at least two: names as docs/formats.md has them, or paths
  std::optional<double> min_effect;      // --min-effect; else 2 %, of programs 5 %
  std::optional<double> budget_seconds;  // --budget, a case and duet; else 5, for calls above 50 ms 10
  bool untrusted = false;                // --untrusted: sides never share a process
  bool measure_equal_code = false;       // no flag: for measuring how often the rule is wrong
  std::optional<double> total_seconds;   // no flag, of programs: no case is begun afterwards (a gate's budget)
};

// Says everything on the terminal; `report`, where given, gets what --benchmark_out would.
Exit ab(const AbRequest& request, const Terminal& terminal, model::AbReport* report = nullptr);

// The reason of a case that `total_seconds` left out.
inline constexpr const char* kTotalUsedUp = "the budget was used up";

// The part of `ab` for Google Benchmark programs (ab_programs.cpp): sides are paths of executables.
Exit ab_programs(const AbRequest& request, const Terminal& terminal, model::AbReport* report);

}  // namespace harness::experiment

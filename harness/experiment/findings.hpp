// What a run's figures say together: growth over the sizes of a family, declared limits, indicators of a version.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <harness/experiment/row.hpp>
#include <harness/report/console.hpp>

namespace harness::experiment {

using Counters = std::vector<std::pair<std::string, double>>;

struct Findings {
  report::SummaryExtras extras;                // lines for the terminal
  std::map<std::string, Counters> by_trial;    // by the trial's name: `growth_class`, `growth_error`, `ab.time_deviation`,
                                               // `memory_volatility`, `ab.ac_score` (docs/formats.md)
};

// Over the rows that were measured. `stability_threshold`: least AC stability score.
Findings find_out(const std::vector<Row>& rows, double stability_threshold);

// Names that a solver's own counter cannot have in a report: Google Benchmark's keys of a row, and ours.
bool is_reserved_counter(const std::string& name);

// Flat counters that a row carries from its passes: `p50_seconds`, `allocs`, ... and the solver's own.
Counters pass_counters(const model::Measurement& measurement);

}  // namespace harness::experiment

// The end of a run in words: the lines that Console::summary prints.
#pragma once

#include <string>
#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/report/console.hpp>

namespace harness::report {

std::vector<std::string> summary_lines(const std::vector<model::Measurement>& all,
                                       const std::vector<model::Ranking>& rankings, const SummaryExtras& extras,
                                       const ConsoleOptions& options);

}  // namespace harness::report

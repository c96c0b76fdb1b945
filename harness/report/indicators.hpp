// A version's indicators over the run, as lines of the summary.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace harness::report {

class Page;

struct IndicatorLine {
  std::string solver;                       // `two-sum/v1.0.0`
  std::optional<double> time_deviation;     // relative, from the declared class; nothing = could not be told
  std::optional<double> memory_volatility;  // relative, of the calls' peaks
  std::optional<double> ac_score;           // 0 to 100
  std::string state;                        // "" = within its thresholds, `warns`, `frozen`, `degrade`
  std::string remark;                       // e.g. which threshold, over which window
};

// One line each of those over a threshold (`every`: of all), the worst mark in words. Nothing where there is none.
void print_indicators(Page& page, const std::vector<IndicatorLine>& lines, bool every);

}  // namespace harness::report

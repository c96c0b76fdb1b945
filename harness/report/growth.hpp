// How time and memory grow with the size of the input, as lines of the summary.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace harness::report {

class Page;

struct GrowthLine {
  std::string family;            // `two-sum/v2.0.0/uniform`
  std::string measure = "time";  // or `space`
  std::string best;              // the class that fits: `O(n log n)`; "" = none was found, `remark` says why
  std::string declared;          // in version.yaml; "" = not declared
  double best_error = 0;         // of the fit, relative
  std::optional<double>
      deviation;          // at the largest size, relative to what the declared class predicts from the smaller ones
  std::string remark;     // `departs at 65536: working set leaves L2 (2.0 MB)`, `too few sizes (3)`
  bool alarming = false;  // grows faster than declared; said in words, and in colour where there is any
};

// One line each, the family in each of them; a remark that does not fit goes below its line. Nothing for no lines.
void print_growth(Page& page, const std::vector<GrowthLine>& lines);

}  // namespace harness::report

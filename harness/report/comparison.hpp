// A comparison of sides, as lines for a person. Scaling happens here.
#pragma once

#include <string>
#include <vector>

#include <harness/model/comparison.hpp>
#include <harness/report/console.hpp>

namespace harness::report {

// A case: `v1.0.0: 124μs, v2.0.0: 89μs (Δ -28%)` with the verdict, and under it what it rests on. Ends with a line end.
std::string comparison_text(const model::Comparison& comparison, const ConsoleOptions& options);

// After all cases: of two sides the geometric mean, crossovers, a sentence such as `two-sum v2.0.0 ran 1.39 ± 0.02 times
// faster than v1.0.0`; of more sides a table ranked against the first. How many cases had which verdict.
struct CrossoverLine {
  std::string side, dataset;     // `v2.0.0`, `uniform`
  bool faster_above = true;
  std::uint64_t size = 0;
};
std::string ab_summary(const model::AbReport& report, const std::vector<CrossoverLine>& crossovers, const ConsoleOptions& options);

// What the progress line says while a duet runs: `n=5, -28.3 % ± 0.4`.
std::string closing_in(const model::Duet& duet, bool utf8);

// `+2.1%`, `-28%`, `+0.4%`, `x3.1` where it is more than three times as slow; of a log ratio.
std::string change_text(double log_ratio);

// All that went into a verdict, and the rule that made it: `harness explain`.
std::string explanation(const model::Comparison& comparison, const ConsoleOptions& options);

}  // namespace harness::report

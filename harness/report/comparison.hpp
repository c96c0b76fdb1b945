// A comparison of sides, as lines for a person. Scaling happens here. Names, reasons and warnings of others are printed
// through `printable`. Lines are at most `options.columns` wide where that is above 0, wrapped at commas; only a name that
// is longer keeps a line of its own, whole.
#pragma once

#include <string>
#include <vector>

#include <harness/model/comparison.hpp>
#include <harness/report/console.hpp>

namespace harness::report {

// A case: `v1.0.0: 124μs, v2.0.0: 89μs (Δ -28%)` (`us` and `d` without UTF-8) behind the case's name (padded to
// options.name_width) and followed by the verdict; under it what it rests on. Times are medians over the processes by the
// deciding clock, Δ is the median of the processes' ratios, which need not be that of the two times. Verdicts: `faster`,
// `SLOWER`, `no difference of 2 % or more`, `cannot tell (would notice >= 7 %)`, `same code: nothing to measure`, `FAILED:`,
// `new:`, `missing:` or `not comparable:` with the reason. A case without a difference takes one or two lines, more only
// for warnings and weak signals. Ends with a line end.
std::string comparison_text(const model::Comparison& comparison, const ConsoleOptions& options);

// After all cases: of two sides the geometric mean, crossovers, a sentence such as `two-sum v2.0.0 ran 1.39 ± 0.02 times
// faster than v1.0.0`; of more sides a table ranked against the first, whose ratios are over the cases that all sides ran.
// How many cases had which verdict; those that are slower, worst first, and those that failed.
//
// ± is half of the 95 % interval of the geometric mean over these cases: exp(m + h) and exp(m - h) apart, m the mean of
// the cases' log ratios, h the root of the sum of squares of their half intervals over their number. It says how well the
// cases were measured, not how far another case may differ. The sentence is said only where that interval leaves 1 out
// and a case of that direction is confirmed. Cases of one process have no interval and are left out of the mean.
struct CrossoverLine {
  std::string side, dataset;  // `v2.0.0`, `uniform`
  bool faster_above = true;
  std::uint64_t size = 0;
};
std::string ab_summary(const model::AbReport& report, const std::vector<CrossoverLine>& crossovers,
                       const ConsoleOptions& options);

// What the progress line says while a duet runs: `n=5, -28.3 % ± 0.4`. ± is two standard errors of the median, by the larger
// of the processes' own errors and their robust spread; nothing for one process.
std::string closing_in(const model::Duet& duet, bool utf8);

// `+2.1%`, `-28%`, `+0.4%`, `x3.1` where it is more than three times as slow; of a log ratio. What is not all of the time is
// never `-100%`: `-99.97%`, and `x0.00012` beyond. Not finite: `?`.
std::string change_text(double log_ratio);

// All that went into a verdict, and the rule that made it: `harness explain`. Settings; of each duet the processes and the
// steps of the rule, as tables whose columns go on below each other where the terminal is narrow; interval, what would
// have been noticed, weak signals, the second look; the verdict in words. Ends with a line end.
std::string explanation(const model::Comparison& comparison, const ConsoleOptions& options);

// Every case with its verdict, one a line, however long: `harness explain` without a case.
std::string case_list(const model::AbReport& report, const ConsoleOptions& options);

}  // namespace harness::report

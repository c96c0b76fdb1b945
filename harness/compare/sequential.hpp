// The rule that decides: slower, faster, same, or another process. A clipped sequential test on the medians of processes
// with the likelihood of Student's t with 2 degrees of freedom, so that a stray process neither decides nor prevents.
//
//   d = ln(1 + min_effect); X_i = log ratio of process i; n processes so far
//   s = max(d / 4, median of their standard errors, from n = 4 on 1.4826 MAD of the X)
//   z_i = X_i clipped to [-d / 2, 1.5 d]
//   L = sum of 1.5 ln[(1 + (z_i / s)^2 / 2) / (1 + ((z_i - d) / s)^2 / 2)]
//   slower      L >= 6.2 = ln(0.99 / 0.002)  and  median X > d / 2
//   not slower  L <= -4.6 = ln(0.01 / 0.998)  and  median X < d / 2
//   faster and not faster: the same of -X. Same: neither slower nor faster.
//
// The bounds are those of Wald's sequential test for 0.2 % false alarms and 1 % misses; since s is re-estimated with
// every process they are no theorem: test/bench_detection measures the rates. Without the clip a difference of +30 %
// would take 27 processes. Pure: no clock, no process.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <harness/model/comparison.hpp>

namespace harness::compare {

struct Rule {
  double min_effect = 0.02;         // looked for, relative, > 0
  std::size_t least_processes = 3;  // no decision before; >= 2
  std::size_t most_processes = 40;  // then `cannot-tell`
};

class Sequential {
 public:
  explicit Sequential(const Rule& rule);

  // One more process. Not after a decision.
  void add(double log_ratio, double standard_error);

  // Nothing: another process is needed. kCannotTell: the cap is reached.
  std::optional<model::Verdict> decision() const { return decision_; }
  // `evidence 6.6 >= 6.2 that it is slower, after 3 processes`; for an end that came from outside (a budget) the caller
  // finds its own words.
  const std::string& ended_by() const { return ended_by_; }
  const std::vector<model::DuetStep>& path() const { return path_; }

 private:
  Rule rule_;
  std::vector<double> log_ratios_, standard_errors_;
  std::vector<model::DuetStep> path_;
  std::optional<model::Verdict> decision_;
  std::string ended_by_;
};

// What processes say together, without deciding anything.
struct Summary {
  double log_ratio = 0;            // median
  double low = 0, high = 0;        // 95 %: median -+ t(0.975, n - 1) x 1.2533 s / sqrt(n), s as in the rule but without d / 4
  double would_notice = 0;         // relative: the least slowdown for which L would have reached 6.2 with these n and s
};
// Precondition: at least one; spans of equal length. One process: the interval is unbounded.
Summary summarise(std::span<const double> log_ratios, std::span<const double> standard_errors);

// The verdict of two duets: what the first one saw counts only when the second one, in fresh processes, saw the same.
// `same` and `cannot-tell` need no second one.
struct Confirmed {
  model::Verdict verdict = model::Verdict::kCannotTell;
  std::string reason;  // one line
};
Confirmed confirm(const model::Duet& first, const std::optional<model::Duet>& second, double min_effect);

}  // namespace harness::compare

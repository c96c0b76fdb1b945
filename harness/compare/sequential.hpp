// The rule that decides: slower, faster, same, or another process. A sequential test on the medians of processes with
// the likelihood of Student's t with 2 degrees of freedom, in which no process may say half of what decides: a stray
// one neither decides nor prevents.
//
//   d = ln(1 + min_effect); X_i = log ratio of process i; n processes so far; M = median of the X
//   s = max(d / 4, median of their standard errors, (1 + 2 / n) x sd_of_few(X)), see statistics.hpp
//   c1 = max(d, M), the centre where it is slower by d or more; c0 = min(0.3 d, M), where it is not
//   L = sum of 1.5 ln[(1 + ((X_i - c0) / s)^2 / 2) / (1 + ((X_i - c1) / s)^2 / 2)], each term within -3 and 3
//   slower      L >= 6.2 = ln(0.99 / 0.002)  and  M > 0.65 d
//   not slower  L <= -4.6 = ln(0.01 / 0.998)  and  M < 0.65 d
//   faster and not faster: the same of -X. Same: neither slower nor faster.
//
// So `slower` needs a median of 1.3 % where 2 % are looked for, and a true difference below that ends, soon, as `same`:
// no difference of 2 % or more. The bounds are those of Wald's sequential test for 0.2 % false alarms and 1 % misses;
// since s and the centres are estimated with every process they are no theorem. Simulated, 40,000 first duets a cell,
// 2 % looked for, normal noise between processes (test/compare/sequential_test.cpp repeats a part of it); what a second
// duet has to confirm is said as often as the square of these:
//
//   sd of processes             0.25 %    0.5 %     1 %       1.5 %
//   identical, called slower    0         0         0.01 %    0.17 %
//   +1.1 %, called slower       0.003 %   2.7 %     8.7 %     7.9 %
//   +2 %, called slower         100 %     99.99 %   99.1 %    90.3 % (same 2.2 %, cannot-tell 7.5 %)
//   processes: identical        3.0       3.7       6.8       12
//   +2 %, +5 %                  3.5, 3.0  5.2, 3.1  11, 3.8   20, 4.9
//
// Why it is not simpler. An earlier form had centres 0 and d, hence its middle at d / 2, X clipped to [-d / 2, 1.5 d],
// and 1.4826 MAD from n = 4 on. It called identical sides with sd 1.5 % slower in 2.1 %; +1.1 %, by which layouts of
// one source differ, with sd 0.25 % in 96 %; and +1 % without noise took all 40 processes. Centres that follow the
// median do what the clip did: without either, +30 % takes many processes. Pure: no clock, no process.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <harness/model/comparison.hpp>

namespace harness::compare {

struct Rule {
  double min_effect = 0.02;         // looked for, relative; less than 1e-6 is taken as that
  std::size_t least_processes = 3;  // no decision before; >= 2
  std::size_t most_processes = 40;  // then `cannot-tell`
};

class Sequential {
 public:
  explicit Sequential(const Rule& rule);

  // One more process. After a decision, and for a log ratio that is not finite (no estimate yields one), nothing
  // happens; a standard error that is not finite or negative counts as 0.
  void add(double log_ratio, double standard_error);

  // Nothing: another process is needed. kCannotTell: the cap is reached.
  std::optional<model::Verdict> decision() const { return decision_; }
  // `evidence 6.6 >= 6.2 that it is slower, after 3 processes`; empty before a decision. For an end that came from
  // outside (a budget) the caller finds its own words.
  const std::string& ended_by() const { return ended_by_; }
  const std::vector<model::DuetStep>& path() const { return path_; }  // one step a process

 private:
  void decide(const model::DuetStep& step);

  Rule rule_;
  double effect_ = 0;  // d
  std::vector<double> log_ratios_, standard_errors_;
  std::vector<model::DuetStep> path_;
  std::optional<model::Verdict> decision_;
  std::string ended_by_;
};

// What processes say together, without deciding anything.
struct Summary {
  double log_ratio = 0;  // median
  // 95 %: median -+ t(0.975, n - 1) x 1.2533 e / sqrt(n); e = max(median standard error, sd_of_few)
  double low = 0, high = 0;
  // Relative: the least effect e for which these processes, moved until their median is ln(1 + e), would be called
  // slower where e is looked for. Infinite where there are too few of them.
  double would_notice = 0;
};
// Precondition: at least one; spans of equal length; all finite. One process: the interval is unbounded.
Summary summarise(std::span<const double> log_ratios, std::span<const double> standard_errors);

// The verdict of two duets: what the first one saw counts only when the second one, in fresh processes, saw the same.
// `same` and `cannot-tell` need no second one.
struct Confirmed {
  model::Verdict verdict = model::Verdict::kCannotTell;
  std::string reason;  // one line
};
Confirmed confirm(const model::Duet& first, const std::optional<model::Duet>& second, double min_effect);

}  // namespace harness::compare

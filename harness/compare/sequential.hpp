// The rule that decides: slower, faster, same, or another process. A sequential test on the medians of processes with
// the likelihood of Student's t with 2 degrees of freedom, in which no process may say half of what decides: a stray
// one neither decides nor prevents.
//
//   d = ln(1 + min_effect); X_i = log ratio of process i; n processes so far; M = their pseudomedian (Hodges-Lehmann)
//   s = max(d / 4, median of their standard errors, (1 + 2 / n) x spread of the X)
//       spread: sd_of_few, from n = 5 on winsorized_sd where that is larger (statistics.hpp)
//   slower by at least d       centre  c1 = max(d, M)
//   slower by 0.3 d at most    centre  c0 = min(0.3 d, M)
//   L = sum of 1.5 ln[(1 + ((X_i - c0) / s)^2 / 2) / (1 + ((X_i - c1) / s)^2 / 2)], each term within -3 and 3
//   slower      L >= 6.2 = ln(0.99 / 0.002)  and  M > 0.65 d  and  n >= 6
//   not slower  L <= -4.6 = ln(0.01 / 0.998)  and  M < 0.65 d
//   faster and not faster: the same of -X. Same: neither slower nor faster.
//
// So `slower` needs a centre of 1.3 % where 2 % are looked for, and a true difference in between ends as `same` (no
// difference of 2 % or more), soon. The bounds are those of Wald's sequential test for 0.2 % false alarms and 1 % misses;
// since s and the centres are estimated with every process they are no theorem. Simulated, 10,000 to 20,000 duets a cell, 2 %
// looked for (test/compare/sequential_test.cpp repeats a part of it); `two heaps`: half of the processes lie by so much
// above the true ratio and half as much below, as physical pages fall:
//
//   noise between processes             sd 0.5 %  sd 1 %   sd 1.5 %  sd 2.2 %  sd 3 %   two heaps, 2 +- 0.5 %  3 +- 1 %
//   identical, one duet: slower         -         -        0.00 %    0.07 %    0.16 %   4.7 %                  3.8 %
//   identical, both duets: a difference -         -        0 %       0 %       0 %      0.57 %                 0.32 %
//   +2 %, one duet: slower              100 %     99.2 %   -         97 %      -        -                      50 % (cannot tell 46 %)
//   +1.1 %, one duet: slower            2.4 %
//   processes: identical, +2 %          -, 6.6    -, 13    13, -     25, 45    46, -    33                     74, 88
//
// Why it is not simpler. With the median for M and Qn (sd_of_few) alone for the spread, two heaps were called a difference
// in 10 to 13 % after confirmation: the median falls into one of them, and Qn sees no further than its own; a real case had
// such pages (an A/A of a hash table of 256 KB, 3.8 % apart). Three processes lie in one heap in one of four cases: hence
// six before a difference. With centres 0 and d, a middle at d / 2 and X clipped to [-d / 2, 1.5 d], layouts of one source that differ by
// 1.1 % (sd 0.25 %) were called slower in 96 %, and +1 % without noise never ended. Pure: no clock, no process.
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
  std::size_t least_processes = 3;       // no decision before; >= 2
  std::size_t most_processes = 120;      // then `cannot-tell`
  std::size_t least_for_difference = 6;  // no difference is said before
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

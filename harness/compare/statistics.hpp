// Robust arithmetic on samples. Pure: no clock, no file, no process.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <harness/model/ranking.hpp>

namespace harness::compare {

// Precondition of all: at least one value; none is NaN.
double median(std::span<const double> values);
// 1.4826 x the median absolute deviation: estimates the standard deviation of a normal sample. One value: 0.
double robust_sd(std::span<const double> values);
// The same from few values, without 1.4826 MAD's weakness there: Qn of Rousseeuw and Croux (JASA 88, 1993), 2.2219 x
// the k-th smallest distance between two values, k = h(h - 1) / 2 with h = n / 2 + 1, times their correction for n.
// Half of the values may be anything, and it varies half as much as the MAD. Three values: their range / 1.693, since
// Qn's smallest distance of three says too little. One value: 0.
double sd_of_few(std::span<const double> values);
// The median of the means of all pairs of values, each with itself too (Hodges and Lehmann, Ann. Math. Stat. 34, 1963).
// 29 % of the values may be anything. Where values lie in two heaps it stands between them, and does not fall into one as
// the median does; of a normal sample it varies by 1.0233 times the standard error of the mean.
double pseudomedian(std::span<const double> values);
// The standard deviation with the outermost tenth of the values at each end, at least one, put back to the next inner
// one, times 1.25, which makes up for that in a normal sample. It sees two heaps of values, of which Qn and the MAD can see one alone.
// Precondition: at least five values.
double winsorized_sd(std::span<const double> values);
// Half of max - min over the median, a spread that is honest for 3 values. One value, or a median of 0: 0.
double relative_half_range(std::span<const double> values);
double geometric_mean(std::span<const double> values);  // all > 0
// How far the median itself may be off, relative to it: the half range of fewer than five values; from five on two
// standard errors of a median (2 x 1.2533 x robust_sd / sqrt(n)), but never more than the half range. So it shrinks as
// processes are added, which the half range does not. One value: 0 (nothing is known).
double relative_median_error(std::span<const double> values);

// Versions of one problem, ranked by the geometric mean of their times over the cases that all of them ran.
struct RankInput {
  std::string solver;
  std::vector<std::vector<double>> case_samples;  // [case][process] seconds per call; same cases for every solver
};
// Fastest first; equals keep the order they came in. The spread of a ratio is the ratio times the sum of both sides'
// relative_median_error, each averaged over the cases: it errs towards a tie. Times below 1e-12 s, which no clock can
// tell from nothing, count as 1e-12 s. Precondition: every solver has the same number of cases, at least one, and at
// least one sample in each.
std::vector<model::Place> rank(const std::vector<RankInput>& solvers);

}  // namespace harness::compare

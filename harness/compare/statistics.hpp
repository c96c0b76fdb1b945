// Robust arithmetic on samples. Pure: no clock, no file, no process.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace harness::compare {

// Precondition of all: at least one value; none is NaN.
double median(std::span<const double> values);
// 1.4826 x the median absolute deviation: estimates the standard deviation of a normal sample. One value: 0.
double robust_sd(std::span<const double> values);
// Half of max - min over the median, a spread that is honest for 3 values. One value: 0.
double relative_half_range(std::span<const double> values);
double geometric_mean(std::span<const double> values);  // all > 0

// Versions of one problem, ranked by the geometric mean of their times over the cases that all of them ran.
struct Ranked {
  std::string solver;
  double ratio = 1;        // to the fastest, >= 1
  double ratio_spread = 0; // half width, same unit, from the spread of both sides' processes
  bool tied = false;       // with the fastest: the ranges of ratio +- spread reach 1
};
struct RankInput {
  std::string solver;
  std::vector<std::vector<double>> case_samples;  // [case][process] seconds per call; same cases for every solver
};
std::vector<Ranked> rank(const std::vector<RankInput>& solvers);

}  // namespace harness::compare

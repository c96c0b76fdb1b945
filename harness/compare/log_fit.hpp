// Fits of value = constant + factor * f(size) on the logarithm of the value, so that each size counts alike.
#pragma once

#include <span>
#include <vector>

#include <harness/compare/growth_class.hpp>

namespace harness::compare {

struct LogPoint {
  double size = 0;
  double log_value = 0;  // finite
  double weight = 1;     // > 0
};

struct LogFit {
  GrowthClass growth = GrowthClass::kConstant;
  double log_factor = 0;
  double log_constant = 0;  // of constant / factor; -infinity where the constant is 0
  int parameters = 1;       // 2 with a constant
  double mean_square = 0;   // weighted, of the log residuals

  double log_value_at(double size) const;
};

// Least squares. The constant stands for what a call costs whatever the size; it is used only where it pays (it removes
// more than four variances of the fit, or of 2 %), where there are four points, and makes up at most half of the value at
// the three largest sizes: a class has to show at three, else one slow size would make a constant series grow. Precondition: at least one point, ascending by size.
LogFit fit_log(std::span<const LogPoint> points, GrowthClass growth);

// How far the residuals of a class wander: the sum of |r[i+1] - r[i]|, r = log value - log(constant + f), with the
// constant under the same bound that makes the sum smallest. One step of a factor 4 adds ln 4 wherever it lies, where
// least squares would lean the whole line: so a class is recognised across steps that caches make.
double wander(std::span<const LogPoint> points, GrowthClass growth);

// r[i] of a fit.
std::vector<double> residuals(std::span<const LogPoint> points, const LogFit& fit);

}  // namespace harness::compare

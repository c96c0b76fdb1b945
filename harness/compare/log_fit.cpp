#include <harness/compare/log_fit.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace harness::compare {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();
constexpr double kGoodEnough = 0.02;  // no timing is known better
constexpr double kPays = 4;           // variances, i.e. two standard deviations
constexpr double kPaysInWander = 0.1;
constexpr std::size_t kShown = 3;  // largest sizes at which the class is more than the constant

// ln(e^a + e^b) without leaving the logarithms: 2^n has no double from n = 1024 on.
double log_sum(double a, double b) {
  const double most = std::max(a, b);
  return most == kNone ? kNone : most + std::log1p(std::exp(std::min(a, b) - most));
}

// ln f at each point, taken once: the search for a constant asks for it hundreds of times.
std::vector<double> log_growths(std::span<const LogPoint> points, GrowthClass growth) {
  std::vector<double> logs;
  logs.reserve(points.size());
  for (const LogPoint& point : points) {
    logs.push_back(log_growth(growth, point.size));
  }
  return logs;
}

struct Squares {
  double log_factor = 0;
  double mean = 0;
};

Squares squares_of(std::span<const LogPoint> points, std::span<const double> log_growths, double log_constant) {
  double weights = 0, sum = 0, squares = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double weight = points[i].weight;
    const double residual = points[i].log_value - log_sum(log_constant, log_growths[i]);
    const double before = weights == 0 ? 0 : sum / weights;
    weights += weight;
    sum += weight * residual;
    squares += weight * (residual - before) * (residual - sum / weights);  // Welford
  }
  return {sum / weights, std::max(squares / weights, 0.0)};
}

double wander_with(std::span<const LogPoint> points, std::span<const double> log_growths, double log_constant) {
  double sum = 0, before = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double residual = points[i].log_value - log_sum(log_constant, log_growths[i]);
    sum += i == 0 ? 0 : std::abs(residual - before);
    before = residual;
  }
  return sum;
}

// The constant at which `loss` is smallest: a coarse walk, then thirds of the interval around the best step.
template <class Loss>
double best_constant(std::span<const double> log_growths, Loss loss) {
  constexpr int kSteps = 24;
  const double low = log_growths.front() - std::log(16.0);
  const double high = log_growths[log_growths.size() - kShown];
  const double width = (high - low) / kSteps;
  double best = low, least = loss(low);
  for (int i = 1; i <= kSteps; ++i) {
    const double at = low + i * width;
    if (const double here = loss(at); here < least) {
      best = at;
      least = here;
    }
  }
  double left = std::max(low, best - width), right = std::min(high, best + width);
  for (int i = 0; i < 12; ++i) {
    const double third = (right - left) / 3;
    if (loss(left + third) < loss(right - third)) {
      right -= third;
    } else {
      left += third;
    }
  }
  return (left + right) / 2;
}

bool may_have_constant(std::span<const LogPoint> points, GrowthClass growth) {
  return growth != GrowthClass::kConstant && points.size() > kShown;
}

}  // namespace

double LogFit::log_value_at(double size) const { return log_factor + log_sum(log_constant, log_growth(growth, size)); }

LogFit fit_log(std::span<const LogPoint> points, GrowthClass growth) {
  const std::vector<double> logs = log_growths(points, growth);
  const Squares plain = squares_of(points, logs, kNone);
  const LogFit without{growth, plain.log_factor, kNone, 1, plain.mean};
  if (!may_have_constant(points, growth)) {
    return without;
  }
  const double log_constant =
      best_constant(logs, [&](double constant) { return squares_of(points, logs, constant).mean; });
  const Squares raised = squares_of(points, logs, log_constant);
  const double count = static_cast<double>(points.size());
  const double variance = std::max(raised.mean * count / (count - 2), kGoodEnough * kGoodEnough);
  return (plain.mean - raised.mean) * count > kPays * variance
             ? LogFit{growth, raised.log_factor, log_constant, 2, raised.mean}
             : without;
}

double wander(std::span<const LogPoint> points, GrowthClass growth) {
  const std::vector<double> logs = log_growths(points, growth);
  const double plain = wander_with(points, logs, kNone);
  if (!may_have_constant(points, growth)) {
    return plain;
  }
  const auto loss = [&](double constant) { return wander_with(points, logs, constant); };
  const double raised = loss(best_constant(logs, loss));
  return raised < plain - kPaysInWander ? raised : plain;
}

std::vector<double> residuals(std::span<const LogPoint> points, const LogFit& fit) {
  std::vector<double> all;
  all.reserve(points.size());
  for (const LogPoint& point : points) {
    all.push_back(point.log_value - fit.log_value_at(point.size));
  }
  return all;
}

}  // namespace harness::compare

#include <harness/compare/statistics.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace harness::compare {
namespace {

constexpr double kMadToSd = 1.4826;       // of a normal distribution
constexpr double kMedianToMean = 1.2533;  // standard error of a median over that of a mean, sqrt(pi / 2)
constexpr double kQnToSd = 2.2219;        // of a normal distribution
constexpr double kRangeOfThree = 1.693;   // expected, of three normal values, in standard deviations
constexpr double kLeastSeconds = 1e-12;

}  // namespace

double median(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  if (sorted.size() % 2 == 1) {
    return *middle;
  }
  const double below = *std::max_element(sorted.begin(), middle);
  return below / 2 + *middle / 2;  // the sum could overflow
}

double robust_sd(std::span<const double> values) {
  const double centre = median(values);
  std::vector<double> deviations;
  deviations.reserve(values.size());
  for (const double value : values) {
    deviations.push_back(std::abs(value - centre));
  }
  return kMadToSd * median(deviations);
}

double sd_of_few(std::span<const double> values) {
  constexpr std::array<double, 10> kCorrection{0, 0, 0.399, 0, 0.512, 0.844, 0.611, 0.857, 0.669, 0.872};
  const std::size_t count = values.size();
  if (count < 2) {
    return 0;
  }
  if (count == 3) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return (*most - *least) / kRangeOfThree;
  }
  std::vector<double> distances;
  distances.reserve(count * (count - 1) / 2);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      distances.push_back(std::abs(values[i] - values[j]));
    }
  }
  const std::size_t half = count / 2 + 1;
  const auto number = distances.begin() + static_cast<std::ptrdiff_t>(half * (half - 1) / 2 - 1);
  std::nth_element(distances.begin(), number, distances.end());
  const double n = static_cast<double>(count);
  const double correction = count < kCorrection.size() ? kCorrection[count] : n / (n + (count % 2 == 1 ? 1.4 : 3.8));
  return kQnToSd * correction * *number;
}

double pseudomedian(std::span<const double> values) {
  std::vector<double> means;
  means.reserve(values.size() * (values.size() + 1) / 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = i; j < values.size(); ++j) {
      means.push_back((values[i] + values[j]) / 2);
    }
  }
  return median(means);
}

double winsorized_sd(std::span<const double> values) {
  constexpr double kMakesUp = 1.25;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t count = sorted.size(), outer = std::max<std::size_t>(1, count / 10);
  for (std::size_t i = 0; i < outer; ++i) {
    sorted[i] = sorted[outer];
    sorted[count - 1 - i] = sorted[count - 1 - outer];
  }
  double mean = 0, squares = 0;
  for (const double value : sorted) mean += value / static_cast<double>(count);
  for (const double value : sorted) squares += (value - mean) * (value - mean);
  return kMakesUp * std::sqrt(squares / static_cast<double>(count - 1));
}

double relative_half_range(std::span<const double> values) {
  const double centre = median(values);
  if (centre == 0) {
    return 0;
  }
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return (*most / 2 - *least / 2) / std::abs(centre);
}

double geometric_mean(std::span<const double> values) {
  double logs = 0;
  for (const double value : values) {
    logs += std::log(value);
  }
  return std::exp(logs / static_cast<double>(values.size()));
}

double relative_median_error(std::span<const double> values) {
  const double range = relative_half_range(values);
  const double centre = std::abs(median(values));
  if (values.size() < 5 || centre == 0) {
    return range;
  }
  const double error = 2 * kMedianToMean * robust_sd(values) / std::sqrt(static_cast<double>(values.size()));
  return std::min(range, error / centre);
}

std::vector<model::Place> rank(const std::vector<RankInput>& solvers) {
  struct Side {
    const RankInput* input;
    double seconds;
    double error;
  };
  std::vector<Side> sides;
  for (const RankInput& solver : solvers) {
    std::vector<double> medians;
    double errors = 0;
    for (const std::vector<double>& samples : solver.case_samples) {
      medians.push_back(std::max(median(samples), kLeastSeconds));
      errors += relative_median_error(samples);
    }
    sides.push_back({&solver, geometric_mean(medians), errors / static_cast<double>(medians.size())});
  }
  std::stable_sort(sides.begin(), sides.end(), [](const Side& a, const Side& b) { return a.seconds < b.seconds; });

  std::vector<model::Place> ranked;
  for (const Side& side : sides) {
    const double ratio = std::max(1.0, side.seconds / sides.front().seconds);
    const double spread = ratio * (side.error + sides.front().error);
    ranked.push_back({side.input->solver, ratio, spread, !ranked.empty() && ratio - spread <= 1});
  }
  if (!ranked.empty()) {
    ranked.front().ratio_spread = 0;
  }
  return ranked;
}

}  // namespace harness::compare

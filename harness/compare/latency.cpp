#include <harness/compare/latency.hpp>

#include <algorithm>
#include <cmath>

namespace harness::compare {
namespace {

constexpr double kDoubt = 0.05;
constexpr int kFinest = 64;

double bound(long number, int buckets_per_octave) {
  return std::exp2(static_cast<double>(number) / buckets_per_octave);
}

// bound(number) <= seconds < bound(number + 1), whichever way the logarithm was rounded.
long bucket_number(double seconds, int buckets_per_octave) {
  auto number = static_cast<long>(std::floor(std::log2(seconds) * buckets_per_octave));
  while (seconds < bound(number, buckets_per_octave)) {
    --number;
  }
  while (seconds >= bound(number + 1, buckets_per_octave)) {
    ++number;
  }
  return number;
}

}  // namespace

double percentile(std::span<const double> ascending, double share) {
  const double count = static_cast<double>(ascending.size());
  // The slack keeps 0.95 * 20 = 19.000000000000004 from being number 20.
  const double number = std::ceil(share * count - count * 1e-12);
  return ascending[static_cast<std::size_t>(std::clamp(number, 1.0, count)) - 1];
}

std::size_t least_samples(double share) {
  return static_cast<std::size_t>(std::ceil(std::log(kDoubt) / std::log(share)));
}

Percentiles percentiles_of(const model::Latency& latency) {
  const std::span<const double> samples = latency.seconds_per_call;
  return {percentile(samples, 0.50),
          percentile(samples, 0.95),
          percentile(samples, 0.99),
          samples.size(),
          samples.size() < least_samples(0.95),
          samples.size() < least_samples(0.99)};
}

LatencyHistogram histogram_of(std::span<const double> seconds, int buckets_per_octave) {
  LatencyHistogram histogram;
  histogram.buckets_per_octave = std::clamp(buckets_per_octave, 1, kFinest);
  std::vector<long> numbers;
  numbers.reserve(seconds.size());
  for (const double one : seconds) {
    if (one > 0) {
      numbers.push_back(bucket_number(one, histogram.buckets_per_octave));
    } else {
      ++histogram.below_clock;
    }
  }
  if (numbers.empty()) {
    return histogram;
  }
  const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
  for (long number = *least; number <= *most; ++number) {
    histogram.buckets.push_back(
        {bound(number, histogram.buckets_per_octave), bound(number + 1, histogram.buckets_per_octave), 0});
  }
  for (const long number : numbers) {
    ++histogram.buckets[static_cast<std::size_t>(number - *least)].count;
  }
  return histogram;
}

int buckets_per_octave_for(std::span<const double> seconds, std::size_t most_buckets) {
  double least = 0, most = 0;
  for (const double one : seconds) {
    if (one > 0) {
      least = least == 0 ? one : std::min(least, one);
      most = std::max(most, one);
    }
  }
  for (const int finer : {32, 16, 8, 4, 2}) {
    if (least == 0 ||
        static_cast<std::size_t>(bucket_number(most, finer) - bucket_number(least, finer)) < most_buckets) {
      return finer;
    }
  }
  return 1;
}

}  // namespace harness::compare

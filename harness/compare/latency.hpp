// Percentiles and histogram of how long single calls take.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <harness/model/measurement.hpp>

namespace harness::compare {

// The percentile by nearest rank: the smallest sample that at least `share` of all samples do not exceed, i.e. number
// ceil(share * n), counted from 1. A time that was measured, never one made up between two, which matters where calls take
// either 1 us or 1 ms. Preconditions: at least one sample, ascending; 0 < share <= 1.
double percentile(std::span<const double> ascending, double share);

// Samples from which on a percentile is known from above: with fewer, the largest sample stays below the true percentile
// with more than 5 % probability (share^n > 0.05). 5 for p50, 59 for p95, 299 for p99. Precondition: 0 < share < 1.
std::size_t least_samples(double share);

struct Percentiles {
  double p50 = 0, p95 = 0, p99 = 0;  // seconds per call; p50 <= p95 <= p99
  std::size_t samples = 0;
  bool too_few_for_p95 = false;  // fewer than least_samples: the figure is a lower bound
  bool too_few_for_p99 = false;
};

// Precondition: at least one sample. Where a sample holds several calls (Latency::batch), these are percentiles of means
// over a batch: single slow calls are diluted in them.
Percentiles percentiles_of(const model::Latency& latency);

// Samples of at least low_seconds and less than high_seconds.
struct LatencyBucket {
  double low_seconds = 0, high_seconds = 0;
  std::size_t count = 0;
};

struct LatencyHistogram {
  int buckets_per_octave = 1;          // a bucket's bounds differ by 2^(1 / buckets_per_octave)
  std::size_t below_clock = 0;         // samples of 0 seconds or less, which have no logarithm
  std::vector<LatencyBucket> buckets;  // ascending, touching, first and last not empty; powers of two are bounds
};

// `buckets_per_octave` is kept within 1 and 64. The counts and below_clock add up to the number of samples.
// Precondition: finite.
LatencyHistogram histogram_of(std::span<const double> seconds, int buckets_per_octave);

// The finest of 32, 16, 8, 4, 2, 1 buckets an octave that needs at most `most_buckets`; 1 where none does.
int buckets_per_octave_for(std::span<const double> seconds, std::size_t most_buckets);

}  // namespace harness::compare

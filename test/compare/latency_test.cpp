#include <harness/compare/latency.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "../catch.hpp"

using namespace harness::compare;

namespace {

std::vector<double> drawn(std::mt19937_64& random, std::size_t count) {
  std::lognormal_distribution<double> times(-14, 2);
  std::vector<double> values(count);
  std::generate(values.begin(), values.end(), [&] { return times(random); });
  std::sort(values.begin(), values.end());
  return values;
}

std::vector<double> counted(std::size_t count) {
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

}  // namespace

TEST_CASE("percentiles are the nearest ranks") {
  CHECK(percentile(counted(100), 0.50) == 50);
  CHECK(percentile(counted(100), 0.95) == 95);
  CHECK(percentile(counted(100), 0.99) == 99);
  CHECK(percentile(counted(100), 1.00) == 100);
  CHECK(percentile(counted(20), 0.95) == 19);
  CHECK(percentile(counted(21), 0.95) == 20);
  CHECK(percentile(counted(1000), 0.99) == 990);
  CHECK(percentile(counted(4), 0.50) == 2);
  CHECK(percentile(counted(5), 0.50) == 3);
  CHECK(percentile(counted(1), 0.01) == 1);
}

TEST_CASE("a percentile is the smallest sample that its share of all samples does not exceed") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    const auto values = drawn(random, 1 + random() % 400);
    const auto count = static_cast<double>(values.size());
    for (const double share : {0.5, 0.95, 0.99}) {
      const double found = percentile(values, share);
      const auto below = std::lower_bound(values.begin(), values.end(), found) - values.begin();
      const auto to = std::upper_bound(values.begin(), values.end(), found) - values.begin();
      CHECK(static_cast<double>(to) >= share * count - 1e-9);
      CHECK(static_cast<double>(below) < share * count);
    }
  }
}

TEST_CASE("percentiles keep their order and lie within the samples") {
  std::mt19937_64 random(2);
  for (int round = 0; round < 300; ++round) {
    harness::model::Latency latency;
    latency.seconds_per_call = drawn(random, 1 + random() % 400);
    const Percentiles found = percentiles_of(latency);
    CHECK(found.samples == latency.seconds_per_call.size());
    CHECK(latency.seconds_per_call.front() <= found.p50);
    CHECK(found.p50 <= found.p95);
    CHECK(found.p95 <= found.p99);
    CHECK(found.p99 <= latency.seconds_per_call.back());
  }
}

TEST_CASE("the least count of samples is the first whose largest passes the percentile with 95 percent") {
  for (const double share : {0.5, 0.9, 0.95, 0.99, 0.999}) {
    const auto least = static_cast<double>(least_samples(share));
    CHECK(std::pow(share, least) <= 0.05);
    CHECK(std::pow(share, least - 1) > 0.05);
  }
  CHECK(least_samples(0.50) == 5);
  CHECK(least_samples(0.95) == 59);
  CHECK(least_samples(0.99) == 299);
}

TEST_CASE("too few samples are flagged up to the last count below the least") {
  harness::model::Latency latency;
  const auto with = [&](std::size_t count) {
    latency.seconds_per_call = counted(count);
    return percentiles_of(latency);
  };
  CHECK(with(58).too_few_for_p95);
  CHECK_FALSE(with(59).too_few_for_p95);
  CHECK(with(298).too_few_for_p99);
  CHECK_FALSE(with(299).too_few_for_p99);
  CHECK(with(1).p99 == 1);
}

TEST_CASE("each sample falls into the one bucket whose bounds hold it") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 100; ++round) {
    const auto values = drawn(random, 1 + random() % 300);
    const int fineness = 1 + static_cast<int>(random() % 32);
    const LatencyHistogram histogram = histogram_of(values, fineness);
    std::size_t all = histogram.below_clock;
    double before = 0;
    for (const LatencyBucket& bucket : histogram.buckets) {
      CHECK((before == 0 || bucket.low_seconds == before));
      CHECK(bucket.high_seconds / bucket.low_seconds == Approx(std::exp2(1.0 / fineness)));
      const auto inside = std::count_if(values.begin(), values.end(), [&](double value) {
        return value >= bucket.low_seconds && value < bucket.high_seconds;
      });
      CHECK(static_cast<std::size_t>(inside) == bucket.count);
      all += bucket.count;
      before = bucket.high_seconds;
    }
    CHECK(all == values.size());
    CHECK(histogram.buckets.front().count > 0);
    CHECK(histogram.buckets.back().count > 0);
  }
}

TEST_CASE("powers of two begin a bucket at every fineness") {
  for (int fineness = 1; fineness <= 64; ++fineness) {
    for (const int exponent : {-40, -20, -1, 0, 1, 10}) {
      const double value = std::exp2(exponent);
      const std::vector<double> pair{std::nextafter(value, 0.0), value};
      const LatencyHistogram histogram = histogram_of(pair, fineness);
      REQUIRE(histogram.buckets.size() == 2);
      CHECK(histogram.buckets[1].low_seconds == value);
    }
  }
}

TEST_CASE("samples that the clock's own cost has eaten are counted beside the buckets") {
  const LatencyHistogram histogram = histogram_of(std::vector<double>{-1e-9, 0, 1e-6}, 4);
  CHECK(histogram.below_clock == 2);
  REQUIRE(histogram.buckets.size() == 1);
  CHECK(histogram.buckets[0].count == 1);
  CHECK(histogram_of(std::vector<double>{0.0}, 4).buckets.empty());
  CHECK(histogram_of({}, 4).buckets.empty());
}

TEST_CASE("a fineness out of range is brought into it") {
  CHECK(histogram_of(std::vector<double>{1.0}, 0).buckets_per_octave == 1);
  CHECK(histogram_of(std::vector<double>{1.0}, -5).buckets_per_octave == 1);
  CHECK(histogram_of(std::vector<double>{1.0}, 1000).buckets_per_octave == 64);
}

TEST_CASE("the chosen fineness fits the rows, and the next finer one does not") {
  std::mt19937_64 random(4);
  for (int round = 0; round < 200; ++round) {
    const auto values = drawn(random, 1 + random() % 300);
    const std::size_t rows = 5 + random() % 40;
    const int chosen = buckets_per_octave_for(values, rows);
    const auto needs = [&](int fineness) { return histogram_of(values, fineness).buckets.size(); };
    CHECK((needs(chosen) <= rows || chosen == 1));
    CHECK((chosen == 32 || needs(2 * chosen) > rows));
  }
}

TEST_CASE("the least and the greatest double have a bucket") {
  const std::vector<double> extremes{std::numeric_limits<double>::denorm_min(), 1e300};
  const LatencyHistogram histogram = histogram_of(extremes, 1);
  CHECK(histogram.buckets.front().count == 1);
  CHECK(histogram.buckets.back().count == 1);
}

#include <harness/compare/indicators.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "../catch.hpp"

using namespace harness::compare;
using harness::model::Measurement;
using Level = MemoryVolatility::Level;

namespace {

// Two peaks around 1000 whose standard deviation (n - 1) over the mean is `relative`.
std::vector<double> peaks_with(double relative) {
  const double half = 1000 * relative / std::sqrt(2.0);
  return {1000 - half, 1000 + half};
}

Growth with_deviation(double signed_deviation) {
  Growth growth;
  growth.signed_deviation = signed_deviation;
  return growth;
}

Measurement measured(std::vector<double> seconds) {
  Measurement row;
  row.latency.emplace().seconds_per_call = std::move(seconds);
  return row;
}

double score_of(const Chain& chain) { return stability_score(chain)->score; }

}  // namespace

TEST_CASE("the deviation of time is over its limit above 35 percent, and only upwards") {
  const auto of = [](double deviation) { return *time_deviation(std::vector<Growth>{with_deviation(deviation)}); };
  CHECK_FALSE(of(0.35).over_limit);
  CHECK(of(0.3501).over_limit);
  CHECK_FALSE(of(-0.9).over_limit);
  CHECK(of(-0.9).relative == 0.9);
  CHECK_FALSE(of(-0.9).above);
  CHECK(of(0.1).above);
}

TEST_CASE("the worst family speaks for a version, and being slower is worse than being faster") {
  const auto of = [](std::vector<double> deviations) {
    std::vector<Growth> families(1);  // one without a deviation
    for (const double deviation : deviations) {
      families.push_back(with_deviation(deviation));
    }
    return time_deviation(families);
  };
  CHECK(of({0.1, 0.5, 0.2})->relative == 0.5);
  CHECK(of({-0.8, 0.05})->relative == 0.05);
  CHECK(of({-0.2, -0.4, -0.1})->relative == 0.4);
  CHECK_FALSE(of({-0.2})->above);
  CHECK_FALSE(of({}).has_value());
}

TEST_CASE("memory warns above 15 percent and is frozen above 18") {
  const auto level = [](double relative) { return memory_volatility(peaks_with(relative))->level; };
  CHECK(level(0) == Level::kSteady);
  CHECK(level(0.15) == Level::kSteady);
  CHECK(level(0.1501) == Level::kWarns);
  CHECK(level(0.18) == Level::kWarns);
  CHECK(level(0.1801) == Level::kFrozen);
  CHECK(level(1.2) == Level::kFrozen);
}

TEST_CASE("volatility is the sample deviation over the mean, whatever the unit") {
  CHECK(memory_volatility(std::vector{90.0, 100.0, 110.0})->relative == Approx(0.1));
  CHECK(memory_volatility(std::vector{90.0, 100.0, 110.0})->calls == 3);
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> peaks(0, 1e6);
  for (int round = 0; round < 100; ++round) {
    std::vector<double> values(2 + random() % 20), scaled;
    for (double& value : values) {
      value = peaks(random);
      scaled.push_back(value * 1024);
    }
    const double relative = memory_volatility(values)->relative;
    CHECK(relative > 0);
    CHECK(relative <= std::sqrt(static_cast<double>(values.size())) + 1e-9);  // all but one are 0
    CHECK(memory_volatility(scaled)->relative == Approx(relative));
  }
}

TEST_CASE("memory that is never used is steady, and one call tells nothing") {
  CHECK(memory_volatility(std::vector{0.0, 0.0, 0.0})->level == Level::kSteady);
  CHECK_FALSE(memory_volatility(std::vector{5.0}).has_value());
  CHECK_FALSE(memory_volatility(std::vector<double>{}).has_value());
  CHECK_FALSE(memory_volatility(std::vector{1.0, std::nan("")}).has_value());
  CHECK_FALSE(memory_volatility(std::vector{1.0, -1.0}).has_value());
  const double most = std::numeric_limits<double>::max();
  CHECK(memory_volatility(std::vector{most, most})->relative == Approx(0).margin(1e-12));
}

TEST_CASE("of a version's trials the most volatile counts, not the difference between their inputs") {
  std::vector<Measurement> rows(3);
  rows[0].memory.emplace().peaks_bytes = {100, 100, 100};
  rows[1].memory.emplace().peaks_bytes = {1e6, 1.1e6, 0.9e6};
  CHECK(memory_volatility(rows)->relative == Approx(0.1));
  rows[1].memory.reset();
  CHECK(memory_volatility(rows)->relative == 0);
  rows[0].memory.reset();
  CHECK_FALSE(memory_volatility(rows).has_value());
}

TEST_CASE("a chain without failures, repeats and tail scores 100, the worst one 0") {
  CHECK(score_of({10, 10, 0, 1.0}) == 100);
  CHECK(score_of({10, 10, 0, 2.0}) == 100);
  CHECK(score_of({10, 10, 0, std::nullopt}) == 100);
  CHECK(score_of({10, 0, 10, 1000.0}) == 0);
  CHECK_FALSE(stability_score({0, 0, 0, std::nullopt}).has_value());
}

TEST_CASE("the parts weigh 50, 25 and 25") {
  CHECK(score_of({10, 8, 0, 1.0}) == Approx(50));    // one in five fails
  CHECK(score_of({10, 10, 0, 32.0}) == Approx(75));  // no point for the tail
  CHECK(score_of({10, 10, 0, 8.0}) == Approx(87.5));
  CHECK(score_of({10, 10, 10, 1.0}) == Approx(75));  // a repeat each
  CHECK(score_of({10, 10, 5, 1.0}) == Approx(87.5));
  CHECK(score_of({10, 8, 0, std::nullopt}) == Approx(100.0 / 3));  // the tail's weight is shared
}

TEST_CASE("a score at the threshold stands, one just below falls, by each part alone") {
  const auto below = [](const Chain& chain) { return stability_score(chain)->below_threshold; };
  CHECK_FALSE(below({25, 23, 0, 1.0}));  // 92 % succeed: exactly 80
  CHECK(below({1000, 919, 0, 1.0}));
  CHECK_FALSE(below({10, 10, 8, 1.0}));  // 80
  CHECK(below({10, 10, 9, 1.0}));
  const double edge = 2 * std::exp2(4 * 0.8);  // a ratio of 18.4
  CHECK_FALSE(below({10, 10, 0, edge}));
  CHECK(below({10, 10, 0, edge * 1.001}));
  CHECK(stability_score({10, 10, 0, 3.0}, 97)->below_threshold);
  CHECK_FALSE(stability_score({10, 10, 0, 3.0}, 96)->below_threshold);
}

TEST_CASE("a score lies within 0 and 100, and never rises with failures, repeats or tail") {
  std::mt19937_64 random(2);
  for (int round = 0; round < 1000; ++round) {
    const std::size_t trials = 1 + random() % 50;
    const std::size_t succeeded = random() % (trials + 1);
    const Chain chain{trials, succeeded, random() % 60, std::exp2(static_cast<double>(random() % 80) / 10)};
    const double score = score_of(chain);
    CHECK(score >= 0);
    CHECK(score <= 100);
    if (succeeded > 0) {
      CHECK(score_of({trials, succeeded - 1, chain.repeats, chain.p99_over_p50}) <= score);
    }
    CHECK(score_of({trials, succeeded, chain.repeats + 1, chain.p99_over_p50}) <= score);
    CHECK(score_of({trials, succeeded, chain.repeats, *chain.p99_over_p50 * 1.5}) <= score);
  }
}

TEST_CASE("a chain counts the trials that were started and takes the middle of their tails") {
  std::vector<Measurement> rows = {measured({1, 1, 1, 5}), measured({1, 1, 1, 3}), measured({1, 1, 1, 9}),
                                   Measurement{},          measured({1, 100}),     Measurement{},
                                   Measurement{},          measured({0, 0})};
  rows[4].state = Measurement::State::kFailed;
  rows[5].state = Measurement::State::kSkipped;
  rows[6].state = Measurement::State::kInterrupted;
  const Chain chain = chain_of(rows, 2);
  CHECK(chain.trials == 6);
  CHECK(chain.succeeded == 5);
  CHECK(chain.repeats == 2);
  CHECK(chain.p99_over_p50 == 5);
  CHECK_FALSE(chain_of(std::vector<Measurement>(3), 0).p99_over_p50.has_value());
}

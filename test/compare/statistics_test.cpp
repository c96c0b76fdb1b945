#include <harness/compare/statistics.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "../catch.hpp"

using namespace harness::compare;

namespace {

std::vector<double> drawn(std::mt19937_64& random, std::size_t count) {
  std::lognormal_distribution<double> times(-14, 1);
  std::vector<double> values(count);
  std::generate(values.begin(), values.end(), [&] { return times(random); });
  return values;
}

std::vector<double> scaled(std::vector<double> values, double factor) {
  for (double& value : values) {
    value *= factor;
  }
  return values;
}

}  // namespace

TEST_CASE("the median of an even count lies halfway between the middle two") {
  CHECK(median(std::vector{3.0, 1.0, 2.0}) == 2);
  CHECK(median(std::vector{4.0, 1.0, 3.0, 2.0}) == 2.5);
  CHECK(median(std::vector{7.0}) == 7);
  const double most = std::numeric_limits<double>::max();
  CHECK(median(std::vector{most, most}) == most);
}

TEST_CASE("no order of the values changes a statistic") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> values = drawn(random, 1 + random() % 12);
    std::vector<double> shuffled = values;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    CHECK(median(values) == median(shuffled));
    CHECK(robust_sd(values) == robust_sd(shuffled));
    CHECK(relative_half_range(values) == relative_half_range(shuffled));
    CHECK(relative_median_error(values) == relative_median_error(shuffled));
  }
}

TEST_CASE("scaling the values scales median and deviation, and leaves relative figures alone") {
  std::mt19937_64 random(2);
  for (int round = 0; round < 200; ++round) {
    const std::vector<double> values = drawn(random, 1 + random() % 12);
    const std::vector<double> thousandfold = scaled(values, 1000);
    CHECK(median(thousandfold) == Approx(1000 * median(values)));
    CHECK(robust_sd(thousandfold) == Approx(1000 * robust_sd(values)));
    CHECK(geometric_mean(thousandfold) == Approx(1000 * geometric_mean(values)));
    CHECK(relative_half_range(thousandfold) == Approx(relative_half_range(values)));
    CHECK(relative_median_error(thousandfold) == Approx(relative_median_error(values)));
  }
}

TEST_CASE("the median lies within the values, with at least half of them on either side") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    const std::vector<double> values = drawn(random, 1 + random() % 12);
    const double centre = median(values);
    const auto below = std::count_if(values.begin(), values.end(), [&](double value) { return value <= centre; });
    const auto above = std::count_if(values.begin(), values.end(), [&](double value) { return value >= centre; });
    CHECK(2 * below >= static_cast<std::ptrdiff_t>(values.size()));
    CHECK(2 * above >= static_cast<std::ptrdiff_t>(values.size()));
    CHECK(geometric_mean(values) >= *std::min_element(values.begin(), values.end()) * (1 - 1e-12));
    CHECK(geometric_mean(values) <= *std::max_element(values.begin(), values.end()) * (1 + 1e-12));
  }
}

TEST_CASE("one value has no spread") {
  const std::vector<double> one{42.0};
  CHECK(robust_sd(one) == 0);
  CHECK(relative_half_range(one) == 0);
  CHECK(relative_median_error(one) == 0);
}

TEST_CASE("the half range is relative to the median, also of negative values, and 0 around 0") {
  CHECK(relative_half_range(std::vector{9.0, 10.0, 13.0}) == Approx(0.2));
  CHECK(relative_half_range(std::vector{-9.0, -10.0, -13.0}) == Approx(0.2));
  CHECK(relative_half_range(std::vector{-1.0, 0.0, 1.0}) == 0);
}

TEST_CASE("a few wild values do not move the robust deviation, and a normal sample gives its sigma") {
  std::mt19937_64 random(4);
  std::normal_distribution<double> noise(100, 5);
  std::vector<double> values(20'000);
  std::generate(values.begin(), values.end(), [&] { return noise(random); });
  CHECK(robust_sd(values) == Approx(5).epsilon(0.03));
  std::fill_n(values.begin(), 200, 1e9);
  CHECK(robust_sd(values) == Approx(5).epsilon(0.05));
}

TEST_CASE("the error of a median shrinks with more processes and never passes the half range") {
  std::mt19937_64 random(5);
  std::normal_distribution<double> noise(100, 5);
  const auto mean_error = [&](std::size_t processes) {
    double sum = 0;
    for (int round = 0; round < 500; ++round) {
      std::vector<double> values(processes);
      std::generate(values.begin(), values.end(), [&] { return noise(random); });
      const double error = relative_median_error(values);
      CHECK(error <= relative_half_range(values));
      sum += error;
    }
    return sum / 500;
  };
  const double of_5 = mean_error(5);
  const double of_80 = mean_error(80);
  CHECK(of_80 < of_5 / 2);
  CHECK(of_80 == Approx(2 * 1.2533 * 0.05 / std::sqrt(80.0)).epsilon(0.1));
}

TEST_CASE("versions are ranked by the geometric mean over all cases, fastest first") {
  const std::vector<harness::model::Place> ranked = rank({{"v1.0.0", {{4, 4, 4}, {100, 100, 100}}},
                                                          {"v2.0.0", {{2, 2, 2}, {50, 50, 50}}},
                                                          {"v3.0.0", {{1, 1, 1}, {900, 900, 900}}}});
  REQUIRE(ranked.size() == 3);
  CHECK(ranked[0].solver == "v2.0.0");
  CHECK(ranked[0].ratio == 1);
  CHECK(ranked[0].ratio_spread == 0);
  CHECK_FALSE(ranked[0].tied);
  CHECK(ranked[1].solver == "v1.0.0");
  CHECK(ranked[1].ratio == Approx(2));
  CHECK(ranked[2].solver == "v3.0.0");
  CHECK(ranked[2].ratio == Approx(3));
}

TEST_CASE("versions closer than their spread are tied, versions further apart are not") {
  const auto second = [](double seconds, double noise) {
    return rank({{"a", {{1.0 - noise, 1.0, 1.0 + noise}}}, {"b", {{seconds - noise, seconds, seconds + noise}}}})[1];
  };
  CHECK(second(1.03, 0.02).tied);
  CHECK_FALSE(second(1.03, 0.005).tied);
  CHECK_FALSE(second(1.34, 0.01).tied);
  CHECK(second(1.0, 0.0).tied);
  CHECK(second(1.34, 0.01).ratio_spread == Approx(1.34 * (0.01 + 0.01 / 1.34)));
}

TEST_CASE("ranking does not depend on the unit of time or on the order of the versions") {
  std::mt19937_64 random(6);
  for (int round = 0; round < 100; ++round) {
    const std::vector<RankInput> seconds{{"a", {drawn(random, 3), drawn(random, 3)}},
                                         {"b", {drawn(random, 3), drawn(random, 3)}},
                                         {"c", {drawn(random, 3), drawn(random, 3)}}};
    std::vector<RankInput> other{seconds[2], seconds[0], seconds[1]};
    for (RankInput& input : other) {
      for (auto& samples : input.case_samples) {
        samples = scaled(samples, 64);
      }
    }
    const auto before = rank(seconds);
    const auto after = rank(other);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(before[i].solver == after[i].solver);
      CHECK(before[i].ratio == Approx(after[i].ratio));
      CHECK(before[i].ratio >= 1);
      CHECK(before[i].tied == after[i].tied);
    }
  }
}

TEST_CASE("a time of nothing is ranked as the least that a clock could tell") {
  const auto ranked = rank({{"slow", {{1e-9, 1e-9}}}, {"empty", {{0, 0}}}});
  CHECK(ranked[0].solver == "empty");
  CHECK(ranked[1].ratio == Approx(1000));
}

TEST_CASE("nobody to rank is an empty ranking") { CHECK(rank({}).empty()); }

TEST_CASE("the median absolute deviation is that of the textbook example") {
  CHECK(robust_sd(std::vector{1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0}) == Approx(1.4826 * 1));
}

TEST_CASE("the deviation of few values is Qn: a distance between two of them") {
  CHECK(sd_of_few(std::vector{5.0}) == 0);
  CHECK(sd_of_few(std::vector{5.0, 7.0}) == Approx(2.2219 * 0.399 * 2));
  CHECK(sd_of_few(std::vector{5.0, 6.0, 7.0}) == Approx(2 / 1.693));
  // Distances 1 1 1 2 2 3, of which the third counts.
  CHECK(sd_of_few(std::vector{1.0, 2.0, 3.0, 4.0}) == Approx(2.2219 * 0.512 * 1));
  // 45 distances, the 15th of them is 2: nine of 1, eight of 2.
  CHECK(sd_of_few(std::vector{1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0}) == Approx(2.2219 * 2 * 10 / 13.8));
}

TEST_CASE("the deviation of few values is right on average, whatever their number") {
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal(3, 0.5);
  for (const std::size_t count : {2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 10u, 11u, 20u, 25u}) {
    double sum = 0;
    std::vector<double> values(count);
    for (int round = 0; round < 4000; ++round) {
      std::generate(values.begin(), values.end(), [&] { return normal(random); });
      sum += sd_of_few(values);
    }
    CHECK(sum / 4000 == Approx(0.5).epsilon(0.04));
  }
}

TEST_CASE("strays hardly move the deviation of few values") {
  CHECK(sd_of_few(std::vector{1.0, 1.1, 0.9, 1.05, 0.95, 1.02, 50.0}) < 0.2);
  CHECK(sd_of_few(std::vector{1.0, 1.1, 0.9, 1.05, 0.95, 1.02, 50.0, -50.0, 99.0}) < 0.3);
}

TEST_CASE("the pseudomedian stands between two heaps, and a stray moves it little") {
  const std::vector<double> heaps{-2, -2.1, -1.9, 2, 2.1, 1.9}, stray{1, 2, 3, 4, 1000};
  CHECK(pseudomedian(heaps) == Approx(0).margin(0.1));
  CHECK(pseudomedian(stray) == Approx(3));
  // The ten means of pairs of {1, 2, 4, 8}: 1 1.5 2 2.5 3 4 4.5 5 6 8.
  CHECK(pseudomedian(std::vector<double>{1, 2, 4, 8}) == Approx(3.5));
}

TEST_CASE("a winsorized deviation sees two heaps and no stray") {
  const std::vector<double> heaps{-2, -2.1, -1.9, 2, 2.1, 1.9};
  CHECK(winsorized_sd(heaps) > 2);
  // {0, 1, 2, 3, 100} becomes {1, 1, 2, 3, 3}: variance 1.
  CHECK(winsorized_sd(std::vector<double>{0, 1, 2, 3, 100}) == Approx(1.25));
}

#include <harness/compare/rates.hpp>

#include <cmath>

#include "../catch.hpp"

using namespace harness::compare;

namespace {

// P(at most k of n) of a binomial distribution, summed term by term.
double at_most(std::uint64_t k, std::uint64_t n, double rate) {
  double sum = 0;
  for (std::uint64_t i = 0; i <= k; ++i) {
    const double a = static_cast<double>(i), b = static_cast<double>(n);
    sum += std::exp(std::lgamma(b + 1) - std::lgamma(a + 1) - std::lgamma(b - a + 1) + a * std::log(rate) +
                    (b - a) * std::log1p(-rate));
  }
  return sum;
}

}  // namespace

TEST_CASE("exact bounds are those that Newcombe prints (Statistics in Medicine 17, 1998, table I, method 5)") {
  const auto check = [](std::uint64_t k, std::uint64_t n, double low, double high) {
    const RateBound bound = rate_bound(k, n);
    CHECK(bound.low == Approx(low).margin(0.00005));
    CHECK(bound.high == Approx(high).margin(0.00005));
  };
  check(81, 263, 0.2527, 0.3676);
  check(15, 148, 0.0578, 0.1617);
  check(0, 20, 0.0000, 0.1684);
  check(1, 29, 0.0009, 0.1776);
}

TEST_CASE("nothing seen in n is bounded by about three in n, one-sided, and by more, two-sided") {
  CHECK(rate_at_most(0, 80) == Approx(1 - std::pow(0.05, 1.0 / 80)));
  CHECK(rate_at_most(0, 80) == Approx(0.0368).margin(0.0001));
  CHECK(rate_bound(0, 80).high == Approx(0.0451).margin(0.0001));
  CHECK(rate_at_most(0, 3000) == Approx(3.0 / 3000).epsilon(0.01));
}

TEST_CASE("of nothing counted nothing is known") {
  CHECK(rate_bound(0, 0).low == 0);
  CHECK(rate_bound(0, 0).high == 1);
  CHECK(rate_at_most(0, 0) == 1);
  CHECK(rate_at_least(0, 0) == 0);
}

TEST_CASE("a bound holds the rate, and mirrors when successes and failures change places") {
  for (std::uint64_t n = 1; n <= 60; n += 7) {
    for (std::uint64_t k = 0; k <= n; ++k) {
      const RateBound bound = rate_bound(k, n), mirrored = rate_bound(n - k, n);
      const double rate = static_cast<double>(k) / static_cast<double>(n);
      CHECK((bound.low <= rate && rate <= bound.high));
      CHECK(bound.low == Approx(1 - mirrored.high).margin(1e-12));
      CHECK(rate_at_most(k, n) <= bound.high);
      CHECK(rate_at_least(k, n) >= bound.low);
    }
  }
}

TEST_CASE("at its bound a rate would give no more than was seen in one case of twenty") {
  for (const std::uint64_t k : {0u, 1u, 3u, 12u}) {
    CHECK(at_most(k, 40, rate_at_most(k, 40)) == Approx(0.05));
    CHECK(at_most(k, 40, rate_bound(k, 40).high) == Approx(0.025));
  }
}

TEST_CASE("bounds of large counts are finite and narrow") {
  const RateBound bound = rate_bound(500'000, 1'000'000);
  CHECK(bound.low == Approx(0.49902).margin(0.00001));
  CHECK(bound.high == Approx(0.50098).margin(0.00001));
}

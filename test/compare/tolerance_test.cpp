#include <harness/compare/tolerance.hpp>

#include <algorithm>
#include <limits>
#include <random>

#include "../catch.hpp"

using namespace harness::compare;

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

// Literally what is asked for.
std::size_t first_by_the_letter(const std::vector<double>& sorted, double value, double tol) {
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] > value + tol) return i;
  }
  return sorted.size();
}

// Few different values, so that duplicates, exact hits of value + tol, infinities and empty baselines are common.
std::vector<double> drawn(std::mt19937_64& random) {
  std::uniform_int_distribution<int> length(0, 12), value(-4, 4), rare(0, 30);
  std::vector<double> values;
  for (int left = length(random); left > 0; --left) {
    const int luck = rare(random);
    values.push_back(luck == 0 ? kInfinite : luck == 1 ? -kInfinite : value(random) * 0.25);
  }
  return values;
}

}  // namespace

TEST_CASE("the first violation is the first value above the new one by more than the tolerance") {
  const std::vector<double> baseline{1.00, 1.01, 1.02, 1.05, 1.05};
  CHECK(find_first_violation(baseline, 1.00, 0.01) == 2);
  CHECK(find_first_violation(baseline, 1.00) == 2);  // the tolerance's default
  CHECK(find_first_violation(baseline, 0.50, 0.01) == 0);
  CHECK(find_first_violation(baseline, 1.03, 0.01) == 3);
}

TEST_CASE("without a violation the answer is the number of values") {
  CHECK(find_first_violation(std::vector{1.0, 2.0, 3.0}, 3, 0) == 3);
  CHECK(find_first_violation(std::vector{1.0, 2.0, 3.0}, kInfinite) == 3);
  CHECK(find_first_violation({}, 1) == 0);
}

TEST_CASE("a value that lies at value plus tolerance exactly is no violation") {
  CHECK(find_first_violation(std::vector{1.0, 1.5, 1.75}, 1, 0.5) == 2);
  CHECK(scan_violations(std::vector{1.75, 1.5, 1.0}, 1, 0.5) == std::vector<std::size_t>{0});
}

TEST_CASE("where infinities cancel out nothing is a violation, either way") {
  const std::vector<double> baseline{-kInfinite, 0, kInfinite};
  CHECK(find_first_violation(baseline, -kInfinite, kInfinite) == 3);
  CHECK(scan_violations(baseline, -kInfinite, kInfinite).empty());
  CHECK(find_first_violation(baseline, -kInfinite, 0) == 1);
}

TEST_CASE("an unsorted baseline tells all of its violations, where they are") {
  CHECK(violations(std::vector{5.0, 1.0, 4.0, 1.0}, 1) == std::vector<std::size_t>{0, 2});
}

TEST_CASE("on 20,000 random baselines the search, the scan and the letter agree") {
  std::mt19937_64 random(13);
  std::uniform_int_distribution<int> quarter(-5, 5);
  std::size_t sorted_ones = 0, unsorted_ones = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<double> baseline = drawn(random);
    const double value = quarter(random) * 0.25, tol = std::abs(quarter(random)) * 0.25;
    const bool is_sorted = std::is_sorted(baseline.begin(), baseline.end());
    ++(is_sorted ? sorted_ones : unsorted_ones);
    if (violations(baseline, value, tol) != scan_violations(baseline, value, tol)) FAIL("unequal at " << i);
    std::sort(baseline.begin(), baseline.end());
    const std::size_t first = find_first_violation(baseline, value, tol);
    if (first != first_by_the_letter(baseline, value, tol)) FAIL("not the letter at " << i);
    const std::vector<std::size_t> all = scan_violations(baseline, value, tol);
    if (all.size() != baseline.size() - first || (!all.empty() && all.front() != first)) FAIL("unequal at " << i);
  }
  CHECK(sorted_ones > 1000);
  CHECK(unsorted_ones > 10'000);
}

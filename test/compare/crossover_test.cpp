#include <harness/compare/crossover.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "../catch.hpp"

using namespace harness::compare;
using harness::model::Verdict;

namespace {

SizedVerdict slower(std::uint64_t size, double log_ratio = 0.1) { return {size, Verdict::kSlower, log_ratio}; }
SizedVerdict faster(std::uint64_t size, double log_ratio = -0.1) { return {size, Verdict::kFaster, log_ratio}; }
SizedVerdict with(std::uint64_t size, Verdict verdict) { return {size, verdict, 0.001}; }

}  // namespace

TEST_CASE("between equal and opposite log ratios the crossing is the geometric mean of the sizes") {
  const auto found = crossover(std::vector{slower(16), faster(64)});
  REQUIRE(found);
  CHECK(found->candidate_wins_above);
  CHECK(found->size == 32);
}

TEST_CASE("the crossing lies nearer to the size with the smaller difference, and is rounded up") {
  // A quarter of the way from ln 10 to ln 1000: 10 x 100^0.25 = 31.6.
  const auto found = crossover(std::vector{faster(10, -0.05), slower(1000, 0.15)});
  REQUIRE(found);
  CHECK_FALSE(found->candidate_wins_above);
  CHECK(found->size == 32);
}

TEST_CASE("what cannot be told and what is the same may lie between the two sides of a crossing") {
  const auto found = crossover(std::vector{slower(8), slower(16), with(24, Verdict::kSame),
                                           with(32, Verdict::kCannotTell), faster(64), faster(128)});
  REQUIRE(found);
  CHECK(found->size == 32);
}

TEST_CASE("a size below the change may be the same, one above it may not") {
  CHECK(crossover(std::vector{with(4, Verdict::kSame), slower(16), faster(64)}));
  CHECK_FALSE(crossover(std::vector{slower(16), faster(64), with(256, Verdict::kSame)}));
  CHECK(crossover(std::vector{slower(16), faster(64), with(256, Verdict::kCannotTell)}));
}

TEST_CASE("sizes that say nothing about speed contradict nothing") {
  for (const Verdict verdict : {Verdict::kNew, Verdict::kMissing, Verdict::kIncomparable, Verdict::kFailed}) {
    CHECK(crossover(std::vector{with(1, verdict), slower(16), with(32, verdict), faster(64), with(99, verdict)}));
  }
}

TEST_CASE("without one change of sign there is no crossing") {
  CHECK_FALSE(crossover({}));
  CHECK_FALSE(crossover(std::vector{slower(16)}));
  CHECK_FALSE(crossover(std::vector{slower(16), slower(64)}));
  CHECK_FALSE(crossover(std::vector{with(16, Verdict::kSame), faster(64)}));
  CHECK_FALSE(crossover(std::vector{slower(16), faster(64), slower(256)}));
}

TEST_CASE("a verdict whose ratio says the opposite is not relied on") {
  CHECK_FALSE(crossover(std::vector{slower(16), faster(64, 0.1)}));
  CHECK_FALSE(crossover(std::vector{slower(16, 0), faster(64)}));
  CHECK_FALSE(crossover(std::vector{slower(16, std::numeric_limits<double>::infinity()), faster(64)}));
  CHECK_FALSE(crossover(std::vector{slower(16, std::numeric_limits<double>::quiet_NaN()), faster(64)}));
}

TEST_CASE("the crossing lies above the last size of one side and not above the first of the other, at any scale") {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const auto size_of = [](const SizedVerdict& below, const SizedVerdict& above) {
    return crossover(std::vector{below, above})->size;
  };
  CHECK(size_of(slower(0), faster(1)) == 1);
  CHECK(size_of(slower(0), faster(100)) == 10);
  CHECK(size_of(slower(7, 1e-300), faster(8, -1e300)) == 8);
  CHECK(size_of(slower(most - 1), faster(most)) == most);
  CHECK(size_of(slower(100, 1e-12), faster(200)) == 101);
}

TEST_CASE("a crossing is told only where the verdicts agree with it") {
  std::mt19937_64 random(4);
  constexpr Verdict kVerdicts[] = {Verdict::kSlower, Verdict::kFaster, Verdict::kSame, Verdict::kCannotTell};
  int told = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<SizedVerdict> sizes;
    for (std::size_t i = 0, count = random() % 7; i < count; ++i) {
      const Verdict verdict = kVerdicts[random() % 4];
      const double far = 0.02 + static_cast<double>(random() % 100) / 100;
      sizes.push_back({8u << i, verdict, verdict == Verdict::kFaster ? -far : far});
    }
    const auto found = crossover(sizes);
    if (!found) {
      continue;
    }
    ++told;
    const Verdict above = found->candidate_wins_above ? Verdict::kFaster : Verdict::kSlower;
    const Verdict below = found->candidate_wins_above ? Verdict::kSlower : Verdict::kFaster;
    for (const SizedVerdict& size : sizes) {
      CHECK(size.verdict != (size.size >= found->size ? below : above));
    }
    for (SizedVerdict& size : sizes) {
      size.log_ratio = -size.log_ratio;
      size.verdict = size.verdict == Verdict::kSlower   ? Verdict::kFaster
                     : size.verdict == Verdict::kFaster ? Verdict::kSlower
                                                        : size.verdict;
    }
    const auto swapped = crossover(sizes);
    REQUIRE(swapped);
    CHECK(swapped->size == found->size);
    CHECK(swapped->candidate_wins_above != found->candidate_wins_above);
  }
  CHECK(told > 1000);
}

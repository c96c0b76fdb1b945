#include <harness/sdk/random.hpp>

#include <algorithm>
#include <array>
#include <vector>

#include "../catch.hpp"

using harness::Random;

TEST_CASE("a seed gives the same numbers on every machine") {
  Random random(7);
  const std::array<uint64_t, 3> first{random.next(), random.next(), random.next()};
  // Written down once; they must never change, for stored inputs are known by their seeds.
  CHECK(first == std::array<uint64_t, 3>{0xb358faf74ef9765a, 0x475c3d964f482cd2, 0xd6f1d349952c7996});
}

TEST_CASE("numbers stay within their bounds, both included, and reach them") {
  Random random(1);
  std::array<int, 7> seen{};
  for (int i = 0; i < 10000; ++i) {
    ++seen.at(static_cast<size_t>(random.between(-3, 3) + 3));
  }
  for (const int count : seen) {
    CHECK(count > 1200);
    CHECK(count < 1660);
  }
  CHECK(random.below(1) == 0);
  CHECK(random.between(5, 5) == 5);
  for (int i = 0; i < 100; ++i) (void)random.between(INT64_MIN, INT64_MAX);
  for (int i = 0; i < 1000; ++i) {
    const double value = random.unit();
    REQUIRE(value >= 0);
    REQUIRE(value < 1);
  }
}

TEST_CASE("shuffling keeps the elements and changes their order") {
  std::vector<int> values(100);
  for (int i = 0; i < 100; ++i) values[static_cast<size_t>(i)] = i;
  std::vector<int> shuffled = values;
  Random random(3);
  random.shuffle(shuffled);
  CHECK(shuffled != values);
  std::sort(shuffled.begin(), shuffled.end());
  CHECK(shuffled == values);
}

// About 100 us: how many primes there are below 512, by crossing out.
#define DETECTION_PERCENT 0
#include "../../functions/units.hpp"

#include <harness/sdk/solver.hpp>

#include <array>
#include <span>

namespace {

int primes() {
  constexpr std::size_t kEnd = 512;
  std::array<bool, kEnd> crossed{};
  int count = 0;
  for (std::size_t n = 2; n < kEnd; ++n) {
    if (crossed[n]) continue;
    ++count;
    for (std::size_t multiple = n * n; multiple < kEnd; multiple += n) crossed[multiple] = true;
  }
  detection::look_at(crossed.data());
  return count;
}

}  // namespace

int work(std::span<const int> nums) {
  int sum = nums[0];
  const std::uint64_t count = detection::units();
  for (std::uint64_t i = 0; i < count; ++i) sum ^= primes();
  return sum;
}
HARNESS_SOLVER("work", work);

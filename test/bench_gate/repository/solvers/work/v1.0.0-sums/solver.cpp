// About 200 us of 4,096 numbers, and as many times more as there are more of them: a running checksum.
#define DETECTION_PERCENT 0
#include "../../functions/units.hpp"

#include <harness/sdk/solver.hpp>

#include <cstdint>
#include <span>

namespace {

std::uint32_t mix(std::span<const int> numbers, std::uint32_t seed) {
  for (const int n : numbers) seed = (seed ^ static_cast<std::uint32_t>(n)) + 0x9e3779b9u;
  return seed;
}

}  // namespace

int work(std::span<const int> nums) {
  std::uint32_t sum = 1;
  const std::uint64_t count = detection::units();
  for (std::uint64_t i = 0; i < count; ++i) {
    sum = mix(nums, sum);
    detection::look_at(sum);
  }
  return static_cast<int>(sum);
}
HARNESS_SOLVER("work", work);

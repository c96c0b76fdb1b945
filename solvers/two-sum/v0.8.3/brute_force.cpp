// Every pair, one after the other. Quadratic, but it needs no memory, and on a handful of numbers nothing is faster.
#include <harness/sdk/solver.hpp>

#include <cstdint>
#include <vector>

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  const int count = static_cast<int>(nums.size());
  for (int i = 0; i < count; ++i) {
    // 64 bits: a target of -5 and a number of INT_MAX miss a number that no int can hold.
    const std::int64_t missing = std::int64_t{target} - nums[i];
    for (int j = i + 1; j < count; ++j)
      if (nums[j] == missing) return {i, j};
  }
  return {};
}

HARNESS_SOLVER("two-sum", two_sum);

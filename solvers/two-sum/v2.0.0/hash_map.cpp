// One pass: each number asks whether the one that it misses has been seen. The standard map as it comes, one allocation
// for each number kept.
#include <harness/sdk/solver.hpp>

#include <cstdint>
#include <unordered_map>
#include <vector>

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  std::unordered_map<std::int64_t, int> index_of;  // keyed wider than int: what is missing may lie outside of int
  for (int i = 0; i < static_cast<int>(nums.size()); ++i) {
    if (const auto found = index_of.find(std::int64_t{target} - nums[i]); found != index_of.end())
      return {found->second, i};
    index_of.emplace(nums[i], i);  // after the question, so that a number never pairs with itself
  }
  return {};
}

HARNESS_SOLVER("two-sum", two_sum);

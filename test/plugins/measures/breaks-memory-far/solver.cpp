// Promises 1 MiB and takes 768.
#include <harness/sdk/solver.hpp>

#include "../pairs.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  const std::vector<char> wasted(768 << 20, 1);
  return wasted[nums.size()] == 1 ? pair_in(nums, target) : std::vector<int>{};
}
HARNESS_SOLVER("two-sum", two_sum);

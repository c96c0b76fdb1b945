// Declares O(n) and compares all pairs.
#include <harness/sdk/solver.hpp>

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  std::vector<int> found;
  for (int i = 0; i < static_cast<int>(nums.size()); ++i)
    for (int j = i + 1; j < static_cast<int>(nums.size()); ++j)
      if (static_cast<long>(nums[i]) + nums[j] == target && found.empty()) found = {i, j};
  return found;
}
HARNESS_SOLVER("two-sum", two_sum);

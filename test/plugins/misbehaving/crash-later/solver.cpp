// Answers rightly four million times, then crashes.
#include <harness/sdk/solver.hpp>

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  static int calls = 0;
  static int* volatile nowhere = nullptr;
  if (++calls > 4000000) *nowhere = target;
  for (int i = 0; i < static_cast<int>(nums.size()); ++i) {
    for (int j = i + 1; j < static_cast<int>(nums.size()); ++j) {
      if (nums[i] + nums[j] == target) return {i, j};
    }
  }
  return {};
}
HARNESS_SOLVER("two-sum", two_sum);

// Counts the pairs that it looks at, and leaks 24 bytes in each call.
#include <harness/sdk/counters.hpp>
#include <harness/sdk/solver.hpp>

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  static char* volatile kept = nullptr;
  kept = new char[24];
  double& pairs = harness::counter("pairs");
  for (int i = 0; i < static_cast<int>(nums.size()); ++i)
    for (int j = i + 1; j < static_cast<int>(nums.size()); ++j) {
      pairs += 1;
      if (static_cast<long>(nums[i]) + nums[j] == target) return {i, j};
    }
  return {};
}
HARNESS_SOLVER("two-sum", two_sum);

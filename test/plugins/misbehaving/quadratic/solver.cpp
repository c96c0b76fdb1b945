// Right, but compares all pairs even after it has found one, so that time grows with the square of the size; no max_size.
#include <harness/sdk/solver.hpp>

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  std::vector<int> found;
  for (std::size_t i = 0; i < nums.size(); ++i) {
    for (std::size_t j = i + 1; j < nums.size(); ++j) {
      if (static_cast<long>(nums[i]) + nums[j] == target && found.empty()) found = {static_cast<int>(i), static_cast<int>(j)};
    }
  }
  return found;
}
HARNESS_SOLVER("two-sum", two_sum);

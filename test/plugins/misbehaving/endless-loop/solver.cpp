// Never answers.
#include <harness/sdk/solver.hpp>

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  volatile int turns = 0;
  while (true) turns = turns + static_cast<int>(nums.size()) + target;
}
HARNESS_SOLVER("two-sum", two_sum);

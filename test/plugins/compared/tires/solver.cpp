// Each call of a process is a little slower than the one before.
#include <harness/sdk/solver.hpp>

#include "../work.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  static int calls = 0;
  work_finely(5'000 + 20 * ++calls);
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

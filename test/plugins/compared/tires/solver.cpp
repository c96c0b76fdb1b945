// Each call of a process is slower than the one before.
#include <harness/sdk/solver.hpp>

#include "../work.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  static int calls = 0;
  work(10 + ++calls / 50);
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

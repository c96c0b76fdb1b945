// What the others of this folder are compared with.
#include <harness/sdk/solver.hpp>

#include "../work.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  work(10);
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

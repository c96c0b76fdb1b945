// The source of `once`: the same code under another name.
#include <harness/sdk/solver.hpp>

#include "../work.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  work(10);
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

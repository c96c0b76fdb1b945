// Three times the work of `once`.
#include <harness/sdk/solver.hpp>

#include "../work.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  work(30);
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

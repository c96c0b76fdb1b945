// Every call takes the same time.
#include <harness/sdk/solver.hpp>

#include "../pairs.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  static volatile int work = 0;
  for (int i = 0; i < 30'000; ++i) work = work + 1;
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

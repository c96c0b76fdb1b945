// Crashes at its 300th call in a process: later than checking it takes, sooner than measuring does.
#include <cstdlib>

#include <harness/sdk/solver.hpp>

#include "../work.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  static int calls = 0;
  if (++calls == 300) std::abort();
  work(10);
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

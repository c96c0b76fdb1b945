// Calls its own counters like figures of the report.
#include <harness/sdk/counters.hpp>
#include <harness/sdk/solver.hpp>

#include "../pairs.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  harness::count("allocs", 7);
  harness::count("real_time", 7);
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

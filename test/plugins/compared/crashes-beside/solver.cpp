// Crashes in a process that another solver is loaded into as well.
#include <cstdlib>

#include <harness/sdk/solver.hpp>

#include "../beside.hpp"
#include "../work.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  static const bool alone = is_alone("crashes-beside");
  if (!alone) std::abort();
  work(10);
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

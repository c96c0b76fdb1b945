// Answers wrongly in a process that another solver is loaded into as well: right whenever it is checked alone.
#include <harness/sdk/solver.hpp>

#include "../beside.hpp"
#include "../work.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  static const bool alone = is_alone("wrong-beside");
  work(10);
  auto answer = pair_in(nums, target);
  if (!alone) answer[1] = answer[0];
  return answer;
}
HARNESS_SOLVER("two-sum", two_sum);

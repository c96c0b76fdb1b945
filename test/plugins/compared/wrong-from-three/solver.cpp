// Wrong for three numbers and more: the smallest case that shows it is example-2 (three numbers), not example-1 (four).
#include <harness/sdk/solver.hpp>

#include "../work.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  work(10);
  auto answer = pair_in(nums, target);
  if (nums.size() >= 3) answer[1] = answer[0];
  return answer;
}
HARNESS_SOLVER("two-sum", two_sum);

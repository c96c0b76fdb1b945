// One call in forty takes a thousand times as long as the others.
#include <harness/sdk/solver.hpp>

#include "../pairs.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  static int calls = 0;
  static volatile int work = 0;
  const int turns = ++calls % 40 == 0 ? 30'000'000 : 30'000;
  for (int i = 0; i < turns; ++i) work = work + 1;
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

// Writes without end.
#include <cstdio>

#include <harness/sdk/solver.hpp>

std::vector<int> two_sum(const std::vector<int>&, int target) {
  while (true) std::printf("the target is %d, the target is %d, the target is %d\n", target, target, target);
}
HARNESS_SOLVER("two-sum", two_sum);

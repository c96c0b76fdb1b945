// Crashes at its 230th call in a process: later than checking it takes, sooner than measuring does. Its calls differ so much
// that few of them never suffice.
#include <cstdint>
#include <cstdlib>

#include <harness/sdk/solver.hpp>

#include "../work.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  static int calls = 0;
  static std::uint32_t state = 1;
  if (++calls == 230) std::abort();
  state = state * 1664525u + 1013904223u;
  work(2 + static_cast<int>(state >> 24) % 21);
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

// As `once`, with ten allocations of 1,000 bytes beside the answer's own.
#include <memory>

#include <harness/sdk/solver.hpp>

#include "../work.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  std::unique_ptr<char[]> blocks[10];
  for (auto& block : blocks) {
    block.reset(new char[1000]);
    asm volatile("" ::"r"(block.get()) : "memory");
  }
  work(10);
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

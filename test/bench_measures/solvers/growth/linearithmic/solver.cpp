// A halving for each element.
#include <harness/sdk/solver.hpp>

#include "../../../work.hpp"

int growth(const std::vector<int>& nums) {
  const std::uint64_t n = nums.size();
  return static_cast<int>(pieces(static_cast<std::uint32_t>(nums[0]), n * static_cast<std::uint64_t>(doublings(n))));
}
HARNESS_SOLVER("growth", growth);

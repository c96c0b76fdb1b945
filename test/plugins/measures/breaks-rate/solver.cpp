// Promises more calls per second than light allows.
#include <harness/sdk/solver.hpp>

#include "../pairs.hpp"

std::vector<int> two_sum(const std::vector<int>& nums, int target) { return pair_in(nums, target); }
HARNESS_SOLVER("two-sum", two_sum);

// About 10 ns.
#define DETECTION_PERCENT 0
#include "../../functions/arithmetic.hpp"

#include <harness/sdk/solver.hpp>

int work(std::span<const int> nums) { return detection::arithmetic(nums); }
HARNESS_SOLVER("work", work);

// About 1 us.
#define DETECTION_PERCENT 0
#include "../../functions/interpreter.hpp"

#include <harness/sdk/solver.hpp>

int work(std::span<const int> nums) { return detection::interpreter(nums); }
HARNESS_SOLVER("work", work);

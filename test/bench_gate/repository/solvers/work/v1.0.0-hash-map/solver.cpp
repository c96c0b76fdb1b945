// About 100 us; most of it is the allocator's.
#define DETECTION_PERCENT 0
#include "../../functions/hash_map.hpp"

#include <harness/sdk/solver.hpp>

int work(std::span<const int> nums) { return detection::hash_map(nums); }
HARNESS_SOLVER("work", work);

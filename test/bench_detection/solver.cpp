// One of the functions as a solver: DETECTION_FUNCTION names it, DETECTION_HEADER its file.
#include DETECTION_HEADER

#include <harness/sdk/solver.hpp>

int detection_solver(std::span<const int> nums) { return detection::DETECTION_FUNCTION(nums); }
HARNESS_SOLVER("detection", detection_solver);

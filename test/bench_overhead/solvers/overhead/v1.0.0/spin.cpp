#include <harness/sdk/solver.hpp>

#include "../../../measured.hpp"

HARNESS_SOLVER("overhead", overhead::spin);

#include <harness/sdk/solver.hpp>

#include "../../../measured.hpp"

HARNESS_SOLVER("overhead-sort", overhead::sort_in_place);

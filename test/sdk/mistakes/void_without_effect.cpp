// harness: a void solver must answer through a parameter
#include <harness/sdk/solver.hpp>
void look(const std::vector<int>&, int) {}
HARNESS_SOLVER("mistake", look);

// harness: this parameter's type does not cross the boundary
#include <harness/sdk/solver.hpp>
int first(std::span<const int, 3> values) { return values[0]; }
HARNESS_SOLVER("mistake", first);

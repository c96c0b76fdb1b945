// harness: a pointer does not cross the boundary
#include <harness/sdk/solver.hpp>
int first(const int* values) { return *values; }
HARNESS_SOLVER("mistake", first);

// harness: this parameter's type does not cross the boundary
#include <memory>
#include <harness/sdk/solver.hpp>
int first(const std::vector<std::shared_ptr<int>>& values) { return *values[0]; }
HARNESS_SOLVER("mistake", first);

// harness: the solver must be one function, member function, lambda or functor with fixed parameter types
#include <harness/sdk/solver.hpp>
int first(int x, ...) { return x; }
HARNESS_SOLVER("mistake", first);

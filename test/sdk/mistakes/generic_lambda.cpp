// harness: the solver must be one function, member function, lambda or functor with fixed parameter types
#include <harness/sdk/solver.hpp>
HARNESS_SOLVER("mistake", [](auto x) { return x; });

// harness: the solver must be one function, member function, lambda or functor with fixed parameter types
#include <harness/sdk/solver.hpp>
struct Twice {
  int operator()(int x) { return 2 * x; }
  long operator()(long x) { return 2 * x; }
};
HARNESS_SOLVER("mistake", Twice{});

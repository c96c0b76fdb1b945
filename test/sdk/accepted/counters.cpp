#include <harness/sdk/counters.hpp>
#include <harness/sdk/solver.hpp>

namespace mine {

// Counters may be used where the solver's own namespace and its words are.
int solve(int x) {
  double& depth = harness::counter("depth");
  for (int i = 0; i < x; ++i) depth += 1;
  harness::count("look-ups.2", 3);
  return x;
}

HARNESS_SOLVER("two-sum", solve);

}  // namespace mine

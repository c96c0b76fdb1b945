// harness: the solver is an overloaded or a template function
#include <harness/sdk/solver.hpp>
struct Solution {
  int twice(int x) { return 2 * x; }
  long twice(long x) { return 2 * x; }
};
HARNESS_SOLVER("mistake", &Solution::twice);

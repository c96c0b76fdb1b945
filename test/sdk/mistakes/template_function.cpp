// harness: the solver is an overloaded or a template function
#include <harness/sdk/solver.hpp>
template <class T>
T twice(T x) {
  return 2 * x;
}
HARNESS_SOLVER("mistake", twice);

// harness: this result's type does not cross the boundary
#include <complex>
#include <harness/sdk/solver.hpp>
std::complex<double> root(double x) { return {x, 0}; }
HARNESS_SOLVER("mistake", root);

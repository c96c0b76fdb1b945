// Throws instead of answering.
#include <stdexcept>

#include <harness/sdk/solver.hpp>

std::vector<int> two_sum(const std::vector<int>&, int) { throw std::invalid_argument("no such pair"); }
HARNESS_SOLVER("two-sum", two_sum);

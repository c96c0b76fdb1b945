// Dereferences null before anybody has called it.
#include <harness/sdk/solver.hpp>

namespace {
int* volatile nowhere = nullptr;
const int crashed = *nowhere;
}  // namespace

std::vector<int> two_sum(const std::vector<int>&, int target) { return {crashed, target}; }
HARNESS_SOLVER("two-sum", two_sum);

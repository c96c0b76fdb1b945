// A value against earlier ones and a tolerance. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace harness::compare {

// The first i with sorted_baseline[i] > value + tol; their number when there is none. More is worse, so it is the
// number of earlier values that were not worse than `value` by more than `tol`. That grades an alarm: all of them = it
// has never been clearly worse; few = it has often been. Precondition: ascending, no NaN. O(log n).
std::size_t find_first_violation(std::span<const double> sorted_baseline, double value, double tol = 0.01);

// All i with baseline[i] > value + tol, ascending. For what is unsorted, small or streams. O(n).
std::vector<std::size_t> scan_violations(std::span<const double> baseline, double value, double tol = 0.01);

// Indices as above, by whichever way the baseline allows: equal answers on what is sorted.
std::vector<std::size_t> violations(std::span<const double> baseline, double value, double tol = 0.01);

}  // namespace harness::compare

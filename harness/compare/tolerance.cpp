#include <harness/compare/tolerance.hpp>

#include <algorithm>
#include <numeric>

namespace harness::compare {

std::size_t find_first_violation(std::span<const double> sorted_baseline, double value, double tol) {
  const double most = value + tol;
  // Negated, not `<=`: where an infinity meets its opposite `most` is no number, and nothing is above it.
  const auto first = std::partition_point(sorted_baseline.begin(), sorted_baseline.end(),
                                          [most](double each) { return !(each > most); });
  return static_cast<std::size_t>(first - sorted_baseline.begin());
}

std::vector<std::size_t> scan_violations(std::span<const double> baseline, double value, double tol) {
  const double most = value + tol;
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < baseline.size(); ++i) {
    if (baseline[i] > most) {
      found.push_back(i);
    }
  }
  return found;
}

std::vector<std::size_t> violations(std::span<const double> baseline, double value, double tol) {
  if (!std::is_sorted(baseline.begin(), baseline.end())) {
    return scan_violations(baseline, value, tol);
  }
  const std::size_t first = find_first_violation(baseline, value, tol);
  std::vector<std::size_t> found(baseline.size() - first);
  std::iota(found.begin(), found.end(), first);
  return found;
}

}  // namespace harness::compare

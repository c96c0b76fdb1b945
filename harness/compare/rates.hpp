// How well a rate is known that was counted: k times in n. Every rate that is printed carries its count and its bound.
#pragma once

#include <cstdint>

namespace harness::compare {

// The exact 95 % interval of Clopper and Pearson (Biometrika 26, 1934), two-sided: 2.5 % on either side. 0 of 20 gives
// 0 to 0.1684. Its true coverage is never below 95 %.
struct RateBound {
  double low = 0, high = 1;  // 0 <= low <= k / n <= high <= 1
};
// Precondition: k <= n. Of nothing (n = 0) nothing is known: 0 to 1.
RateBound rate_bound(std::uint64_t k, std::uint64_t n);

// The one-sided 95 % bounds, for rates that are promised to be small or large: at most 3.7 % of 0 in 80 (the rule of
// three: about 3 / n).
double rate_at_most(std::uint64_t k, std::uint64_t n);
double rate_at_least(std::uint64_t k, std::uint64_t n);

}  // namespace harness::compare

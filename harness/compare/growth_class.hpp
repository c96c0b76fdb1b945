// The classes of growth that a series of sizes can be told to follow.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace harness::compare {

// Slowest growth first; the order is used.
enum class GrowthClass { kConstant, kLogarithmic, kLinear, kLinearithmic, kQuadratic, kCubic, kExponential };

inline constexpr std::array kGrowthClasses = {
    GrowthClass::kConstant,  GrowthClass::kLogarithmic, GrowthClass::kLinear,     GrowthClass::kLinearithmic,
    GrowthClass::kQuadratic, GrowthClass::kCubic,       GrowthClass::kExponential};

// `O(1)`, `O(log n)`, `O(n)`, `O(n log n)`, `O(n^2)`, `O(n^3)`, `O(2^n)`.
std::string_view text(GrowthClass growth);

// The inverse, as people write it: case and spaces do not matter, and `O(nlogn)`, `O(n*log(n))`, `O(lg n)`, `O(n²)`,
// `O(n**2)`, `O(n*n)` are understood. Nothing for any other class (`O(sqrt n)`, `O(n + m)`) and for what is no class.
std::optional<GrowthClass> parse_growth_class(std::string_view text);

// ln f(size), f being the class's function: 1, log2 n, n, n log2 n, n^2, n^3, 2^n. Sizes below 2 count as 2 under the
// logarithm and as 1 elsewhere, so that the result is finite for every size.
double log_growth(GrowthClass growth, double size);

// Classes of one power differ by a logarithm, which caches can imitate: O(1) and O(log n) are of power 0, O(n) and
// O(n log n) of power 1, O(n^2) of 2, O(n^3) of 3, O(2^n) of 4 (beyond any power).
int power(GrowthClass growth);

}  // namespace harness::compare

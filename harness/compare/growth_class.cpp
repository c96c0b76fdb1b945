#include <harness/compare/growth_class.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

namespace harness::compare {
namespace {

constexpr std::array<std::string_view, kGrowthClasses.size()> kTexts = {"O(1)",   "O(log n)", "O(n)",  "O(n log n)",
                                                                        "O(n^2)", "O(n^3)",   "O(2^n)"};

// What stands between the parentheses, without spaces and in lower case.
constexpr std::pair<std::string_view, GrowthClass> kSpellings[] = {{"1", GrowthClass::kConstant},
                                                                   {"logn", GrowthClass::kLogarithmic},
                                                                   {"log(n)", GrowthClass::kLogarithmic},
                                                                   {"log2n", GrowthClass::kLogarithmic},
                                                                   {"lgn", GrowthClass::kLogarithmic},
                                                                   {"n", GrowthClass::kLinear},
                                                                   {"nlogn", GrowthClass::kLinearithmic},
                                                                   {"nlog(n)", GrowthClass::kLinearithmic},
                                                                   {"nlgn", GrowthClass::kLinearithmic},
                                                                   {"n*logn", GrowthClass::kLinearithmic},
                                                                   {"n·logn", GrowthClass::kLinearithmic},
                                                                   {"n*log(n)", GrowthClass::kLinearithmic},
                                                                   {"n·log(n)", GrowthClass::kLinearithmic},
                                                                   {"nlog2n", GrowthClass::kLinearithmic},
                                                                   {"n^2", GrowthClass::kQuadratic},
                                                                   {"n²", GrowthClass::kQuadratic},
                                                                   {"n**2", GrowthClass::kQuadratic},
                                                                   {"n*n", GrowthClass::kQuadratic},
                                                                   {"n^3", GrowthClass::kCubic},
                                                                   {"n³", GrowthClass::kCubic},
                                                                   {"n**3", GrowthClass::kCubic},
                                                                   {"n*n*n", GrowthClass::kCubic},
                                                                   {"2^n", GrowthClass::kExponential},
                                                                   {"2ⁿ", GrowthClass::kExponential},
                                                                   {"2**n", GrowthClass::kExponential}};

}  // namespace

std::string_view text(GrowthClass growth) { return kTexts[static_cast<std::size_t>(growth)]; }

std::optional<GrowthClass> parse_growth_class(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == ' ' || c == '\t') {
      continue;
    }
    plain.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  if (plain.size() < 4 || plain.rfind("o(", 0) != 0 || plain.back() != ')') {
    return std::nullopt;
  }
  const std::string_view inside = std::string_view(plain).substr(2, plain.size() - 3);
  for (const auto& [spelling, growth] : kSpellings) {
    if (inside == spelling) {
      return growth;
    }
  }
  return std::nullopt;
}

double log_growth(GrowthClass growth, double size) {
  const double log_size = std::log(std::max(size, 1.0));
  const double log_log = std::log(std::log2(std::max(size, 2.0)));
  switch (growth) {
    case GrowthClass::kConstant: return 0;
    case GrowthClass::kLogarithmic: return log_log;
    case GrowthClass::kLinear: return log_size;
    case GrowthClass::kLinearithmic: return log_size + log_log;
    case GrowthClass::kQuadratic: return 2 * log_size;
    case GrowthClass::kCubic: return 3 * log_size;
    case GrowthClass::kExponential: return std::max(size, 1.0) * std::log(2.0);
  }
  return 0;
}

int power(GrowthClass growth) {
  constexpr std::array<int, kGrowthClasses.size()> kPowers = {0, 0, 1, 1, 2, 3, 4};
  return kPowers[static_cast<std::size_t>(growth)];
}

}  // namespace harness::compare

#include <harness/compare/growth_class.hpp>

#include <cmath>
#include <limits>
#include <string>

#include "../catch.hpp"

using namespace harness::compare;

TEST_CASE("the text of every class is read back as that class") {
  for (const GrowthClass growth : kGrowthClasses) {
    INFO(text(growth));
    CHECK(parse_growth_class(text(growth)) == growth);
  }
}

TEST_CASE("classes are understood as people write them") {
  using G = GrowthClass;
  const std::pair<const char*, G> spellings[] = {{"o(1)", G::kConstant},
                                                 {" O( 1 ) ", G::kConstant},
                                                 {"O(logn)", G::kLogarithmic},
                                                 {"O(LOG N)", G::kLogarithmic},
                                                 {"O(log(n))", G::kLogarithmic},
                                                 {"O(lg n)", G::kLogarithmic},
                                                 {"O(N)", G::kLinear},
                                                 {"O(nlogn)", G::kLinearithmic},
                                                 {"O(n * log n)", G::kLinearithmic},
                                                 {"O(n·log n)", G::kLinearithmic},
                                                 {"O(n log(n))", G::kLinearithmic},
                                                 {"O(n^2)", G::kQuadratic},
                                                 {"O(n²)", G::kQuadratic},
                                                 {"O(n ** 2)", G::kQuadratic},
                                                 {"O(n*n)", G::kQuadratic},
                                                 {"O(n^3)", G::kCubic},
                                                 {"O(n³)", G::kCubic},
                                                 {"O(2^n)", G::kExponential},
                                                 {"O(2ⁿ)", G::kExponential}};
  for (const auto& [spelling, growth] : spellings) {
    INFO(spelling);
    CHECK(parse_growth_class(spelling) == growth);
  }
}

TEST_CASE("what is no class, or none of the seven, is nothing") {
  for (const char* other : {"", "O", "O(", "O()", "(n)", "n", "O(n", "On)", "O(sqrt n)", "O(n + m)", "O(m)", "O(2)",
                            "O(n^4)", "O(n!)", "O(3^n)", "O(n) amortised", "Theta(n)", "O(n)O(n)", "O(1*)"}) {
    INFO(other);
    CHECK_FALSE(parse_growth_class(other).has_value());
  }
}

TEST_CASE("classes are ordered by growth wherever sizes tell them apart") {
  for (const double size : {16.0, 1000.0, 1048576.0}) {
    for (std::size_t i = 1; i < kGrowthClasses.size(); ++i) {
      CHECK(log_growth(kGrowthClasses[i - 1], size) < log_growth(kGrowthClasses[i], size));
      CHECK(power(kGrowthClasses[i - 1]) <= power(kGrowthClasses[i]));
    }
  }
}

TEST_CASE("the growth of a size is the logarithm of the class's function") {
  CHECK(log_growth(GrowthClass::kConstant, 1024) == 0);
  CHECK(std::exp(log_growth(GrowthClass::kLogarithmic, 1024)) == Approx(10));
  CHECK(std::exp(log_growth(GrowthClass::kLinear, 1024)) == Approx(1024));
  CHECK(std::exp(log_growth(GrowthClass::kLinearithmic, 1024)) == Approx(10240));
  CHECK(std::exp(log_growth(GrowthClass::kQuadratic, 100)) == Approx(1e4));
  CHECK(std::exp(log_growth(GrowthClass::kCubic, 100)) == Approx(1e6));
  CHECK(std::exp(log_growth(GrowthClass::kExponential, 20)) == Approx(1048576));
}

TEST_CASE("no size has an infinite growth") {
  for (const GrowthClass growth : kGrowthClasses) {
    for (const double size : {0.0, 1.0, 2.0, static_cast<double>(std::numeric_limits<std::uint64_t>::max())}) {
      CHECK(std::isfinite(log_growth(growth, size)));
      CHECK(log_growth(growth, size) >= 0);
    }
  }
}

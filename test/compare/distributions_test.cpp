#include <harness/compare/distributions.hpp>

#include <cmath>

#include "../catch.hpp"

using namespace harness::compare;

TEST_CASE("quantiles of Student's t are those of the printed tables") {
  CHECK(student_t_quantile(0.975, 1) == Approx(12.706).margin(0.0005));
  CHECK(student_t_quantile(0.975, 2) == Approx(4.303).margin(0.0005));
  CHECK(student_t_quantile(0.975, 4) == Approx(2.776).margin(0.0005));
  CHECK(student_t_quantile(0.975, 39) == Approx(2.023).margin(0.0005));
  CHECK(student_t_quantile(0.95, 10) == Approx(1.812).margin(0.0005));
  CHECK(student_t_quantile(0.025, 4) == Approx(-2.776).margin(0.0005));
}

TEST_CASE("quantiles of a beta distribution with a parameter of 1 are roots") {
  CHECK(beta_quantile(0.3, 1, 1) == Approx(0.3));
  CHECK(beta_quantile(0.05, 7, 1) == Approx(std::pow(0.05, 1.0 / 7)));
  CHECK(beta_quantile(0.95, 1, 80) == Approx(1 - std::pow(0.05, 1.0 / 80)));
}

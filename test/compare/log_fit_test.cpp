#include <harness/compare/log_fit.hpp>

#include <cmath>
#include <random>

#include "../catch.hpp"

using namespace harness::compare;

namespace {

std::vector<LogPoint> points_of(GrowthClass growth, const std::vector<double>& sizes, double constant, double factor) {
  std::vector<LogPoint> points;
  for (const double size : sizes) {
    points.push_back({size, std::log(constant + factor * std::exp(log_growth(growth, size))), 1});
  }
  return points;
}

const std::vector<double> kSizes{3, 6, 9, 12, 15, 18, 21, 24};

}  // namespace

TEST_CASE("a fit finds the factor of a series of its class, and foretells sizes that it has not seen") {
  for (const GrowthClass growth : kGrowthClasses) {
    INFO(text(growth));
    const LogFit fit = fit_log(points_of(growth, kSizes, 0, 7e-9), growth);
    CHECK(fit.parameters == 1);
    CHECK(std::exp(fit.log_factor) == Approx(7e-9));
    CHECK(fit.mean_square == Approx(0).margin(1e-20));
    CHECK(fit.log_value_at(30) == Approx(std::log(7e-9) + log_growth(growth, 30)));
  }
}

TEST_CASE("a fit finds the constant that small sizes carry") {
  const std::vector<double> sizes{16, 64, 256, 1024, 4096, 16384};
  for (const GrowthClass growth : {GrowthClass::kLinear, GrowthClass::kLinearithmic, GrowthClass::kQuadratic}) {
    INFO(text(growth));
    const LogFit fit = fit_log(points_of(growth, sizes, 100e-9, 1e-9), growth);
    CHECK(fit.parameters == 2);
    CHECK(std::exp(fit.log_factor) == Approx(1e-9).epsilon(0.02));
    CHECK(std::exp(fit.log_constant) == Approx(100).epsilon(0.05));
    CHECK(std::sqrt(fit.mean_square) < 0.01);
  }
}

TEST_CASE(
    "the constant leaves the class more than half of the three largest values, so that no class fits a constant") {
  const auto flat = points_of(GrowthClass::kConstant, {16, 64, 256, 1024, 4096, 16384}, 0, 5e-9);
  for (const GrowthClass growth : kGrowthClasses) {
    INFO(text(growth));
    const LogFit fit = fit_log(flat, growth);
    CHECK(fit.log_constant <= log_growth(growth, 1024) + 1e-9);
    CHECK((growth == GrowthClass::kConstant) == (std::sqrt(fit.mean_square) < 0.1));
  }
}

TEST_CASE("scaling the values moves the factor and nothing else") {
  std::mt19937_64 random(5);
  std::normal_distribution<double> noise(0, 0.3);
  for (int round = 0; round < 100; ++round) {
    auto points = points_of(GrowthClass::kLinear, {16, 64, 256, 1024, 4096}, 0, 1e-9);
    for (LogPoint& point : points) {
      point.log_value += noise(random);
    }
    auto scaled = points;
    for (LogPoint& point : scaled) {
      point.log_value += std::log(1000.0);
    }
    for (const GrowthClass growth : kGrowthClasses) {
      CHECK(fit_log(scaled, growth).mean_square == Approx(fit_log(points, growth).mean_square));
      CHECK(fit_log(scaled, growth).log_factor == Approx(fit_log(points, growth).log_factor + std::log(1000.0)));
      CHECK(wander(scaled, growth) == Approx(wander(points, growth)));
    }
  }
}

TEST_CASE("a heavy point pulls the fit towards itself") {
  auto points = points_of(GrowthClass::kConstant, {1, 2, 4}, 0, 1);
  points[2].log_value = 1;
  points[2].weight = 1e6;
  CHECK(fit_log(points, GrowthClass::kConstant).log_factor == Approx(1).margin(1e-5));
}

TEST_CASE("one step makes a class wander by the step, wherever it lies") {
  const std::vector<double> sizes{16, 64, 256, 1024, 4096, 16384};
  for (std::size_t step = 1; step < sizes.size(); ++step) {
    auto points = points_of(GrowthClass::kLinear, sizes, 0, 1e-9);
    for (std::size_t i = step; i < points.size(); ++i) {
      points[i].log_value += std::log(4.0);
    }
    CHECK(wander(points, GrowthClass::kLinear) == Approx(std::log(4.0)).margin(0.1));
  }
}

TEST_CASE("2^n of a million does not leave the numbers") {
  const auto points = points_of(GrowthClass::kLinear, {16, 1024, 65536, 1048576}, 0, 1e-9);
  const LogFit fit = fit_log(points, GrowthClass::kExponential);
  CHECK(std::isfinite(fit.mean_square));
  CHECK(std::isfinite(fit.log_value_at(2097152)));
  CHECK(std::isfinite(wander(points, GrowthClass::kExponential)));
}

TEST_CASE("residuals are what a fit leaves") {
  const auto points = points_of(GrowthClass::kLinear, {16, 64, 256}, 0, 1e-9);
  for (const double residual : residuals(points, fit_log(points, GrowthClass::kLinear))) {
    CHECK(residual == Approx(0).margin(1e-12));
  }
  const auto left = residuals(points, fit_log(points, GrowthClass::kConstant));
  CHECK(left[0] == Approx(-std::log(4.0)));
  CHECK(left[2] == Approx(std::log(4.0)));
}

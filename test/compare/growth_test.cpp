#include <harness/compare/growth.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <string>

#include "../catch.hpp"

using namespace harness::compare;
using State = Growth::State;
using Finding = Growth::Finding;
using G = GrowthClass;

namespace {

constexpr CacheSizes kCaches{32 << 10, 2 << 20, 480 << 20};
const std::vector<std::uint64_t> kSizes{16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576};

// Seconds of the two-sum solvers at kSizes on a shared virtual machine.
const std::vector<double> kHash{302e-9, 1.35e-6, 6.86e-6, 41.7e-6, 217e-6, 1.07e-3, 5.48e-3, 42.8e-3, 0.501};
const std::vector<double> kSort{66.8e-9, 334e-9, 1.52e-6, 7.74e-6, 146e-6, 712e-6, 3.25e-3, 14.9e-3, 65.9e-3};
const std::vector<double> kTable{62.2e-9, 213e-9, 718e-9, 2.82e-6, 11.2e-6, 159e-6, 650e-6, 4.19e-3, 31e-3};
const std::vector<double> kScan{47.4e-9, 627e-9, 7.43e-6, 103e-6, 1.45e-3, 25.6e-3};

std::vector<GrowthPoint> points_of(const std::vector<double>& values, double working_bytes_an_element = 0,
                                   double relative_spread = 0.02, std::size_t first = 0) {
  std::vector<GrowthPoint> points;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t size = kSizes.at(first + i);
    points.push_back({size, values[i], relative_spread, working_bytes_an_element * static_cast<double>(size)});
  }
  return points;
}

template <class Value>
std::vector<GrowthPoint> made(const std::vector<std::uint64_t>& sizes, Value value, double working_bytes = 0) {
  std::vector<GrowthPoint> points;
  for (const std::uint64_t size : sizes) {
    const auto n = static_cast<double>(size);
    points.push_back({size, value(n), 0, working_bytes * n});
  }
  return points;
}

std::vector<std::uint64_t> sizes_for(G growth) {
  switch (growth) {
    case G::kQuadratic: return {16, 64, 256, 1024, 4096, 16384};
    case G::kCubic: return {8, 16, 32, 64, 128, 256, 512};
    case G::kExponential: return {3, 6, 9, 12, 15, 18, 21, 24};
    default: return kSizes;
  }
}

std::vector<GrowthPoint> noisy(std::mt19937_64& random, G growth, const std::vector<std::uint64_t>& sizes, double noise,
                               double constant = 0) {
  std::normal_distribution<double> log_noise(0, noise);
  return made(sizes, [&](double n) {
    return (constant + 3e-9 * std::exp(log_growth(growth, n))) * std::exp(log_noise(random));
  });
}

int right_of(int draws, std::mt19937_64& random, G growth, std::optional<G> declared, double constant = 0) {
  int right = 0;
  for (int draw = 0; draw < draws; ++draw) {
    right += fit(noisy(random, growth, sizes_for(growth), 0.05, constant), declared, kCaches).best == growth ? 1 : 0;
  }
  return right;
}

}  // namespace

TEST_CASE("each of the seven classes is recognised under 5 percent of noise") {
  std::mt19937_64 random(11);
  std::string counts;
  for (const G growth : kGrowthClasses) {
    const int right = right_of(1000, random, growth, std::nullopt);
    counts += std::string(text(growth)) + " " + std::to_string(right) + "  ";
    CHECK(right >= 950);
  }
  WARN("right class in 1,000 draws, nothing declared: " << counts);
}

TEST_CASE("a constant that small sizes carry does not hide the class") {
  std::mt19937_64 random(12);
  for (const G growth : kGrowthClasses) {
    INFO(text(growth));
    CHECK(right_of(200, random, growth, std::nullopt, 40e-9) >= 190);
  }
}

TEST_CASE("a wrong declaration does not change what is recognised, and one that is too low is named") {
  std::mt19937_64 random(13);
  for (const G declared : kGrowthClasses) {
    for (const G growth : kGrowthClasses) {
      INFO("declared " << text(declared) << ", is " << text(growth));
      const Growth found = fit(noisy(random, growth, sizes_for(growth), 0.05), declared, kCaches);
      CHECK(found.state == State::kFitted);
      CHECK(found.best == growth);
      CHECK(*found.best_error < 0.12);
      CHECK(found.finding == (growth == declared  ? Finding::kKept
                              : growth < declared ? Finding::kBetter
                                                  : Finding::kOtherClass));
      CHECK((*found.time_deviation() > kTimeDeviationLimit && *found.signed_deviation > 0) == (growth > declared));
    }
  }
}

TEST_CASE("a map of nodes that slows down with the caches stays linear, and its departure is placed at one") {
  const Growth found = fit(points_of(kHash, 48), G::kLinear, kCaches);
  CHECK(found.state == State::kFitted);
  CHECK(found.best == G::kLinear);
  CHECK(found.finding == Finding::kCache);
  REQUIRE(found.departure.has_value());
  CHECK(found.departure->kept_size == 64);
  CHECK(found.departure->first_size == 1024);
  CHECK(found.departure->cache_level == 1);
  CHECK(found.departure->factor == Approx(24).margin(1));
  CHECK(found.candidates == std::vector{G::kLinearithmic});
  CHECK(*found.signed_deviation > kTimeDeviationLimit);
}

TEST_CASE("a map of nodes is never taken for quadratic, whichever of its sizes are measured") {
  for (std::size_t first = 0; first < kSizes.size(); ++first) {
    for (std::size_t count = 4; first + count <= kSizes.size(); ++count) {
      const std::vector<double> part(kHash.begin() + static_cast<std::ptrdiff_t>(first),
                                     kHash.begin() + static_cast<std::ptrdiff_t>(first + count));
      for (const double working_bytes : {0.0, 48.0}) {
        INFO(count << " sizes from " << kSizes[first]);
        const Growth found = fit(points_of(part, working_bytes, 0.02, first), G::kLinear, kCaches);
        CHECK((!found.best || power(*found.best) == 1));
        CHECK(found.finding != Finding::kTail);
      }
    }
  }
}

TEST_CASE("a sort whose branches stop being learnt stays n log n, whichever of its sizes are measured") {
  const Growth whole = fit(points_of(kSort), G::kLinearithmic, kCaches);
  CHECK(whole.best == G::kLinearithmic);
  CHECK(whole.finding == Finding::kStep);
  REQUIRE(whole.departure.has_value());
  CHECK(whole.departure->kept_size == 1024);
  CHECK(whole.departure->first_size == 4096);
  CHECK(whole.departure->factor == Approx(4.1).margin(0.2));
  CHECK(fit(points_of(kSort), std::nullopt, kCaches).best == G::kLinearithmic);
  for (std::size_t first = 0; first < kSizes.size(); ++first) {
    for (std::size_t count = 4; first + count <= kSizes.size(); ++count) {
      const std::vector<double> part(kSort.begin() + static_cast<std::ptrdiff_t>(first),
                                     kSort.begin() + static_cast<std::ptrdiff_t>(first + count));
      INFO(count << " sizes from " << kSizes[first]);
      CHECK(fit(points_of(part, 0, 0.02, first), G::kLinearithmic, kCaches).best == G::kLinearithmic);
    }
  }
}

TEST_CASE("a flat table stays linear across its step, with a cache named only where one ends") {
  const Growth unknown = fit(points_of(kTable), G::kLinear, kCaches);
  CHECK(unknown.best == G::kLinear);
  CHECK(unknown.finding == Finding::kStep);
  REQUIRE(unknown.departure.has_value());
  CHECK(unknown.departure->kept_size == 4096);
  CHECK(unknown.departure->first_size == 16384);
  const Growth crossing = fit(points_of(kTable, 160), G::kLinear, kCaches);  // 0.6 MiB, 2.5 MiB
  CHECK(crossing.finding == Finding::kCache);
  CHECK(crossing.departure->cache_level == 2);
  CHECK(fit(points_of(kTable, 160), G::kLinear, CacheSizes{}).finding == Finding::kStep);
}

TEST_CASE("a scan of all pairs is quadratic as declared, and named when it was declared linear") {
  const Growth kept = fit(points_of(kScan, 4), G::kQuadratic, kCaches);
  CHECK(kept.best == G::kQuadratic);
  CHECK(kept.finding == Finding::kKept);
  CHECK(*kept.best_error < 0.25);
  const Growth named = fit(points_of(kScan, 4), G::kLinear, kCaches);
  CHECK(named.best == G::kQuadratic);
  CHECK(named.finding == Finding::kOtherClass);
  CHECK(*named.signed_deviation > 10);
  CHECK(named.departure->first_size == 64);
  CHECK(fit(points_of(kScan, 4), std::nullopt, kCaches).best == G::kQuadratic);
}

TEST_CASE("steps of any factor up to 8 at any size leave the declared class in its power") {
  std::mt19937_64 random(14);
  std::normal_distribution<double> log_noise(0, 0.03);
  for (const G declared : {G::kConstant, G::kLinear, G::kLinearithmic}) {
    for (std::size_t at = 1; at < kSizes.size(); ++at) {
      for (const double step : {2.0, 4.0, 8.0}) {
        INFO(text(declared) << ", factor " << step << " from " << kSizes[at]);
        const auto edge = static_cast<double>(kSizes[at]);
        const Growth found =
            fit(made(kSizes,
                     [&](double n) {
                       return 1e-9 * std::exp(log_growth(declared, n) + log_noise(random)) * (n >= edge ? step : 1);
                     }),
                declared, kCaches);
        REQUIRE(found.state == State::kFitted);
        CHECK(power(*found.best) == power(declared));
        CHECK(found.finding != Finding::kTail);
      }
    }
  }
}

TEST_CASE("linear code that turns quadratic from a size on is told with that size and the class beyond it") {
  const Growth found = fit(made(
                               kSizes, [](double n) { return 1e-9 * n * std::max(1.0, n / 4096); }, 8),
                           G::kLinear, kCaches);
  CHECK((found.finding == Finding::kTail || found.finding == Finding::kOtherClass));
  REQUIRE(found.departure.has_value());
  CHECK(found.departure->kept_size == 4096);
  CHECK(found.departure->first_size == 16384);
  CHECK(found.departure->factor == Approx(256).epsilon(0.01));
  if (found.finding == Finding::kTail) {
    CHECK(found.tail_class == G::kQuadratic);
  }
}

TEST_CASE("the deviation compares the largest size with what the smaller ones foretell") {
  auto points = made(kSizes, [](double n) { return 2e-9 * n; });
  CHECK(*fit(points, G::kLinear, kCaches).signed_deviation == Approx(0).margin(1e-9));
  points.back().value *= 1.3;
  CHECK(*fit(points, G::kLinear, kCaches).signed_deviation == Approx(0.3));
  CHECK(fit(points, G::kLinear, kCaches).finding == Finding::kKept);
  points.back().value *= 0.5;
  CHECK(*fit(points, G::kLinear, kCaches).signed_deviation == Approx(-0.35));
  CHECK(*fit(points, G::kLinear, kCaches).time_deviation() == Approx(0.35));
  CHECK_FALSE(fit(points, std::nullopt, kCaches).time_deviation().has_value());
}

TEST_CASE("the diagnosis starts above 35 percent and not before") {
  auto points = made(kSizes, [](double n) { return 2e-9 * n; });
  const double last = points.back().value;
  points.back().value = last * 1.349;
  CHECK_FALSE(fit(points, G::kLinear, kCaches).departure.has_value());
  points.back().value = last * 1.351;
  const Growth over = fit(points, G::kLinear, kCaches);
  REQUIRE(over.departure.has_value());
  CHECK(over.departure->first_size == kSizes.back());
  CHECK(over.departure->kept_size == 262144);
  CHECK(over.finding == Finding::kStep);
}

TEST_CASE("better than declared is one remark, without a departure") {
  const Growth found = fit(made(kSizes, [](double n) { return 2e-9 * n; }), G::kQuadratic, kCaches);
  CHECK(found.best == G::kLinear);
  CHECK(found.finding == Finding::kBetter);
  CHECK(*found.signed_deviation < 0);
  CHECK_FALSE(found.departure.has_value());
}

TEST_CASE("n and n log n within noise are the declared one, and without a declaration neither") {
  std::mt19937_64 random(15);
  const std::vector<std::uint64_t> narrow{100000, 200000, 400000, 800000};
  int undecided = 0;
  for (int draw = 0; draw < 50; ++draw) {
    auto points = noisy(random, G::kLinear, narrow, 0.05);
    for (GrowthPoint& point : points) {
      point.relative_spread = 0.05;
    }
    CHECK(fit(points, G::kLinear, kCaches).best == G::kLinear);
    CHECK(fit(points, G::kLinearithmic, kCaches).best == G::kLinearithmic);
    const Growth undeclared = fit(points, std::nullopt, kCaches);
    undecided += undeclared.state == State::kTooNoisy ? 1 : 0;
    CHECK(undeclared.best != G::kQuadratic);
    CHECK(undeclared.best.has_value() == (undeclared.state == State::kFitted));
    CHECK((undeclared.best || undeclared.candidates.size() >= 2));
  }
  CHECK(undecided >= 40);
}

TEST_CASE("a factor of eight in four sizes leaves n mostly open rather than wrong") {
  std::mt19937_64 random(18);
  int wrong = 0;
  for (int draw = 0; draw < 1000; ++draw) {
    const Growth found = fit(noisy(random, G::kLinear, {1000, 2000, 4000, 8000}, 0.05), std::nullopt, kCaches);
    wrong += found.best && found.best != G::kLinear ? 1 : 0;
  }
  CHECK(wrong <= 50);
  WARN("of 1,000 draws of O(n) over 1000 to 8000, " << wrong << " were taken for another class");
}

TEST_CASE("fewer than four sizes, or less than a factor of eight between them, are too few") {
  const auto linear = [](double n) { return 1e-9 * n; };
  const auto state = [&](const std::vector<std::uint64_t>& sizes) {
    return fit(made(sizes, linear), G::kLinear, kCaches).state;
  };
  CHECK(state({}) == State::kTooFewSizes);
  CHECK(state({16}) == State::kTooFewSizes);
  CHECK(state({16, 1048576}) == State::kTooFewSizes);
  CHECK(state({16, 64, 256}) == State::kTooFewSizes);
  CHECK(state({16, 16, 64, 64, 256, 256}) == State::kTooFewSizes);
  CHECK(state({100, 200, 400, 799}) == State::kTooFewSizes);
  CHECK(state({100, 200, 400, 800}) == State::kFitted);
  const Growth few = fit(made({16, 64, 256}, linear), G::kLinear, kCaches);
  CHECK_FALSE(few.best.has_value());
  CHECK_FALSE(few.time_deviation().has_value());
  CHECK(few.sizes == 3);
}

TEST_CASE("wild values invent no class") {
  const Growth found = fit(points_of({1e-6, 40e-6, 2e-6, 90e-6, 1e-6, 70e-6, 3e-6, 200e-6, 2e-6}), G::kLinear, kCaches);
  CHECK(found.state == State::kTooNoisy);
  CHECK_FALSE(found.best.has_value());
  CHECK(found.finding == Finding::kUndeclared);
}

TEST_CASE("a spread as large as the difference between two classes leaves both open") {
  const Growth found = fit(points_of({1e-6, 1.4e-6, 1.7e-6, 2.2e-6, 2.6e-6}, 0, 0.6), std::nullopt, kCaches);
  CHECK(found.state == State::kTooNoisy);
  CHECK(std::find(found.candidates.begin(), found.candidates.end(), G::kConstant) != found.candidates.end());
  CHECK(std::find(found.candidates.begin(), found.candidates.end(), G::kLogarithmic) != found.candidates.end());
  CHECK(fit(points_of({1e-6, 1.4e-6, 1.7e-6, 2.2e-6, 2.6e-6}, 0, 0.001), std::nullopt, kCaches).best ==
        G::kLogarithmic);
}

TEST_CASE("memory that is never used is constant, exactly") {
  const Growth found = fit(made(kSizes, [](double) { return 0.0; }), G::kConstant, kCaches);
  CHECK(found.state == State::kFitted);
  CHECK(found.best == G::kConstant);
  CHECK(found.best_error == 0);
  CHECK(found.finding == Finding::kKept);
  CHECK(fit(made(kSizes, [](double) { return 0.0; }), G::kLinear, kCaches).finding == Finding::kBetter);
  CHECK(fit(made(kSizes, [](double) { return 8.0; }), G::kConstant, kCaches).best == G::kConstant);
  CHECK(fit(made({16, 64}, [](double) { return 0.0; }), G::kConstant, kCaches).state == State::kTooFewSizes);
}

TEST_CASE("bytes with a constant part are fitted exactly") {
  const Growth found = fit(made(kSizes, [](double n) { return 56 + 40 * n; }), G::kLinear, kCaches);
  CHECK(found.best == G::kLinear);
  CHECK(*found.best_error < 0.01);
  CHECK(found.finding == Finding::kKept);
}

TEST_CASE("memory in powers of two stays in its declared class") {
  const std::vector<std::uint64_t> tens{10, 100, 1000, 10000, 100000, 1000000};
  const auto doubling = [](double n) { return 24 * std::exp2(std::ceil(std::log2(n))); };
  CHECK(fit(made(tens, doubling), G::kLinear, kCaches).best == G::kLinear);
}

TEST_CASE("zeros before the first use are left out and counted; a zero after it makes the series unreadable") {
  const auto from_1024 = [](double n) { return n < 1024 ? 0 : 16 * n; };
  const Growth found = fit(made(kSizes, from_1024), G::kLinear, kCaches);
  CHECK(found.best == G::kLinear);
  CHECK(found.zeros == 3);
  CHECK(found.sizes == 6);
  auto broken = made(kSizes, [](double n) { return 16 * n; });
  broken[4].value = 0;
  CHECK(fit(broken, G::kLinear, kCaches).state == State::kTooNoisy);
}

TEST_CASE("the order of the points does not matter, nor does splitting a size into equal halves") {
  std::mt19937_64 random(16);
  for (int round = 0; round < 50; ++round) {
    auto points = noisy(random, kGrowthClasses[random() % 5], kSizes, 0.2);
    const Growth before = fit(points, G::kLinear, kCaches);
    points.push_back(points[3]);
    std::shuffle(points.begin(), points.end(), random);
    const Growth after = fit(points, G::kLinear, kCaches);
    CHECK(before.best == after.best);
    CHECK(*before.declared_error == Approx(*after.declared_error));
    CHECK(*before.signed_deviation == Approx(*after.signed_deviation));
  }
}

TEST_CASE("neither the unit of the values nor a factor of speed changes what is found") {
  for (const auto* series : {&kHash, &kSort, &kTable, &kScan}) {
    auto points = points_of(*series, 48);
    const Growth before = fit(points, G::kLinear, kCaches);
    for (GrowthPoint& point : points) {
      point.value *= 1e9;
    }
    const Growth after = fit(points, G::kLinear, kCaches);
    CHECK(before.best == after.best);
    CHECK(before.finding == after.finding);
    CHECK(*before.best_error == Approx(*after.best_error));
  }
}

TEST_CASE("values that are no measurements are left out, and no series breaks the arithmetic") {
  auto points = made(kSizes, [](double n) { return 1e-9 * n; });
  points[2].value = std::nan("");
  points[3].value = std::numeric_limits<double>::infinity();
  points[4].value = -1;
  const Growth found = fit(points, G::kLinear, kCaches);
  CHECK(found.best == G::kLinear);
  CHECK(found.sizes == 6);

  std::mt19937_64 random(17);
  std::uniform_real_distribution<double> exponent(-300, 300);
  for (int round = 0; round < 300; ++round) {
    std::vector<GrowthPoint> wild;
    for (std::size_t i = random() % 12; i > 0; --i) {
      wild.push_back({random() >> (random() % 64), random() % 5 == 0 ? 0 : std::pow(10.0, exponent(random)),
                      random() % 4 == 0 ? std::nan("") : exponent(random), exponent(random)});
    }
    const Growth any = fit(wild, kGrowthClasses[random() % 7], kCaches);
    CHECK(any.best.has_value() == (any.state == State::kFitted));
    for (const double error : any.errors) {
      CHECK(std::isfinite(error));
      CHECK(error >= 0);
    }
    CHECK((!any.signed_deviation || std::isfinite(*any.signed_deviation)));
    CHECK((!any.departure || any.departure->kept_size < any.departure->first_size));
  }
}

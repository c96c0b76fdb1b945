#include <harness/experiment/gate_figures.hpp>

#include <cmath>
#include <limits>
#include <memory>

#include <test/catch.hpp>

using namespace harness;
using experiment::conclude;
using experiment::figures_of;
using experiment::growth_figure;
using experiment::GrowthSide;
using experiment::Row;
using model::Cause;
using model::GateFigure;
using model::Verdict;

namespace {

// A row that was prepared, of a solver that promises and tolerates what the test says.
struct Side {
  std::shared_ptr<model::SolverInfo> solver = std::make_shared<model::SolverInfo>();
  std::shared_ptr<model::Case> input = std::make_shared<model::Case>();
  trial::Trial trial;
  Row row;

  explicit Side(std::uint64_t size = 16) {
    solver->identity.problem = "two-sum";
    solver->identity.version = model::Version::parse("1.0.0").value();
    input->dataset = "uniform";
    input->name = std::to_string(size);
    trial = {solver, std::make_shared<model::Problem>(), input};
    row.trial = &trial;
    row.input = std::make_shared<trial::Input>();
    row.measurement.size = size;
    row.measurement.memory = model::Memory{2, 800, 1600, 0, 3.0, {1600}};
  }
  Side(const Side&) = delete;

  model::Memory& memory() { return *row.measurement.memory; }
  void takes(double p95_seconds) { row.measurement.latency = model::Latency{std::vector<double>(1000, p95_seconds), 1, 0}; }
};

std::vector<GateFigure> compared(const Side& before, const Side& now, const model::Comparison& comparison = {}) {
  return figures_of(before.row, now.row, comparison);
}

model::Comparison timed(double before, double now) {
  model::Comparison comparison;
  model::DuetProcess process;
  process.reference_real_seconds_per_call = process.reference_cpu_seconds_per_call = before;
  process.candidate_real_seconds_per_call = process.candidate_cpu_seconds_per_call = now;
  comparison.duets.push_back({{process, process}, {}, Verdict::kSlower, "", 0});
  return comparison;
}

model::GateCase slower_by(double ratio) {
  model::GateCase one;
  one.comparison.verdict = Verdict::kSlower;
  one.comparison.log_ratio = std::log(ratio);
  return one;
}

const std::vector<Cause> kAll{Cause::kTime, Cause::kMemory, Cause::kP95, Cause::kGrowth, Cause::kLimits};

// Sizes 16, 64... of which the seconds are those of a function.
struct Family {
  std::vector<std::unique_ptr<Side>> sides;
  std::vector<GrowthSide> points;
  template <typename Seconds>
  Family(const Seconds& seconds, int sizes, const std::string& declared = "") {
    std::uint64_t size = 16;
    for (int i = 0; i < sizes; ++i, size *= 4) {
      sides.push_back(std::make_unique<Side>(size));
      sides.back()->solver->identity.time_complexity = declared;
      points.push_back({&sides.back()->row, seconds(static_cast<double>(size))});
    }
  }
};

double linear(double n) { return 1e-9 * n; }
double linearithmic(double n) { return 1e-9 * n * std::log2(n); }
double quadratic(double n) { return 1e-9 * n * n; }

}  // namespace

TEST_CASE("figures that are the same are not told") { CHECK(compared(Side(), Side()).empty()); }

TEST_CASE("more allocations, bytes, peak or growths are worse by any amount, fewer are told and not worse") {
  Side before, more, fewer;
  more.memory() = {3, 801, 1601, 0, 4.0, {1601}};
  const auto worse = compared(before, more);
  REQUIRE(worse.size() == 4);
  const std::vector<std::string> names{"allocs", "alloc_bytes", "peak_heap_bytes", "heap_growths"};
  for (std::size_t i = 0; i < worse.size(); ++i) {
    CHECK(worse[i].name == names[i]);
    CHECK(worse[i].cause == Cause::kMemory);
    CHECK(worse[i].worse);
  }
  CHECK(worse[0].old_text == "2");
  CHECK(worse[0].new_text == "3");
  CHECK(*worse[0].change == Approx(0.5));
  fewer.memory() = {1, 800, 1600, 0, 3.0, {1600}};
  const auto better = compared(before, fewer);
  REQUIRE(better.size() == 1);
  CHECK_FALSE(better[0].worse);
  CHECK(*better[0].change == Approx(-0.5));
}

TEST_CASE("from no allocation to one is worse without a share that could be told") {
  Side none, one;
  none.memory() = {0, 0, 0, 0, std::nullopt, {0}};
  one.memory() = {1, 0, 0, 0, std::nullopt, {0}};
  const auto figures = compared(none, one);
  REQUIRE(figures.size() == 1);
  CHECK(figures[0].worse);
  CHECK_FALSE(figures[0].change);
}

TEST_CASE("the rounding of an average is no difference") {
  Side before, now;
  before.memory().allocs = 0.1 + 0.2;
  now.memory().allocs = 0.3;
  CHECK(compared(before, now).empty());
}

TEST_CASE("what the candidate tolerates is told and not worse, and a hair more is") {
  Side before, within, beyond;
  for (auto* side : {&within, &beyond}) {
    side->solver->benchmark.tolerances.allocations = 0.5;
    side->solver->benchmark.tolerances.peak_heap_bytes = 0.25;
  }
  within.memory() = {3, 1000, 2000, 0, 4.0, {2000}};
  for (const auto& figure : compared(before, within)) CHECK_FALSE(figure.worse);
  CHECK(compared(before, within).size() == 4);
  beyond.memory() = {3.001, 1001, 2001, 0, 5.0, {2001}};
  for (const auto& figure : compared(before, beyond)) {
    INFO(figure.name);
    CHECK(figure.worse);
  }
}

TEST_CASE("the tolerance of the old side means nothing") {
  Side before, now;
  before.solver->benchmark.tolerances.allocations = 10;
  now.memory().allocs = 3;
  const auto figures = compared(before, now);
  REQUIRE(figures.size() == 1);
  CHECK(figures[0].worse);
}

TEST_CASE("a pass that one side does not have compares nothing") {
  Side before, now;
  now.memory().allocs = 1000;
  now.memory().heap_growths.reset();
  CHECK(compared(before, now).size() == 1);
  before.row.measurement.memory.reset();
  now.row.measurement.instructions_per_call = 1e9;
  now.takes(1);
  CHECK(compared(before, now).empty());
}

TEST_CASE("instructions count as time, and a thousandth more of them is start-up") {
  Side before, now;
  before.row.measurement.instructions_per_call = 1e6;
  now.row.measurement.instructions_per_call = 1.0009e6;
  REQUIRE(compared(before, now).size() == 1);
  CHECK_FALSE(compared(before, now)[0].worse);
  now.row.measurement.instructions_per_call = 1.0011e6;
  const auto figures = compared(before, now);
  REQUIRE(figures.size() == 1);
  CHECK(figures[0].name == "instructions");
  CHECK(figures[0].cause == Cause::kTime);
  CHECK(figures[0].worse);
}

TEST_CASE("p95 is told from a tenth on, and worse only upwards") {
  Side before, near, above, below;
  before.takes(1e-3);
  near.takes(1.09e-3);
  above.takes(1.2e-3);
  below.takes(0.8e-3);
  CHECK(compared(before, near).empty());
  const auto worse = compared(before, above);
  REQUIRE(worse.size() == 1);
  CHECK(worse[0].name == "p95_seconds");
  CHECK(worse[0].cause == Cause::kP95);
  CHECK(worse[0].worse);
  CHECK(*worse[0].change == Approx(0.2));
  const auto better = compared(before, below);
  REQUIRE(better.size() == 1);
  CHECK_FALSE(better[0].worse);
  above.solver->benchmark.tolerances.p95 = 0.3;
  CHECK(compared(before, above).empty());
}

TEST_CASE("a limit that only the candidate breaks is worse, one that both break is told") {
  Side before, now;
  now.solver->benchmark.limits.qps_target = 1000;
  const auto broken = compared(before, now, timed(0.5e-3, 2e-3));
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].name == "qps_target");
  CHECK(broken[0].cause == Cause::kLimits);
  CHECK(broken[0].old_text == "kept");
  CHECK(broken[0].worse);
  const auto both = compared(before, now, timed(2e-3, 3e-3));
  REQUIRE(both.size() == 1);
  CHECK(both[0].old_text == "broken, too");
  CHECK_FALSE(both[0].worse);
  CHECK(compared(before, now, timed(2e-3, 0.5e-3)).empty());
}

TEST_CASE("a limit is held against itself: another one that was broken before excuses nothing") {
  Side before, now;
  now.solver->benchmark.limits.mem_bytes_max = 1 << 20;
  now.solver->benchmark.limits.qps_target = 1000;
  before.memory().peak_heap_bytes = now.memory().peak_heap_bytes = 2 << 20;
  before.row.measurement.broken_limits = {{"mem_mb_max", 1, std::numeric_limits<double>::infinity()}};
  const auto figures = compared(before, now, timed(0.5e-3, 2e-3));
  REQUIRE(figures.size() == 2);
  for (const auto& figure : figures) {
    INFO(figure.name);
    CHECK(figure.worse == (figure.name == "qps_target"));
  }
}

TEST_CASE("a candidate that was ended for its memory breaks its limit where the old one did not") {
  Side before, now;
  now.solver->benchmark.limits.mem_bytes_max = 1 << 20;
  now.row.mark(model::Measurement::State::kFailed, "took more than 1 MiB");
  now.row.measurement.memory.reset();
  now.row.measurement.broken_limits = {{"mem_mb_max", 1, std::numeric_limits<double>::infinity()}};
  const auto figures = compared(before, now);
  REQUIRE(figures.size() == 1);
  CHECK(figures[0].name == "mem_mb_max");
  CHECK(figures[0].worse);
}

TEST_CASE("time that grows by another power is worse, by a logarithm more or another constant it is not") {
  const Family of_n(linear, 6), of_n_log_n(linearithmic, 6), of_n_squared(quadratic, 6);
  const auto figure = growth_figure(of_n.points, of_n_squared.points);
  REQUIRE(figure);
  CHECK(figure->cause == Cause::kGrowth);
  CHECK(figure->name == "growth_class");
  CHECK(figure->old_text == "O(n)");
  CHECK(figure->new_text == "O(n^2)");
  CHECK(figure->worse);
  CHECK_FALSE(growth_figure(of_n.points, of_n_log_n.points));
  CHECK_FALSE(growth_figure(of_n_squared.points, of_n.points));
  CHECK_FALSE(growth_figure(of_n.points, Family([](double n) { return 100 * linear(n); }, 6).points));
}

TEST_CASE("too few sizes say nothing of growth") {
  CHECK_FALSE(growth_figure({}, {}));
  CHECK_FALSE(growth_figure(Family(linear, 6).points, {}));
  const Family of_n(linear, 3), of_n_squared(quadratic, 3);
  CHECK_FALSE(growth_figure(of_n.points, of_n_squared.points));
}

TEST_CASE("a case is red for the causes that were asked for, each once and in one order") {
  auto one = slower_by(1.5);
  one.figures = {{Cause::kGrowth, "growth_class", "O(n)", "O(n^2)", std::nullopt, true},
                 {Cause::kMemory, "allocs", "2", "10010", 5004, true},
                 {Cause::kMemory, "alloc_bytes", "8B", "9B", 0.125, true},
                 {Cause::kMemory, "peak_heap_bytes", "9B", "8B", -0.1, false}};
  conclude(one, kAll, 0);
  CHECK(one.failed == std::vector{Cause::kTime, Cause::kMemory, Cause::kGrowth});
  CHECK(one.because == "growth O(n) -> O(n^2), allocations 2 -> 10010, allocated bytes 8B -> 9B");
  conclude(one, {Cause::kTime}, 0);
  CHECK(one.failed == std::vector{Cause::kTime});
  conclude(one, {Cause::kLimits}, 0);
  CHECK(one.failed.empty());
}

TEST_CASE("only `slower` is red by time: a doubt, a failure and what is faster are not") {
  for (const auto verdict : {Verdict::kFaster, Verdict::kSame, Verdict::kCannotTell, Verdict::kFailed, Verdict::kIncomparable}) {
    auto one = slower_by(3);
    one.comparison.verdict = verdict;
    conclude(one, kAll, 0);
    CHECK(one.failed.empty());
    CHECK(one.because.empty());
  }
}

TEST_CASE("what a control that did not hold could have made is not believed, what is beyond it is") {
  auto small = slower_by(1.05);
  conclude(small, kAll, 0.06);
  CHECK(small.failed.empty());
  CHECK_THAT(small.because, ContainsSubstring("not believed"));
  auto large = slower_by(1.07);
  conclude(large, kAll, 0.06);
  CHECK(large.failed == std::vector{Cause::kTime});
  CHECK(large.because.empty());
}

TEST_CASE("more memory is believed whatever the control says") {
  auto one = slower_by(1.01);
  one.figures = {{Cause::kMemory, "allocs", "2", "3", 0.5, true}};
  conclude(one, kAll, 0.5);
  CHECK(one.failed == std::vector{Cause::kMemory});
}

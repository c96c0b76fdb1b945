#include <harness/compare/slices.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "../catch.hpp"

using namespace harness::compare;
using harness::model::DuetProcess;
using harness::model::Sample;

namespace {

struct Series {
  std::vector<Sample> reference, candidate;
  bool reference_first = true;

  SlicesOfProcess slices() const { return {reference, candidate, reference_first}; }
  Series swapped() const { return {candidate, reference, !reference_first}; }
};

Sample real(double seconds) { return {seconds, 0.5 * seconds}; }

Series series(const std::vector<double>& reference, const std::vector<double>& candidate, bool reference_first = true) {
  Series result;
  result.reference_first = reference_first;
  std::transform(reference.begin(), reference.end(), std::back_inserter(result.reference), real);
  std::transform(candidate.begin(), candidate.end(), std::back_inserter(result.candidate), real);
  return result;
}

// Slices in the order in which they run: `cost` of (number in the run, is it the candidate's).
template <typename Cost>
Series run(std::size_t pairs, bool reference_first, Cost cost) {
  Series result;
  result.reference_first = reference_first;
  for (std::size_t i = 0; i < pairs; ++i) {
    result.reference.push_back(real(cost(2 * i + (reference_first ? 0 : 1), false)));
    result.candidate.push_back(real(cost(2 * i + (reference_first ? 1 : 0), true)));
  }
  return result;
}

double log_ratio(const Series& of, PairEstimate how) {
  const auto found = estimate(of.slices(), how);
  REQUIRE(found);
  return found->log_ratio;
}

DuetProcess process(double log_ratio, std::optional<double> trimmed, std::optional<double> p99, double drift = 0) {
  DuetProcess one;
  one.log_ratio = log_ratio;
  one.trimmed_log_ratio = trimmed;
  one.p99_log_ratio = p99;
  one.drift = drift;
  return one;
}

std::vector<DuetProcess> drifting(const std::vector<double>& drifts) {
  std::vector<DuetProcess> processes;
  for (const double drift : drifts) {
    processes.push_back(process(0, std::nullopt, std::nullopt, drift));
  }
  return processes;
}

}  // namespace

TEST_CASE("neighbours: the median of the log ratios of pairs") {
  const auto found = estimate(series({1, 2, 4}, {1.1, 2.4, 4.2}).slices(), PairEstimate::kNeighbours);
  REQUIRE(found);
  CHECK(found->log_ratio == Approx(std::log(1.1)));
  CHECK(found->pairs == 3);
  CHECK(found->reference_seconds_per_call == 2);
  CHECK(found->candidate_seconds_per_call == 2.4);
  CHECK(found->reference_first);
}

TEST_CASE("sandwich: each slice of the side that came second against both of its neighbours") {
  // A 1, B 3, A 4, B 5, A 1: ln 3 - ln(1 x 4) / 2 and ln 5 - ln(4 x 1) / 2.
  const auto found = estimate(series({1, 4, 1}, {3, 5, 7}).slices(), PairEstimate::kSandwich);
  REQUIRE(found);
  CHECK(found->pairs == 2);
  CHECK(found->log_ratio == Approx((std::log(1.5) + std::log(2.5)) / 2));
}

TEST_CASE("sandwich: where the candidate came first, the reference is what lies between") {
  // B 1, A 3, B 4, A 5: -(ln 3 - ln(1 x 4) / 2)
  const auto found = estimate(series({3, 5}, {1, 4}, false).slices(), PairEstimate::kSandwich);
  REQUIRE(found);
  CHECK(found->log_ratio == Approx(-std::log(1.5)));
  CHECK_FALSE(found->reference_first);
}

TEST_CASE("swapping sides and order gives exactly the negative") {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> seconds(-12, 0.3);
  for (int round = 0; round < 500; ++round) {
    const Series forth = run(2 + random() % 60, random() % 2 == 0, [&](std::size_t, bool) { return seconds(random); });
    const Series back = forth.swapped();
    for (const PairEstimate how : {PairEstimate::kNeighbours, PairEstimate::kSandwich}) {
      const auto one = estimate(forth.slices(), how), other = estimate(back.slices(), how);
      REQUIRE((one && other));
      CHECK(one->log_ratio == -other->log_ratio);
      CHECK(one->standard_error == other->standard_error);
      CHECK(one->pairs == other->pairs);
      CHECK(one->drift == -other->drift);
      CHECK(one->reference_seconds_per_call == other->candidate_seconds_per_call);
      REQUIRE(one->trimmed_log_ratio.has_value() == other->trimmed_log_ratio.has_value());
      if (one->trimmed_log_ratio) {
        CHECK(*one->trimmed_log_ratio == -*other->trimmed_log_ratio);
        CHECK(*one->p99_log_ratio == -*other->p99_log_ratio);
      }
    }
  }
}

TEST_CASE("a machine that slows down steadily is seen by neighbours and not by the sandwich") {
  for (const bool reference_first : {true, false}) {
    const Series same =
        run(40, reference_first, [](std::size_t slice, bool) { return std::exp(0.01 * static_cast<double>(slice)); });
    CHECK(log_ratio(same, PairEstimate::kNeighbours) == Approx(reference_first ? 0.01 : -0.01));
    CHECK(log_ratio(same, PairEstimate::kSandwich) == Approx(0).margin(1e-12));
  }
}

TEST_CASE("what the turn adds changes its sign with the order, so processes of both orders cancel it") {
  const auto cost = [](std::size_t slice, bool candidate) {
    return (candidate ? 1.02 : 1.0) * (slice % 2 == 0 ? 1 : 1.1);
  };
  for (const PairEstimate how : {PairEstimate::kNeighbours, PairEstimate::kSandwich}) {
    const double first = log_ratio(run(20, true, cost), how), second = log_ratio(run(20, false, cost), how);
    CHECK(first == Approx(std::log(1.02) + std::log(1.1)));
    CHECK(first / 2 + second / 2 == Approx(std::log(1.02)));
  }
}

TEST_CASE("the deciding clock makes the ratio, and both clocks are told") {
  Series both = series({1, 1, 1}, {2, 2, 2});
  for (Sample& sample : both.candidate) {
    sample.cpu_seconds_per_call = 0.6;
  }
  SlicesOfProcess slices = both.slices();
  slices.cpu_clock = true;
  const auto found = estimate(slices, PairEstimate::kNeighbours);
  REQUIRE(found);
  CHECK(found->log_ratio == Approx(std::log(1.2)));
  CHECK(found->reference_seconds_per_call == 0.5);
  CHECK(found->candidate_seconds_per_call == 0.6);
  CHECK(found->candidate_real_seconds_per_call == 2);
  CHECK(found->candidate_cpu_seconds_per_call == 0.6);
  CHECK(found->reference_cpu_seconds_per_call == 0.5);
}

TEST_CASE("a cold start is left out where pairs are ignored") {
  Series cold = series({9, 1, 1, 1}, {1, 1.1, 1.1, 1.1});
  SlicesOfProcess slices = cold.slices();
  slices.ignored = 1;
  const auto found = estimate(slices, PairEstimate::kNeighbours);
  REQUIRE(found);
  CHECK(found->pairs == 3);
  CHECK(found->log_ratio == Approx(std::log(1.1)));
  CHECK(found->reference_seconds_per_call == 1);
  slices.ignored = 4;
  CHECK_FALSE(estimate(slices, PairEstimate::kNeighbours));
  slices.ignored = 400;
  CHECK_FALSE(estimate(slices, PairEstimate::kNeighbours));
}

TEST_CASE("one pair in ten may be lost to the clock, one more may not") {
  Series lossy = series(std::vector(20, 1.0), std::vector(20, 1.1));
  lossy.reference[3].real_seconds_per_call = 0;
  lossy.candidate[7].real_seconds_per_call = -1e-9;
  const auto found = estimate(lossy.slices(), PairEstimate::kNeighbours);
  REQUIRE(found);
  CHECK(found->pairs == 18);
  CHECK(found->log_ratio == Approx(std::log(1.1)));
  // Pairs 2-3, 3-4, 6-7 and 7-8 have a gap.
  CHECK(estimate(lossy.slices(), PairEstimate::kSandwich)->pairs == 15);

  lossy.reference[11].real_seconds_per_call = 0;
  const auto lost = estimate(lossy.slices(), PairEstimate::kNeighbours);
  REQUIRE_FALSE(lost);
  CHECK(lost.error() == "in 3 of 20 pairs of slices the real-time clock did not advance");
}

TEST_CASE("times that are no times are lost pairs, whichever clock they are of") {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e300}) {
    Series broken = series(std::vector(20, 1.0), std::vector(20, 1.1));
    broken.reference[0].real_seconds_per_call = bad;
    broken.candidate[1].cpu_seconds_per_call = bad;
    const auto found = estimate(broken.slices(), PairEstimate::kNeighbours);
    REQUIRE(found);
    CHECK(found->pairs == 18);
    CHECK(std::isfinite(found->reference_cpu_seconds_per_call));
    CHECK_FALSE(found->trimmed_log_ratio);
  }
}

TEST_CASE("nothing left is an error of one line") {
  CHECK(estimate(Series{}.slices(), PairEstimate::kNeighbours).error() == "0 pairs of slices left no ratio");
  CHECK(estimate(series({1}, {1}).slices(), PairEstimate::kSandwich).error() == "1 pairs of slices left no ratio");
  CHECK(estimate(series({0}, {1}).slices(), PairEstimate::kNeighbours).error() ==
        "in 1 of 1 pairs of slices the real-time clock did not advance");
}

TEST_CASE("the standard error of a median is 1.25 robust deviations over the root of the count") {
  // MAD of 1 1 2 2 4 6 9 is 1.
  CHECK(standard_error_of_median(std::vector{1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0}) ==
        Approx(1.25 * 1.4826 / std::sqrt(7)));
  CHECK(standard_error_of_median(std::vector{3.0}) == 0);
  CHECK(standard_error_of_median({}) == 0);
  CHECK(std::sqrt(std::acos(-1.0) / 2) == Approx(1.2533).margin(0.00005));
}

TEST_CASE("the standard error says how far process estimates scatter") {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal(0, 0.02);
  for (const PairEstimate how : {PairEstimate::kNeighbours, PairEstimate::kSandwich}) {
    double squares = 0, errors = 0;
    const int rounds = 2000;
    for (int round = 0; round < rounds; ++round) {
      const auto found =
          estimate(run(60, true, [&](std::size_t, bool) { return std::exp(normal(random)); }).slices(), how);
      squares += found->log_ratio * found->log_ratio;
      errors += found->standard_error;
    }
    CHECK(errors / rounds == Approx(std::sqrt(squares / rounds)).epsilon(0.08));
  }
}

TEST_CASE("a fifth of slow slices is seen by the trimmed mean and not by the median") {
  const Series some =
      run(50, true, [](std::size_t slice, bool candidate) { return candidate && slice % 10 == 1 ? 1.5 : 1.0; });
  const auto found = estimate(some.slices(), PairEstimate::kNeighbours);
  REQUIRE(found);
  CHECK(found->log_ratio == 0);
  REQUIRE(found->trimmed_log_ratio);
  // 10 of 50 are dear, 2 of them and 2 cheap ones are cut: (38 + 8 x 1.5) / 46.
  CHECK(*found->trimmed_log_ratio == Approx(std::log(50.0 / 46)));
}

TEST_CASE("one slow call in a hundred is seen by p99 alone") {
  const Series rare = run(100, true, [](std::size_t slice, bool candidate) {
    return candidate && (slice == 51 || slice == 151) ? 8.0 : 1.0;
  });
  const auto found = estimate(rare.slices(), PairEstimate::kNeighbours);
  REQUIRE(found);
  CHECK(found->log_ratio == 0);
  CHECK(*found->trimmed_log_ratio == 0);
  CHECK(*found->p99_log_ratio == Approx(std::log(8)));
}

TEST_CASE("twenty slices a side are the least for the tail, eight pairs for drift") {
  const auto growing = [](std::size_t slice, bool candidate) { return candidate && slice >= 8 ? 1.1 : 1.0; };
  CHECK_FALSE(estimate(run(19, true, growing).slices(), PairEstimate::kNeighbours)->trimmed_log_ratio);
  CHECK_FALSE(estimate(run(19, true, growing).slices(), PairEstimate::kNeighbours)->p99_log_ratio);
  CHECK(estimate(run(20, true, growing).slices(), PairEstimate::kNeighbours)->p99_log_ratio);
  CHECK(estimate(run(7, true, growing).slices(), PairEstimate::kNeighbours)->drift == 0);
  CHECK(estimate(run(8, true, growing).slices(), PairEstimate::kNeighbours)->drift == Approx(std::log(1.1)));
}

TEST_CASE("a weak signal of all processes is told") {
  const std::vector<DuetProcess> processes{process(0.001, 0.051, 0.60), process(-0.001, 0.050, 0.62),
                                           process(0.000, 0.052, 0.58), process(0.002, 0.053, 0.61)};
  const WeakSignals signals = weak_signals(processes, 0.02);
  REQUIRE(signals.trimmed_log_ratio);
  CHECK(*signals.trimmed_log_ratio == Approx(0.0515));
  REQUIRE(signals.p99_log_ratio);
  CHECK(*signals.p99_log_ratio == Approx(0.605));
}

TEST_CASE("what differs from the median by no more than the effect looked for is not told") {
  std::vector<DuetProcess> processes(5, process(0.10, 0.118, 0.082));
  CHECK_FALSE(weak_signals(processes, 0.02).trimmed_log_ratio);
  CHECK_FALSE(weak_signals(processes, 0.02).p99_log_ratio);
  CHECK(weak_signals(processes, 0.01).trimmed_log_ratio);
  CHECK(weak_signals(processes, 0.01).p99_log_ratio);
}

TEST_CASE("two processes, one that disagrees, or a wide spread leave a weak signal untold") {
  CHECK_FALSE(weak_signals(std::vector(2, process(0, 0.1, 0.1)), 0.02).trimmed_log_ratio);
  CHECK(weak_signals(std::vector(3, process(0, 0.1, 0.1)), 0.02).trimmed_log_ratio);
  std::vector<DuetProcess> processes(6, process(0, 0.1, std::nullopt));
  processes[4].trimmed_log_ratio = -0.001;
  CHECK_FALSE(weak_signals(processes, 0.02).trimmed_log_ratio);
  CHECK_FALSE(weak_signals(processes, 0.02).p99_log_ratio);
  const std::vector<DuetProcess> wide{process(0, 0.05, 0.3), process(0, 0.30, 0.3), process(0, 0.55, 0.3)};
  CHECK_FALSE(weak_signals(wide, 0.02).trimmed_log_ratio);
  CHECK(weak_signals(wide, 0.02).p99_log_ratio);
  CHECK_FALSE(weak_signals({}, 0.02).trimmed_log_ratio);
}

TEST_CASE("noise makes a weak signal in about one case of a hundred") {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal(0, 0.2);
  for (const std::size_t count : {3u, 5u, 8u}) {
    const int rounds = 10'000;
    int told = 0;
    std::vector<DuetProcess> processes(count);
    for (int round = 0; round < rounds; ++round) {
      for (DuetProcess& one : processes) {
        one = process(0, normal(random), std::nullopt);
      }
      told += weak_signals(processes, 0.02).trimmed_log_ratio.has_value();
    }
    INFO(count << " processes: " << told << " of " << rounds);
    CHECK(told < 0.016 * rounds);
  }
}

TEST_CASE("a side that slows down in every process is told, with how much") {
  CHECK(*steady_drift(drifting({0.05, 0.06, 0.055}), 0.02) == Approx(0.055));
  CHECK(*steady_drift(drifting({-0.05, -0.06, -0.055, -0.058}), 0.02) == Approx(-0.0565));
}

TEST_CASE("drifts of both signs, small ones, or of too few processes are none") {
  CHECK_FALSE(steady_drift(drifting({0.05, 0.06, -0.001, 0.05, 0.06}), 0.02));
  CHECK_FALSE(steady_drift(drifting({0.015, 0.016, 0.017}), 0.02));
  CHECK_FALSE(steady_drift(drifting({0.05, 0.06}), 0.02));
  CHECK_FALSE(steady_drift(drifting({0, 0, 0}), 0.02));
  CHECK_FALSE(steady_drift({}, 0.02));
}

TEST_CASE("a side that gets slower while it runs drifts, a machine that does so does not") {
  const Series side = run(40, true, [](std::size_t slice, bool candidate) {
    return candidate ? 1 + 0.002 * static_cast<double>(slice) : 1.0;
  });
  const Series machine = run(40, true, [](std::size_t slice, bool) { return 1 + 0.002 * static_cast<double>(slice); });
  CHECK(estimate(side.slices(), PairEstimate::kSandwich)->drift > 0.05);
  CHECK(std::abs(estimate(machine.slices(), PairEstimate::kSandwich)->drift) < 0.001);
}

// How often the history is wrong, by simulation: the figures that its rule is chosen by.
#include <cmath>
#include <random>

#include <harness/compare/history.hpp>

#include "../catch.hpp"
#include "histories.hpp"

using namespace harness::compare;
using namespace histories;

namespace {

struct Shares {
  double slow = 0, fast = 0;
  std::size_t alerts = 0;
};

// Histories of 60 runs of the same code, judged from the sixth run on, before any re-run.
Shares of_same_code(double noise, std::size_t histories) {
  std::mt19937_64 random(13);
  std::normal_distribution<double> normal(0, noise);
  Shares shares;
  std::size_t judged = 0;
  for (std::size_t k = 0; k < histories; ++k) {
    CaseHistory history = empty_history();
    for (int i = 0; i < 60; ++i) {
      const RecordedRun run = run_of(std::exp(normal(random)));
      if (i >= 5) {
        const CaseJudgement judgement = judge(&history, {}, run, {}, {});
        ++judged;
        shares.slow += judgement.find(Metric::kTime)->beyond;
        shares.fast += judgement.find(Metric::kTime)->better;
      }
      if (record(history, run, Verdict::kSame).alert) ++shares.alerts;
    }
  }
  shares.slow /= static_cast<double>(judged);
  shares.fast /= static_cast<double>(judged);
  return shares;
}

}  // namespace

TEST_CASE("of the same code at most 1 % of runs are beyond at noise of 0.4 %, 3.5 % at 1 %, and none alerts") {
  const Shares quiet_case = of_same_code(0.001, 100), usual = of_same_code(0.004, 300), noisy = of_same_code(0.01, 300);
  INFO("usual " << usual.slow << " " << usual.fast << ", noisy " << noisy.slow << " " << noisy.fast);
  CHECK(quiet_case.slow + quiet_case.fast == 0);
  CHECK(usual.slow < 0.01);
  CHECK(usual.fast < 0.01);
  CHECK(noisy.slow < 0.035);
  CHECK(noisy.fast < 0.035);
  CHECK(quiet_case.alerts + usual.alerts + noisy.alerts == 0);
}

TEST_CASE("a step of +5 % is beyond at its first run and an alert at its third, in all of 1,000") {
  std::mt19937_64 random(14);
  std::normal_distribution<double> normal(0, 0.004);
  for (int k = 0; k < 1000; ++k) {
    CaseHistory history = empty_history();
    for (int i = 0; i < 30; ++i) record(history, run_of(std::exp(normal(random))));
    for (int i = 1; i <= 3; ++i) {
      const CaseJudgement judgement = record(history, run_of(1.05 * std::exp(normal(random))), Verdict::kSlower);
      if (!judgement.find(Metric::kTime)->beyond || judgement.alert.has_value() != (i == 3))
        FAIL("history " << k << ", run " << i);
    }
  }
  SUCCEED();
}

TEST_CASE("ten steps of +0.8 %, each held for 30 runs, are caught as drift at the fourth, +3.2 % in all") {
  // A duet with last good sees at most 0.8 %, and one with the pin all of it: slower from the effect on.
  std::mt19937_64 random(15);
  std::normal_distribution<double> normal(0, 0.002);
  for (int k = 0; k < 100; ++k) {
    CaseHistory history = empty_history();
    for (int i = 0; i < 30; ++i) record(history, run_of(std::exp(normal(random))));
    int caught = 0;
    for (int step = 1; step <= 10 && caught == 0; ++step) {
      const double level = std::pow(1.008, step);
      for (int i = 0; i < 30 && caught == 0; ++i) {
        const RecordedRun run = run_of(level * std::exp(normal(random)));
        const CaseJudgement seen = judge(&history, {}, run, {}, {});
        const bool is_slower = seen.drifted && level > 1.03;
        if (record(history, run, is_slower ? Verdict::kSlower : Verdict::kSame).verdict == Verdict::kSlower)
          caught = step;
      }
    }
    if (caught != 4) FAIL("history " << k << " was caught at step " << caught);
  }
  SUCCEED();
}

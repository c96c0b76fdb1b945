#include <harness/trial/duet.hpp>

#include "../catch.hpp"

using namespace harness::trial;
using Kind = DuetMode::Kind;

namespace {

DuetMode mode_of(double reference_seconds, double candidate_seconds, bool waits = false, bool apart = false, double allocs = 0) {
  DuetFacts facts;
  facts.seconds[0] = reference_seconds;
  facts.seconds[1] = candidate_seconds;
  facts.waits = waits;
  facts.apart = apart;
  facts.allocs = allocs;
  return choose_mode(facts);
}

}  // namespace

TEST_CASE("the cost of a call decides how slices are cut and paired") {
  struct Row {
    double seconds;
    Kind kind;
    bool cpu_clock;
    std::size_t least_processes;
  };
  for (const auto& row : {Row{10e-9, Kind::kAlternating, false, 3}, Row{49e-6, Kind::kAlternating, false, 3},
                          Row{130e-6, Kind::kSandwich, false, 3}, Row{5e-3, Kind::kLongAlternating, true, 3},
                          Row{20e-3, Kind::kTwoProcesses, true, 3}, Row{90e-3, Kind::kTwoProcesses, true, 5}}) {
    const auto mode = mode_of(row.seconds, row.seconds, false, false);
    INFO(row.seconds);
    CHECK(mode.kind == row.kind);
    CHECK(mode.cpu_clock == row.cpu_clock);
    CHECK(mode.least_processes == row.least_processes);
    CHECK(mode.least_pairs <= mode.most_pairs);
  }
}

TEST_CASE("the longer side decides, so that both are treated alike") {
  CHECK(mode_of(1e-6, 5e-3, false, false).kind == Kind::kLongAlternating);
  CHECK(mode_of(5e-3, 1e-6, false, false).kind == Kind::kLongAlternating);
}

TEST_CASE("slices of short calls last about 100 us on each side, whatever the ratio") {
  const auto mode = mode_of(10e-9, 40e-6, false, false);
  CHECK(mode.calls[0] == 10'000);
  CHECK(mode.calls[1] == 3);
  const auto long_calls = mode_of(1e-3, 1e-3, false, false);
  CHECK(long_calls.calls[0] == 1);
}

TEST_CASE("calls that wait are judged by real time, and never beside each other") {
  CHECK(mode_of(20e-3, 20e-3).cpu_clock);
  for (const double seconds : {5e-3, 20e-3, 90e-3}) {
    const auto mode = mode_of(seconds, seconds, true);
    CHECK(!mode.cpu_clock);
    CHECK(mode.kind == Kind::kLongAlternating);
    CHECK(mode_of(seconds, seconds, true, true).kind == Kind::kTwoInTurn);
  }
}

TEST_CASE("sides that must be apart never share a process, however short the calls") {
  for (const double seconds : {10e-9, 1e-6, 130e-6, 5e-3, 20e-3, 90e-3}) {
    CHECK(mode_of(seconds, seconds, false, true).kind == Kind::kTwoProcesses);
  }
  CHECK(mode_of(10e-9, 10e-9, false, true).calls[0] > 100'000);
}

TEST_CASE("sides that allocate much have a heap each and slices of even numbers of calls") {
  for (const double seconds : {1e-6, 10e-6, 130e-6, 700e-6, 1.9e-3, 5e-3, 20e-3}) {
    const auto mode = mode_of(seconds, 1.3 * seconds, false, false, 100);
    INFO(seconds);
    CHECK(mode.calls[0] % 2 == 0);
    CHECK(mode.calls[1] % 2 == 0);
    CHECK(mode.own_heaps == mode.one_process());
  }
  CHECK(!mode_of(1e-6, 1e-6, false, false, 7).own_heaps);
  CHECK(mode_of(130e-6, 130e-6, false, false, 7).calls[0] == 1);
}

TEST_CASE("a process is predicted from its least number of pairs") {
  const auto mode = mode_of(90e-3, 90e-3, false, false);
  const double seconds = predict_process_seconds(mode, 90e-3, 90e-3);
  CHECK(seconds > 4 * 0.18);
  CHECK(seconds < 4 * 0.18 + 0.05);
}

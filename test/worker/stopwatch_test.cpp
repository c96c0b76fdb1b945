#include <harness/worker/stopwatch.hpp>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include <test/catch.hpp>

using namespace harness::worker;

namespace {

// A solver that writes down how it is called.
struct Log {
  std::size_t bytes_per_call = 0;
  std::vector<std::uint64_t> prepared, run;
  bool run_without_prepare = false;
  std::uint64_t ready = 0;
  int fail_at_run = -1;
  double busy_seconds_per_prepare = 0, busy_seconds_per_run = 0, asleep_seconds_per_prepare = 0;
};

void be_busy(double seconds) {
  const double end = thread_cpu_seconds() + seconds;
  while (thread_cpu_seconds() < end) {
  }
}

harness_solver scripted() {
  harness_solver solver{};
  solver.bytes_per_call = [](void* it) { return static_cast<Log*>(it)->bytes_per_call; };
  solver.prepare = [](void* it, std::uint64_t calls) -> harness_status {
    auto& log = *static_cast<Log*>(it);
    log.prepared.push_back(calls);
    log.ready = calls;
    be_busy(log.busy_seconds_per_prepare);
    if (log.asleep_seconds_per_prepare > 0)
      std::this_thread::sleep_for(std::chrono::duration<double>(log.asleep_seconds_per_prepare));
    return HARNESS_OK;
  };
  solver.run = [](void* it, std::uint64_t calls) -> harness_status {
    auto& log = *static_cast<Log*>(it);
    if (log.bytes_per_call > 0 && log.ready != calls) log.run_without_prepare = true;
    log.ready = 0;
    log.run.push_back(calls);
    be_busy(log.busy_seconds_per_run);
    return static_cast<int>(log.run.size()) == log.fail_at_run ? HARNESS_SOLVER_THREW : HARNESS_OK;
  };
  return solver;
}

std::uint64_t sum(const std::vector<std::uint64_t>& numbers) {
  std::uint64_t total = 0;
  for (const auto number : numbers) total += number;
  return total;
}

}  // namespace

TEST_CASE("private arguments are prepared for half of the L2 cache at a time") {
  CHECK(batch_of(1000, 0, 1 << 20) == 1000);
  CHECK(batch_of(1000, 1024, 1 << 20) == 512);
  CHECK(batch_of(100, 1024, 1 << 20) == 100);
  CHECK(batch_of(1000, 1 << 30, 1 << 20) == 1);
}

TEST_CASE("without private arguments all calls are one run, and nothing is prepared") {
  Log log;
  Timed timed;
  REQUIRE(time_calls(scripted(), &log, 12345, 0, timed) == HARNESS_OK);
  CHECK(log.run == std::vector<std::uint64_t>{12345});
  CHECK(log.prepared.empty());
}

TEST_CASE("with private arguments every run is preceded by its own prepare, and all calls are made") {
  Log log;
  log.bytes_per_call = 100'000;
  Timed timed;
  REQUIRE(time_calls(scripted(), &log, 1000, 0, timed) == HARNESS_OK);
  CHECK(log.prepared == log.run);
  CHECK(sum(log.run) == 1000);
  CHECK(log.run.size() > 1);
  CHECK_FALSE(log.run_without_prepare);
}

TEST_CASE("the warm-up lasts as long as asked and is not counted") {
  Log log;
  log.busy_seconds_per_run = 0.002;
  Timed timed;
  REQUIRE(time_calls(scripted(), &log, 5, 0.02, timed) == HARNESS_OK);
  CHECK(log.run.back() == 5);
  CHECK(log.run.size() >= 2);
  CHECK(log.run.front() == 1);
  CHECK(timed.total_seconds >= 0.02);
  CHECK(timed.real_seconds < timed.total_seconds - 0.01);
}

TEST_CASE("preparing stays outside of both clocks, for short and for long batches") {
  Log log;
  log.bytes_per_call = 1 << 30;  // one call a batch
  log.busy_seconds_per_prepare = 0.003;
  log.busy_seconds_per_run = GENERATE(0.0005, 0.006);
  const double on = 10 * log.busy_seconds_per_run;
  // Of short batches processor time is an estimate; both are busy all the time, so that half of it is far beyond its
  // error, unless somebody else had the processor meanwhile: hence more than one attempt.
  bool close = false;
  for (int attempt = 0; attempt < 50 && !close; ++attempt) {
    Timed timed;
    REQUIRE(time_calls(scripted(), &log, 10, 0, timed) == HARNESS_OK);
    CHECK(timed.real_seconds >= on);
    CHECK(timed.total_seconds >= timed.real_seconds + 0.03 * 0.99);
    CHECK(timed.cpu_seconds <= timed.real_seconds);
    close = timed.cpu_seconds <= on * 1.5 + 0.001 && timed.cpu_seconds >= on * 0.5;
  }
  CHECK(close);
}

TEST_CASE("waiting while preparing is no processor time of the runs") {
  Log log;
  log.bytes_per_call = 1 << 30;
  log.busy_seconds_per_prepare = 0.001;
  log.busy_seconds_per_run = 0.001;
  log.asleep_seconds_per_prepare = 0.002;
  Timed timed;
  REQUIRE(time_calls(scripted(), &log, 10, 0, timed) == HARNESS_OK);
  CHECK(timed.cpu_seconds > 0);
  CHECK(timed.cpu_seconds <= timed.real_seconds);
}

TEST_CASE("samples are taken one by one, each with its own prepared arguments") {
  Log log;
  log.bytes_per_call = 100;
  log.busy_seconds_per_run = 0.0001;
  Latencies latencies;
  REQUIRE(sample_calls(scripted(), &log, 7, 20, 10, latencies) == HARNESS_OK);
  CHECK(latencies.seconds.size() == 20);
  CHECK_FALSE(log.run_without_prepare);
  const std::vector<std::uint64_t> last(log.run.end() - 20, log.run.end());
  CHECK(last == std::vector<std::uint64_t>(20, 7));
  for (const double seconds : latencies.seconds) CHECK(seconds >= 0.0001);
  CHECK(latencies.clock_seconds > 0);
  CHECK(latencies.total_seconds >= 20 * 0.0001 + 0.001);
}

TEST_CASE("sampling ends with the measured time, and when preparing takes ten times that") {
  Log log;
  log.busy_seconds_per_run = 0.002;
  Latencies latencies;
  REQUIRE(sample_calls(scripted(), &log, 1, 1000, 0.01, latencies) == HARNESS_OK);
  CHECK(latencies.seconds.size() >= 1);
  CHECK(latencies.seconds.size() <= 5);
  log.bytes_per_call = 100;
  log.busy_seconds_per_run = 0;
  log.busy_seconds_per_prepare = 0.005;
  REQUIRE(sample_calls(scripted(), &log, 1, 1000, 0.002, latencies) == HARNESS_OK);
  CHECK(latencies.seconds.size() <= 4);
  REQUIRE(sample_calls(scripted(), &log, 1, 1000, 0, latencies) == HARNESS_OK);
  CHECK(latencies.seconds.size() == 1);
}

TEST_CASE("slices of two take turns, each with its own prepared arguments, after a warm-up of each") {
  Log one, other;
  one.bytes_per_call = 100'000;
  other.busy_seconds_per_run = 0.0005;
  const auto solver = scripted();
  const Lane lanes[] = {{&solver, &one, 100, 0}, {&solver, &other, 7, 0.002}};
  Sliced sliced;
  std::size_t lane = 0;
  REQUIRE(time_slices(lanes, 10, sliced, lane) == HARNESS_OK);
  REQUIRE(sliced.slices.size() == 20);
  CHECK(one.prepared == one.run);
  CHECK(sum(one.run) == 1000);
  CHECK_FALSE(one.run_without_prepare);
  CHECK(other.run.size() >= 11);
  CHECK(std::vector<std::uint64_t>(other.run.end() - 10, other.run.end()) == std::vector<std::uint64_t>(10, 7));
  double measured = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    measured += sliced.slices[i].real_seconds;
    CHECK(sliced.slices[i].cpu_seconds <= sliced.slices[i].real_seconds);
    if (i % 2 == 1) CHECK(sliced.slices[i].real_seconds >= 0.0005);
  }
  CHECK(sliced.total_seconds >= measured + 0.002);
}

TEST_CASE("preparing a slice stays outside of both its clocks") {
  Log log;
  log.bytes_per_call = 1 << 30;
  log.busy_seconds_per_prepare = 0.02;
  log.busy_seconds_per_run = 0.001;
  const auto solver = scripted();
  const Lane lanes[] = {{&solver, &log, 1, 0}};
  Sliced sliced;
  std::size_t lane = 0;
  REQUIRE(time_slices(lanes, 5, sliced, lane) == HARNESS_OK);
  double cheapest = 1, cpu = 1;
  for (const auto& slice : sliced.slices) {
    cheapest = std::min(cheapest, slice.real_seconds);
    cpu = std::min(cpu, slice.cpu_seconds);
  }
  CHECK(cheapest >= 0.001);
  CHECK(cheapest < 0.015);
  CHECK(cpu >= 0.0005);
  CHECK(cpu < 0.015);
  CHECK(sliced.total_seconds >= 5 * 0.021);
}

TEST_CASE("the slice that fails ends them all, and it is known whose it was") {
  Log one, other;
  other.fail_at_run = 3;
  const auto solver = scripted();
  const Lane lanes[] = {{&solver, &one, 1, 0}, {&solver, &other, 1, 0}};
  Sliced sliced;
  std::size_t lane = 0;
  CHECK(time_slices(lanes, 10, sliced, lane) == HARNESS_SOLVER_THREW);
  CHECK(lane == 1);
  CHECK(one.run.size() == 3);
  CHECK(other.run.size() == 3);
}

TEST_CASE("a sample that fails ends the sampling") {
  Log log;
  log.busy_seconds_per_run = 0.002;
  log.fail_at_run = 4;
  Latencies latencies;
  CHECK(sample_calls(scripted(), &log, 1, 10, 10, latencies) == HARNESS_SOLVER_THREW);
  CHECK(log.run.size() == 4);
}

TEST_CASE("the first status that is not OK ends the timing") {
  Log log;
  log.bytes_per_call = 1 << 30;
  log.fail_at_run = 3;
  Timed timed;
  CHECK(time_calls(scripted(), &log, 10, 0, timed) == HARNESS_SOLVER_THREW);
  CHECK(log.run.size() == 3);
}

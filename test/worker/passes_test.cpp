#include "running.hpp"

#include <algorithm>
#include <optional>

#include <test/catch.hpp>

using harness::worker::FailureKind;
using harness::worker::Isolation;
using namespace running;

#if !defined(HARNESS_TEST_MEMORY_PASS)
TEST_CASE("without gperftools memory is not available, and the worker is as good as ever") {
  Settings settings;
  settings.program = harness::worker::Program::kHeap;
  auto worker = Worker::start(library("good_1"), "good_1.so", patient_limits(), settings);
  REQUIRE(worker);
  REQUIRE(worker->open(input("x")));
  const auto memory = worker->memory(0);
  REQUIRE_FALSE(memory);
  CHECK(memory.error().kind == FailureKind::kBadState);
  CHECK_THAT(memory.error().text, StartsWith("not available: built with"));
  CHECK(worker->time(1, 0, 0));
  CHECK(worker->finish());
}
#endif

TEST_CASE("memory is not available in a worker that keeps time, nor without isolation") {
  Settings settings;
  settings.isolation = GENERATE(Isolation::kProcess, Isolation::kNone);
  if (settings.isolation == Isolation::kNone) settings.program = harness::worker::Program::kHeap;
  auto worker = Worker::start(library("heap"), "heap.so", patient_limits(), settings);
  REQUIRE(worker);
  REQUIRE(worker->open(input("nothing")));
  const auto memory = worker->memory(0);
  REQUIRE_FALSE(memory);
  CHECK(memory.error().kind == FailureKind::kBadState);
  CHECK_THAT(memory.error().text, StartsWith("not available: "));
  CHECK(worker->finish());
}

TEST_CASE("single calls are sampled in ascending order, as many as asked") {
  auto worker = Worker::start(library("busy"), "busy.so", patient_limits(), {});
  REQUIRE(worker);
  REQUIRE(worker->open(input("x")));
  const auto latency = worker->latency(1, 200, 10, 50e-6);
  REQUIRE(latency);
  const auto& seconds = latency->seconds_per_call;
  REQUIRE(seconds.size() == 200);
  CHECK(latency->batch == 1);
  CHECK(std::is_sorted(seconds.begin(), seconds.end()));
  CHECK(latency->clock_seconds > 0);
  CHECK(latency->clock_seconds < 20e-6);
  // A tenth of the calls takes 200 us, less what the clock's own readings are taken for.
  CHECK(seconds[179] >= 20e-6 - latency->clock_seconds);
  CHECK(seconds[180] >= 200e-6 - latency->clock_seconds - 1e-9);
  CHECK(seconds[90] < 150e-6);
  CHECK(worker->finish());
}

TEST_CASE("a sample of a batch is told per call, and the measured time ends the sampling") {
  auto worker = Worker::start(library("busy"), "busy.so", patient_limits(), {});
  REQUIRE(worker);
  REQUIRE(worker->open(input("x")));
  const auto latency = worker->latency(10, 4000, 0.01, 38e-6);
  REQUIRE(latency);
  CHECK(latency->batch == 10);
  CHECK(latency->seconds_per_call.size() >= 1);
  CHECK(latency->seconds_per_call.size() <= 27);  // of 380 us at least
  CHECK(latency->seconds_per_call.front() >= 38e-6 - latency->clock_seconds);
  CHECK(worker->latency(1, 100, 0, 0)->seconds_per_call.size() == 1);
  CHECK(worker->latency(1, 0, 1, 0)->seconds_per_call.size() == 1);
  CHECK(worker->finish());
}

TEST_CASE("the most samples that there are arrive whole") {
  auto worker = Worker::start(library("prepared"), "prepared.so", patient_limits(), {});
  REQUIRE(worker);
  REQUIRE(worker->open(input("x")));
  const auto latency = worker->latency(3, 1'000'000, 60, 1e-6);
  REQUIRE(latency);
  CHECK(latency->seconds_per_call.size() == 4000);
  CHECK(worker->finish());
}

TEST_CASE("instructions are counted by the processor, or it is said why not") {
  auto worker = Worker::start(library("known_length"), "known_length.so", patient_limits(), {});
  auto longer = Worker::start(library("known_longer"), "known_longer.so", patient_limits(), {});
  REQUIRE((worker && longer));
  REQUIRE(worker->open(input("x")));
  REQUIRE(longer->open(input("x")));
  const auto counted = worker->instructions(1000);
  if (!counted) {
    CHECK(counted.error().kind == FailureKind::kBadState);
    CHECK_THAT(counted.error().text, StartsWith("not available here: perf_event_open: "));
    WARN(counted.error().text);
  } else {
    const auto more = longer->instructions(1000);
    REQUIRE(more);
    CHECK(*more - *counted >= 299);
    CHECK(*more - *counted <= 301);
  }
  CHECK(worker->finish());
  CHECK(longer->finish());
}

namespace {

// Nothing, with a word, where there is no valgrind.
std::optional<double> under_callgrind(const std::string& name) {
  const auto before = open_descriptors();
  const auto counted = harness::worker::instructions_by_callgrind(library(name), name + ".so", input("x"), 10, 1e-6,
                                                                  patient_limits(), {});
  CHECK(open_descriptors() == before);
  CHECK_FALSE(has_children());
  if (counted) return *counted;
  INFO(counted.error().text << "\n" << counted.error().output);
  CHECK(counted.error().kind == FailureKind::kBadState);
  CHECK_THAT(counted.error().text, StartsWith("not available"));
  WARN(counted.error().text);
  return std::nullopt;
}

}  // namespace

TEST_CASE("callgrind counts exactly, and the same again") {
  const auto counted = under_callgrind("known_length");
  if (!counted) return;
  CHECK(*counted >= 1000);
  CHECK(*counted < 1010);
  CHECK(under_callgrind("known_length") == counted);
  CHECK(under_callgrind("known_longer").value() == *counted + 300);
  CHECK(under_callgrind("known_prepared").value() == *counted);
}

TEST_CASE("a solver that fails under callgrind fails as ever") {
  const auto counted = harness::worker::instructions_by_callgrind(
      library("misbehaves_running"), "m.so", input("report_threw"), 10, 1e-6, patient_limits(), {});
  REQUIRE_FALSE(counted);
  if (counted.error().kind != FailureKind::kBadState) CHECK(counted.error().kind == FailureKind::kThrew);
}

TEST_CASE("a solver's own counters are told by name after it ran") {
  Settings settings;
  settings.isolation = GENERATE(Isolation::kProcess, Isolation::kNone);
  auto worker = Worker::start(library("counts"), "counts.so", patient_limits(), settings);
  REQUIRE(worker);
  // {"probes": 1.5, "n": 3}
  REQUIRE(worker->open(input(std::string_view("\xa2\x66probes\xfb\x3f\xf8\0\0\0\0\0\0\x61n\x03", 20))));
  CHECK(worker->counters().error().kind == FailureKind::kBadState);
  REQUIRE(worker->time(1, 0, 0));
  const auto counters = worker->counters();
  REQUIRE(counters);
  CHECK(*counters == std::vector<std::pair<std::string, double>>{{"probes", 1.5}, {"n", 3}});
  REQUIRE(worker->open(input("garbage")));
  const auto garbage = worker->counters();
  REQUIRE_FALSE(garbage);
  CHECK(garbage.error().text == "told what is no map as counters");
  CHECK(worker->finish());
}

TEST_CASE("a solver without counters tells none, whatever its table's age") {
  const std::string name = GENERATE("good_1", "older_table");
  auto worker = Worker::start(library(name), name + ".so", patient_limits(), {});
  REQUIRE(worker);
  REQUIRE(worker->open(input("x")));
  CHECK(worker->counters().value().empty());
  CHECK(worker->finish());
}

// Solvers of test/plugins/measured/profiled.cpp in harness-worker-cpu.
#include "running.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>

#include <unistd.h>

#include <test/catch.hpp>

using harness::worker::CpuSampling;
using harness::worker::FailureKind;
using harness::worker::Isolation;
using harness::worker::Program;
using namespace running;

namespace {

constexpr double kPredicted = 10e-6;  // of a call of profiled.cpp, roughly

Settings profiling() {
  Settings settings;
  settings.program = Program::kCpuProfile;
  return settings;
}

Outcome<Worker> opened(const std::string& name, std::string_view text, const Limits& limits = patient_limits()) {
  auto worker = Worker::start(library(name), name + ".so", limits, profiling());
  REQUIRE(worker);
  REQUIRE(worker->open(input(text)));
  return worker;
}

}  // namespace

TEST_CASE("no CPU profile is to be had without isolation or in a worker that keeps time, and nothing ends") {
  Settings settings;
  settings.isolation = GENERATE(Isolation::kProcess, Isolation::kNone);
  if (settings.isolation == Isolation::kNone) settings.program = Program::kCpuProfile;
  auto worker = Worker::start(library("busy"), "busy.so", patient_limits(), settings);
  REQUIRE(worker);
  REQUIRE(worker->open(input("x")));
  const auto sampling = worker->cpu_profile(100, 1, 1e-5);
  REQUIRE_FALSE(sampling);
  CHECK(sampling.error().kind == FailureKind::kBadState);
  CHECK_THAT(sampling.error().text, StartsWith("not available: "));
  CHECK(worker->time(1, 0, 0));
  CHECK(worker->finish());
}

#if !defined(HARNESS_TEST_CPU_PROFILE)

TEST_CASE("without harness-worker-cpu a CPU profile is not available, and the worker is as good as ever") {
  auto worker = opened("profiled", "spins");
  const auto sampling = worker->cpu_profile(100, 1, kPredicted);
  REQUIRE_FALSE(sampling);
  CHECK(sampling.error().kind == FailureKind::kBadState);
  CHECK_THAT(sampling.error().text, StartsWith("not available: built with"));
  WARN("CPU profiles were not tested: " << sampling.error().text);
  CHECK(worker->time(1, 0, 0));
  CHECK(worker->finish());
}

#else

namespace {

Outcome<CpuSampling> profile_of(std::string_view behaviour, std::uint64_t enough, double most_seconds,
                                const Limits& limits = patient_limits()) {
  return opened("profiled", behaviour, limits)->cpu_profile(enough, most_seconds, kPredicted);
}

// Where the code of profiled.cpp lies.
struct Places {
  std::uint64_t calls_begin = 0, calls_end = 0, prepare_begin = 0, prepare_end = 0;
  bool in_calls(std::uint64_t address) const { return address >= calls_begin && address < calls_end; }
  bool in_prepare(std::uint64_t address) const { return address >= prepare_begin && address < prepare_end; }
};

Places places_of(Worker& worker) {
  const auto answer = worker.answer();
  REQUIRE(answer);
  Places places;
  REQUIRE(answer->size() == sizeof places);
  std::memcpy(&places, answer->data(), sizeof places);
  return places;
}

// Of a profile in gperftools' format: a header of five words, stacks, a trailer.
struct Read {
  std::uint64_t period_microseconds = 0, samples = 0, in_calls = 0, in_prepare = 0, deepest = 0;
};
Read read(const CpuSampling& sampling, const Places& places) {
  std::vector<std::uint64_t> words(sampling.profile.size() / sizeof(std::uint64_t));
  std::memcpy(words.data(), sampling.profile.data(), words.size() * sizeof words[0]);
  REQUIRE(words.size() > 8);
  REQUIRE(words[0] == 0);
  REQUIRE(words[1] == 3);
  Read read;
  read.period_microseconds = words[3];
  for (std::size_t at = 5;;) {
    REQUIRE(at + 2 < words.size());
    const auto count = words[at], depth = words[at + 1];
    REQUIRE(depth <= words.size() - at - 2);
    if (count == 0) break;
    bool in_calls = false, in_prepare = false;
    for (std::size_t i = 0; i < depth; ++i) {
      in_calls = in_calls || places.in_calls(words[at + 2 + i]);
      in_prepare = in_prepare || places.in_prepare(words[at + 2 + i]);
    }
    read.samples += count;
    read.in_calls += in_calls ? count : 0;
    read.in_prepare += in_prepare ? count : 0;
    read.deepest = std::max(read.deepest, depth);
    at += 2 + depth;
  }
  return read;
}

// As the kernel knows it.
double cpu_seconds_of(int process) {
  clockid_t clock;
  timespec used{};
  REQUIRE(::clock_getcpuclockid(process, &clock) == 0);
  REQUIRE(::clock_gettime(clock, &used) == 0);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

CpuSampling told(const Outcome<CpuSampling>& sampling) {
  if (!sampling) FAIL(sampling.error().text << "\n" << sampling.error().output);
  return *sampling;
}

}  // namespace

TEST_CASE("a busy solver is sampled until there are enough samples, nearly all of them in its code") {
  auto worker = opened("profiled", "spins");
  const auto children = children_of(::getpid());
  REQUIRE(children.size() == 1);
  const double cpu_before = cpu_seconds_of(children[0]);
  const auto sampling = told(worker->cpu_profile(100, 50, kPredicted));
  const double cpu_used = cpu_seconds_of(children[0]) - cpu_before;
  CHECK(sampling.samples >= 100);
  CHECK(sampling.samples < 200);  // it looks every few milliseconds
  CHECK(sampling.thin_because.empty());
  CHECK(sampling.calls > 1000);
  CHECK(sampling.cpu_seconds > 0.9 * cpu_used);
  CHECK(sampling.cpu_seconds < cpu_used + 0.01);
  CHECK(sampling.cpu_seconds < sampling.wall_seconds * 1.01);
  const auto profile = read(sampling, places_of(*worker));
  CHECK(profile.period_microseconds == 4000);
  CHECK(profile.samples == sampling.samples);
  CHECK(profile.in_calls * 10 >= profile.samples * 9);
  CHECK(worker->finish());
}

TEST_CASE("preparing a call is neither sampled nor counted, however dear it is") {
  auto worker = opened("profiled", "prepares_long");
  const auto begin = std::chrono::steady_clock::now();
  const auto sampling = told(worker->cpu_profile(50, 50, kPredicted));
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
  CHECK(sampling.samples >= 50);
  const auto profile = read(sampling, places_of(*worker));
  CHECK(profile.in_prepare == 0);
  CHECK(profile.in_calls * 10 >= profile.samples * 9);
  // It takes three times as long as the calls do.
  CHECK(sampling.wall_seconds < passed.count() / 2);
  CHECK(worker->finish());
}

TEST_CASE("a second profile of one worker begins anew") {
  auto worker = opened("profiled", "spins");
  told(worker->cpu_profile(20, 50, kPredicted));
  const auto again = told(worker->cpu_profile(20, 50, kPredicted));
  CHECK(again.samples >= 20);
  CHECK(again.samples < 100);
  CHECK(read(again, places_of(*worker)).samples == again.samples);
  CHECK(worker->time(1000, 0, 1));
  CHECK(worker->finish());
}

TEST_CASE("what a call's threads do is the call's") {
  auto worker = opened("profiled", "works_in_a_thread");
  const auto sampling = told(worker->cpu_profile(50, 50, 1e-3));
  CHECK(sampling.samples >= 50);
  const auto profile = read(sampling, places_of(*worker));
  CHECK(profile.in_calls * 10 >= profile.samples * 8);
  CHECK(sampling.voluntary_switches > 0);
  CHECK(worker->finish());
}

TEST_CASE("a recursion of 10,000 levels is sampled down to what the profiler records") {
  auto worker = opened("profiled", "recurses_deep");
  const auto sampling = told(worker->cpu_profile(50, 50, 100e-6));
  CHECK(sampling.samples >= 50);
  const auto profile = read(sampling, places_of(*worker));
  CHECK(profile.in_calls > 0);
  CHECK(profile.deepest > 100);
  CHECK(profile.deepest <= 254);
  CHECK(worker->finish());
}

TEST_CASE("exceptions that the solver catches itself go well with the profiler") {
  CHECK(told(profile_of("throws_and_catches", 100, 50)).samples >= 100);
}

TEST_CASE("a profile of a short time says that it is thin") {
  const auto sampling = told(profile_of("spins", 100'000, 0.2));
  CHECK(sampling.samples < 100'000);
  CHECK_THAT(sampling.thin_because, StartsWith(std::to_string(sampling.samples) + " sample"));
  CHECK_THAT(sampling.thin_because, ContainsSubstring(" in "));
  CHECK_FALSE(sampling.profile.empty());
}

TEST_CASE("a solver that keeps the profiler's signal away is told, and soon") {
  const auto [behaviour, words] =
      GENERATE(table<const char*, const char*>({{"ignores_sigprof", "the solver ignores SIGPROF"},
                                                {"blocks_sigprof", "the solver blocks SIGPROF"},
                                                {"replaces_the_handler", "the solver replaced the handler of SIGPROF"},
                                                {"stops_the_timer", "the solver stopped the profiler's timer"}}));
  auto worker = opened("profiled", behaviour);
  const auto sampling = told(worker->cpu_profile(400, 50, kPredicted));
  CHECK(sampling.samples < 400);
  CHECK(sampling.thin_because == words);
  CHECK(sampling.cpu_seconds < 5);
  CHECK(worker->time(1, 0, 0));
  CHECK(worker->finish());
}

TEST_CASE("a solver that fails while it is profiled fails as ever, and nothing of the profiler's reads as its words") {
  struct Expected {
    const char* behaviour;
    FailureKind kind;
    const char* words;
    const char* output;
  };
  const auto expected = GENERATE(
      Expected{"crashes", FailureKind::kCrashed, "crashed: SIGSEGV (invalid memory access) while it was profiled", ""},
      Expected{"takes_the_handler_away", FailureKind::kCrashed, "crashed: SIGPROF (the profiler's signal", ""},
      Expected{"throws", FailureKind::kThrew, "threw std::runtime_error: not today while it was profiled", ""},
      Expected{"exits", FailureKind::kExited, "called exit(3) while it was profiled", "going\n"},
      Expected{"writes_a_large_file", FailureKind::kExited, "called exit(4)", "67108864\n"},
      Expected{"forges_samples", FailureKind::kProtocol, "claims 1000000 samples", ""},
      Expected{"forges_wall_time", FailureKind::kProtocol, "claims 3.6e+03 s", ""},
      Expected{"forges_processor_time", FailureKind::kProtocol, "claims 3.6e+03 s of processor time", ""},
      Expected{"forges_no_calls", FailureKind::kProtocol, "sent a profile of no calls", ""});
  INFO(expected.behaviour);
  const auto before = open_descriptors();
  const auto sampling = profile_of(expected.behaviour, 100'000, 30);
  REQUIRE_FALSE(sampling);
  CHECK(sampling.error().kind == expected.kind);
  CHECK_THAT(sampling.error().text, ContainsSubstring(expected.words));
  CHECK(sampling.error().output == expected.output);
  CHECK(open_descriptors() == before);
  CHECK_FALSE(has_children());
}

TEST_CASE("a solver that throws can be profiled on, with another input") {
  auto worker = opened("profiled", "throws");
  const auto sampling = worker->cpu_profile(100'000, 30, kPredicted);
  REQUIRE_FALSE(sampling);
  CHECK(sampling.error().output.empty());
  REQUIRE(worker->open(input("spins")));
  CHECK(told(worker->cpu_profile(20, 50, kPredicted)).samples >= 20);
  CHECK(worker->finish());
}

TEST_CASE("a solver that hangs while it is profiled is ended at the deadline") {
  const auto sampling = profile_of("hangs", 100'000, 0.2, [] {
    auto limits = patient_limits();
    limits.seconds_per_call = 0.5;
    return limits;
  }());
  REQUIRE_FALSE(sampling);
  CHECK(sampling.error().kind == FailureKind::kTimedOut);
  CHECK_THAT(sampling.error().text, ContainsSubstring("0.2 s of profiling) while it was profiled and was ended"));
  CHECK_FALSE(has_children());
}

TEST_CASE("libraries with heaps of their own are not profiled") {
  auto settings = profiling();
  settings.own_heaps = true;
  const auto worker = Worker::start(library("busy"), "busy.so", patient_limits(), settings);
  REQUIRE_FALSE(worker);
  CHECK(worker.error().kind == FailureKind::kBadState);
  CHECK_THAT(worker.error().text, StartsWith("not available: "));
}

TEST_CASE("the worker that keeps time has no profiler, and the one that profiles has the system's allocator") {
  const auto content = [](const char* path) {
    std::ifstream file(path, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(file)), {});
  };
  CHECK_THAT(content(WORKER), !ContainsSubstring("libprofiler"));
  CHECK_THAT(content(WORKER "-cpu"), ContainsSubstring("libprofiler.so"));
  CHECK_THAT(content(WORKER "-cpu"), !ContainsSubstring("libtcmalloc"));
}

#endif

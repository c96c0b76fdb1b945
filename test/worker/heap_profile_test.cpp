// Solvers of test/plugins/measured in harness-worker-profile: two dumps around one call. Built only where there is one.
#include "running.hpp"

#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include <test/catch.hpp>

using harness::worker::FailureKind;
using harness::worker::HeapDumps;
using harness::worker::Program;
using namespace running;

namespace {

Settings profiling() {
  Settings settings;
  settings.program = Program::kHeap;
  return settings;
}

Limits roomy_limits() {
  auto limits = patient_limits();
  limits.address_space_bytes = 8ull << 30;
  return limits;
}

Outcome<Worker> opened(const std::string& name, std::string_view text, const Limits& limits = roomy_limits()) {
  auto worker = Worker::start(library(name), name + ".so", limits, profiling());
  REQUIRE(worker);
  REQUIRE(worker->open(input(text)));
  return worker;
}

HeapDumps told(const Outcome<HeapDumps>& dumps) {
  if (!dumps) FAIL(dumps.error().text << "\n" << dumps.error().output);
  return *dumps;
}

struct Totals {
  unsigned long long allocs = 0, bytes = 0;
  bool operator==(const Totals&) const = default;
};

// What was allocated in all at stacks with code of `library_file`.
Totals totals_of(const std::string& dump, const std::string& library_file) {
  std::vector<std::pair<unsigned long long, unsigned long long>> code;
  const auto maps_begin = dump.find("MAPPED_LIBRARIES:");
  REQUIRE(maps_begin != std::string::npos);
  std::istringstream maps(dump.substr(maps_begin));
  for (std::string line; std::getline(maps, line);) {
    unsigned long long begin = 0, end = 0;
    if (line.find("memfd:" + library_file) == std::string::npos) continue;
    REQUIRE(std::sscanf(line.c_str(), "%llx-%llx", &begin, &end) == 2);
    code.emplace_back(begin, end);
  }
  REQUIRE_FALSE(code.empty());
  Totals totals;
  std::istringstream sites(dump.substr(0, maps_begin));
  std::string line;
  std::getline(sites, line);
  CHECK_THAT(line, EndsWith("@ heapprofile"));  // exact, not sampled
  while (std::getline(sites, line)) {
    Totals site;
    if (std::sscanf(line.c_str(), "%*u: %*u [ %llu: %llu] @", &site.allocs, &site.bytes) != 2) continue;
    bool inside = false;
    std::istringstream addresses(line.substr(line.find('@') + 1));
    for (std::string word; addresses >> word;) {
      const auto address = std::stoull(word, nullptr, 16);
      for (const auto& [begin, end] : code) inside = inside || (address >= begin && address < end);
    }
    if (!inside) continue;
    totals.allocs += site.allocs;
    totals.bytes += site.bytes;
  }
  return totals;
}

Totals of_the_call(const HeapDumps& dumps, const std::string& library_file) {
  const auto before = totals_of(dumps.before, library_file), after = totals_of(dumps.after, library_file);
  return {after.allocs - before.allocs, after.bytes - before.bytes};
}

}  // namespace

TEST_CASE("the sites of a call add up to what the memory pass counts, and leave its figures as they were") {
  for (const char* behaviour : {"nothing", "three_times_forty", "leaks_24", "keeps_400_as_its_result",
                                "keeps_its_first_block", "all_of_malloc", "four_threads"}) {
    INFO(behaviour);
    auto worker = opened("heap", behaviour);
    const auto dumps = told(worker->heap_profile(30));
    CHECK(dumps.calls == 1);
    const auto memory = worker->memory(0.01);
    REQUIRE(memory);
    const auto call = of_the_call(dumps, "heap.so");
    CHECK(static_cast<double>(call.allocs) == memory->allocs);
    CHECK(static_cast<double>(call.bytes) == memory->alloc_bytes);
    CHECK(worker->finish());
    auto unprofiled = opened("heap", behaviour);
    const auto expected = unprofiled->memory(0.01);
    REQUIRE(expected);
    CHECK(memory->allocs == expected->allocs);
    CHECK(memory->alloc_bytes == expected->alloc_bytes);
    CHECK(memory->leaked_bytes == expected->leaked_bytes);
  }
}

TEST_CASE("preparing a call's arguments comes before both dumps") {
  auto worker = opened("prepared", "x");
  const auto dumps = told(worker->heap_profile(30));
  CHECK(totals_of(dumps.before, "prepared.so").bytes >= 1000);
  CHECK(of_the_call(dumps, "prepared.so") == Totals{3, 120});
  CHECK(worker->finish());
}

TEST_CASE("a second heap profile begins anew") {
  auto worker = opened("heap", "three_times_forty");
  told(worker->heap_profile(30));
  const auto dumps = told(worker->heap_profile(30));
  CHECK(totals_of(dumps.before, "heap.so") == Totals{});
  CHECK(totals_of(dumps.after, "heap.so") == Totals{3, 120});
  CHECK(worker->finish());
}

TEST_CASE("a solver that fails while its heap is profiled fails as ever, writes no file and has no foreign words") {
  struct Expected {
    const char* behaviour;
    FailureKind kind;
    const char* words;
    const char* output;
  };
  const auto expected =
      GENERATE(Expected{"throws_at_third", FailureKind::kThrew, "while it was profiled", ""},
               Expected{"crashes_at_third", FailureKind::kCrashed, "crashed: SIGABRT", ""},
               Expected{"exits_at_third", FailureKind::kExited, "called exit(3) while it was profiled", "going\n"},
               Expected{"hangs_at_third", FailureKind::kTimedOut, "0.2 s of profiling) while it was profiled", ""});
  INFO(expected.behaviour);
  const auto files = [] {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(".")) names.insert(entry.path().filename());
    return names;
  };
  const auto before = files();
  auto limits = roomy_limits();
  limits.seconds_per_call = 1;
  const auto dumps = opened("heap", expected.behaviour, limits)->heap_profile(0.2);
  REQUIRE_FALSE(dumps);
  CHECK(dumps.error().kind == expected.kind);
  CHECK_THAT(dumps.error().text, ContainsSubstring(expected.words));
  CHECK(dumps.error().output == expected.output);
  CHECK(files() == before);
  CHECK_FALSE(has_children());
}

TEST_CASE("more places than the profiler's text has room for are no profile") {
  const auto dumps = opened("heap", "allocates_at_many_places")->heap_profile(30);
  REQUIRE_FALSE(dumps);
  CHECK(dumps.error().kind == FailureKind::kBadState);
  CHECK_THAT(dumps.error().text, StartsWith("not available: it allocates at more places"));
}

TEST_CASE("heap profiles are not available in a worker that keeps time") {
  auto worker = Worker::start(library("heap"), "heap.so", patient_limits(), {});
  REQUIRE(worker);
  REQUIRE(worker->open(input("nothing")));
  const auto dumps = worker->heap_profile(1);
  REQUIRE_FALSE(dumps);
  CHECK(dumps.error().kind == FailureKind::kBadState);
  CHECK_THAT(dumps.error().text, StartsWith("not available: "));
  CHECK(worker->finish());
}

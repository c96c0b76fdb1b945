#include "running.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>

#include <unistd.h>

#include <test/catch.hpp>

using harness::worker::FailureKind;
using harness::worker::Isolation;
using namespace running;
using harness::model::Memory;

namespace {

Settings profiling() {
  Settings settings;
  settings.profiling = true;
  return settings;
}

Limits limits_of(std::uint64_t heap_mib) {
  Limits limits = patient_limits();
  limits.address_space_bytes = 8ull << 30;
  limits.heap_bytes_max = heap_mib << 20;
  return limits;
}

Outcome<Memory> memory_of(const std::string& name, std::string_view input_text, std::uint64_t heap_mib = 0) {
  auto worker = Worker::start(library(name), name + ".so", limits_of(heap_mib), profiling());
  REQUIRE(worker);
  REQUIRE(worker->open(input(input_text)));
  auto memory = worker->memory(0.01);
  if (memory) CHECK(worker->finish());
  return memory;
}

Memory told(const Outcome<Memory>& memory) {
  if (!memory) FAIL(memory.error().text << "\n" << memory.error().output);
  return *memory;
}

using Peaks = std::vector<double>;

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {(std::istreambuf_iterator<char>(file)), {}};
}

}  // namespace

#if defined(HARNESS_TEST_MEMORY_PASS)

TEST_CASE("a solver that allocates 3 x 40 bytes a call reads 3 and 120") {
  const auto memory = told(memory_of("heap", "three_times_forty"));
  CHECK(memory.allocs == 3);
  CHECK(memory.alloc_bytes == 120);
  CHECK(memory.peak_heap_bytes == 120);
  CHECK(memory.leaked_bytes == 0);
  CHECK(memory.heap_growths == 0.0);
  CHECK(memory.peaks_bytes == Peaks{120, 120, 120});
}

TEST_CASE("a solver that allocates nothing reads nothing: the harness's own allocations never count") {
  const auto memory = told(memory_of("heap", "nothing"));
  CHECK(memory.allocs == 0);
  CHECK(memory.alloc_bytes == 0);
  CHECK(memory.peaks_bytes == Peaks{0, 0, 0});
  CHECK(memory.leaked_bytes == 0);
}

TEST_CASE("written with the SDK, a call's own allocations and its answer's are all that counts") {
  const std::string_view no_arguments("\x80", 1);
  auto memory = told(memory_of("sdk_integer", no_arguments));
  CHECK(memory.allocs == 3);
  CHECK(memory.alloc_bytes == 120);
  CHECK(memory.peak_heap_bytes == 40);
  memory = told(memory_of("sdk_vector", no_arguments));  // of 25 integers
  CHECK(memory.allocs == 4);
  CHECK(memory.alloc_bytes == 220);
  CHECK(memory.leaked_bytes == 0);
  CHECK(memory.peaks_bytes == Peaks{100, 100, 100});
}

TEST_CASE("what a call leaves behind is leaked, and what it keeps as its result is not") {
  CHECK(told(memory_of("heap", "leaks_24")).leaked_bytes == 24);
  const auto kept = told(memory_of("heap", "keeps_400_as_its_result"));
  CHECK(kept.leaked_bytes == 0);
  CHECK(kept.peaks_bytes == Peaks{400, 400, 400});
}

TEST_CASE("what only the first call does shows in its peak, and not in the steady state") {
  const auto memory = told(memory_of("heap", "keeps_its_first_block"));
  CHECK(memory.peaks_bytes == Peaks{5100, 100, 100});
  CHECK(memory.peak_heap_bytes == 5100);
  CHECK(memory.allocs == 1);
  CHECK(memory.alloc_bytes == 100);
  CHECK(memory.leaked_bytes == 0);
  CHECK(told(memory_of("heap", "takes_more_each_time")).peaks_bytes == Peaks{100, 200, 300});
}

TEST_CASE("preparing a call's arguments is off the books") {
  const auto memory = told(memory_of("prepared", "x"));
  CHECK(memory.allocs == 3);
  CHECK(memory.alloc_bytes == 120);
  CHECK(memory.peaks_bytes == Peaks{40, 40, 40});
  CHECK(memory.leaked_bytes == 0);
}

TEST_CASE("every way into malloc counts, and a realloc is one allocation") {
  const auto memory = told(memory_of("heap", "all_of_malloc"));
  CHECK(memory.allocs == 5);
  CHECK(memory.alloc_bytes == 10 + 1000 + 128 + 512 + 100);
  CHECK(memory.peak_heap_bytes == 1000 + 128 + 512 + 100);
  CHECK(memory.leaked_bytes == 0);
}

TEST_CASE("a replaced operator new counts by what it takes from malloc") {
  const auto memory = told(memory_of("own_new", "x"));
  CHECK(memory.allocs == 3);
  CHECK(memory.alloc_bytes == 3 * (40 + 16));
  CHECK(memory.leaked_bytes == 0);
}

TEST_CASE("the allocations of a call's threads are the call's") {
  auto memory = told(memory_of("heap", "four_threads"));
  CHECK(memory.allocs == 40);
  CHECK(memory.alloc_bytes == 4000);
  CHECK(memory.leaked_bytes == 0);
  memory = told(memory_of("heap", "allocates_here_frees_there"));
  CHECK(memory.alloc_bytes == 3000);
  CHECK(memory.leaked_bytes == 0);
}

TEST_CASE("a growth is counted where the allocator went to the system, in the first call") {
  const auto memory = told(memory_of("heap", "three_blocks_of_8_mib"));
  CHECK(memory.heap_growths == 3.0);
  CHECK(memory.leaked_bytes == 3.0 * (8 << 20));
}

TEST_CASE("a block of 5 GiB is counted to the byte") {
  const auto memory = told(memory_of("heap", "five_gib"));
  CHECK(memory.alloc_bytes == 5.0 * (1 << 30));
  CHECK(memory.leaked_bytes == 0);
}

TEST_CASE("a call that passes its limit is ended right there, and one that keeps it is not") {
  CHECK(told(memory_of("heap", "ten_mib_piece_by_piece", 10)).peak_heap_bytes == 10 << 20);
  const auto over = memory_of("heap", "ten_mib_piece_by_piece", 9);
  REQUIRE_FALSE(over);
  CHECK(over.error().kind == FailureKind::kNoMemory);
  CHECK(over.error().text == "exceeded its declared mem_mb_max of 9 MiB");
  CHECK(told(memory_of("heap", "ten_mib_one_by_one", 1)).alloc_bytes == 10 << 20);
  CHECK_FALSE(has_children());
}

TEST_CASE("a solver that frees what is not its own fails in clear words") {
  for (const char* behaviour : {"frees_a_static_object", "frees_its_stack", "frees_twice"}) {
    INFO(behaviour);
    const auto memory = memory_of("heap", behaviour);
    REQUIRE_FALSE(memory);
    CHECK(memory.error().kind == FailureKind::kCrashed);
    CHECK(memory.error().text ==
          "freed memory that it had not allocated, or freed it twice, while its memory was measured");
  }
  CHECK_FALSE(has_children());
}

TEST_CASE("a call that throws fails the memory pass and leaves the worker usable") {
  auto worker = Worker::start(library("heap"), "heap.so", patient_limits(), profiling());
  REQUIRE(worker);
  REQUIRE(worker->open(input("throws")));
  CHECK(worker->memory(0).error().kind == FailureKind::kThrew);
  REQUIRE(worker->open(input("three_times_forty")));
  CHECK(told(worker->memory(0)).allocs == 3);
  CHECK(worker->finish());
}

namespace {

// What valgrind's memcheck counts in `calls` calls without any harness: allocations and bytes; nothing where it is missing.
std::optional<std::pair<double, double>> counted_by_valgrind(const std::string& behaviour, int calls) {
  if (::access("/usr/bin/valgrind", X_OK) != 0) return std::nullopt;
  const auto command = "/usr/bin/valgrind " CALL_LIBRARY " " RUNNING_LIBRARIES "/heap.so " + behaviour + " " +
                       std::to_string(calls) + " 2>&1";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  for (char chunk[512]; std::fgets(chunk, sizeof chunk, pipe) != nullptr;) text += chunk;
  REQUIRE(::pclose(pipe) == 0);
  text.erase(std::remove(text.begin(), text.end(), ','), text.end());
  unsigned long long allocs = 0, frees = 0, bytes = 0;
  const auto at = text.find("total heap usage: ");
  REQUIRE(at != std::string::npos);
  REQUIRE(std::sscanf(text.c_str() + at, "total heap usage: %llu allocs %llu frees %llu bytes", &allocs, &frees,
                      &bytes) == 3);
  return std::pair(static_cast<double>(allocs), static_cast<double>(bytes));
}

}  // namespace

TEST_CASE("valgrind counts the same allocations") {
  for (const char* behaviour : {"three_times_forty", "all_of_malloc"}) {
    INFO(behaviour);
    const auto hundred = counted_by_valgrind(behaviour, 100), two_hundred = counted_by_valgrind(behaviour, 200);
    if (!hundred || !two_hundred) {
      WARN("valgrind is not installed: nothing was compared");
      return;
    }
    const auto memory = told(memory_of("heap", behaviour));
    CHECK(two_hundred->first - hundred->first == 100 * memory.allocs);
    CHECK(two_hundred->second - hundred->second == 100 * memory.alloc_bytes);
  }
}

TEST_CASE("only the worker that measures memory links gperftools") {
  CHECK_THAT(content(WORKER "-profile"), ContainsSubstring("libtcmalloc_and_profiler.so"));
  CHECK_THAT(content(WORKER), !ContainsSubstring("libtcmalloc"));
}

#else

TEST_CASE("without gperftools memory is not available, and the rest works") {
  const auto memory = memory_of("heap", "three_times_forty");
  REQUIRE_FALSE(memory);
  CHECK(memory.error().kind == FailureKind::kBadState);
  CHECK_THAT(memory.error().text, StartsWith("not available: built with"));
}

#endif

TEST_CASE("memory is not available in a worker that keeps time, nor without isolation") {
  Settings settings;
  settings.isolation = GENERATE(Isolation::kProcess, Isolation::kNone);
  settings.profiling = settings.isolation == Isolation::kNone;
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

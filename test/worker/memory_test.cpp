// With exact figures: solvers of test/plugins/measured in harness-worker-profile. Built only where there is one.
#include "running.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>

#include <unistd.h>

#include <test/catch.hpp>

using harness::model::Memory;
using harness::worker::FailureKind;
using namespace running;

namespace {

Settings profiling() {
  Settings settings;
  settings.program = harness::worker::Program::kHeap;
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
  CHECK(over.error().kind == FailureKind::kHeapLimit);
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

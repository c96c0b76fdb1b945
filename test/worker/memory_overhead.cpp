// What following the heap costs in processor time: the memory pass of a solver with a million live blocks, with hooks that
// keep no table of sizes, and without any hooks; each in a fresh process. Prints the medians of five runs; exit code 1 when
// the table makes the pass take 3 times as long.
#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>
#include <random>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <gperftools/malloc_hook_c.h>

#include <harness/worker/memory.hpp>
#include <harness/worker/stopwatch.hpp>

namespace {

constexpr std::size_t kBlocks = 1'000'000, kBytes = 48;
constexpr double kMost = 3;

enum class Hooks { kNone, kEmpty, kTable };

std::vector<char*> blocks;
std::vector<std::size_t> order;

harness_status run(void*, std::uint64_t) {
  for (auto*& block : blocks) {
    block = new char[kBytes];
    *block = 1;
  }
  for (const auto i : order) delete[] blocks[i];
  return HARNESS_OK;
}

// Processor seconds of the three calls in a child of its own; negative when they were not counted right.
double seconds_of_pass(Hooks hooks) {
  int ends[2];
  if (::pipe(ends) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    if (hooks == Hooks::kTable) harness::worker::follow_the_heap();
    if (hooks == Hooks::kEmpty) {
      MallocHook_AddNewHook([](const void*, std::size_t) {});
      MallocHook_AddDeleteHook([](const void*) {});
    }
    harness_solver solver{};
    solver.bytes_per_call = [](void*) -> std::size_t { return 0; };
    solver.run = run;
    harness::worker::HeapUse use;
    const double begin = harness::worker::thread_cpu_seconds();
    const auto status = harness::worker::measure_memory(solver, nullptr, 0, {}, use);
    double seconds = harness::worker::thread_cpu_seconds() - begin;
    if (status != HARNESS_OK || use.allocs != (hooks == Hooks::kTable ? kBlocks : 0)) seconds = -1;
    ::_exit(::write(ends[1], &seconds, sizeof seconds) == sizeof seconds ? 0 : 1);
  }
  ::close(ends[1]);
  double seconds = -1;
  if (child < 0 || ::read(ends[0], &seconds, sizeof seconds) != sizeof seconds) seconds = -1;
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return seconds;
}

double median(std::array<double, 5> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers[2];
}

bool compare(const char* freed) {
  std::array<double, 5> none, empty, table;
  for (std::size_t i = 0; i < none.size(); ++i) {
    none[i] = seconds_of_pass(Hooks::kNone);
    empty[i] = seconds_of_pass(Hooks::kEmpty);
    table[i] = seconds_of_pass(Hooks::kTable);
    if (none[i] <= 0 || empty[i] <= 0 || table[i] <= 0) return false;
  }
  const double ratio = median(table) / median(empty);
  std::printf(
      "%zu live blocks of %zu bytes, freed %s: a call takes %.1f ms, with empty hooks %.1f ms, with the table %.1f ms: "
      "%.2f times the empty hooks, %.2f times none\n",
      kBlocks, kBytes, freed, median(none) / 3 * 1e3, median(empty) / 3 * 1e3, median(table) / 3 * 1e3, ratio,
      median(table) / median(none));
  return ratio < kMost;
}

}  // namespace

int main() {
  blocks.resize(kBlocks);
  order.resize(kBlocks);
  std::iota(order.begin(), order.end(), 0);
  bool fine = compare("in order");
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  fine = compare("shuffled") && fine;
  return fine ? 0 : 1;
}

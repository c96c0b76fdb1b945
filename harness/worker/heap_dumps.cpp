#include <cstdlib>
#include <memory>

#include <gperftools/heap-profiler.h>

#include <harness/worker/memory.hpp>

namespace harness::worker {
namespace {

// Where no file can be made: a solver that exits while it is profiled would have the profiler write one.
constexpr const char* kNoFile = "/dev/null/none";
constexpr int kSettlingCalls = 2;

struct HeapProfiling {
  HeapProfiling() { ::HeapProfilerStart(kNoFile); }
  ~HeapProfiling() { ::HeapProfilerStop(); }
  HeapProfiling(const HeapProfiling&) = delete;
  HeapProfiling& operator=(const HeapProfiling&) = delete;
};

using Dump = std::unique_ptr<char, decltype(&std::free)>;
Dump dump() { return Dump(::GetHeapProfile(), &std::free); }

}  // namespace

harness_status dump_heap(const harness_solver& solver, void* instance, std::string& dumps) {
  const bool prepares = solver.bytes_per_call(instance) > 0;
  const auto prepare = [&] { return prepares ? solver.prepare(instance, 1) : HARNESS_OK; };
  for (int i = 0; i < kSettlingCalls; ++i) {
    if (const auto status = prepare(); status != HARNESS_OK) return status;
    if (const auto status = solver.run(instance, 1); status != HARNESS_OK) return status;
  }
  const HeapProfiling profiling;
  if (const auto status = prepare(); status != HARNESS_OK) return status;
  const auto before = dump();
  if (const auto status = solver.run(instance, 1); status != HARNESS_OK) return status;
  const auto after = dump();
  if (!before || !after) return HARNESS_NO_MEMORY;
  dumps = before.get();
  dumps += '\0';
  dumps += after.get();
  return HARNESS_OK;
}

}  // namespace harness::worker

#include <harness/worker/memory.hpp>

#include <algorithm>
#include <atomic>
#include <new>
#include <optional>

#include <unistd.h>

#include <gperftools/malloc_extension_c.h>
#include <gperftools/malloc_hook_c.h>

#include <harness/worker/heap_account.hpp>

namespace harness::worker {
namespace {

constinit HeapAccount account;
constinit LastWords words{};
constinit std::atomic<bool> ending = false;
bool followed = false;

// How often the allocator went to the system so far.
std::optional<std::size_t> growths() {
  std::size_t count = 0;
  if (MallocExtension_GetNumericProperty("tcmalloc.pageheap_reserve_count", &count) == 0) return std::nullopt;
  return count;
}

[[noreturn]] void end_with(Fault fault) {
  if (!ending.exchange(true)) {
    std::uint8_t frame[kSmallestFailedFrame];
    write_failed(frame, words.sequence, fault);
    send_packet(words.channel, frame, {}, 0);
  }
  ::_exit(kChannelLostStatus);
}

void on_new(const void* block, std::size_t size) {
  if (block != nullptr && account.allocated(block, size) == HeapAccount::Event::kBeyondLimit)
    end_with(Fault::kHeapLimit);
}

void on_delete(const void* block) {
  if (block == nullptr) return;
  const auto event = account.freed(block);
  // Blocks older than the account (static objects of the C++ library) are unknown and yet owned.
  if (event == HeapAccount::Event::kFreedTwice ||
      (event == HeapAccount::Event::kUnknown && MallocExtension_GetOwnership(block) == MallocExtension_kNotOwned))
    end_with(Fault::kBadFree);
}

// Ends the counting also where an exception leaves the call.
struct Counting {
  explicit Counting(std::uint64_t most_bytes) { account.begin_call(most_bytes); }
  ~Counting() { account.end_call(); }
  Counting(const Counting&) = delete;
  Counting& operator=(const Counting&) = delete;
};

}  // namespace

const char* memory_unavailable() { return followed ? nullptr : "not available: gperftools' hooks could not be set"; }

void follow_the_heap() {
  followed = MallocHook_AddNewHook(on_new) != 0 && MallocHook_AddDeleteHook(on_delete) != 0;
  // An allocator without working hooks must not read as a solver that allocates nothing.
  const auto before = account.live_bytes();
  void* volatile probe = ::operator new(40);
  followed = followed && account.live_bytes() == before + 40;
  ::operator delete(probe);
  followed = followed && account.live_bytes() == before;
}

harness_status measure_memory(const harness_solver& solver, void* instance, std::uint64_t most_bytes,
                              LastWords last_words, HeapUse& use) {
  words = last_words;
  const bool prepares = solver.bytes_per_call(instance) > 0;
  std::int64_t live_before = 0;
  use = {};
  for (std::size_t i = 0; i < kMeasuredCalls; ++i) {
    live_before = account.live_bytes();
    if (prepares)
      if (const auto status = solver.prepare(instance, 1); status != HARNESS_OK) return status;
    const auto growths_before = growths();
    const Counting counting(most_bytes);
    if (const auto status = solver.run(instance, 1); status != HARNESS_OK) return status;
    const auto call = account.end_call();
    use.allocs = static_cast<double>(call.allocs);
    use.alloc_bytes = static_cast<double>(call.alloc_bytes);
    use.peaks_bytes[i] = static_cast<double>(call.peak_bytes);
    if (const auto now = growths(); i == 0 && now && growths_before)
      use.heap_growths = static_cast<double>(*now - *growths_before);
  }
  use.leaked_bytes = static_cast<double>(std::max<std::int64_t>(0, account.live_bytes() - live_before));
  return account.complete() ? HARNESS_OK : HARNESS_NO_MEMORY;
}

}  // namespace harness::worker

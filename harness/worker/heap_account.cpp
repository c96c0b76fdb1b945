#include <harness/worker/heap_account.hpp>

#include <algorithm>
#include <limits>

#include <sched.h>
#include <sys/single_threaded.h>

namespace harness::worker {

// A spin lock: the hooks' sections are some nanoseconds long, and a mutex of the system's might allocate. Left out while
// the process has one thread: a locked instruction keeps the misses of the table and of the allocator from overlapping.
class HeapAccount::Locked {
 public:
  explicit Locked(std::atomic_flag& flag) : flag_(__libc_single_threaded ? nullptr : &flag) {
    if (flag_ == nullptr) return;
    for (int tries = 0; flag_->test_and_set(std::memory_order_acquire); ++tries)
      if (tries % 64 == 63) ::sched_yield();
  }
  ~Locked() {
    if (flag_ != nullptr) flag_->clear(std::memory_order_release);
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  std::atomic_flag* flag_;
};

HeapAccount::Event HeapAccount::allocated(const void* block, std::size_t size) {
  const Locked locked(taken_);
  if (!sizes_.put(block, size)) {
    complete_ = false;
    return Event::kFine;
  }
  const auto bytes = static_cast<std::int64_t>(size);
  if (!in_call_) {
    live_ += bytes;
    return Event::kFine;
  }
  if (use_.allocs == 0) start_ = std::min(start_, live_);
  live_ += bytes;
  ++use_.allocs;
  use_.alloc_bytes += size;
  use_.peak_bytes = std::max(use_.peak_bytes, live_ - start_);
  return live_ - start_ > limit_ ? Event::kBeyondLimit : Event::kFine;
}

HeapAccount::Event HeapAccount::freed(const void* block) {
  const Locked locked(taken_);
  const auto taken = sizes_.take(block);
  live_ -= static_cast<std::int64_t>(taken.size);
  if (!in_call_ || taken.was == SizeTable::Was::kLive) return Event::kFine;
  return taken.was == SizeTable::Was::kFreed ? Event::kFreedTwice : Event::kUnknown;
}

void HeapAccount::begin_call(std::uint64_t limit_bytes) {
  const Locked locked(taken_);
  constexpr auto kNone = std::numeric_limits<std::int64_t>::max();
  limit_ = limit_bytes == 0 || limit_bytes > static_cast<std::uint64_t>(kNone) ? kNone
                                                                               : static_cast<std::int64_t>(limit_bytes);
  use_ = {};
  start_ = live_;
  in_call_ = true;
}

CallUse HeapAccount::end_call() {
  const Locked locked(taken_);
  in_call_ = false;
  return use_;
}

std::int64_t HeapAccount::live_bytes() {
  const Locked locked(taken_);
  return live_;
}

bool HeapAccount::complete() {
  const Locked locked(taken_);
  return complete_;
}

}  // namespace harness::worker

#include <harness/worker/heap_account.hpp>

#include <algorithm>
#include <limits>

#include <sched.h>

namespace harness::worker {

// A spin lock: the hooks' sections are some nanoseconds long, and a mutex of the system's might allocate.
class HeapAccount::Locked {
 public:
  explicit Locked(std::atomic_flag& flag) : flag_(flag) {
    for (int tries = 0; flag_.test_and_set(std::memory_order_acquire); ++tries)
      if (tries % 64 == 63) ::sched_yield();
  }
  ~Locked() { flag_.clear(std::memory_order_release); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  std::atomic_flag& flag_;
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
  if (heap_size_ != nullptr) watch_growth();
  return live_ - start_ > limit_ ? Event::kBeyondLimit : Event::kFine;
}

HeapAccount::Event HeapAccount::freed(const void* block) {
  const Locked locked(taken_);
  const auto taken = sizes_.take(block);
  live_ -= static_cast<std::int64_t>(taken.size);
  if (!in_call_ || taken.was == SizeTable::Was::kLive) return Event::kFine;
  return taken.was == SizeTable::Was::kFreed ? Event::kFreedTwice : Event::kUnknown;
}

void HeapAccount::watch_growth() {
  std::size_t now = 0;
  if (!heap_size_(now)) {
    use_.growths.reset();
    heap_size_ = nullptr;
  } else if (now != last_heap_size_) {
    if (now > last_heap_size_) ++*use_.growths;
    last_heap_size_ = now;
  }
}

void HeapAccount::begin_call(std::uint64_t limit_bytes, HeapSize heap_size) {
  const Locked locked(taken_);
  constexpr auto kNone = std::numeric_limits<std::int64_t>::max();
  limit_ = limit_bytes == 0 || limit_bytes > static_cast<std::uint64_t>(kNone) ? kNone
                                                                               : static_cast<std::int64_t>(limit_bytes);
  use_ = {};
  heap_size_ = heap_size != nullptr && heap_size(last_heap_size_) ? heap_size : nullptr;
  if (heap_size_ != nullptr) use_.growths = 0;
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

// What the calls of a solver do to the heap, from each block that comes and goes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <harness/worker/size_table.hpp>

namespace harness::worker {

// One call, in the bytes that were asked for; what the allocator rounds them up to is not counted.
struct CallUse {
  std::uint64_t allocs = 0;
  std::uint64_t alloc_bytes = 0;
  std::int64_t peak_bytes = 0;  // most live bytes above the call's start
};

// Blocks are followed always, so that one which a call frees is known when an earlier call, or its preparation, made it;
// they are counted only between `begin_call` and `end_call`. From any thread; a call's events are those of all threads.
//
// The call's start is its first allocation, as far as live bytes are concerned: what it frees before that is the former
// call's result, which would hide as many bytes of this call's peak.
//
// Never allocates and never blocks for long: it runs inside malloc's hooks.
class HeapAccount {
 public:
  enum class Event {
    kFine,
    kBeyondLimit,  // live bytes above the call's start passed its limit
    kFreedTwice,
    kUnknown  // freed, but was not seen to be allocated
  };

  constexpr HeapAccount() = default;
  HeapAccount(const HeapAccount&) = delete;
  HeapAccount& operator=(const HeapAccount&) = delete;

  // `block` is not null. Outside of calls every answer is kFine.
  Event allocated(const void* block, std::size_t size);
  Event freed(const void* block);

  void begin_call(std::uint64_t limit_bytes);  // 0 = none
  CallUse end_call();

  std::int64_t live_bytes();
  // False: there was no memory to write down a block; nothing that was counted holds.
  bool complete();

 private:
  class Locked;

  std::atomic_flag taken_ = ATOMIC_FLAG_INIT;
  SizeTable sizes_;
  bool complete_ = true;
  bool in_call_ = false;
  std::int64_t live_ = 0;
  std::int64_t start_ = 0;  // live bytes at the call's start
  std::int64_t limit_ = 0;
  CallUse use_;
};

}  // namespace harness::worker

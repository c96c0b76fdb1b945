#include <harness/worker/heap_account.hpp>

#include <memory>
#include <thread>
#include <vector>

#include <test/catch.hpp>

using harness::worker::HeapAccount;
using Event = HeapAccount::Event;

namespace {

const void* block(std::uintptr_t number) { return reinterpret_cast<const void*>(0x10000 + 64 * number); }

}  // namespace

TEST_CASE("blocks are counted within calls and followed between them") {
  const auto account = std::make_unique<HeapAccount>();
  account->allocated(block(0), 1000);
  account->begin_call(0);
  account->allocated(block(1), 40);
  account->allocated(block(2), 60);
  account->freed(block(1));
  auto call = account->end_call();
  CHECK(call.allocs == 2);
  CHECK(call.alloc_bytes == 100);
  CHECK(call.peak_bytes == 100);
  CHECK(account->live_bytes() == 1060);
  account->allocated(block(3), 500);
  account->begin_call(0);
  account->freed(block(3));
  call = account->end_call();
  CHECK(call.allocs == 0);
  CHECK(call.peak_bytes == 0);
  CHECK(account->live_bytes() == 1060);
  CHECK(account->complete());
}

TEST_CASE("what a call frees before its first allocation does not hide its peak") {
  const auto account = std::make_unique<HeapAccount>();
  account->allocated(block(0), 400);  // the former result
  account->begin_call(0);
  account->freed(block(0));
  account->allocated(block(1), 400);
  CHECK(account->end_call().peak_bytes == 400);
  account->begin_call(0);
  account->allocated(block(2), 10);
  account->freed(block(1));
  account->allocated(block(3), 400);
  CHECK(account->end_call().peak_bytes == 10);
}

TEST_CASE("a limit is passed by live bytes above the call's start, not reached by it") {
  const auto account = std::make_unique<HeapAccount>();
  account->allocated(block(0), 1 << 20);
  account->begin_call(100);
  CHECK(account->allocated(block(1), 100) == Event::kFine);
  CHECK(account->freed(block(1)) == Event::kFine);
  CHECK(account->allocated(block(1), 60) == Event::kFine);
  CHECK(account->allocated(block(2), 41) == Event::kBeyondLimit);
  account->end_call();
  CHECK(account->allocated(block(3), 1 << 20) == Event::kFine);
}

TEST_CASE("a free that matches no allocation is told within calls") {
  const auto account = std::make_unique<HeapAccount>();
  CHECK(account->freed(block(9)) == Event::kFine);
  account->begin_call(0);
  CHECK(account->freed(block(9)) == Event::kUnknown);
  account->allocated(block(1), 8);
  CHECK(account->freed(block(1)) == Event::kFine);
  CHECK(account->freed(block(1)) == Event::kFreedTwice);
  account->end_call();
  CHECK(account->live_bytes() == 0);
}

TEST_CASE("a block that cannot be written down makes the account incomplete") {
  const auto account = std::make_unique<HeapAccount>();
  account->allocated(reinterpret_cast<const void*>(0x1001), 40);
  CHECK_FALSE(account->complete());
}

TEST_CASE("threads at once lose no event") {
  const auto account = std::make_unique<HeapAccount>();
  account->begin_call(0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int round = 0; round < 1000; ++round) {
        for (int i = 0; i < 10; ++i) account->allocated(block(t * 100 + i), 10);
        for (int i = 0; i < 10; ++i) account->freed(block(t * 100 + i));
      }
      account->allocated(block(t * 100), 7);
    });
  for (auto& thread : threads) thread.join();
  const auto call = account->end_call();
  CHECK(call.allocs == 40'004);
  CHECK(call.alloc_bytes == 400'028);
  CHECK(call.peak_bytes >= 107);
  CHECK(call.peak_bytes <= 400);
  CHECK(account->live_bytes() == 28);
}

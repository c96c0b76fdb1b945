// One side of a duet: the input is the name of what it shall answer with. VERSION tells the builds apart; with
// STARTS_A_THREAD a constructor does so.
#include "plain_solver.hpp"

#include <cstdlib>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include <malloc.h>
#include <sys/single_threaded.h>
#include <unistd.h>

inline std::uint64_t runs = 0, calls_of_last_run = 0;  // one object for two libraries that are loaded without care

namespace {

std::string wanted;
std::vector<std::uint64_t> begun_at;  // nanoseconds, of each run

std::uint64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

// Where the next block of 48 bytes lies: the last one that this heap got back.
std::uint64_t free_block() {
  void* block = std::malloc(48);
  asm volatile("" : "+r"(block) : : "memory");
  const auto address = reinterpret_cast<std::uint64_t>(block);
  std::free(block);
  return address;
}

harness_status open(const std::uint8_t* data, std::size_t size, void** instance) {
  wanted.assign(reinterpret_cast<const char*>(data), size);
  begun_at.reserve(4096);
  return plain::open(data, size, instance);
}

harness_status run(void*, std::uint64_t calls) {
  begun_at.push_back(now());
  ++runs;
  calls_of_last_run = calls;
  if (wanted == "throws_at_third" && runs == 3) throw VERSION;
  if (wanted == "crashes_at_third" && runs == 3) std::abort();
  if (wanted == "hangs_at_third" && runs == 3)
    for (;;) asm volatile("");
  return HARNESS_OK;
}

// Numbers as they lie in memory.
harness_status answer(void*, harness_bytes* bytes) {
  static std::vector<std::uint64_t> told;
  if (wanted == "times") {
    told = begun_at;
  } else {
    told = {VERSION};
    if (wanted == "runs") told[0] = runs;
    if (wanted == "calls") told[0] = calls_of_last_run;
    if (wanted == "free_block") told[0] = free_block();
    if (wanted == "heap_in_use") told[0] = ::mallinfo2().uordblks;
    if (wanted == "single_threaded") told[0] = static_cast<std::uint64_t>(__libc_single_threaded);
    if (wanted == "code") told[0] = reinterpret_cast<std::uint64_t>(&run);
  }
  *bytes = {reinterpret_cast<const std::uint8_t*>(told.data()), told.size() * sizeof told[0]};
  return HARNESS_OK;
}

#ifdef STARTS_A_THREAD
[[maybe_unused]] const bool started = [] {
  std::thread([] {
    for (;;) ::pause();
  }).detach();
  return true;
}();
#endif

}  // namespace

PLAIN_SOLVER(table.open = open; table.run = run; table.answer = answer;)

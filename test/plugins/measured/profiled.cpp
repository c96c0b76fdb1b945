// For the CPU profiler: the input is the name of one of the functions listed at the end, which is what each call does.
// The answer is where the code lies: four addresses, begin and end of what runs in calls and of what runs in `prepare`.
#include <test/plugins/running/plain_solver.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <harness/worker/protocol.hpp>

#define IN_CALLS __attribute__((noinline, section("in_calls")))
#define IN_PREPARE __attribute__((noinline, section("in_prepare")))

extern "C" {
extern const char __start_in_calls[], __stop_in_calls[], __start_in_prepare[], __stop_in_prepare[];
}

namespace {

std::uint64_t calls_made = 0;
bool dear_to_prepare = false;

IN_CALLS void busy() {
  for (int i = 0; i < 30'000; ++i) asm volatile("");
}
IN_PREPARE void busy_preparing() {
  for (int i = 0; i < 90'000; ++i) asm volatile("");
}

void spins() { busy(); }
void prepares_long() { busy(); }
IN_CALLS int deeper(int depth) {
  if (depth == 0) return busy(), 0;
  const int below = deeper(depth - 1);
  asm volatile("" : : : "memory");
  return below + 1;
}
void recurses_deep() {
  if (deeper(10'000) != 10'000) std::abort();
}
void* busy_thread(void*) {
  for (int i = 0; i < 100; ++i) busy();
  return nullptr;
}
void works_in_a_thread() {
  pthread_t thread;
  if (::pthread_create(&thread, nullptr, busy_thread, nullptr) != 0) std::abort();
  ::pthread_join(thread, nullptr);
}
void throws_and_catches() {
  busy();
  try {
    throw std::runtime_error("caught");
  } catch (const std::runtime_error&) {
  }
}
void ignores_sigprof() {
  ::signal(SIGPROF, SIG_IGN);
  busy();
}
void replaces_the_handler() {
  ::signal(SIGPROF, [](int) {});
  busy();
}
void takes_the_handler_away() {
  ::signal(SIGPROF, SIG_DFL);
  busy();
}
void blocks_sigprof() {
  sigset_t profiling;
  ::sigemptyset(&profiling);
  ::sigaddset(&profiling, SIGPROF);
  ::pthread_sigmask(SIG_BLOCK, &profiling, nullptr);
  busy();
}
void stops_the_timer() {
  const itimerval none{};
  ::setitimer(ITIMER_PROF, &none, nullptr);
  busy();
}
bool later() {
  busy();
  return calls_made > 1000;
}
void crashes() {
  if (later()) ::raise(SIGSEGV);
}
void hangs() {
  if (later())
    for (;;) busy();
}
void throws() {
  if (later()) throw std::runtime_error("not today");
}
void exits() {
  if (later()) {
    std::puts("going");
    std::exit(3);
  }
}
void writes_a_large_file() {
  if (!later()) return;
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  std::printf("%llu\n", static_cast<unsigned long long>(limit.rlim_max));
  std::exit(4);
}
// Requests are: start, load, open, CPU profile.
void forge(std::uint64_t samples, std::uint64_t calls, double wall, double cpu) {
  std::uint8_t frame[16 + 65] = {};
  const std::uint32_t sequence = 4, size = 65;
  const auto kind = harness::worker::Kind::kProfiled;
  std::memcpy(frame, &harness::worker::kMagic, 4);
  std::memcpy(frame + 4, &kind, 2);
  std::memcpy(frame + 8, &sequence, 4);
  std::memcpy(frame + 12, &size, 4);
  std::memcpy(frame + 16, &samples, 8);
  std::memcpy(frame + 24, &calls, 8);
  std::memcpy(frame + 32, &wall, 8);
  std::memcpy(frame + 40, &cpu, 8);
  std::memcpy(frame + 48, &wall, 8);
  ::send(3, frame, sizeof frame, 0);
  for (;;) ::pause();
}
void forges_samples() { forge(1'000'000, 10, 1e-3, 1e-3); }
void forges_wall_time() { forge(10, 10, 3600, 1e-3); }
void forges_processor_time() { forge(10, 10, 1e-3, 3600); }
void forges_no_calls() { forge(10, 0, 1e-3, 1e-3); }

struct Named {
  const char* name;
  void (*function)();
};
#define NAMED(function) \
  { #function, function }
constexpr Named kFunctions[] = {NAMED(spins),
                                NAMED(prepares_long),
                                NAMED(recurses_deep),
                                NAMED(works_in_a_thread),
                                NAMED(throws_and_catches),
                                NAMED(ignores_sigprof),
                                NAMED(replaces_the_handler),
                                NAMED(takes_the_handler_away),
                                NAMED(blocks_sigprof),
                                NAMED(stops_the_timer),
                                NAMED(crashes),
                                NAMED(hangs),
                                NAMED(throws),
                                NAMED(exits),
                                NAMED(writes_a_large_file),
                                NAMED(forges_samples),
                                NAMED(forges_wall_time),
                                NAMED(forges_processor_time),
                                NAMED(forges_no_calls)};
void (*chosen)() = nullptr;

harness_status open(const std::uint8_t* data, std::size_t size, void** instance) {
  const std::string name(reinterpret_cast<const char*>(data), size);
  for (const auto& named : kFunctions)
    if (named.name == name) chosen = named.function;
  dear_to_prepare = chosen == prepares_long;
  return chosen == nullptr ? HARNESS_BAD_INPUT : plain::open(data, size, instance);
}
std::size_t bytes_per_call(void*) { return dear_to_prepare ? 1 << 16 : 0; }
harness_status prepare(void*, std::uint64_t calls) {
  for (std::uint64_t i = 0; i < calls; ++i) busy_preparing();
  return HARNESS_OK;
}
harness_status run(void*, std::uint64_t calls) {
  for (std::uint64_t i = 0; i < calls; ++i, ++calls_made) chosen();
  return HARNESS_OK;
}
harness_status answer(void* instance, harness_bytes* bytes) {
  const char* const places[] = {__start_in_calls, __stop_in_calls, __start_in_prepare, __stop_in_prepare};
  auto* it = static_cast<plain::Instance*>(instance);
  static_assert(sizeof places <= sizeof it->bytes);
  std::memcpy(it->bytes, places, sizeof places);
  *bytes = {it->bytes, sizeof places};
  return HARNESS_OK;
}

}  // namespace

PLAIN_SOLVER(table.open = open; table.bytes_per_call = bytes_per_call; table.prepare = prepare; table.run = run;
             table.answer = answer;)

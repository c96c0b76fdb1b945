// Does to the heap exactly what it is told: the input is the name of one of the functions listed at the end.
#include <test/plugins/running/plain_solver.hpp>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <pthread.h>
#include <unistd.h>

namespace {

// Kept from the optimiser, which leaves out allocations that nobody looks at.
template <class T>
T* hidden(T* pointer) {
  asm volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}

char* result = nullptr;
int calls_made = 0;

void nothing() {}
void three_times_forty() {
  char* blocks[3];
  for (auto*& block : blocks) block = hidden(new char[40]);
  for (auto* block : blocks) delete[] block;
}
void leaks_24() { hidden(new char[24]); }
// As the SDK keeps results: the former one goes right before the next one comes.
void keeps_400_as_its_result() {
  delete[] result;
  result = hidden(new char[400]);
}
void keeps_its_first_block() {
  if (result == nullptr) result = hidden(new char[5000]);
  delete[] hidden(new char[100]);
}
// 100 bytes in the first call, 200 in the second...
void takes_more_each_time() { delete[] hidden(new char[100 * ++calls_made]); }
void three_blocks_of_8_mib() {
  for (int i = 0; i < 3; ++i) hidden(new char[8 << 20]);
}
void ten_mib_piece_by_piece() {
  for (int i = 0; i < 10; ++i) std::memset(hidden(new char[1 << 20]), 1, 1 << 20);
}
void ten_mib_one_by_one() {
  for (int i = 0; i < 10; ++i) delete[] hidden(new char[1 << 20]);
}
void five_gib() { std::free(hidden(std::malloc(5ull << 30))); }
void all_of_malloc() {
  void* blocks[4];
  blocks[0] = std::realloc(hidden(std::malloc(10)), 1000);
  blocks[1] = std::aligned_alloc(64, 128);
  if (::posix_memalign(&blocks[2], 256, 512) != 0) std::abort();
  blocks[3] = std::calloc(5, 20);
  for (auto* block : blocks) std::free(hidden(block));
}
void frees_a_static_object() {
  alignas(16) static char object[64];
  std::free(hidden(object + 16));
}
void frees_its_stack() {
  alignas(16) char object[64];
  std::free(hidden(object));
}
void frees_twice() {
  char* block = hidden(new char[64]);
  delete[] block;
  delete[] hidden(block);
}
void* ten_of_100(void*) {
  for (int i = 0; i < 10; ++i) delete[] hidden(new char[100]);
  return nullptr;
}
void four_threads() {
  pthread_t threads[4];
  for (auto& thread : threads)
    if (::pthread_create(&thread, nullptr, ten_of_100, nullptr) != 0) std::abort();
  for (auto thread : threads) ::pthread_join(thread, nullptr);
}
void* frees(void* block) {
  delete[] static_cast<char*>(block);
  return nullptr;
}
void allocates_here_frees_there() {
  pthread_t thread;
  if (::pthread_create(&thread, nullptr, frees, hidden(new char[3000])) != 0) std::abort();
  ::pthread_join(thread, nullptr);
}
void throws() {
  hidden(new char[10]);
  throw 1;
}

// Misbehaviour that begins where the heap profiler looks, after two calls.
bool at_third() { return ++calls_made == 3; }
void throws_at_third() {
  if (at_third()) throw std::runtime_error("not today");
}
void crashes_at_third() {
  if (at_third()) std::abort();
}
void exits_at_third() {
  if (!at_third()) return;
  std::puts("going");
  std::exit(3);
}
void hangs_at_third() {
  if (at_third())
    for (;;) ::pause();
}
// 8,192 stacks: at each of 13 levels one of two calls.
template <int kWay>
__attribute__((noinline)) void place(int level) {
  if (level == 0) {
    delete[] hidden(new char[8]);
    return;
  }
  place<kWay * 3 % 11>(level - 1);
  asm volatile("" : : : "memory");
  place<kWay * 5 % 11>(level - 1);
  asm volatile("" : : : "memory");
}
void allocates_at_many_places() { place<1>(13); }

struct Named {
  const char* name;
  void (*function)();
};
#define NAMED(function) \
  { #function, function }
constexpr Named kFunctions[] = {NAMED(nothing),
                                NAMED(three_times_forty),
                                NAMED(leaks_24),
                                NAMED(keeps_400_as_its_result),
                                NAMED(keeps_its_first_block),
                                NAMED(takes_more_each_time),
                                NAMED(three_blocks_of_8_mib),
                                NAMED(ten_mib_piece_by_piece),
                                NAMED(ten_mib_one_by_one),
                                NAMED(five_gib),
                                NAMED(all_of_malloc),
                                NAMED(frees_a_static_object),
                                NAMED(frees_its_stack),
                                NAMED(frees_twice),
                                NAMED(four_threads),
                                NAMED(allocates_here_frees_there),
                                NAMED(throws),
                                NAMED(throws_at_third),
                                NAMED(crashes_at_third),
                                NAMED(exits_at_third),
                                NAMED(hangs_at_third),
                                NAMED(allocates_at_many_places)};
void (*chosen)() = nullptr;

harness_status open(const std::uint8_t* data, std::size_t size, void** instance) {
  const std::string name(reinterpret_cast<const char*>(data), size);
  for (const auto& named : kFunctions)
    if (named.name == name) chosen = named.function;
  return chosen == nullptr ? HARNESS_BAD_INPUT : plain::open(data, size, instance);
}
harness_status run(void*, std::uint64_t calls) {
  for (std::uint64_t i = 0; i < calls; ++i) chosen();
  return HARNESS_OK;
}

}  // namespace

PLAIN_SOLVER(table.open = open; table.run = run;)

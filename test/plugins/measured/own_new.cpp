// Replaces operator new within its library, by one that puts 16 bytes before each block, and allocates 3 x 40 bytes a call.
#include <test/plugins/running/plain_solver.hpp>

#include <cstdlib>
#include <new>

void* operator new(std::size_t size) {
  auto* block = static_cast<char*>(std::malloc(size + 16));
  if (block == nullptr) throw std::bad_alloc();
  return block + 16;
}
void operator delete(void* block) noexcept {
  if (block != nullptr) std::free(static_cast<char*>(block) - 16);
}
void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

namespace {
struct Forty {
  char bytes[40];
};
harness_status run(void*, std::uint64_t calls) {
  for (std::uint64_t i = 0; i < calls * 3; ++i) {
    auto* block = new Forty;
    asm volatile("" : "+r"(block) : : "memory");
    delete block;
  }
  return HARNESS_OK;
}
}  // namespace

PLAIN_SOLVER(table.run = run;)

// Executes 1000 nops a call, or 1300 when LONGER; PREPARED gives it private arguments that take long to make.
#include <test/plugins/running/plain_solver.hpp>

#define TEN "nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

namespace {
[[maybe_unused]] std::uint64_t ready = 0;

harness_status run(void*, std::uint64_t calls) {
#ifdef PREPARED
  if (ready != calls) return HARNESS_BAD_STATE;
  ready = 0;
#endif
  for (std::uint64_t i = 0; i < calls; ++i) {
    asm volatile(HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED);
#ifdef LONGER
    asm volatile(HUNDRED HUNDRED HUNDRED);
#endif
  }
  return HARNESS_OK;
}
#ifdef PREPARED
std::size_t bytes_per_call(void*) { return 64; }
harness_status prepare(void*, std::uint64_t calls) {
  ready = calls;
  for (volatile std::uint64_t i = 0; i < 1000 * calls;) i = i + 1;
  return HARNESS_OK;
}
#endif
}  // namespace

#ifdef PREPARED
PLAIN_SOLVER(table.run = run; table.bytes_per_call = bytes_per_call; table.prepare = prepare;)
#else
PLAIN_SOLVER(table.run = run;)
#endif

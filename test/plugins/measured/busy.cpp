// Each call keeps the processor busy for 20 us, and every tenth for 200 us.
#include <test/plugins/running/plain_solver.hpp>

#include <ctime>

namespace {
std::uint64_t made = 0;

double now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}
harness_status run(void*, std::uint64_t calls) {
  for (std::uint64_t i = 0; i < calls; ++i) {
    const double end = now() + (++made % 10 == 0 ? 200e-6 : 20e-6);
    while (now() < end) {
    }
  }
  return HARNESS_OK;
}
}  // namespace

PLAIN_SOLVER(table.run = run;)

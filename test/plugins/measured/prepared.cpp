// Has private arguments: `prepare` makes a block of 1000 bytes for each call, which the call gives back, beside 3 x 40
// bytes of its own.
#include <test/plugins/running/plain_solver.hpp>

#include <vector>

namespace {
std::vector<char*> rows;

std::size_t bytes_per_call(void*) { return 1000; }
harness_status prepare(void*, std::uint64_t calls) {
  for (auto* row : rows) delete[] row;
  rows.clear();
  for (std::uint64_t i = 0; i < calls; ++i) rows.push_back(new char[1000]);
  return HARNESS_OK;
}
harness_status run(void*, std::uint64_t calls) {
  if (rows.size() != calls) return HARNESS_BAD_STATE;
  for (auto*& row : rows) {
    for (int i = 0; i < 3; ++i) {
      char* block = new char[40];
      asm volatile("" : "+r"(block) : : "memory");
      delete[] block;
    }
    delete[] row;
    row = nullptr;
  }
  return HARNESS_OK;
}
}  // namespace

PLAIN_SOLVER(table.bytes_per_call = bytes_per_call; table.prepare = prepare; table.run = run;)

// Tells counters: the input is the CBOR that it tells.
#include <test/plugins/running/plain_solver.hpp>

namespace {
harness_bytes told{};
bool ran = false;

harness_status open(const std::uint8_t* data, std::size_t size, void** instance) {
  told = {data, size};
  return plain::open(data, size, instance);
}
harness_status run(void*, std::uint64_t) {
  ran = true;
  return HARNESS_OK;
}
harness_status counters(void*, harness_bytes* bytes) {
  if (!ran) return HARNESS_BAD_STATE;
  *bytes = told;
  return HARNESS_OK;
}
}  // namespace

PLAIN_SOLVER(table.open = open; table.run = run; table.counters = counters;)

// Libraries for the worker's tests, written against the plain boundary: a table whose functions a test replaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <harness/sdk/abi.h>

namespace plain {

// The state that a solver of these tests needs: what `run` leaves for `answer`.
struct Instance {
  std::uint8_t bytes[64] = {0x00};  // CBOR: the integer 0
  std::size_t size = 1;
};

inline harness_status open(const std::uint8_t*, std::size_t, void** instance) {
  *instance = new Instance;
  return HARNESS_OK;
}
inline std::size_t bytes_per_call(void*) { return 0; }
inline harness_status prepare(void*, std::uint64_t) { return HARNESS_OK; }
inline harness_status run(void*, std::uint64_t) { return HARNESS_OK; }
inline harness_status answer(void* instance, harness_bytes* bytes) {
  const auto* it = static_cast<Instance*>(instance);
  *bytes = {it->bytes, it->size};
  return HARNESS_OK;
}
inline void close(void* instance) { delete static_cast<Instance*>(instance); }
inline const char* last_error(void*) { return ""; }

inline constexpr harness_solver kTable = {sizeof(harness_solver),
                                          HARNESS_BOUNDARY_VERSION,
                                          "() -> integer",
                                          open,
                                          bytes_per_call,
                                          prepare,
                                          run,
                                          answer,
                                          close,
                                          last_error,
                                          nullptr};

}  // namespace plain

// Exports a table that differs from plain::kTable by the given statements, e.g. PLAIN_SOLVER(table.run = mine;)
#define PLAIN_SOLVER(...)                                                                           \
  extern "C" __attribute__((visibility("default"))) const harness_solver* harness_solver_v1(void) { \
    static harness_solver table = plain::kTable;                                                    \
    __VA_ARGS__                                                                                     \
    return &table;                                                                                  \
  }

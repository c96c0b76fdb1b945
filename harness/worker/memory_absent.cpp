#include <harness/worker/memory.hpp>

namespace harness::worker {

const char* memory_unavailable() { return "not available: this worker has no memory pass"; }
void follow_the_heap() {}
harness_status measure_memory(const harness_solver&, void*, std::uint64_t, LastWords, HeapUse&) {
  return HARNESS_BAD_STATE;
}

harness_status dump_heap(const harness_solver&, void*, std::string&) { return HARNESS_BAD_STATE; }

}  // namespace harness::worker

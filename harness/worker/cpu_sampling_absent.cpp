#include <harness/worker/cpu_sampling.hpp>

namespace harness::worker {

std::uint64_t most_profile_bytes() { return 0; }

harness_status sample_cpu(const harness_solver&, void*, const CpuSamplingOrder&, CpuUse&, std::string&,
                          std::string& unavailable) {
  unavailable = "not available: this worker has no CPU profiler";
  return HARNESS_OK;
}

}  // namespace harness::worker

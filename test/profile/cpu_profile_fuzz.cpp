#include <cstdint>
#include <cstdlib>

#include <harness/profile/cpu_profile.hpp>
#include <harness/profile/pprof.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = harness::profile::read_cpu_profile({data, size}, "cpu.prof");
  const auto kept = harness::profile::with_kept_library({data, size}, "two-sum-v2.0.0.so", "/kept/two-sum-v2.0.0.so");
  if (!read) return 0;
  for (const auto& stack : read->stacks)
    if (stack.addresses.empty() || stack.samples == 0) std::abort();
  // The same profile, whatever its library is called.
  const auto again = harness::profile::read_cpu_profile(kept, "cpu.prof");
  if (!again || again->stacks.size() != read->stacks.size() || again->mappings.size() != read->mappings.size())
    std::abort();
  return 0;
}

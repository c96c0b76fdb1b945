#include <cstdint>
#include <cstdlib>

#include <harness/profile/heap_profile.hpp>
#include <harness/profile/pprof.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = harness::profile::read_heap_profile({reinterpret_cast<const char*>(data), size}, "heap.txt");
  const auto kept = harness::profile::with_kept_library({data, size}, "two-sum-v2.0.0.so", "/kept/two-sum-v2.0.0.so");
  if (!read) return 0;
  const auto again =
      harness::profile::read_heap_profile({reinterpret_cast<const char*>(kept.data()), kept.size()}, "heap.txt");
  if (!again || again->sites.size() != read->sites.size()) std::abort();
  if (!harness::profile::between(*read, *again).sites.empty()) std::abort();  // nothing happened between them
  return 0;
}

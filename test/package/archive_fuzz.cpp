// Archives of others: refused in one line, or read as something that can be packed and read again as the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <harness/package/archive.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness::package;
  constexpr ArchiveLimits kLimits{1 << 20, 100};
  auto entries = unpack_archive({data, size}, "F.zip", kLimits);
  if (!entries) {
    const auto text = entries.error().text();
    if (text.find('\n') != std::string::npos || text.size() > 1000) std::abort();
    return 0;
  }
  if (entries->empty()) return 0;
  std::size_t bytes = 0;
  for (const auto& entry : *entries) bytes += entry.second.size();
  if (entries->size() > kLimits.entries || bytes > kLimits.bytes) std::abort();
  const auto packed = pack_archive(*entries);
  if (!packed) std::abort();
  const auto again = unpack_archive(*packed, "F.zip");
  std::sort(entries->begin(), entries->end());
  if (!again || *again != *entries) std::abort();
  return 0;
}

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include <harness/store/git_command.hpp>
#include <harness/store/push_event.hpp>

// The first byte chooses the length of the pieces in which the text arrives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = std::size_t{1} + data[0];
  ++data, --size;
  const std::string before = harness::store::before_of_push([&](char* buffer, std::size_t capacity) {
    const std::size_t count = std::min({piece, capacity, size});
    if (count > 0) std::memcpy(buffer, data, count);
    data += count;
    size -= count;
    return count;
  });
  if (!before.empty() && !harness::store::is_sha(before)) std::abort();
  return 0;
}

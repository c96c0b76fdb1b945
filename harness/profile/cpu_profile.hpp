// The CPU profile that gperftools writes (ProfilerStart): a header of machine words, stacks with counts, a trailer, and
// the text of /proc/self/maps. https://gperftools.github.io/gperftools/cpuprofile-fileformat.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harness/model/error.hpp>

namespace harness::profile {

// A line of /proc/<pid>/maps with code in it.
struct Mapping {
  std::uint64_t begin = 0, end = 0, offset = 0;
  std::string file;  // as the kernel says it: a path, `/memfd:two-sum-v2.0.0.so (deleted)`, `[vdso]`; "" = anonymous
};
// Only executable ones, by address; lines that are none are skipped; at most 10,000.
std::vector<Mapping> read_mappings(std::string_view text);

struct RawStack {
  std::vector<std::uint64_t> addresses;  // innermost first; callers' are return addresses
  std::uint64_t samples = 0;
};
struct RawProfile {
  double seconds_per_sample = 0;
  std::vector<RawStack> stacks;
  std::vector<Mapping> mappings;
};

inline constexpr std::size_t kMostFrames = 254;
inline constexpr std::size_t kMostProfileBytes = std::size_t{64} << 20;

// Hostile bytes: another word size or byte order (`a profile of another machine`), truncated, counts or depths beyond
// the file, more than kMostProfileBytes or kMostFrames: one line with the offset, exit 2.
Result<RawProfile> read_cpu_profile(std::span<const std::uint8_t> bytes, const std::string& file);

}  // namespace harness::profile

// The heap profile that gperftools gives as text (GetHeapProfile): `heap profile: <in use>: <bytes> [<total>: <bytes>]
// @ heapprofile`, a line a stack, `MAPPED_LIBRARIES:` and the maps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <harness/model/error.hpp>
#include <harness/profile/cpu_profile.hpp>

namespace harness::profile {

inline constexpr std::size_t kMostSiteFrames = 32;

struct RawSite {
  std::vector<std::uint64_t> addresses;  // innermost first, at most kMostSiteFrames
  std::uint64_t live_count = 0, live_bytes = 0, total_count = 0, total_bytes = 0;  // since the profiler was started
};
struct RawHeapProfile {
  std::vector<RawSite> sites;  // by addresses, each once
  std::vector<Mapping> mappings;
};

// Hostile text, as read_cpu_profile. A sampled profile (`heap_v2`) is refused: counts must be exact; and so is one
// whose sites do not add up to its first line: the profiler leaves out lines for which its buffer (1 MiB) has no room.
Result<RawHeapProfile> read_heap_profile(std::string_view text, const std::string& file);

// What lies between two dumps of one process: totals of `after` less those of `before`; sites without any are left out.
RawHeapProfile between(const RawHeapProfile& before, const RawHeapProfile& after);

// The same as a text that google-pprof opens: the sites of the calls alone, with the maps of `after_text`.
std::string difference_text(const RawHeapProfile& before, const RawHeapProfile& after, std::string_view after_text);

}  // namespace harness::profile

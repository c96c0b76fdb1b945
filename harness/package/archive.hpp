// Zip archives, read and written. Owner of libzip.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harness/model/error.hpp>

namespace harness::package {

using Entries = std::vector<std::pair<std::string, std::vector<std::uint8_t>>>;  // name inside of the archive, bytes

inline constexpr std::uint64_t kMostArchiveBytes = std::uint64_t{1} << 30;   // unpacked, all together
inline constexpr std::size_t kMostEntries = 10'000;

// Same entries, same bytes: stable order, fixed dates. The file is written beside its goal and moved there when it is whole, and durable.
Result<void> write_archive(const std::filesystem::path& file, const Entries& entries);

// Everything, unpacked into memory. Hostile: names that are absolute, hold `..`, a backslash or control characters, come twice, or are links; more entries or bytes than the
// limits (counted while unpacking, not as declared), encryption, a checksum that does not hold: one line with the entry's name, exit 2.
Result<Entries> read_archive(const std::filesystem::path& file);

}  // namespace harness::package

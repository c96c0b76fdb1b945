// Zip archives, read and written. Owner of libzip.
#pragma once

#include <cstddef>
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

inline constexpr std::uint64_t kMostArchiveBytes = std::uint64_t{1} << 30;  // unpacked, all together; of the file too
inline constexpr std::size_t kMostEntries = 10'000;

struct ArchiveLimits {
  std::uint64_t bytes = kMostArchiveBytes;
  std::size_t entries = kMostEntries;
};

// Same entries, same bytes, whatever their order, the date and the time zone (and the same zlib): by name, deflated,
// dated 1980-01-01, mode 0644. What read_archive would refuse is refused here, and so is an archive of nothing.
Result<std::vector<std::uint8_t>> pack_archive(const Entries& entries);
// The file is written beside its goal and moved there when it is whole, and durable. The goal is a regular file or not
// there yet. A crash of the program can leave `.<name>.<pid>-<number>.tmp`, which nobody reads.
Result<void> write_archive(const std::filesystem::path& file, const Entries& entries);

// Everything, unpacked into memory, in the archive's order; folders, which hold nothing, are left out. Hostile: names
// that are absolute, hold `..`, `.`, empty parts, a backslash, control characters or no UTF-8, come twice, are a file
// here and a folder there, or are links or devices; more entries or bytes than the limits (counted while unpacking, not
// as declared); encryption; a compression other than deflate; a checksum or a length that does not hold; headers that
// contradict each other; anything before, between or behind; zip64: one line with the entry's name, exit 2.
Result<Entries> unpack_archive(std::span<const std::uint8_t> bytes, const std::string& file, ArchiveLimits limits = {});
Result<Entries> read_archive(const std::filesystem::path& file);

}  // namespace harness::package

// Libraries that must outlive their builds: pins, last good ones. By content, in $XDG_DATA_HOME/harness/libraries (else
// ~/.local/share/harness/libraries), `<sha256>.so`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>

#include <harness/model/error.hpp>

namespace harness::store {

class LibraryCache {
 public:
  explicit LibraryCache(std::filesystem::path directory);
  static std::filesystem::path default_directory();

  // The kept copy; nothing where there is none or its bytes are not those of its name (a damaged file is removed).
  std::optional<std::filesystem::path> find(const std::string& sha256) const;
  // Atomic, mode 0444; a file that is there already is left alone. `sha256`: of the bytes. Errors: what the system
  // says, exit 2.
  Result<void> keep(const std::string& sha256, std::span<const std::uint8_t> bytes);
  // Removes every library that is not in `keep` and was not used for 90 days (the folder is the user's: other
  // repositories' histories name libraries in it, too); returns how many, and their bytes.
  struct Pruned {
    std::size_t files = 0;
    std::uint64_t bytes = 0;
  };
  Result<Pruned> prune(const std::set<std::string>& keep);

 private:
  std::filesystem::path directory_;
};

}  // namespace harness::store

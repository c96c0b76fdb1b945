// Files that are either the old ones or the new ones, whatever happens in between.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include <harness/model/error.hpp>

namespace harness::store {

// Written to a temporary file beside its goal; `commit` makes it durable and puts it in the goal's place. Without a
// commit nothing of it stays. A crash of the program can leave a file `.<name>.<six letters>.tmp`, which nobody reads.
class AtomicFile {
 public:
  // Mode 0600 unless said otherwise. The goal's directory must exist.
  static Result<AtomicFile> create(const std::filesystem::path& goal, unsigned mode = 0600);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  Result<void> write(std::span<const std::uint8_t> bytes);
  Result<void> write(const std::string& text);
  // fsync of the file, rename, fsync of the directory. The object is used up.
  Result<void> commit();

 private:
  AtomicFile(std::filesystem::path goal, std::string temporary, int descriptor);
  std::filesystem::path goal_;
  std::string temporary_;  // "" = committed or moved from
  int descriptor_;
};

// All of it at once.
Result<void> write_atomically(const std::filesystem::path& goal, const std::string& text, unsigned mode = 0600);

// Why a file could not be written here, in the system's words; "" = it could. To be asked before hours are spent on what
// should go into it. A file that was not there is not left behind empty.
std::string why_not_writable(const std::filesystem::path& file);

}  // namespace harness::store

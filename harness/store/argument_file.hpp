// A large argument kept beside its dataset: `{"file": "x.bin", "sha256": "..."}`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace harness::store {

// Which of the two keys is wrong, and how.
struct ArgumentFileFault {
  enum class Key { kFile, kSha256 } key;
  std::string expected, found;
};

// The file's bytes. It must lie inside of `directory`, also where a symbolic link leads, be a regular file of at most
// 4 GiB, and have that hash.
tl::expected<std::vector<char>, ArgumentFileFault> read_argument_file(const std::filesystem::path& directory,
                                                                      const std::string& file,
                                                                      const std::string& sha256);

}  // namespace harness::store

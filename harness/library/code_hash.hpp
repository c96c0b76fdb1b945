// The identity of a library's code: equal hash, equal behaviour; texts, git SHA and debug information do not count.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <filesystem>

#include <harness/model/error.hpp>

namespace harness::library {

struct Identity {
  std::string file_sha256;  // of every byte
  std::string code_hash;    // of what is loaded, without descriptor and build-id
};

// Precondition: the bytes were accepted by read_solver or read_problem (bounds are checked again nevertheless).
Result<Identity> identify(std::span<const std::uint8_t> file_bytes);

// The whole file, read once; refused: what is not a regular file, and more than 1 GiB.
Result<std::vector<std::uint8_t>> read_library_bytes(const std::filesystem::path& file);

}  // namespace harness::library

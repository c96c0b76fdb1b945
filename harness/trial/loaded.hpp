// A library's bytes, read once: what is hashed is what every worker of the run loads, whatever happens to the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <harness/library/code_hash.hpp>
#include <harness/model/error.hpp>
#include <harness/worker/worker.hpp>

namespace harness::trial {

struct Loaded {
  std::string file_name;  // `two-sum-v2.0.0.so`, for messages
  library::Identity identity;
  worker::MemoryFile bytes;
};

// `name`: what it is called in messages and mappings; "" = as the file is.
Result<Loaded> load(const std::filesystem::path& file, std::string name = "");

// The bytes of a library or an input, as every worker gets them.
Result<std::vector<std::uint8_t>> read_back(const worker::MemoryFile& file);

}  // namespace harness::trial

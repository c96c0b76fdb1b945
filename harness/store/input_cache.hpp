// Inputs made by generators, kept in $XDG_CACHE_HOME/harness/inputs (else ~/.cache/harness/inputs), 2 GB at most: the
// least recently used ones go first. The key covers the problem library's code, generator, size and seed.
// The cache is a convenience: where it cannot be read or written, inputs are made anew and one warning says so.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <harness/model/case.hpp>
#include <harness/model/error.hpp>

namespace harness::store {

struct GeneratedInput {
  model::Bytes args;                   // CBOR array in parameter order
  std::optional<model::Bytes> expect;  // CBOR
};

class InputCache {
 public:
  static constexpr std::uint64_t kMostBytes = 2'000'000'000;
  explicit InputCache(std::filesystem::path directory, std::uint64_t most_bytes = kMostBytes);
  static std::filesystem::path default_directory();

  struct Key {
    std::string problem_code_hash, generator;
    std::uint64_t size = 0, seed = 0;
  };
  // The kept input; nothing where there is none or its checksum does not hold (a damaged file is removed).
  std::optional<GeneratedInput> find(const Key& key) const;
  // Atomic: temporary file, rename. An error is for a warning only.
  Result<void> keep(const Key& key, const GeneratedInput& input);

 private:
  std::filesystem::path directory_;
  std::uint64_t most_bytes_;
};

}  // namespace harness::store

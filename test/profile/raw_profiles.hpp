// gperftools' files as tests need them: put together from words and lines, and recorded ones.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "../catch.hpp"

namespace raw_profiles {

using Bytes = std::vector<std::uint8_t>;

inline const std::string kMaps =
    "55d0a0000000-55d0a0001000 r-xp 00000000 08:01 11                         /usr/bin/program\n"
    "7f0000000000-7f0000001000 r--p 00000000 00:01 1234                       /memfd:two-sum-v2.0.0.so (deleted)\n"
    "7f0000001000-7f0000002000 r-xp 00001000 00:01 1234                       /memfd:two-sum-v2.0.0.so (deleted)\n"
    "7f0000003000-7f0000004000 r-xp 00000000 00:00 0 \n"
    "7ffff7000000-7ffff7002000 r-xp 00000000 00:00 0                          [vdso]\n";

inline Bytes bytes_of(const std::vector<std::uint64_t>& words, const std::string& text = "") {
  std::string bytes(reinterpret_cast<const char*>(words.data()), words.size() * 8);
  bytes += text;
  return {bytes.begin(), bytes.end()};
}

// A CPU profile of these records, each its count, its depth and its addresses.
inline Bytes cpu_profile(const std::vector<std::vector<std::uint64_t>>& records, const std::string& maps = kMaps) {
  std::vector<std::uint64_t> words{0, 3, 0, 4000, 0};
  for (const auto& record : records) words.insert(words.end(), record.begin(), record.end());
  words.insert(words.end(), {0, 1, 0});
  return bytes_of(words, maps);
}

// `folder`: of test/profile/corpus.
inline Bytes recorded(const std::string& folder, const std::string& name) {
  std::ifstream in(HARNESS_SOURCE_DIR "/test/profile/corpus/" + folder + "/" + name, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace raw_profiles

// Zip archives written by hand, with whatever is wrong in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace raw_zip {

struct Entry {
  std::string name;
  std::string stored;        // the bytes as they lie in the archive
  std::uint16_t method = 0;  // 0 stored, 8 deflated
  std::uint16_t flags = 0;   // bit 0: encrypted
  std::uint32_t attributes = 0100644u << 16;
  std::optional<std::uint32_t> crc;       // else that of `stored`
  std::optional<std::uint32_t> size;      // unpacked; else that of `stored`
  std::optional<std::string> local_name;  // in the header before the bytes; else `name`
};

struct Shape {
  std::string before, between, behind;  // what lies around the entries, the directory and the end
  std::string before_end;               // right before the end, behind the directory
  std::string comment;
  std::optional<std::uint16_t> count;  // that the end declares
};

std::vector<std::uint8_t> archive(const std::vector<Entry>& entries, const Shape& shape = {});

}  // namespace raw_zip

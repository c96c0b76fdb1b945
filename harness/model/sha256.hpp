// SHA-256 (FIPS 180-4), in pieces or at once. Owner of libsodium, which `library` and `store` both need below
// `package`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace harness::model {

class Sha256 {
 public:
  Sha256();
  Sha256& add(std::span<const std::uint8_t> bytes);
  Sha256& add(const std::string& text);
  std::string hex();  // 64 lower-case digits; the object is used up

 private:
  alignas(16) std::array<std::uint8_t, 128> state_;
};

std::string sha256_hex(std::span<const std::uint8_t> bytes);

}  // namespace harness::model

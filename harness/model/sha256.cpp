#include <harness/model/sha256.hpp>

#include <sodium.h>

namespace harness::model {
namespace {

crypto_hash_sha256_state* state_of(std::array<std::uint8_t, 128>& bytes) {
  static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(bytes) && alignof(crypto_hash_sha256_state) <= 16);
  return reinterpret_cast<crypto_hash_sha256_state*>(bytes.data());
}

}  // namespace

Sha256::Sha256() { crypto_hash_sha256_init(state_of(state_)); }

Sha256& Sha256::add(std::span<const std::uint8_t> bytes) {
  crypto_hash_sha256_update(state_of(state_), bytes.data(), bytes.size());
  return *this;
}

Sha256& Sha256::add(const std::string& text) {
  return add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string Sha256::hex() {
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> digest;
  crypto_hash_sha256_final(state_of(state_), digest.data());
  std::string text;
  text.reserve(2 * digest.size());
  for (const std::uint8_t byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string sha256_hex(std::span<const std::uint8_t> bytes) { return Sha256().add(bytes).hex(); }

}  // namespace harness::model

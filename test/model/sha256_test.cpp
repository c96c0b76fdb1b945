#include <string>

#include <test/catch.hpp>

#include <harness/model/sha256.hpp>

using namespace harness::model;

TEST_CASE("SHA-256 gives the digests of FIPS 180-4's examples") {
  const auto hash = [](const std::string& text) { return Sha256().add(text).hex(); };
  CHECK(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hash(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 in pieces is SHA-256 at once") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(i * 7);
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  const std::string whole = sha256_hex(bytes);
  for (const std::size_t cut : {0u, 1u, 63u, 64u, 65u, 500u, 1000u}) {
    CHECK(Sha256().add(bytes.subspan(0, cut)).add(bytes.subspan(cut)).hex() == whole);
  }
}

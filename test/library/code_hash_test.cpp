#include <harness/library/code_hash.hpp>

#include <test/catch.hpp>
#include <test/library/synthetic_elf.hpp>

namespace harness::library {
namespace {

using test::SyntheticElf;

Identity identity_of(const std::vector<std::uint8_t>& bytes) {
  const auto identity = identify(bytes);
  REQUIRE(identity);
  return *identity;
}

TEST_CASE("texts, git SHA, kind of build-id and section headers do not enter the code hash") {
  const SyntheticElf plain;
  SyntheticElf other;
  other.identity = "plugin: two-sum\nversion: 2.0.0\nauthor: somebody with a long name\n";
  other.benchmark = "{}";
  other.facts.replace(other.facts.find("0123"), 4, "9999");
  other.build_id = std::string(20, '\x22');
  auto stripped = plain.bytes();
  Elf64_Ehdr header{};
  std::memcpy(&header, stripped.data(), sizeof header);
  stripped.resize(header.e_shoff);
  header.e_shoff = header.e_shnum = header.e_shstrndx = 0;
  std::memcpy(stripped.data(), &header, sizeof header);

  const Identity expected = identity_of(plain.bytes());
  CHECK(expected.code_hash.size() == 64);
  for (const auto& bytes : {other.bytes(), stripped}) {
    CHECK(identity_of(bytes).code_hash == expected.code_hash);
    CHECK(identity_of(bytes).file_sha256 != expected.file_sha256);
  }
}

TEST_CASE("one changed byte of code, data or a segment's place changes the code hash") {
  const SyntheticElf plain;
  const std::string expected = identity_of(plain.bytes()).code_hash;
  SyntheticElf code;
  code.code[77] = 'x';
  CHECK(identity_of(code.bytes()).code_hash != expected);
  SyntheticElf flags;
  flags.data_flags = PF_R;
  CHECK(identity_of(flags.bytes()).code_hash != expected);
  auto entry_point = plain.bytes();
  entry_point[offsetof(Elf64_Ehdr, e_entry)] ^= 1;
  CHECK(identity_of(entry_point).code_hash != expected);
}

TEST_CASE("what is no library has no identity") {
  CHECK_FALSE(identify({}));
  const auto whole = SyntheticElf{}.bytes();
  CHECK_FALSE(identify(std::span(whole).first(0x2000)));
}

}  // namespace
}  // namespace harness::library

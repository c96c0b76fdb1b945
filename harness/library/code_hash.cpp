#include <harness/library/code_hash.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <elf.h>

#include <harness/library/byte_source.hpp>
#include <harness/library/elf_note.hpp>
#include <harness/model/sha256.hpp>

namespace harness::library {
namespace {

// Feeds bytes[offset, offset + size) with those of `blanks` as zeros. Blanks: sorted by offset.
void add_blanked(model::Sha256& hash, std::span<const std::uint8_t> bytes, FileRange part,
                 const std::vector<FileRange>& blanks) {
  static constexpr std::array<std::uint8_t, 4096> kZeros{};
  std::uint64_t at = part.offset;
  const std::uint64_t end = part.offset + part.size;
  const auto add_until = [&](std::uint64_t limit) {
    if (limit <= at) return;
    hash.add(bytes.subspan(at, limit - at));
    at = limit;
  };
  for (const FileRange& blank : blanks) {
    if (blank.offset >= end) break;
    add_until(blank.offset);
    const std::uint64_t blank_end = std::min(blank.offset + blank.size, end);
    while (at < blank_end) {
      const std::uint64_t count = std::min<std::uint64_t>(blank_end - at, kZeros.size());
      hash.add(std::span(kZeros).first(count));
      at += count;
    }
  }
  add_until(end);
}

void add_number(model::Sha256& hash, std::uint64_t number) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
  hash.add(bytes);
}

}  // namespace

Result<Identity> identify(std::span<const std::uint8_t> file_bytes) {
  MemorySource source(file_bytes);
  auto elf = read_elf(source, "the library");
  if (!elf) return tl::unexpected(elf.error());
  std::vector<FileRange> blanks = std::move(elf->not_code);
  blanks.push_back({offsetof(Elf64_Ehdr, e_shoff), sizeof(Elf64_Ehdr::e_shoff)});
  blanks.push_back({offsetof(Elf64_Ehdr, e_shnum), sizeof(Elf64_Ehdr::e_shnum)});
  blanks.push_back({offsetof(Elf64_Ehdr, e_shstrndx), sizeof(Elf64_Ehdr::e_shstrndx)});
  std::sort(blanks.begin(), blanks.end(), [](const FileRange& a, const FileRange& b) { return a.offset < b.offset; });

  model::Sha256 code;
  code.add(std::string("harness code 1\n"));
  for (const Segment& segment : elf->segments) {
    if (segment.type != PT_LOAD) continue;
    for (const std::uint64_t number :
         {std::uint64_t{segment.flags}, segment.address, segment.file_size, segment.memory_size, segment.alignment}) {
      add_number(code, number);
    }
    add_blanked(code, file_bytes, {segment.offset, segment.file_size}, blanks);
  }
  return Identity{model::sha256_hex(file_bytes), code.hex()};
}

Result<std::vector<std::uint8_t>> read_library_bytes(const std::filesystem::path& file) {
  auto source = FileSource::open(file);
  if (!source) return tl::unexpected(source.error());
  std::vector<std::uint8_t> bytes(source->size());
  if (!source->read(0, bytes)) return fail(file.string(), "changed or failed while it was read", "try again");
  return bytes;
}

}  // namespace harness::library

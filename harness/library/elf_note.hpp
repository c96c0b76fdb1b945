// A library's ELF headers and the harness's note in it, read without running or mapping anything of the file.
//
// The note is described in harness/sdk/abi.h. It is found through PT_NOTE, so that it outlives `strip -s`. Every offset
// and size is checked against the file before it is used: whatever the bytes are, the answer is a value or a refusal.
// `file` is used in messages only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harness/library/byte_source.hpp>
#include <harness/model/error.hpp>

namespace harness::library {

struct Segment {
  std::uint32_t type = 0;   // PT_*
  std::uint32_t flags = 0;  // PF_*
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t file_size = 0;  // [offset, offset + file_size) lies inside the file
  std::uint64_t memory_size = 0;
  std::uint64_t alignment = 0;
};

struct FileRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

enum class Kind { kSolver, kProblem };

// The texts of the note, as they were embedded.
struct Note {
  Kind kind = Kind::kSolver;
  std::string facts;
  std::string identity_text;   // version.yaml or problem.yaml
  std::string benchmark_text;  // benchmark.json, "" where there is none
};

struct ElfFile {
  std::vector<Segment> segments;  // in the file's order; PT_LOADs ascend, do not overlap, and are never both W and X
  Note note;
  std::vector<FileRange>
      not_code;  // descriptions of the harness's and the build-id's note: they say nothing of the code

  // Where `size` bytes at an address of memory lie in the file; nothing when not all of them come from the file.
  std::optional<std::uint64_t> offset_of(std::uint64_t address, std::uint64_t size) const;
};

// Refused: what is not a whole shared library for this machine (each by its own words: text, archive, truncated,
// another class, byte order or machine, object file, program), segments that leave the file, overlap or may be written
// and executed, an executable stack; no note or several, another format or boundary version, sizes that do not add up.
Result<ElfFile> read_elf(ByteSource& source, const std::string& file);

// For a message: control characters and what is not ASCII become '?', and a long text is cut.
std::string printable(std::string_view text);

}  // namespace harness::library

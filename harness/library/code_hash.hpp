// The identity of a library's code: equal hash, equal behaviour; texts, git SHA and debug information do not count.
//
// Definition of the code hash. SHA-256 over the text "harness code 1\n" and, for each PT_LOAD segment in the file's
// order, five little-endian u64 (flags, address, size in the file, size in memory, alignment) followed by the segment's
// bytes in the file, in which these are replaced by zeros:
//   - the description of the harness's note (facts, git SHA, version.yaml, benchmark.json: HARNESS_NOTE_SIZE bytes,
//     whatever the texts' length, so that nothing else moves when they change);
//   - the description of the GNU build-id note;
//   - e_shoff, e_shnum and e_shstrndx of the ELF header, which `strip` rewrites.
// What is not loaded (debug information, .symtab, section headers) is outside of every PT_LOAD and so of the hash:
// `strip -g` and `strip -s` keep it. The directory of the sources does not enter as long as they are compiled with
// -ffile-prefix-map, as harness_add_solver does. Compiler, flags and every constant do enter.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <harness/model/error.hpp>

namespace harness::library {

struct Identity {
  std::string file_sha256;  // of every byte
  std::string code_hash;    // of what is loaded, without descriptor and build-id
};

// Precondition: the bytes were accepted by read_solver or read_problem (bounds are checked again nevertheless).
Result<Identity> identify(std::span<const std::uint8_t> file_bytes);

// The whole file, read once; refused: what is not a regular file, and more than 1 GiB.
Result<std::vector<std::uint8_t>> read_library_bytes(const std::filesystem::path& file);

}  // namespace harness::library

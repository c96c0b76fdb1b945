// What the dynamic loader would be asked to do with a library: other libraries, search paths, symbols, relocations.
#pragma once

#include <string>
#include <string_view>

#include <harness/library/byte_source.hpp>
#include <harness/library/elf_note.hpp>
#include <harness/model/error.hpp>

namespace harness::library {

// Refused: what brings other code along (DT_RPATH, DT_RUNPATH, filters, auditors, a DT_NEEDED beyond the C++ and C
// runtime; the sanitizers' runtimes are allowed where this build has sanitizers itself), text relocations,
// STB_GNU_UNIQUE symbols (two versions loaded side by side would share them; IFUNC is fine), and a library whose entry
// is not a defined function of exactly that name; names that come near it are told. Further exported symbols do no harm.
// All is read where the loader finds it, through the addresses of PT_LOAD, never through section headers.
Result<void> check_dynamic(ByteSource& source, const ElfFile& elf, std::string_view entry, const std::string& file);

}  // namespace harness::library

// Addresses -> functions, files, lines and inlined frames. Owner of libdw and libelf.
//
// Of the solver's library the bytes that ran are read, so a library that was unloaded, rebuilt or deleted since is
// still named. Debug information of a stripped one is looked for by its .gnu_debuglink (whose CRC must fit) and its
// build-id: in `debug_directories`, in .debug/ there, and in /usr/lib/debug. Without any: .symtab, then .dynsym;
// without those nothing is named. Other modules (libc, libstdc++) are read where the mapping says; a module that is
// gone or is another file by now is named by its file alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <harness/model/profile.hpp>
#include <harness/profile/cpu_profile.hpp>
#include <harness/profile/heap_profile.hpp>

namespace harness::profile {

struct SymbolPlaces {
  std::string solver_file;             // how the solver's library is called in mappings: `two-sum-v2.0.0.so`
  std::filesystem::path solver_bytes;  // a file with the bytes that ran
  std::vector<std::filesystem::path> debug_directories;
};

class Symbols {
 public:
  explicit Symbols(SymbolPlaces places);
  ~Symbols();
  Symbols(Symbols&&) noexcept;
  Symbols& operator=(Symbols&&) noexcept;

  // One address of a process with these mappings -> its frames, innermost first, at least one. `is_return_address`:
  // looked up one byte before, so that a call as the last instruction of a function is that function's.
  std::vector<model::CodePlace> frames(const std::vector<Mapping>& mappings, std::uint64_t address,
                                       bool is_return_address);
  // What was missed, one line each: `two-sum-v2.0.0.so: no debug information (build-id 1a2b...): lines and inlined
  // functions are not known`.
  std::vector<std::string> warnings() const;

 private:
  struct Modules;
  std::unique_ptr<Modules> modules_;
};

// Cut at the solver's entry: the outermost frame of its library is the last; there, frames of the SDK (namespace
// harness::sdk) are taken off as long as one of the solver's own is left. Equal stacks are summed up. Everything but
// stacks, places, samples, outside and seconds_per_sample is the caller's to fill.
model::CpuProfile symbolise(const RawProfile& raw, Symbols& symbols);
// `calls`: among which the totals are shared out. Sites outside of the solver are left out; frames of the allocator are
// taken off the inner end.
model::HeapProfile symbolise(const RawHeapProfile& raw, std::uint64_t calls, Symbols& symbols);

}  // namespace harness::profile

// DWARF of one file: address -> function, line, and what was inlined there. The file may be somebody else's: depths
// and counts are bounded, and what is beyond them is not known.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <harness/model/profile.hpp>
#include <harness/profile/elf_image.hpp>

namespace harness::profile {

class DebugInformation {
 public:
  // `image` holds the DWARF, `code` the code that it describes (the same file, or the library that was stripped);
  // `shared`: what dwz moved out of it, or null. Null where there is none that can be read.
  static std::unique_ptr<DebugInformation> read(std::shared_ptr<ElfImage> image, const ElfImage& code,
                                                std::shared_ptr<ElfImage> shared);
  ~DebugInformation();

  // Innermost first, each but the last inlined into the next; empty = no function there. `is_function`: a symbol says
  // that there is one, so that the line is told even where the function is not described (-gline-tables-only). Origin
  // and module are left to the caller.
  std::vector<model::CodePlace> frames(std::uint64_t address, bool is_function);

 private:
  struct Parts;
  explicit DebugInformation(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// `_ZN5Table4findEi` -> `Table::find(int)`; as it is where it is no such name, or one that would unfold beyond measure.
std::string demangled(const std::string& name);

}  // namespace harness::profile

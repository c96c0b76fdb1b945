// One ELF file, held as bytes: segments, build-id, symbols, and where its debug information is when it is not in it.
// Nothing in the file is believed: it may be somebody else's library.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <libelf.h>

namespace harness::profile {

// A larger file is not read, and neither are sections that unpack to more.
inline constexpr std::uint64_t kMostImageBytes = std::uint64_t{512} << 20;

class ElfImage {
 public:
  // Nothing for what is no regular file, too large, or no ELF library or program of this machine's kind.
  static std::unique_ptr<ElfImage> read(const std::filesystem::path& file);
  ~ElfImage();
  ElfImage(const ElfImage&) = delete;
  ElfImage& operator=(const ElfImage&) = delete;

  // Code alone: a place of the file that no executable segment loads has no address.
  std::optional<std::uint64_t> address_of(std::uint64_t file_offset) const;
  bool is_code(std::uint64_t address) const;
  const std::string& build_id() const { return build_id_; }  // lower-case hex, "" = none
  bool has_section(const char* name) const;
  // The mangled name of the function whose symbol holds the address, "" where none does: .symtab, then .dynsym.
  std::string symbol_at(std::uint64_t address) const;
  bool has_symbols() const { return !symbols_.empty(); }
  // Also of `other`, a file of debug information that has the .symtab which this one lost.
  void take_symbols(const ElfImage& other);
  // Debug sections are few and small enough to be given to libdw.
  bool is_fit_for_libdw() const;
  Elf* elf() const { return elf_; }

  struct DebugLink {
    std::string name;
    std::uint32_t crc = 0;
  };
  std::optional<DebugLink> debug_link() const;
  std::string shared_build_id() const;  // of the file that .gnu_debugaltlink names, "" = none
  std::uint32_t crc() const;            // of the whole file, as .gnu_debuglink means it

 private:
  ElfImage() = default;
  bool begin();
  Elf_Data* section_data(const char* name) const;
  void read_segments();
  void read_build_id();
  bool read_symbols(std::uint32_t section_type);

  struct Segment {
    std::uint64_t offset, address, size;
  };
  struct Symbol {
    std::uint64_t begin, end;
    std::string name;
  };
  std::vector<char> bytes_;
  Elf* elf_ = nullptr;
  std::vector<Segment> code_;
  std::string build_id_;
  std::vector<Symbol> symbols_;  // by begin
};

// The file with the debug information of `library`, which has none itself; null where none fits. Looked for by build-id
// and by debuglink below each of `directories`, then below /usr/lib/debug; one that is found but does not fit is told.
std::unique_ptr<ElfImage> find_debug_file(const ElfImage& library, const std::string& module,
                                          const std::vector<std::filesystem::path>& directories,
                                          std::vector<std::string>& warnings);
// The file into which dwz moved what `debug` shares with others; null where there is none.
std::unique_ptr<ElfImage> find_shared_debug_file(const ElfImage& debug,
                                                 const std::vector<std::filesystem::path>& directories);

}  // namespace harness::profile

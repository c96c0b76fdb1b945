#include <harness/library/elf_dynamic.hpp>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <elf.h>

#include <fmt/format.h>

#include <harness/library/build_facts.hpp>

namespace harness::library {
namespace {

constexpr std::uint64_t kMaxDynamicEntries = 1024;
constexpr std::uint64_t kMaxSymbols = 1 << 19;
constexpr std::uint64_t kMaxStringBytes = 16 << 20;

// The C and C++ runtime; nothing else is a solver's to bring.
bool is_allowed_library(std::string_view name) {
  static constexpr std::string_view kAllowed[] = {"libstdc++.so.6",  "libc.so.6",      "libm.so.6",   "libgcc_s.so.1",
                                                  "libpthread.so.0", "libdl.so.2",     "librt.so.1",  "libmvec.so.1",
                                                  "libgomp.so.1",    "libatomic.so.1", "libc++.so.1", "libc++abi.so.1",
                                                  "ld64.so.1",       "ld64.so.2"};
  static constexpr std::string_view kSanitizers[] = {"libasan.so.", "libtsan.so.", "libubsan.so.", "liblsan.so.",
                                                     "libclang_rt."};
  if (name.find('/') != name.npos) return false;
  if (std::find(std::begin(kAllowed), std::end(kAllowed), name) != std::end(kAllowed)) return true;
  if (name.starts_with("ld-linux-")) return true;
  return this_build_flags().any_sanitizer() && std::any_of(std::begin(kSanitizers), std::end(kSanitizers),
                                                           [&](auto prefix) { return name.starts_with(prefix); });
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lowered;
}

// `harness_solver_v1x`, `Harness_Solver_v1`, `_Z17harness_solver_v1v`: what somebody meant to be the entry.
bool comes_near(std::string_view name, std::string_view entry) {
  const std::string family = lower(entry.substr(0, entry.rfind("_v")));
  return name.size() <= 256 && lower(name).find(family) != std::string::npos;
}

class Inspector {
 public:
  Inspector(ByteSource& source, const ElfFile& elf, const std::string& file)
      : source_(source), elf_(elf), file_(file) {}

  Result<void> check(std::string_view entry) {
    if (auto ok = read_dynamic(); !ok) return ok;
    if (auto ok = read_strings(); !ok) return ok;
    if (auto ok = check_libraries(); !ok) return ok;
    if (auto ok = read_symbols(); !ok) return ok;
    return check_symbols(entry);
  }

 private:
  using Checked = Result<void>;

  tl::unexpected<Error> refuse(std::string why, std::string next) const {
    return fail(file_, std::move(why), std::move(next));
  }
  tl::unexpected<Error> malformed(std::string why) const {
    return refuse("is malformed: " + std::move(why), "build it again");
  }

  // From the memory image, as the loader sees it.
  template <class T>
  bool read_image(std::uint64_t address, std::vector<T>& values) {
    const auto offset = elf_.offset_of(address, values.size() * sizeof(T));
    return offset && source_.read(*offset, {reinterpret_cast<std::uint8_t*>(values.data()), values.size() * sizeof(T)});
  }

  Checked read_dynamic() {
    const Segment* dynamic = nullptr;
    for (const Segment& segment : elf_.segments) {
      if (segment.type != PT_DYNAMIC) continue;
      if (dynamic != nullptr) return malformed("it has several dynamic sections");
      dynamic = &segment;
    }
    if (dynamic == nullptr) return malformed("it has no dynamic section");
    if (dynamic->file_size / sizeof(Elf64_Dyn) > kMaxDynamicEntries)
      return malformed("its dynamic section is too large");
    std::vector<Elf64_Dyn> entries(dynamic->file_size / sizeof(Elf64_Dyn));
    if (!read_image(dynamic->address, entries)) return malformed("its dynamic section lies outside of what is loaded");
    bool ended = false;
    for (const Elf64_Dyn& entry : entries) {
      if ((ended = entry.d_tag == DT_NULL)) break;
      if (entry.d_tag == DT_NEEDED) {
        needed_.push_back(entry.d_un.d_val);
      } else if (!values_.emplace(entry.d_tag, entry.d_un.d_val).second) {
        return malformed(fmt::format("its dynamic section holds the entry {:#x} twice", entry.d_tag));
      }
    }
    if (!ended) return malformed("its dynamic section has no end");
    return check_flags();
  }

  Checked check_flags() const {
    for (const auto& [tag, name] : {std::pair{DT_RPATH, "DT_RPATH"}, {DT_RUNPATH, "DT_RUNPATH"}}) {
      if (values_.contains(tag)) {
        return refuse(fmt::format("carries a search path of its own for libraries ({})", name),
                      "link it without -rpath (CMake: set BUILD_WITH_INSTALL_RPATH, no INSTALL_RPATH)");
      }
    }
    for (const Elf64_Sxword tag :
         {Elf64_Sxword{DT_FILTER}, Elf64_Sxword{DT_AUXILIARY}, Elf64_Sxword{DT_AUDIT}, Elf64_Sxword{DT_DEPAUDIT}}) {
      if (values_.contains(tag)) {
        return refuse("makes the loader bring other libraries in (filter or audit)",
                      "link it without -f, -F and --audit");
      }
    }
    if (values_.contains(DT_TEXTREL) || (value_or(DT_FLAGS, 0) & DF_TEXTREL) != 0) {
      return refuse("needs its code changed when it is loaded (text relocations)", "compile all of it with -fPIC");
    }
    if ((value_or(DT_FLAGS_1, 0) & DF_1_PIE) != 0) {
      return refuse("is a program, not a shared library", "build it with harness_add_solver");
    }
    return {};
  }

  std::uint64_t value_or(Elf64_Sxword tag, std::uint64_t otherwise) const {
    const auto found = values_.find(tag);
    return found == values_.end() ? otherwise : found->second;
  }

  Checked read_strings() {
    const std::uint64_t size = value_or(DT_STRSZ, 0);
    if (!values_.contains(DT_STRTAB) || size == 0 || size > kMaxStringBytes)
      return malformed("its strings cannot be read");
    if (!elf_.offset_of(value_or(DT_STRTAB, 0), size)) return malformed("its strings lie outside of what is loaded");
    strings_.resize(size);
    if (!read_image(value_or(DT_STRTAB, 0), strings_)) return malformed("its strings cannot be read");
    if (strings_.back() != '\0') return malformed("its strings have no end");
    return {};
  }

  // Precondition: offset < strings_.size(); the last byte is NUL.
  std::string_view string_at(std::uint64_t offset) const { return strings_.data() + offset; }

  Checked check_libraries() const {
    for (const std::uint64_t offset : needed_) {
      if (offset >= strings_.size())
        return malformed("the name of a library that it needs lies outside of its strings");
      const std::string_view name = string_at(offset);
      if (!is_allowed_library(name)) {
        return refuse(
            fmt::format("needs {}, which is not on the list of allowed libraries (C and C++ runtime)", printable(name)),
            "link that part statically or leave it out");
      }
    }
    return {};
  }

  // Section headers may be missing, and no entry says how many symbols there are: only the hash table knows.
  Checked read_symbols() {
    std::uint64_t count = 0;
    if (values_.contains(DT_GNU_HASH)) {
      const auto counted = count_by_gnu_hash(value_or(DT_GNU_HASH, 0));
      if (!counted) return malformed("its table of symbol hashes (DT_GNU_HASH) cannot be right");
      count = *counted;
    } else if (values_.contains(DT_HASH)) {
      std::vector<Elf64_Word> head(2);  // buckets, symbols
      if (!read_image(value_or(DT_HASH, 0), head))
        return malformed("its table of symbol hashes (DT_HASH) cannot be read");
      count = head[1];
    } else {
      return malformed("it has no table of symbol hashes");
    }
    if (count > kMaxSymbols) return malformed(fmt::format("it would have {} symbols", count));
    if (value_or(DT_SYMENT, sizeof(Elf64_Sym)) != sizeof(Elf64_Sym))
      return malformed("its symbols have an unknown size");
    if (!elf_.offset_of(value_or(DT_SYMTAB, 0), count * sizeof(Elf64_Sym))) {
      return malformed("its symbols lie outside of what is loaded");
    }
    symbols_.resize(count);
    if (!read_image(value_or(DT_SYMTAB, 0), symbols_)) return malformed("its symbols cannot be read");
    return {};
  }

  // Layout: bucket count, first hashed symbol, Bloom words, shift; Bloom filter; buckets; one chain word a hashed
  // symbol, whose lowest bit ends a chain. The last symbol ends the chain that begins at the highest bucket.
  std::optional<std::uint64_t> count_by_gnu_hash(std::uint64_t table) {
    std::vector<std::uint32_t> head(4);
    if (!read_image(table, head)) return std::nullopt;
    const std::uint64_t bucket_count = head[0];
    const std::uint64_t first = head[1];
    const std::uint64_t bloom_words = head[2];
    if (bucket_count > kMaxSymbols || bloom_words > kMaxSymbols || first > kMaxSymbols) return std::nullopt;
    const std::uint64_t buckets_at = table + 16 + 8 * bloom_words;
    std::vector<std::uint32_t> buckets(bucket_count);
    if (!read_image(buckets_at, buckets)) return std::nullopt;
    const std::uint64_t last_chain = buckets.empty() ? 0 : *std::max_element(buckets.begin(), buckets.end());
    if (last_chain == 0) return first;
    if (last_chain < first || last_chain > kMaxSymbols) return std::nullopt;
    const std::uint64_t chains_at = buckets_at + 4 * bucket_count;
    std::vector<std::uint32_t> chain(1);
    for (std::uint64_t symbol = last_chain; symbol < kMaxSymbols; ++symbol) {
      if (!read_image(chains_at + 4 * (symbol - first), chain)) return std::nullopt;
      if ((chain[0] & 1) != 0) return symbol + 1;
    }
    return std::nullopt;
  }

  Checked check_symbols(std::string_view entry) const {
    const Elf64_Sym* found = nullptr;
    for (const Elf64_Sym& symbol : symbols_) {
      if (symbol.st_name >= strings_.size()) return malformed("the name of a symbol lies outside of its strings");
      const std::string_view name = string_at(symbol.st_name);
      const unsigned binding = ELF64_ST_BIND(symbol.st_info);
      if (binding == STB_GNU_UNIQUE) {
        return refuse(fmt::format("has a UNIQUE symbol ({}), which two versions loaded side by side would share",
                                  printable(name)),
                      "compile it with -fno-gnu-unique, or build it with harness_add_solver");
      }
      if (name == entry) found = &symbol;
    }
    if (found != nullptr) return check_entry(*found, entry);
    const auto near = std::find_if(symbols_.begin(), symbols_.end(), [&](const Elf64_Sym& symbol) {
      return comes_near(string_at(symbol.st_name), entry);
    });
    return refuse(
        fmt::format("has no symbol {}{}", entry,
                    near == symbols_.end() ? "" : fmt::format(" (found {})", printable(string_at(near->st_name)))),
        "export exactly that name: HARNESS_SOLVER and HARNESS_PROBLEM do");
  }

  Checked check_entry(const Elf64_Sym& symbol, std::string_view entry) const {
    const unsigned binding = ELF64_ST_BIND(symbol.st_info);
    const unsigned visibility = ELF64_ST_VISIBILITY(symbol.st_other);
    const char* fault = nullptr;
    if (symbol.st_shndx == SHN_UNDEF) {
      fault = "is used but not defined";
    } else if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC) {
      fault = "is not a function";
    } else if ((binding != STB_GLOBAL && binding != STB_WEAK) ||
               (visibility != STV_DEFAULT && visibility != STV_PROTECTED)) {
      fault = "is not exported";
    } else if (!lies_in_code(symbol.st_value)) {
      fault = "lies outside of its code";
    }
    if (fault == nullptr) return {};
    return refuse(fmt::format("its symbol {} {}", entry, fault), "define it with HARNESS_SOLVER or HARNESS_PROBLEM");
  }

  bool lies_in_code(std::uint64_t address) const {
    return std::any_of(elf_.segments.begin(), elf_.segments.end(), [&](const Segment& segment) {
      return segment.type == PT_LOAD && (segment.flags & PF_X) != 0 && address >= segment.address &&
             address - segment.address < segment.file_size;
    });
  }

  ByteSource& source_;
  const ElfFile& elf_;
  const std::string& file_;
  std::map<Elf64_Sxword, std::uint64_t>
      values_;  // every entry but DT_NEEDED, which alone may stand there more than once
  std::vector<std::uint64_t> needed_;
  std::vector<char> strings_;
  std::vector<Elf64_Sym> symbols_;
};

}  // namespace

Result<void> check_dynamic(ByteSource& source, const ElfFile& elf, std::string_view entry, const std::string& file) {
  return Inspector(source, elf, file).check(entry);
}

}  // namespace harness::library

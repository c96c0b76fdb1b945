// A shared library made byte by byte: every field of it can be wrong. It is well formed as it stands, and never loaded.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <elf.h>

#include <harness/sdk/abi.h>
#include <harness/library/build_facts.hpp>

namespace harness::library::test {

#if defined(__x86_64__)
inline constexpr std::uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
inline constexpr std::uint16_t kMachine = EM_AARCH64;
#else
inline constexpr std::uint16_t kMachine = EM_RISCV;
#endif

inline std::string facts_of_this_build() {
  const BuildFlags flags = this_build_flags();
  return "compiler=g++ 12.2.0\ncxx_library=" + this_cxx_library() +
         "\nflags=" + (flags.address_sanitizer ? "address-sanitizer " : "") +
         (flags.thread_sanitizer ? "thread-sanitizer " : "") + (flags.glibcxx_debug ? "glibcxx-debug" : "") +
         "\ngit_sha=0123456789abcdef0123456789abcdef01234567\n";
}

struct SyntheticElf {
  struct Symbol {
    std::string name;
    unsigned char info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    std::uint16_t section = 1;  // SHN_UNDEF = 0
    unsigned char other = STV_DEFAULT;
  };

  // The descriptor.
  std::uint32_t note_type = HARNESS_NOTE_TYPE;
  std::uint32_t format = HARNESS_NOTE_FORMAT;
  std::uint32_t boundary = HARNESS_BOUNDARY_VERSION;
  std::uint32_t kind = HARNESS_KIND_SOLVER;
  std::uint32_t note_size = HARNESS_NOTE_SIZE;
  std::string facts = facts_of_this_build();
  std::string identity = "plugin: two-sum\nversion: 2.0.0\n";
  std::string benchmark;
  int notes = 1;
  std::string build_id = std::string(20, '\x11');

  // What the loader reads.
  std::vector<Symbol> symbols;                                  // the solver's entry
  std::vector<std::string> needed;                              // libstdc++.so.6, libc.so.6
  std::vector<std::pair<std::int64_t, std::uint64_t>> dynamic;  // further entries
  bool gnu_hash = true;                                         // else DT_HASH
  std::uint32_t stack_flags = PF_R | PF_W;
  bool has_stack = true;
  bool has_interpreter = false;
  std::uint32_t data_flags = PF_R | PF_W;
  std::string code = std::string(256, '\x90');

  SyntheticElf() {
    symbols.push_back({HARNESS_SOLVER_ENTRY});
    needed = {"libstdc++.so.6", "libc.so.6"};
  }

  std::vector<std::uint8_t> bytes() const {
    constexpr std::uint64_t kNoteAt = 0x400, kTablesAt = 0xa000, kCodeAt = 0xb000, kDataAt = 0xc000;
    Image image;
    const std::uint64_t notes_end = image.put(kNoteAt, note_segment());
    const std::string strings = string_table();
    std::vector<Elf64_Sym> table(1);
    for (const Symbol& symbol : symbols) {
      Elf64_Sym entry{};
      entry.st_name = offset_in(strings, symbol.name);
      entry.st_info = symbol.info;
      entry.st_other = symbol.other;
      entry.st_shndx = symbol.section;
      entry.st_value = kCodeAt;
      table.push_back(entry);
    }
    const std::uint64_t strings_at = image.put_all(kTablesAt, table);
    const std::uint64_t hash_at = (image.put(strings_at, strings) + 7) / 8 * 8;
    const std::uint64_t tables_end = image.put_all(hash_at, hash_table());
    image.put(kCodeAt, code);

    std::vector<Elf64_Dyn> entries;
    const auto add = [&](std::int64_t tag, std::uint64_t value) {
      Elf64_Dyn entry{};
      entry.d_tag = tag;
      entry.d_un.d_val = value;
      entries.push_back(entry);
    };
    for (const std::string& name : needed) add(DT_NEEDED, offset_in(strings, name));
    add(DT_STRTAB, strings_at), add(DT_STRSZ, strings.size()), add(DT_SYMTAB, kTablesAt),
        add(DT_SYMENT, sizeof(Elf64_Sym));
    add(gnu_hash ? DT_GNU_HASH : DT_HASH, hash_at);
    for (const auto& [tag, value] : dynamic) add(tag, value);
    add(DT_NULL, 0);
    const std::uint64_t data_end = image.put_all(kDataAt, entries);

    std::vector<Elf64_Phdr> segments;
    const auto segment = [&](std::uint32_t type, std::uint32_t flags, std::uint64_t at, std::uint64_t end,
                             std::uint64_t align) {
      segments.push_back({type, flags, at, at, at, end - at, end - at, align});
    };
    segment(PT_LOAD, PF_R, 0, tables_end, 0x1000);
    segment(PT_LOAD, PF_R | PF_X, kCodeAt, kCodeAt + code.size(), 0x1000);
    segment(PT_LOAD, data_flags, kDataAt, data_end, 0x1000);
    segment(PT_DYNAMIC, PF_R | PF_W, kDataAt, data_end, 8);
    segment(PT_NOTE, PF_R, kNoteAt, notes_end, 4);
    if (has_stack) segment(PT_GNU_STACK, stack_flags, 0, 0, 16);
    if (has_interpreter) segment(PT_INTERP, PF_R, strings_at, strings_at + 1, 1);
    image.put_all(sizeof(Elf64_Ehdr), segments);

    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_DYN;
    header.e_machine = kMachine;
    header.e_version = EV_CURRENT;
    header.e_phoff = sizeof header;
    header.e_ehsize = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = static_cast<std::uint16_t>(segments.size());
    header.e_shoff = (data_end + 7) / 8 * 8;
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 1;
    image.put_all(header.e_shoff, std::vector<Elf64_Shdr>(1));
    image.put_all(0, std::vector<Elf64_Ehdr>{header});
    return image.bytes;
  }

 private:
  struct Image {
    std::vector<std::uint8_t> bytes;
    std::uint64_t put(std::uint64_t at, const void* data, std::size_t size) {
      if (bytes.size() < at + size) bytes.resize(at + size);
      if (size > 0) std::memcpy(bytes.data() + at, data, size);
      return at + size;
    }
    std::uint64_t put(std::uint64_t at, const std::string& text) { return put(at, text.data(), text.size()); }
    template <class T>
    std::uint64_t put_all(std::uint64_t at, const std::vector<T>& values) {
      return put(at, values.data(), values.size() * sizeof(T));
    }
  };

  static void append_number(std::string& text, std::uint32_t number) {
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  static void append_note(std::string& text, std::uint32_t type, const std::string& name,
                          const std::string& description) {
    append_number(text, static_cast<std::uint32_t>(name.size() + 1));
    append_number(text, static_cast<std::uint32_t>(description.size()));
    append_number(text, type);
    text += name + '\0';
    text.resize((text.size() + 3) / 4 * 4);
    text += description;
    text.resize((text.size() + 3) / 4 * 4);
  }
  static std::uint32_t offset_in(const std::string& strings, const std::string& text) {
    return static_cast<std::uint32_t>(strings.find('\0' + text + '\0') + 1);
  }

  std::string note_segment() const {
    std::string description;
    for (const std::uint32_t number : {format, boundary, kind}) append_number(description, number);
    for (const std::string* text : {&facts, &identity, &benchmark}) {
      append_number(description, static_cast<std::uint32_t>(text->size()));
    }
    description += facts + identity + benchmark;
    description.resize(note_size);
    std::string segment;
    append_note(segment, NT_GNU_BUILD_ID, "GNU", build_id);
    for (int i = 0; i < notes; ++i) append_note(segment, note_type, "harness", description);
    return segment;
  }

  std::string string_table() const {
    std::string strings(1, '\0');
    for (const Symbol& symbol : symbols) strings += symbol.name + '\0';
    for (const std::string& name : needed) strings += name + '\0';
    return strings;
  }

  // One bucket that holds every symbol in one chain.
  std::vector<std::uint32_t> hash_table() const {
    const auto count = static_cast<std::uint32_t>(symbols.size());
    if (!gnu_hash) {
      std::vector<std::uint32_t> table{1, count + 1, count > 0 ? 1U : 0U};
      table.resize(table.size() + count + 1);
      return table;
    }
    std::vector<std::uint32_t> table{1, 1, 1, 6, 0xffffffff, 0xffffffff, count > 0 ? 1U : 0U};
    for (std::uint32_t i = 0; i < count; ++i) table.push_back(i + 1 == count ? 1 : 2);
    return table;
  }
};

}  // namespace harness::library::test

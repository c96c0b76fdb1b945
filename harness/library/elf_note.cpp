#include <harness/library/elf_note.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include <elf.h>

#include <fmt/format.h>

#include <harness/sdk/abi.h>

namespace harness::library {
namespace {

constexpr std::uint16_t kMaxSegments = 128;
constexpr std::uint64_t kMaxNoteBytes = 1 << 20;  // of one PT_NOTE segment

#if defined(__x86_64__)
constexpr std::uint16_t kThisMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kThisMachine = EM_AARCH64;
#elif defined(__riscv) && __riscv_xlen == 64
constexpr std::uint16_t kThisMachine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr std::uint16_t kThisMachine = EM_PPC64;
#elif defined(__s390x__)
constexpr std::uint16_t kThisMachine = EM_S390;
#elif defined(__loongarch64)
constexpr std::uint16_t kThisMachine = 258;
#else
#error "say here which e_machine this processor has"
#endif
constexpr unsigned char kThisByteOrder = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

std::string machine_name(std::uint16_t machine) {
  switch (machine) {
    case EM_386: return "i386";
    case EM_ARM: return "arm";
    case EM_X86_64: return "x86-64";
    case EM_AARCH64: return "aarch64";
    case EM_RISCV: return "riscv";
    case EM_PPC64: return "ppc64";
    case EM_S390: return "s390";
    case EM_MIPS: return "mips";
    case 258: return "loongarch";
    default: return fmt::format("machine {}", machine);
  }
}

bool inside(std::uint64_t offset, std::uint64_t count, std::uint64_t size) {
  return offset <= size && count <= size - offset;
}

template <class T>
bool read_value(ByteSource& source, std::uint64_t offset, T& value) {
  return source.read(offset, {reinterpret_cast<std::uint8_t*>(&value), sizeof(T)});
}

std::uint32_t u32_at(std::span<const std::uint8_t> bytes, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

bool all_zero(std::span<const std::uint8_t> bytes) {
  return bytes.empty() || (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

class Reader {
 public:
  Reader(ByteSource& source, const std::string& file) : source_(source), file_(file) {}

  Result<ElfFile> read() {
    if (auto ok = read_header(); !ok) return tl::unexpected(ok.error());
    if (auto ok = read_segments(); !ok) return tl::unexpected(ok.error());
    if (auto ok = check_loads(); !ok) return tl::unexpected(ok.error());
    for (const Segment& segment : elf_.segments) {
      if (segment.type != PT_NOTE) continue;
      if (auto ok = read_notes(segment); !ok) return tl::unexpected(ok.error());
    }
    if (notes_found_ == 0) {
      return refuse("has no descriptor of harness", "build it with harness_add_solver or harness_add_problem");
    }
    return std::move(elf_);
  }

 private:
  using Checked = Result<void>;

  tl::unexpected<Error> refuse(std::string why, std::string next) const {
    return fail(file_, std::move(why), std::move(next));
  }
  tl::unexpected<Error> cut_off(std::string_view part) const {
    return refuse(fmt::format("is truncated: {} lies beyond its {} bytes", part, source_.size()),
                  "copy or build it again");
  }
  tl::unexpected<Error> malformed(std::string why) const {
    return refuse("is malformed: " + std::move(why), "build it again");
  }
  tl::unexpected<Error> unreadable() const { return refuse("changed or failed while it was read", "try again"); }

  tl::unexpected<Error> not_elf(std::span<const std::uint8_t> start) const {
    const auto is_text = [](std::uint8_t c) { return (c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t' || c == '\r'; };
    std::string what = "is not a shared library (no ELF file)";
    if (start.size() >= 8 && std::memcmp(start.data(), "!<arch>\n", 8) == 0) {
      what = "is an archive of object files, not a shared library";
    } else if (std::all_of(start.begin(), start.end(), is_text)) {
      what = "is text, not a shared library";
    }
    return refuse(std::move(what), "remove it or build the library again");
  }

  Checked read_header() {
    const std::uint64_t size = source_.size();
    if (size == 0) return refuse("is empty", "copy or build it again");
    std::array<std::uint8_t, sizeof(Elf64_Ehdr)> start{};
    const std::span<std::uint8_t> head(start.data(), std::min<std::uint64_t>(size, start.size()));
    if (!source_.read(0, head)) return unreadable();
    if (std::memcmp(start.data(), ELFMAG, std::min<std::size_t>(SELFMAG, head.size())) != 0) return not_elf(head);
    if (size < sizeof header_) return cut_off("the ELF header");
    std::memcpy(&header_, start.data(), sizeof header_);
    return check_header();
  }

  Checked check_header() const {
    const unsigned char* ident = header_.e_ident;
    if (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64) return malformed("its ELF class is unknown");
    if (ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB) return malformed("its byte order is unknown");
    const bool swapped = ident[EI_DATA] != kThisByteOrder;
    const auto machine =
        swapped ? static_cast<std::uint16_t>(header_.e_machine << 8 | header_.e_machine >> 8) : header_.e_machine;
    if (machine != kThisMachine || swapped || ident[EI_CLASS] != ELFCLASS64) {
      return refuse(fmt::format("built for {}{}{}, this machine is {}", machine_name(machine),
                                ident[EI_CLASS] == ELFCLASS32 ? " (32 bits)" : "",
                                swapped ? (kThisByteOrder == ELFDATA2LSB ? " (big endian)" : " (little endian)") : "",
                                machine_name(kThisMachine)),
                    "build it for this machine");
    }
    if (ident[EI_VERSION] != EV_CURRENT || header_.e_version != EV_CURRENT)
      return malformed("its ELF version is not 1");
    if (ident[EI_OSABI] != ELFOSABI_SYSV && ident[EI_OSABI] != ELFOSABI_GNU) {
      return refuse(fmt::format("built for another system (OS ABI {})", ident[EI_OSABI]), "build it for Linux");
    }
    if (header_.e_type != ET_DYN) {
      return refuse(header_.e_type == ET_REL    ? "is an object file, not a shared library"
                    : header_.e_type == ET_EXEC ? "is a program, not a shared library"
                    : header_.e_type == ET_CORE ? "is a core dump, not a shared library"
                                                : "is not a shared library",
                    "build it with harness_add_solver");
    }
    if (header_.e_phnum == 0 || header_.e_phnum > kMaxSegments || header_.e_phentsize != sizeof(Elf64_Phdr)) {
      return malformed(fmt::format("{} program headers of {} bytes", header_.e_phnum, header_.e_phentsize));
    }
    if (!inside(header_.e_phoff, std::uint64_t{header_.e_phnum} * sizeof(Elf64_Phdr), source_.size())) {
      return cut_off("its table of segments");
    }
    // Not needed for reading; but linkers put it last, so that it tells of a copy that broke off.
    const std::uint64_t sections = header_.e_shnum != 0 ? header_.e_shnum : header_.e_shoff != 0 ? 1 : 0;
    if (!inside(header_.e_shoff, sections * sizeof(Elf64_Shdr), source_.size()))
      return cut_off("its table of sections");
    return {};
  }

  Checked read_segments() {
    std::vector<Elf64_Phdr> headers(header_.e_phnum);
    if (!source_.read(header_.e_phoff,
                      {reinterpret_cast<std::uint8_t*>(headers.data()), headers.size() * sizeof(Elf64_Phdr)})) {
      return unreadable();
    }
    elf_.segments.reserve(headers.size());
    for (const Elf64_Phdr& header : headers) {
      if (header.p_type == PT_NULL) continue;
      if (header.p_type == PT_INTERP)
        return refuse("is a program, not a shared library", "build it with harness_add_solver");
      if (!inside(header.p_offset, header.p_filesz, source_.size())) return cut_off("a segment");
      elf_.segments.push_back({header.p_type, header.p_flags, header.p_offset, header.p_vaddr, header.p_filesz,
                               header.p_memsz, header.p_align});
    }
    return {};
  }

  Checked check_loads() const {
    const Segment* before = nullptr;
    bool stack_declared = false;
    for (const Segment& segment : elf_.segments) {
      if (segment.type == PT_GNU_STACK) {
        if ((segment.flags & PF_X) != 0) {
          return refuse("asks for an executable stack", "link it with -z noexecstack and without nested functions");
        }
        stack_declared = true;
      }
      if (segment.type != PT_LOAD) continue;
      if (segment.memory_size < segment.file_size || segment.address > UINT64_MAX - segment.memory_size) {
        return malformed("a segment is smaller in memory than in the file, or leaves the address space");
      }
      if ((segment.offset ^ segment.address) % 4096 != 0)
        return malformed("a segment cannot be mapped where it belongs");
      // Whole pages: a page that two segments share would hold the later one's bytes only.
      if (before != nullptr && before->memory_size > 0 &&
          segment.address / 4096 <= (before->address + before->memory_size - 1) / 4096) {
        return malformed("its segments overlap or are out of order");
      }
      if ((segment.flags & PF_W) != 0 && (segment.flags & PF_X) != 0) {
        return refuse("has memory that is both writable and executable",
                      "link it without -N and without own linker scripts");
      }
      before = &segment;
    }
    if (before == nullptr) return malformed("nothing of it would be loaded");
    if (!stack_declared) {
      return refuse("does not say that its stack is not executable (no PT_GNU_STACK)", "link it with -z noexecstack");
    }
    return {};
  }

  // One segment holds several notes, one after the other, each: sizes, type, name, description, padded.
  Checked read_notes(const Segment& segment) {
    if (segment.file_size > kMaxNoteBytes) return malformed("its notes have more than 1 MiB");
    std::vector<std::uint8_t> bytes(segment.file_size);
    if (!source_.read(segment.offset, bytes)) return unreadable();
    const std::uint64_t unit = segment.alignment == 8 ? 8 : 4;
    const auto padded = [unit](std::uint64_t size) { return (size + unit - 1) / unit * unit; };
    std::uint64_t at = 0;
    while (at < bytes.size()) {
      if (bytes.size() - at < sizeof(Elf64_Nhdr)) return malformed("a note is cut off");
      const std::uint64_t name_size = u32_at(bytes, at);
      const std::uint64_t description_size = u32_at(bytes, at + 4);
      const std::uint32_t type = u32_at(bytes, at + 8);
      const std::uint64_t description = at + padded(sizeof(Elf64_Nhdr) + name_size);
      if (!inside(description, description_size, bytes.size())) return malformed("a note leaves its segment");
      const std::string_view name(reinterpret_cast<const char*>(bytes.data() + at + sizeof(Elf64_Nhdr)), name_size);
      const FileRange range{segment.offset + description, description_size};
      if (name == std::string_view("GNU", 4) && type == NT_GNU_BUILD_ID) elf_.not_code.push_back(range);
      if (name == std::string_view("harness", 8)) {
        if (++notes_found_ > 1) return refuse("has several descriptors of harness", "build it from one solver only");
        if (auto ok = take_note(type, std::span(bytes).subspan(description, description_size)); !ok) return ok;
        elf_.not_code.push_back(range);
      }
      at = description + padded(description_size);
    }
    return {};
  }

  // The format and the boundary version come first: what follows them may be different in another harness.
  Checked take_note(std::uint32_t type, std::span<const std::uint8_t> note) {
    constexpr std::size_t kFixed = 24;
    if (type != HARNESS_NOTE_TYPE || note.size() < kFixed || u32_at(note, 0) != HARNESS_NOTE_FORMAT) {
      return refuse(fmt::format("its descriptor has another format (type {}, format {}) than this harness reads (1, 1)",
                                type, note.size() < 4 ? 0 : u32_at(note, 0)),
                    "rebuild it with this harness");
    }
    const std::uint32_t boundary = u32_at(note, 4);
    if (boundary != HARNESS_BOUNDARY_VERSION) {
      return refuse(fmt::format("built for boundary {}, this harness speaks {}", boundary, HARNESS_BOUNDARY_VERSION),
                    boundary > HARNESS_BOUNDARY_VERSION ? fmt::format("rebuild it or use harness {}.x", boundary)
                                                        : "rebuild it with this harness");
    }
    if (note.size() != HARNESS_NOTE_SIZE) {
      return malformed(fmt::format("its descriptor has {} bytes instead of {}", note.size(), HARNESS_NOTE_SIZE));
    }
    const std::uint32_t kind = u32_at(note, 8);
    if (kind != HARNESS_KIND_SOLVER && kind != HARNESS_KIND_PROBLEM) {
      return malformed(fmt::format("its descriptor is of kind {}, neither a solver (1) nor a problem (2)", kind));
    }
    std::string* const texts[] = {&elf_.note.facts, &elf_.note.identity_text, &elf_.note.benchmark_text};
    std::size_t at = kFixed;
    for (std::size_t i = 0; i < std::size(texts); ++i) {
      const std::uint32_t size = u32_at(note, 12 + 4 * i);
      if (size > note.size() - at) return malformed("the texts of its descriptor are larger than the descriptor");
      texts[i]->assign(reinterpret_cast<const char*>(note.data() + at), size);
      if (texts[i]->find('\0') != std::string::npos) return malformed("a text of its descriptor holds a zero byte");
      at += size;
    }
    if (!all_zero(note.subspan(at))) {
      return malformed("its descriptor goes on behind its texts");
    }
    elf_.note.kind = kind == HARNESS_KIND_SOLVER ? Kind::kSolver : Kind::kProblem;
    return {};
  }

  ByteSource& source_;
  const std::string& file_;
  Elf64_Ehdr header_{};
  ElfFile elf_;
  int notes_found_ = 0;
};

}  // namespace

std::optional<std::uint64_t> ElfFile::offset_of(std::uint64_t address, std::uint64_t size) const {
  for (const Segment& segment : segments) {
    if (segment.type != PT_LOAD || address < segment.address) continue;
    if (inside(address - segment.address, size, segment.file_size)) return segment.offset + (address - segment.address);
  }
  return std::nullopt;
}

Result<ElfFile> read_elf(ByteSource& source, const std::string& file) { return Reader(source, file).read(); }

std::string printable(std::string_view text) {
  constexpr std::size_t kMost = 80;
  std::string shown(text.substr(0, kMost));
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text.size() > kMost ? shown + "..." : shown;
}

}  // namespace harness::library

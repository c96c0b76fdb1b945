#include <harness/library/elf_note.hpp>

#include <algorithm>
#include <cstddef>
#include <random>

#include <harness/library/elf_dynamic.hpp>
#include <test/catch.hpp>
#include <test/library/synthetic_elf.hpp>

namespace harness::library {
namespace {

using test::SyntheticElf;

Result<ElfFile> read(const std::vector<std::uint8_t>& bytes) {
  MemorySource source(bytes);
  return read_elf(source, "a.so");
}

std::string refusal(const std::vector<std::uint8_t>& bytes) {
  const auto elf = read(bytes);
  return elf ? "accepted" : elf.error().text();
}
std::string refusal(const SyntheticElf& library) { return refusal(library.bytes()); }

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

template <class T>
std::vector<std::uint8_t> patched(std::size_t offset, T value) {
  auto bytes = SyntheticElf{}.bytes();
  std::memcpy(bytes.data() + offset, &value, sizeof value);
  return bytes;
}

constexpr std::size_t kFirstSegment = sizeof(Elf64_Ehdr);

TEST_CASE("the texts of a descriptor are read as they were embedded") {
  SyntheticElf library;
  library.benchmark = "{\"max_size\": 5}";
  const auto elf = read(library.bytes());
  REQUIRE(elf);
  CHECK(elf->note.kind == Kind::kSolver);
  CHECK(elf->note.facts == test::facts_of_this_build());
  CHECK(elf->note.identity_text == "plugin: two-sum\nversion: 2.0.0\n");
  CHECK(elf->note.benchmark_text == "{\"max_size\": 5}");
}

TEST_CASE("texts that fill the descriptor to its last byte are read") {
  SyntheticElf library;
  library.identity = std::string(HARNESS_NOTE_SIZE - 24 - library.facts.size(), 'x');
  const auto elf = read(library.bytes());
  REQUIRE(elf);
  CHECK(elf->note.identity_text == library.identity);
}

TEST_CASE("what is no shared library is called by its name") {
  CHECK(refusal(bytes_of("")) == "a.so: is empty; copy or build it again");
  CHECK_THAT(refusal(bytes_of("hello, I am a library\n")), StartsWith("a.so: is text, not a shared library; "));
  CHECK_THAT(refusal(bytes_of("!<arch>\nfoo.o/")),
             StartsWith("a.so: is an archive of object files, not a shared library"));
  CHECK_THAT(refusal(bytes_of("\x7f"
                              "ELF")),
             StartsWith("a.so: is truncated: the ELF header lies beyond its 4 bytes"));
  CHECK_THAT(refusal(bytes_of(std::string("PK\3\4\0\0", 6))),
             StartsWith("a.so: is not a shared library (no ELF file)"));
  CHECK_THAT(refusal(patched<std::uint16_t>(offsetof(Elf64_Ehdr, e_type), ET_REL)),
             ContainsSubstring("is an object file"));
  CHECK_THAT(refusal(patched<std::uint16_t>(offsetof(Elf64_Ehdr, e_type), ET_EXEC)), ContainsSubstring("is a program"));
  SyntheticElf program;
  program.has_interpreter = true;
  CHECK_THAT(refusal(program), ContainsSubstring("is a program"));
}

TEST_CASE("a library of another machine names both machines") {
  const std::uint16_t other = test::kMachine == EM_AARCH64 ? EM_X86_64 : EM_AARCH64;
  const std::string names = test::kMachine == EM_AARCH64 ? "built for x86-64, this machine is aarch64"
                                                         : "built for aarch64, this machine is x86-64";
  CHECK(refusal(patched<std::uint16_t>(offsetof(Elf64_Ehdr, e_machine), other)) ==
        "a.so: " + names + "; build it for this machine");
  CHECK_THAT(refusal(patched<unsigned char>(EI_CLASS, ELFCLASS32)), ContainsSubstring(" (32 bits), this machine is "));
  CHECK_THAT(refusal(patched<unsigned char>(EI_CLASS, 7)), ContainsSubstring("its ELF class is unknown"));
  CHECK_THAT(refusal(patched<unsigned char>(EI_OSABI, ELFOSABI_FREEBSD)),
             ContainsSubstring("built for another system"));
  auto swapped = patched<unsigned char>(EI_DATA, ELFDATA2MSB);
  std::swap(swapped[offsetof(Elf64_Ehdr, e_machine)], swapped[offsetof(Elf64_Ehdr, e_machine) + 1]);
  CHECK_THAT(refusal(swapped), ContainsSubstring(" (big endian), this machine is "));
}

TEST_CASE("the GNU OS ABI, which libraries with IFUNC carry, is accepted") {
  CHECK(refusal(patched<unsigned char>(EI_OSABI, ELFOSABI_GNU)) == "accepted");
}

TEST_CASE("another boundary version is refused before anything else of the descriptor is looked at") {
  SyntheticElf library;
  library.boundary = 2;
  library.kind = 99;
  library.note_size = 64;
  library.facts.clear();
  library.identity.clear();
  CHECK(refusal(library) == "a.so: built for boundary 2, this harness speaks 1; rebuild it or use harness 2.x");
  library.boundary = 0;
  CHECK(refusal(library) == "a.so: built for boundary 0, this harness speaks 1; rebuild it with this harness");
}

TEST_CASE("a descriptor that is missing, doubled or of another shape is refused") {
  SyntheticElf none;
  none.notes = 0;
  CHECK_THAT(refusal(none), StartsWith("a.so: has no descriptor of harness; build it with harness_add_solver"));
  SyntheticElf two;
  two.notes = 2;
  CHECK_THAT(refusal(two), ContainsSubstring("has several descriptors"));
  SyntheticElf format;
  format.format = 3;
  CHECK_THAT(refusal(format), ContainsSubstring("has another format (type 1, format 3)"));
  SyntheticElf type;
  type.note_type = 9;
  CHECK_THAT(refusal(type), ContainsSubstring("has another format (type 9, format 1)"));
  SyntheticElf kind;
  kind.kind = 3;
  CHECK_THAT(refusal(kind), ContainsSubstring("of kind 3"));
  SyntheticElf small;
  small.note_size = 8192;
  CHECK_THAT(refusal(small), ContainsSubstring("its descriptor has 8192 bytes instead of 16384"));
}

TEST_CASE("sizes of texts that do not add up are refused") {
  const auto bytes = SyntheticElf{}.bytes();
  // The number that stands at `field` of the description, which begins with format, boundary and kind.
  const std::uint32_t start[] = {HARNESS_NOTE_FORMAT, HARNESS_BOUNDARY_VERSION, HARNESS_KIND_SOLVER};
  const auto* raw = reinterpret_cast<const std::uint8_t*>(start);
  const auto found = std::search(bytes.begin(), bytes.end(), raw, raw + sizeof start);
  REQUIRE(found != bytes.end());
  const auto description = static_cast<std::size_t>(found - bytes.begin());
  for (const std::size_t field : {12U, 16U, 20U}) {
    for (const std::uint32_t size : {0xffffffffU, 16384U, 16361U}) {
      CHECK_THAT(refusal(patched(description + field, size)), ContainsSubstring("larger than the descriptor"));
    }
  }
  CHECK_THAT(refusal(patched<std::uint32_t>(description + 16, 200)), ContainsSubstring("holds a zero byte"));
  CHECK_THAT(refusal(patched<std::uint32_t>(description + 16, 3)), ContainsSubstring("goes on behind its texts"));
  CHECK_THAT(refusal(patched<std::uint8_t>(description + 16383, 1)), ContainsSubstring("goes on behind its texts"));
}

TEST_CASE("memory that could be misused is refused") {
  SyntheticElf stack;
  stack.stack_flags |= PF_X;
  CHECK_THAT(refusal(stack), ContainsSubstring("asks for an executable stack"));
  SyntheticElf silent;
  silent.has_stack = false;
  CHECK_THAT(refusal(silent), ContainsSubstring("no PT_GNU_STACK"));
  SyntheticElf writable;
  writable.data_flags |= PF_X;
  CHECK_THAT(refusal(writable), ContainsSubstring("both writable and executable"));
}

TEST_CASE("segments that leave the file, overlap or cannot be mapped are refused") {
  const auto at = [](std::size_t index, std::size_t field) {
    return kFirstSegment + index * sizeof(Elf64_Phdr) + field;
  };
  CHECK_THAT(refusal(patched<std::uint64_t>(at(0, offsetof(Elf64_Phdr, p_filesz)), UINT64_MAX)),
             ContainsSubstring("is truncated"));
  CHECK_THAT(refusal(patched<std::uint64_t>(at(1, offsetof(Elf64_Phdr, p_offset)), 1 << 30)),
             ContainsSubstring("is truncated"));
  CHECK_THAT(refusal(patched<std::uint64_t>(at(1, offsetof(Elf64_Phdr, p_vaddr)), 0x1000)),
             ContainsSubstring("overlap"));
  CHECK_THAT(refusal(patched<std::uint64_t>(at(1, offsetof(Elf64_Phdr, p_vaddr)), 0xb008)),
             ContainsSubstring("cannot be mapped"));
  CHECK_THAT(refusal(patched<std::uint64_t>(at(1, offsetof(Elf64_Phdr, p_memsz)), 1)),
             ContainsSubstring("smaller in memory"));
  CHECK_THAT(refusal(patched<std::uint64_t>(at(1, offsetof(Elf64_Phdr, p_memsz)), UINT64_MAX)),
             ContainsSubstring("address space"));
  CHECK_THAT(refusal(patched<std::uint16_t>(offsetof(Elf64_Ehdr, e_phnum), 0xffff)),
             ContainsSubstring("program headers"));
  CHECK_THAT(refusal(patched<std::uint16_t>(offsetof(Elf64_Ehdr, e_phnum), 0)), ContainsSubstring("program headers"));
  CHECK_THAT(refusal(patched<std::uint64_t>(offsetof(Elf64_Ehdr, e_phoff), UINT64_MAX - 8)),
             ContainsSubstring("table of segments"));
  CHECK_THAT(refusal(patched<std::uint64_t>(offsetof(Elf64_Ehdr, e_shoff), UINT64_MAX - 8)),
             ContainsSubstring("table of sections"));
}

TEST_CASE("a library cut at any 512 bytes, or by its last byte, is refused") {
  const auto whole = SyntheticElf{}.bytes();
  for (std::size_t size = 0; size < whole.size(); size += 512) {
    INFO("cut to " << size);
    CHECK(refusal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}) != "accepted");
  }
  CHECK_THAT(refusal({whole.begin(), whole.end() - 1}), ContainsSubstring("is truncated: its table of sections"));
}

// Flips inside of a text cannot be told from another text; flips in code are code. All else must be noticed.
TEST_CASE("a byte flipped anywhere never crashes the reader, and never gives another note") {
  SyntheticElf library;
  const auto whole = library.bytes();
  std::mt19937 random(20);
  int accepted = 0;
  for (int i = 0; i < 1000; ++i) {
    auto bytes = whole;
    bytes[random() % (i % 2 == 0 ? bytes.size() : 0x500)] ^= static_cast<std::uint8_t>(1U << random() % 8);
    MemorySource source(bytes);
    const auto elf = read_elf(source, "a.so");
    if (!elf) {
      CHECK(elf.error().what == "a.so");
      CHECK_FALSE(elf.error().why.empty());
      continue;
    }
    ++accepted;
    CHECK(elf->note.facts.size() == library.facts.size());
    CHECK(elf->note.identity_text.size() == library.identity.size());
    CHECK(elf->note.benchmark_text.empty());
    (void)check_dynamic(source, *elf, HARNESS_SOLVER_ENTRY, "a.so");
  }
  CHECK(accepted > 100);
  CHECK(accepted < 900);
}

TEST_CASE("random bytes behind a true header never crash the reader") {
  const auto whole = SyntheticElf{}.bytes();
  std::mt19937 random(21);
  for (int i = 0; i < 500; ++i) {
    auto bytes = whole;
    for (int flips = 0; flips < 40; ++flips) {
      bytes[sizeof(Elf64_Ehdr) + random() % (0x500 - sizeof(Elf64_Ehdr))] = static_cast<std::uint8_t>(random());
      bytes[0xa000 + random() % (bytes.size() - 0xa000)] = static_cast<std::uint8_t>(random());
    }
    MemorySource source(bytes);
    if (const auto elf = read_elf(source, "a.so")) (void)check_dynamic(source, *elf, HARNESS_SOLVER_ENTRY, "a.so");
  }
  SUCCEED("no fault");
}

TEST_CASE("text of a stranger is shown without control characters and cut") {
  CHECK(printable("a\x1b[31mb\xc3") == "a?[31mb?");
  CHECK(printable(std::string(100, 'x')) == std::string(80, 'x') + "...");
}

}  // namespace
}  // namespace harness::library

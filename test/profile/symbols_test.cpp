#include <harness/profile/symbols.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include <harness/profile/debug_information.hpp>
#include <harness/profile/elf_image.hpp>
#include <test/profile/loaded_library.hpp>

namespace harness::profile {
namespace {

namespace fs = std::filesystem;
using model::CodePlace;
using test::kLibraries;
using test::line_of;
using test::LoadedLibrary;

const std::string kSource = "two-sum-v9.9.9/library.cpp";

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "harness-symbols-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path path;
};

std::vector<std::uint8_t> bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const fs::path& file, const std::vector<std::uint8_t>& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

// Every variant with debug information that this build has.
std::vector<std::string> described_libraries() {
  std::vector<std::string> files{"plain.so", "dwarf4.so", "packed.so"};
  if (fs::exists(kLibraries / "clang.so")) files.emplace_back("clang.so");
  return files;
}

void check_marks(const LoadedLibrary& library, Symbols& symbols) {
  auto frames = symbols.frames(library.mappings, library.address("mark_find"), false);
  REQUIRE(frames.size() == 3);
  CHECK_THAT(frames[0].function, StartsWith("(anonymous namespace)::Table::find"));
  CHECK(frames[0].file == kSource);
  CHECK(frames[0].line == line_of("find"));
  CHECK(frames[0].inlined);
  CHECK(frames[0].origin == CodePlace::Origin::kSolver);
  CHECK_THAT(frames[1].function, StartsWith("(anonymous namespace)::twice"));
  CHECK(frames[1].line == line_of("find in twice"));
  CHECK(frames[1].inlined);
  CHECK(frames[2].function == "entry");
  CHECK(frames[2].line == line_of("twice in entry"));
  CHECK_FALSE(frames[2].inlined);

  frames = symbols.frames(library.mappings, library.address("mark_take"), false);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].function == "shop::Shelf<int>::take(int)");
  CHECK(frames[0].line == line_of("take"));
  CHECK(frames[0].function_line + 1 == line_of("take"));

  frames = symbols.frames(library.mappings, library.address("mark_descend"), false);
  REQUIRE(frames.size() == 1);
  CHECK_THAT(frames[0].function, StartsWith("descend"));
  CHECK(frames[0].line == line_of("descend"));

  frames = symbols.frames(library.mappings, library.address("mark_cold"), false);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].function == "chilled");
  CHECK(frames[0].line == line_of("cold"));
}

TEST_CASE("functions, lines and inlined frames are named from debug information of each kind") {
  for (const std::string& file : described_libraries()) {
    INFO(file);
    const LoadedLibrary library(file);
    Symbols symbols(library.places());
    check_marks(library, symbols);
    CHECK(symbols.frames(library.mappings, library.address("mark_find"), false).at(0).module == file);
    CHECK(symbols.warnings().empty());
  }
}

TEST_CASE("of a table of lines alone the lines are told, with the functions that symbols name") {
  if (!fs::exists(kLibraries / "clang_lines.so")) {
    WARN("skipped: clang is not installed");
    return;
  }
  const LoadedLibrary library("clang_lines.so");
  Symbols symbols(library.places());
  const auto taken = symbols.frames(library.mappings, library.address("mark_take"), false);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].function == "shop::Shelf<int>::take(int)");
  CHECK(taken[0].file == kSource);
  CHECK(taken[0].line == line_of("take"));
  const auto hole = symbols.frames(library.mappings, library.address("hole") + 8, false);
  CHECK(hole.at(0).function.empty());
  CHECK(hole.at(0).line == 0);
}

TEST_CASE("a library that ran from memory is named by the bytes that are kept of it") {
  LoadedLibrary library("plain.so");
  for (Mapping& mapping : library.mappings)
    if (mapping.file.ends_with("/plain.so")) mapping.file = "/memfd:plain.so (deleted)";
  const Folder folder;
  fs::copy(kLibraries / "plain.so", folder.path / "kept");
  Symbols symbols({"plain.so", folder.path / "kept", {}});
  check_marks(library, symbols);
}

TEST_CASE("a call that does not come back is its caller's, and an address itself is not looked up before it") {
  for (const std::string& file : described_libraries()) {
    INFO(file);
    const LoadedLibrary library(file);
    Symbols symbols(library.places());
    const auto end = library.end_of("last_call");
    const auto caller = symbols.frames(library.mappings, end, true);
    CHECK(caller.back().function == "last_call");
    CHECK(caller.back().line == line_of("last call"));
    CHECK(symbols.frames(library.mappings, end, false).back().function != "last_call");
  }
}

TEST_CASE("debug information aside is found by its debuglink, in the folder or in .debug there") {
  const LoadedLibrary library("linked.so");
  Symbols symbols(library.places({kLibraries, kLibraries / "link"}));
  check_marks(library, symbols);
  CHECK(symbols.warnings().empty());
  Symbols direct(library.places({kLibraries / "link" / ".debug"}));
  check_marks(library, direct);
}

TEST_CASE("debug information aside is found by its build-id") {
  const LoadedLibrary library("bare.so");
  const auto image = ElfImage::read(kLibraries / "bare.so");
  REQUIRE(image != nullptr);
  const std::string id = image->build_id();
  REQUIRE(id.size() == 40);
  const Folder folder;
  write(folder.path / ".build-id" / id.substr(0, 2) / (id.substr(2) + ".debug"),
        bytes_of(kLibraries / "link" / ".debug" / "linked.debug"));
  Symbols symbols(library.places({folder.path}));
  check_marks(library, symbols);
  CHECK(symbols.warnings().empty());
}

TEST_CASE("debug information of another build is refused by its build-id") {
  const LoadedLibrary library("linked.so");
  Symbols symbols(library.places({kLibraries / "other"}));
  const auto frames = symbols.frames(library.mappings, library.address("mark_take"), false);
  CHECK(frames.at(0).line == 0);
  const auto warnings = symbols.warnings();
  REQUIRE(warnings.size() == 2);
  CHECK_THAT(warnings[0], StartsWith("linked.so: linked.debug is of another build (build-id 0123456789abcdef, not "));
  CHECK_THAT(warnings[1], ContainsSubstring("no debug information (build-id "));
}

TEST_CASE("debug information that was changed since is refused by its checksum") {
  const LoadedLibrary library("linked.so");
  const Folder folder;
  auto bytes = bytes_of(kLibraries / "link" / ".debug" / "linked.debug");
  bytes.push_back(0);
  write(folder.path / "linked.debug", bytes);
  Symbols symbols(library.places({folder.path}));
  CHECK(symbols.frames(library.mappings, library.address("mark_take"), false).at(0).line == 0);
  REQUIRE(symbols.warnings().size() == 2);
  CHECK_THAT(symbols.warnings()[0], ContainsSubstring("is not the file that it was linked with (CRC "));
}

TEST_CASE("without debug information the symbol that holds the address names the function, and no other does") {
  const LoadedLibrary library("no_debug.so");
  Symbols symbols(library.places());
  auto frames = symbols.frames(library.mappings, library.address("mark_take"), false);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].function == "shop::Shelf<int>::take(int)");
  CHECK(frames[0].file.empty());
  CHECK(frames[0].line == 0);
  CHECK(symbols.frames(library.mappings, library.address("mark_find"), false).at(0).function == "entry");
  frames = symbols.frames(library.mappings, library.address("hole") + 8, false);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].function.empty());
  CHECK(frames[0].module == "no_debug.so");
  CHECK(frames[0].origin == CodePlace::Origin::kSolver);
  REQUIRE(symbols.warnings().size() == 1);
  CHECK_THAT(symbols.warnings()[0], StartsWith("no_debug.so: no debug information (build-id ") &&
                                        EndsWith("): lines and inlined functions are not known"));
}

TEST_CASE("of a stripped library the exported functions alone are known, and what lies between them is not") {
  const LoadedLibrary library("bare.so");
  Symbols symbols(library.places());
  CHECK(symbols.frames(library.mappings, library.address("mark_entry"), false).at(0).function == "entry");
  CHECK(symbols.frames(library.mappings, library.address("mark_descend"), false).at(0).function.empty());
}

TEST_CASE("a file that is no library any more names nothing and says so") {
  const LoadedLibrary library("plain.so");
  const Folder folder;
  write(folder.path / "kept",
        {'n', 'o', 'n', 'e', ' ', 'a', 't', ' ', 'a', 'l', 'l', ',', ' ', 'y', 'e', 's', '!', '!'});
  for (const fs::path& bytes : {folder.path / "kept", folder.path / "gone", folder.path}) {
    Symbols symbols({"plain.so", bytes, {}});
    const auto frames = symbols.frames(library.mappings, library.address("mark_take"), false);
    REQUIRE(frames.size() == 1);
    CHECK(frames[0].function.empty());
    CHECK(frames[0].origin == CodePlace::Origin::kSolver);
    REQUIRE(symbols.warnings().size() == 1);
    CHECK_THAT(symbols.warnings()[0], ContainsSubstring("cannot be read as an ELF library"));
  }
}

TEST_CASE("other modules are told by what they are") {
  LoadedLibrary library("plain.so");
  Symbols symbols(library.places());
  const auto at = [&](std::uint64_t address) { return symbols.frames(library.mappings, address, false).back(); };
  CodePlace place = at(test::c_library_address("qsort"));
  CHECK(place.origin == CodePlace::Origin::kLibrary);
  CHECK_THAT(place.function, ContainsSubstring("qsort"));
  CHECK_THAT(place.module, StartsWith("libc.so"));
  library.mappings = {{0x10000, 0x20000, 0, "[vdso]"},
                      {0x20000, 0x30000, 0, ""},
                      {0x30000, 0x40000, 0, "/opt/harness/bin/harness-worker-profile"},
                      {0x40000, 0x50000, 0, "/nowhere/libgone.so.1 (deleted)"},
                      {0x50000, 0x60000, 0, "/dev/zero"}};
  CHECK(at(0x10010).origin == CodePlace::Origin::kKernel);
  CHECK(at(0x20010).origin == CodePlace::Origin::kUnknown);
  CHECK(at(0x30010).origin == CodePlace::Origin::kHarness);
  CHECK(at(0x40010).module == "libgone.so.1");
  CHECK(at(0x40010).function.empty());
  CHECK(at(0x50010).function.empty());
  CHECK(at(0x60000).origin == CodePlace::Origin::kUnknown);
  CHECK(at(0x0fff0).origin == CodePlace::Origin::kUnknown);
}

TEST_CASE("a pipe in a debug file's place holds nobody up") {
  const LoadedLibrary library("linked.so");
  const Folder folder;
  REQUIRE(mkfifo((folder.path / "linked.debug").c_str(), 0600) == 0);
  Symbols symbols(library.places({folder.path}));
  CHECK(symbols.frames(library.mappings, library.address("mark_take"), false).at(0).line == 0);
}

TEST_CASE("a name that would unfold to gigabytes stays as it is") {
  // f(p<a, a>, p<p<a, a>, p<a, a>>, ...): each parameter is twice as long as the one before.
  const auto doubling = [](int parameters) {
    std::string name = "_Z1f1pI1aS0_E";
    for (int i = 1; i < parameters; ++i) {
      const std::string last = fmt::format("S{}_", "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i - 1]);
      name += "S_I" + last + last + "E";
    }
    return name;
  };
  CHECK(demangled(doubling(3)) == "f(p<a, a>, p<p<a, a>, p<a, a> >, p<p<p<a, a>, p<a, a> >, p<p<a, a>, p<a, a> > >)");
  CHECK(demangled(doubling(35)) == doubling(35));
  CHECK(demangled("_ZN5Table4findEi") == "Table::find(int)");
  CHECK(demangled("entry") == "entry");
  CHECK(demangled("_Znonsense") == "_Znonsense");
  CHECK(demangled("_ZNSt10_HashtableIiSt4pairIKiiESaIS2_ENSt8__detail10_Select1stESt8equal_toIiESt4hashIiENS4_18_Mod_"
                  "range_hashingENS4_20_Default_ranged_hashENS4_20_Prime_rehash_policyENS4_17_Hashtable_traitsILb0ELb0E"
                  "Lb1EEEE9_M_rehashEmRKm")
            .ends_with("::_M_rehash(unsigned long, unsigned long const&)"));
}

TEST_CASE("damaged debug information gives wrong names at worst") {
  const LoadedLibrary library("plain.so");
  const auto good = bytes_of(kLibraries / "plain.so");
  const Folder folder;
  std::uint64_t state = 15;
  const auto random = [&](std::size_t below) {
    state = state * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::size_t>(state >> 33) % below;
  };
  std::size_t answered = 0;
  for (int round = 0; round < 150; ++round) {
    auto bytes = good;
    // The code comes first, what describes it after.
    for (std::size_t i = 0, changes = 1 + random(12); i < changes; ++i)
      bytes[bytes.size() / 2 + random(bytes.size() / 2)] = static_cast<std::uint8_t>(random(256));
    if (round % 10 == 0) bytes.resize(random(bytes.size()));
    write(folder.path / "damaged", bytes);
    Symbols symbols({"plain.so", folder.path / "damaged", {}});
    for (const char* mark : {"mark_find", "mark_take", "mark_descend", "mark_cold", "hole"})
      answered += symbols.frames(library.mappings, library.address(mark), false).empty() ? 0 : 1;
  }
  CHECK(answered == 150 * 5);
}

}  // namespace
}  // namespace harness::profile

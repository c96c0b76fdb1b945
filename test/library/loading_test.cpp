// Libraries as compilers and linkers make them (test/plugins/loading): which are found, why the others are not, and
// that no code of any of them runs meanwhile.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>

#include <dlfcn.h>
#include <elf.h>

#include <harness/library/build_facts.hpp>
#include <harness/library/catalog.hpp>
#include <harness/library/code_hash.hpp>
#include <harness/library/descriptor.hpp>
#include <test/catch.hpp>
#include <test/library/temporary_directory.hpp>

namespace harness::library {
namespace {

namespace fs = std::filesystem;

const fs::path kLoading = LOADING_DIRECTORY;

std::vector<std::uint8_t> bytes_of(const fs::path& file) { return read_library_bytes(file).value(); }

std::string refusal(const std::vector<std::uint8_t>& bytes) {
  MemorySource source(bytes);
  const auto solver = read_solver_from(source, "a.so");
  return solver ? "accepted" : solver.error().text();
}

std::string code_of(const fs::path& file) { return identify(bytes_of(file)).value().code_hash; }

TEST_CASE("good libraries are found among bad ones, each bad one with its reason, and no constructor runs") {
  const test::TemporaryDirectory directory;
  const fs::path marker = directory.path() / "marker";
  ::setenv("LOADING_MARKER", marker.c_str(), 1);
  const auto catalog = find_libraries({kLoading / "mixed"});
  REQUIRE(catalog);
  CHECK_FALSE(fs::exists(marker));

  std::vector<std::string> found;
  for (const auto& solver : catalog->solvers) found.push_back(solver.name());
  CHECK(found == std::vector<std::string>{"good/v1.0.0", "ifunc/v1.0.0"});

  std::map<std::string, std::string> expected{
      {"newer_boundary.so", "built for boundary 2, this harness speaks 1; rebuild it or use harness 2.x"},
      {"no_note.so", "has no descriptor of harness; build it with harness_add_solver or harness_add_problem"},
      {"two_notes.so", "has several descriptors of harness; "},
      {"search_path.so", "carries a search path of its own for libraries (DT_RPATH); "},
      {"search_runpath.so", "carries a search path of its own for libraries (DT_RUNPATH); "},
      {"stack.so", "asks for an executable stack; "},
      {"unique.so", "has a UNIQUE symbol (shared_by_all), "},
      {"other_name.so", "has no symbol harness_solver_v1 (found harness_solver_v1x); "},
      {"mangled.so", "has no symbol harness_solver_v1 (found _Z17harness_solver_v1v); "},
      {"new_runtime.so", "requires harness@9.0+, this is harness "},
      {"needs_more.so", "needs libloading_another.so, which is not on the list of allowed libraries"},
      {"text_relocation.so", "needs its code changed when it is loaded (text relocations); "},
      {"program.so", "is a program, not a shared library; "}};
  for (const auto& skipped : catalog->skipped) {
    INFO(skipped.file);
    const std::string name = skipped.file.filename().string();
    REQUIRE(expected.contains(name));
    CHECK_THAT(skipped.reason, StartsWith(expected[name]));
    expected.erase(name);
  }
  expected.erase("text_relocation.so");  // built on x86-64 only
  CHECK(expected.empty());
}

TEST_CASE("the marker file of the test above does appear when a library is loaded") {
  const test::TemporaryDirectory directory;
  const fs::path marker = directory.path() / "marker";
  ::setenv("LOADING_MARKER", marker.c_str(), 1);
  void* library = ::dlopen((kLoading / "mixed" / "good.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  REQUIRE(library != nullptr);
  CHECK(fs::exists(marker));
  ::dlclose(library);
  ::unsetenv("LOADING_MARKER");
}

TEST_CASE("twins are both skipped") {
  const auto catalog = find_libraries({kLoading / "twins"});
  REQUIRE(catalog);
  CHECK(catalog->solvers.empty());
  REQUIRE(catalog->skipped.size() == 2);
  CHECK(catalog->skipped[0].reason == "calls itself twins/v1.0.0, as does second.so; keep one of them");
}

TEST_CASE("a real library patched to another machine is refused") {
  auto bytes = bytes_of(kLoading / "mixed" / "good.so");
  CHECK(refusal(bytes) == "accepted");
  bytes[offsetof(Elf64_Ehdr, e_machine)] = EM_S390;
  CHECK_THAT(refusal(bytes), ContainsSubstring("built for s390, this machine is "));
}

TEST_CASE("a real library cut at any 512 bytes is refused") {
  const auto whole = bytes_of(kLoading / "mixed" / "good.so");
  for (std::size_t size = 0; size < whole.size(); size += 512) {
    INFO("cut to " << size);
    CHECK(refusal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}) != "accepted");
  }
}

TEST_CASE("a real library with a byte flipped never crashes the reader") {
  const auto whole = bytes_of(kLoading / "mixed" / "good.so");
  std::mt19937 random(22);
  for (int i = 0; i < 1000; ++i) {
    auto bytes = whole;
    bytes[random() % whole.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
    if (refusal(bytes) == "accepted") {
      CHECK(identify(bytes));
    }
  }
}

TEST_CASE("longer texts, another directory of sources and strip keep the code hash") {
  const fs::path directory = kLoading / "same_code";
  const std::string expected = code_of(directory / "plain.so");
  CHECK(code_of(directory / "longer_text.so") == expected);
  if (!this_build_flags().any_sanitizer()) {  // these write the source's unmapped path into the data
    CHECK(code_of(directory / "other_directory.so") == expected);
  }
  CHECK(code_of(directory / "stripped_g") == expected);
  CHECK(code_of(directory / "stripped_s") == expected);
}

TEST_CASE("one changed constant changes the code hash") {
  CHECK(code_of(kLoading / "same_code" / "other_constant.so") != code_of(kLoading / "same_code" / "plain.so"));
}

TEST_CASE("a stripped library keeps its descriptor") {
  CHECK(refusal(bytes_of(kLoading / "same_code" / "stripped_s")) == "accepted");
}

}  // namespace
}  // namespace harness::library

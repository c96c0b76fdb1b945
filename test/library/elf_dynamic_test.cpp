#include <harness/library/elf_dynamic.hpp>

#include <test/catch.hpp>
#include <test/library/synthetic_elf.hpp>

namespace harness::library {
namespace {

using test::SyntheticElf;

std::string verdict(const SyntheticElf& library, const char* entry = HARNESS_SOLVER_ENTRY) {
  const auto bytes = library.bytes();
  MemorySource source(bytes);
  const auto elf = read_elf(source, "a.so");
  REQUIRE(elf);
  const auto ok = check_dynamic(source, *elf, entry, "a.so");
  return ok ? "accepted" : ok.error().text();
}

std::string verdict_with(std::int64_t tag, std::uint64_t value) {
  SyntheticElf library;
  library.dynamic.emplace_back(tag, value);
  return verdict(library);
}

std::string verdict_on(const std::vector<SyntheticElf::Symbol>& symbols) {
  SyntheticElf library;
  library.symbols = symbols;
  return verdict(library);
}

TEST_CASE("a library that needs the runtime only and exports its entry is accepted, whichever hash table it has") {
  SyntheticElf library;
  CHECK(verdict(library) == "accepted");
  library.gnu_hash = false;
  CHECK(verdict(library) == "accepted");
  library.symbols.push_back({"_ZN5other6symbolEv"});
  CHECK(verdict(library) == "accepted");
}

TEST_CASE("a search path of its own is refused") {
  CHECK_THAT(verdict_with(DT_RPATH, 1),
             ContainsSubstring("carries a search path of its own for libraries (DT_RPATH); link it without -rpath"));
  CHECK_THAT(verdict_with(DT_RUNPATH, 1), ContainsSubstring("(DT_RUNPATH)"));
}

TEST_CASE("what brings other libraries along is refused") {
  for (const std::int64_t tag : {DT_FILTER, DT_AUXILIARY, DT_AUDIT, DT_DEPAUDIT}) {
    CHECK_THAT(verdict_with(tag, 1), ContainsSubstring("makes the loader bring other libraries in"));
  }
}

TEST_CASE("text relocations and programs are refused") {
  CHECK_THAT(verdict_with(DT_TEXTREL, 0), ContainsSubstring("text relocations"));
  CHECK_THAT(verdict_with(DT_FLAGS, DF_TEXTREL), ContainsSubstring("text relocations"));
  CHECK(verdict_with(DT_FLAGS, DF_BIND_NOW) == "accepted");
  CHECK_THAT(verdict_with(DT_FLAGS_1, DF_1_PIE), ContainsSubstring("is a program"));
}

TEST_CASE("a library beyond the C and C++ runtime is refused by its name") {
  for (const char* name :
       {"libboost_json.so.1.81.0", "/lib/libc.so.6", "./libm.so.6", "libc.so.60", "", "evil\x1b[2Jname"}) {
    SyntheticElf library;
    library.needed.emplace_back(name);
    CHECK_THAT(verdict(library),
               ContainsSubstring("a.so: needs ") && ContainsSubstring("not on the list of allowed libraries"));
  }
  SyntheticElf runtime;
  runtime.needed = {"libstdc++.so.6",  "libm.so.6",    "libgcc_s.so.1",
                    "libpthread.so.0", "libgomp.so.1", "ld-linux-x86-64.so.2"};
  CHECK(verdict(runtime) == "accepted");
}

TEST_CASE("a sanitizer's runtime is allowed in a build with sanitizers only") {
  SyntheticElf library;
  library.needed.emplace_back("libasan.so.8");
  CHECK((verdict(library) == "accepted") == this_build_flags().any_sanitizer());
}

TEST_CASE("UNIQUE symbols are refused, IFUNC is accepted") {
  CHECK_THAT(verdict_on({{HARNESS_SOLVER_ENTRY}, {"shared", ELF64_ST_INFO(STB_GNU_UNIQUE, STT_OBJECT)}}),
             ContainsSubstring("has a UNIQUE symbol (shared)") && ContainsSubstring("-fno-gnu-unique"));
  CHECK(verdict_on({{"clone", ELF64_ST_INFO(STB_GLOBAL, STT_GNU_IFUNC)}, {HARNESS_SOLVER_ENTRY}}) == "accepted");
}

TEST_CASE("the entry must be a defined function of exactly that name") {
  CHECK_THAT(verdict_on({}), ContainsSubstring("has no symbol harness_solver_v1; export exactly that name"));
  CHECK_THAT(verdict_on({{"harness_solver_v1x"}}),
             ContainsSubstring("has no symbol harness_solver_v1 (found harness_solver_v1x)"));
  CHECK_THAT(verdict_on({{"Harness_Solver_v1"}}), ContainsSubstring("(found Harness_Solver_v1)"));
  CHECK_THAT(verdict_on({{"_Z17harness_solver_v1v"}}), ContainsSubstring("(found _Z17harness_solver_v1v)"));
  CHECK_THAT(verdict_on({{HARNESS_SOLVER_ENTRY, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), SHN_UNDEF}}),
             ContainsSubstring("its symbol harness_solver_v1 is used but not defined"));
  CHECK_THAT(verdict_on({{HARNESS_SOLVER_ENTRY, ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT)}}),
             ContainsSubstring("is not a function"));
  CHECK_THAT(verdict_on({{HARNESS_SOLVER_ENTRY, ELF64_ST_INFO(STB_LOCAL, STT_FUNC)}}),
             ContainsSubstring("is not exported"));
  CHECK_THAT(verdict_on({{HARNESS_SOLVER_ENTRY, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 1, STV_HIDDEN}}),
             ContainsSubstring("is not exported"));
  CHECK(verdict_on({{HARNESS_SOLVER_ENTRY, ELF64_ST_INFO(STB_WEAK, STT_FUNC)}}) == "accepted");
}

TEST_CASE("a problem's library is held to its own entry") {
  SyntheticElf library;
  CHECK_THAT(verdict(library, HARNESS_PROBLEM_ENTRY), ContainsSubstring("has no symbol harness_problem_v1"));
  library.symbols = {{HARNESS_PROBLEM_ENTRY}};
  CHECK(verdict(library, HARNESS_PROBLEM_ENTRY) == "accepted");
}

TEST_CASE("entries of the dynamic section that contradict each other or the file are refused") {
  CHECK_THAT(verdict_with(DT_STRTAB, 0x400), ContainsSubstring("twice"));
  SyntheticElf far;
  far.needed.clear();
  far.dynamic.emplace_back(DT_NEEDED, 1 << 20);
  CHECK_THAT(verdict(far), ContainsSubstring("lies outside of its strings"));
  for (const std::uint64_t table : {std::uint64_t{0xc000} - 8, UINT64_MAX - 4, std::uint64_t{1} << 40}) {
    SyntheticElf hash;
    hash.gnu_hash = false;
    hash.dynamic.emplace_back(DT_GNU_HASH, table);
    CHECK_THAT(verdict(hash), ContainsSubstring("(DT_GNU_HASH) cannot be right"));
  }
}

}  // namespace
}  // namespace harness::library

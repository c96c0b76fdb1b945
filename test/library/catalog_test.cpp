#include <harness/library/catalog.hpp>

#include <algorithm>

#include <sys/stat.h>
#include <unistd.h>

#include <test/catch.hpp>
#include <test/library/synthetic_elf.hpp>
#include <test/library/temporary_directory.hpp>

namespace harness::library {
namespace {

using test::SyntheticElf;
using test::TemporaryDirectory;

std::vector<std::uint8_t> solver(const std::string& version, const std::string& extra = "",
                                 const std::string& problem = "two-sum") {
  SyntheticElf library;
  library.identity = "plugin: " + problem + "\nversion: " + version + "\n" + extra;
  return library.bytes();
}

std::vector<std::uint8_t> problem(const std::string& name) {
  SyntheticElf library;
  library.kind = HARNESS_KIND_PROBLEM;
  library.symbols = {{HARNESS_PROBLEM_ENTRY}};
  library.identity = "problem: " + name + "\nparameters: [{name: nums, type: \"integer[]\"}]\nanswer: exact\n";
  return library.bytes();
}

std::vector<std::string> names_of(const Catalog& catalog) {
  std::vector<std::string> names;
  for (const auto& found : catalog.solvers) names.push_back(found.name());
  return names;
}

TEST_CASE("solvers are sorted by problem, precedence and variant, whatever their files are called") {
  const TemporaryDirectory directory;
  directory.write("a.so", solver("1.10.0"));
  directory.write("b.so", solver("1.9.0"));
  directory.write("c.so", solver("1.9.0-rc.1"));
  directory.write("d.so", solver("1.9.0", "variant: wide\n"));
  directory.write("e.so", solver("3.0.0", "", "sort-numbers"));
  directory.write("z.problem.so", problem("two-sum"));
  directory.write("y.problem.so", problem("sort-numbers"));
  const auto catalog = find_libraries({directory.path()});
  REQUIRE(catalog);
  CHECK(names_of(*catalog) == std::vector<std::string>{"sort-numbers/v3.0.0", "two-sum/v1.9.0-rc.1", "two-sum/v1.9.0",
                                                       "two-sum/v1.9.0-wide", "two-sum/v1.10.0"});
  CHECK(catalog->solvers[4].file == directory.path() / "a.so");
  REQUIRE(catalog->problems.size() == 2);
  CHECK(catalog->problems[0].problem == "sort-numbers");
  CHECK(catalog->problems[0].file == directory.path() / "y.problem.so");
  CHECK(catalog->skipped.empty());
}

TEST_CASE("only files that end in .so are looked at, and only in the directory itself") {
  const TemporaryDirectory directory;
  directory.write("notes.txt", {'h', 'i'});
  directory.write("old.so.bak", {'h', 'i'});
  std::filesystem::create_directory(directory.path() / "below");
  directory.write("below/a.so", solver("1.0.0"));
  const auto catalog = find_libraries({directory.path()});
  REQUIRE(catalog);
  CHECK(catalog->solvers.empty());
  CHECK(catalog->skipped.empty());
}

TEST_CASE("a file that does not fit is skipped with its reason, and the others are found") {
  const TemporaryDirectory directory;
  directory.write("good.so", solver("1.0.0"));
  directory.write("text.so", {'h', 'i', '\n'});
  directory.write("empty.so", {});
  directory.write("unnamed.so", solver("one"));
  std::filesystem::create_directory(directory.path() / "folder.so");
  REQUIRE(::mkfifo((directory.path() / "pipe.so").c_str(), 0600) == 0);
  const auto catalog = find_libraries({directory.path()});
  REQUIRE(catalog);
  CHECK(names_of(*catalog) == std::vector<std::string>{"two-sum/v1.0.0"});
  REQUIRE(catalog->skipped.size() == 5);
  CHECK(catalog->skipped[0].file == directory.path() / "empty.so");
  CHECK(catalog->skipped[0].reason == "is empty; copy or build it again");
  CHECK(catalog->skipped[1].reason == "is a directory, not a regular file; remove it");
  CHECK(catalog->skipped[2].reason == "is a FIFO, not a regular file; remove it");
  CHECK(catalog->skipped[3].reason == "is text, not a shared library; remove it or build the library again");
  CHECK_THAT(catalog->skipped[4].reason, StartsWith("version.yaml: "));
}

TEST_CASE("two libraries that compose one name are both skipped, each naming the other") {
  const TemporaryDirectory directory;
  directory.write("a.so", solver("1.0.0"));
  directory.write("b.so", solver("v1.0.0"));
  directory.write("c.so", solver("1.0.1"));
  directory.write("p.problem.so", problem("two-sum"));
  directory.write("q.problem.so", problem("two-sum"));
  const auto catalog = find_libraries({directory.path()});
  REQUIRE(catalog);
  CHECK(names_of(*catalog) == std::vector<std::string>{"two-sum/v1.0.1"});
  CHECK(catalog->problems.empty());
  REQUIRE(catalog->skipped.size() == 4);
  CHECK(catalog->skipped[0].reason == "calls itself two-sum/v1.0.0, as does b.so; keep one of them");
  CHECK(catalog->skipped[1].reason == "calls itself two-sum/v1.0.0, as does a.so; keep one of them");
  CHECK(catalog->skipped[2].reason == "calls itself the problem two-sum, as does q.problem.so; keep one of them");
}

TEST_CASE("many libraries are found in the same order, and many twins are told in few words") {
  const TemporaryDirectory directory;
  for (int i = 0; i < 200; ++i)
    directory.write("s" + std::to_string(i) + ".so", solver("1." + std::to_string(i) + ".0"));
  for (int i = 0; i < 100; ++i) directory.write("twin" + std::to_string(i) + ".so", solver("2.0.0"));
  const auto catalog = find_libraries({directory.path()});
  REQUIRE(catalog);
  REQUIRE(catalog->solvers.size() == 200);
  for (int i = 0; i < 200; ++i) {
    CHECK(catalog->solvers[static_cast<std::size_t>(i)].name() == "two-sum/v1." + std::to_string(i) + ".0");
  }
  REQUIRE(catalog->skipped.size() == 100);
  CHECK(catalog->skipped[0].reason == "calls itself two-sum/v2.0.0, as does twin99.so and 98 more; keep one of them");
}

TEST_CASE("a directory that is named twice is looked at once; twins in two directories are told by their paths") {
  const TemporaryDirectory one, two;
  one.write("a.so", solver("1.0.0"));
  const auto once = find_libraries({one.path(), one.path() / "."});
  REQUIRE(once);
  CHECK(once->solvers.size() == 1);
  const auto other = two.write("a.so", solver("1.0.0"));
  const auto twins = find_libraries({one.path(), two.path()});
  REQUIRE(twins);
  REQUIRE(twins->skipped.size() == 2);
  CHECK((twins->skipped[0].reason + twins->skipped[1].reason).find(other.string()) != std::string::npos);
}

TEST_CASE("a directory that is missing, no directory or closed is an error with path and reason") {
  const TemporaryDirectory directory;
  const auto missing = directory.path() / "missing";
  auto catalog = find_libraries({missing});
  REQUIRE_FALSE(catalog);
  CHECK(catalog.error().text() == missing.string() +
                                      ": cannot be read: No such file or directory; name a directory of libraries "
                                      "with --plugin-dir, or build the solvers");
  catalog = find_libraries({directory.write("file", {})});
  REQUIRE_FALSE(catalog);
  CHECK_THAT(catalog.error().why, ContainsSubstring("Not a directory"));
  if (::geteuid() != 0) {  // nothing is closed to root
    REQUIRE(::chmod(directory.path().c_str(), 0) == 0);
    catalog = find_libraries({directory.path()});
    REQUIRE(::chmod(directory.path().c_str(), 0700) == 0);
    REQUIRE_FALSE(catalog);
    CHECK_THAT(catalog.error().why, ContainsSubstring("Permission denied"));
  }
}

TEST_CASE("an empty directory is an empty catalog") {
  const TemporaryDirectory directory;
  const auto catalog = find_libraries({directory.path()});
  REQUIRE(catalog);
  CHECK(catalog->solvers.empty());
}

TEST_CASE("one file is read as in a directory, with the reason as the error") {
  const TemporaryDirectory directory;
  const auto good = read_solver(directory.write("any-name.so", solver("1.0.0")));
  REQUIRE(good);
  CHECK(good->name() == "two-sum/v1.0.0");
  CHECK(good->file == directory.path() / "any-name.so");
  const auto bad = directory.write("bad.so", {'x'});
  CHECK_THAT(read_solver(bad).error().text(), StartsWith(bad.string() + ": "));
}

}  // namespace
}  // namespace harness::library

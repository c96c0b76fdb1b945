#include <harness/experiment/program_cases.hpp>

#include <fstream>

#include <stdlib.h>

#include "../catch.hpp"

using namespace harness;
using experiment::cases_of;
using experiment::is_same_program;

namespace {

class Files {
 public:
  Files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "harness-files-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
  }
  ~Files() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::filesystem::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(directory_ / name, std::ios::binary) << bytes;
    return directory_ / name;
  }

 private:
  std::filesystem::path directory_;
};

const std::string kElf = "\x7f" "ELF";

}  // namespace

TEST_CASE("cases come in the first side's order, then what others add, each with how often a side has it") {
  const auto cases = cases_of({{"b", "a", "b"}, {"c", "a"}, {"a", "d"}}, *bench::Filter::parse(""), "");
  REQUIRE(cases);
  REQUIRE(cases->size() == 4);
  CHECK((*cases)[0].name == "b");
  CHECK((*cases)[0].registrations == std::vector<std::size_t>{2, 0, 0});
  CHECK((*cases)[1].registrations == std::vector<std::size_t>{1, 1, 1});
  CHECK((*cases)[3].name == "d");
}

TEST_CASE("a filter that matches nothing is told with the nearest names") {
  const auto none = cases_of({{"sort/8", "find/8"}, {"sort/8"}}, *bench::Filter::parse("sort/9"), "");
  REQUIRE_FALSE(none);
  CHECK(none.error().text() == "--benchmark_filter=sort/9: matches none of 2 cases; nearest: sort/8, find/8");
  CHECK_THAT(cases_of({{"sort/8"}, {}}, *bench::Filter::parse(""), "x*").error().text(), StartsWith("--case=x*: matches none"));
}

TEST_CASE("one file by two paths, or equal bytes, are the same program; one byte makes another") {
  const Files files;
  const auto bytes = kElf + std::string(200'000, 'x');
  auto changed = bytes;
  changed.back() = 'y';
  const auto one = files.write("one", bytes), twin = files.write("twin", bytes), other = files.write("other", changed);
  CHECK(is_same_program(one, one.parent_path() / "." / "one"));
  CHECK(is_same_program(one, twin));
  CHECK_FALSE(is_same_program(one, other));
  CHECK_FALSE(is_same_program(one, files.write("longer", bytes + "x")));
  CHECK_FALSE(is_same_program(one, "/no/such/file"));
}

TEST_CASE("equal scripts, and equal programs that look for libraries beside themselves, need not be the same") {
  const Files files;
  CHECK_FALSE(is_same_program(files.write("a.sh", "#!/bin/sh\nexec ${0%/*}/bench\n"), files.write("b.sh", "#!/bin/sh\nexec ${0%/*}/bench\n")));
  // 65,533 + 4: the word lies across the border of two chunks.
  for (const std::size_t before : {std::size_t{10}, std::size_t{65'529}, std::size_t{65'530}, std::size_t{90'000}}) {
    const auto bytes = kElf + std::string(before, 'x') + "$ORIGIN/../lib" + std::string(50, 'y');
    CHECK_FALSE(is_same_program(files.write("a", bytes), files.write("b", bytes)));
  }
}

TEST_CASE("a file's SHA-256 is that of its bytes") {
  const Files files;
  CHECK(experiment::sha256_of_file(files.write("abc", "abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(experiment::sha256_of_file("/no/such/file").empty());
}

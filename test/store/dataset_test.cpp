#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>
#include <test/catch.hpp>

#include <harness/model/sha256.hpp>
#include <harness/store/dataset.hpp>
#include <test/store/cbor_text.hpp>
#include <test/store/temporary_directory.hpp>

using namespace harness;
using namespace harness::store;
namespace fs = std::filesystem;

namespace {

constexpr const char* kProblem = R"(problem: two-sum
parameters:
  - {name: nums, type: "integer[]"}
  - {name: target, type: integer}
)";

template <class T>
std::string raw(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

std::string with_file(const std::string& name, const std::string& content) {
  return fmt::format(
      R"({{"cases": [{{"name": "a", "args": {{"nums": {{"file": "{}", "sha256": "{}"}}, "target": 1}}}}]}})", name,
      model::Sha256().add(content).hex());
}

struct Folder {
  TemporaryDirectory directory;
  model::Problem problem;

  Folder() {
    directory.write("two-sum/problem.yaml", kProblem);
    const auto read = read_problem(directory.path(), "two-sum");
    REQUIRE(read);
    problem = *read;
  }
  std::string at(const std::string& name) const { return (directory / ("two-sum/" + name)).string(); }
  std::string fault(const std::string& json) const {
    directory.write("two-sum/x.json", json);
    const auto cases = read_dataset(problem, "x");
    return cases ? "no fault" : cases.error().text();
  }
};

}  // namespace

TEST_CASE("problems are the folders in kebab-case, sorted") {
  TemporaryDirectory directory;
  for (const char* name : {"two-sum", "sort-numbers", ".git", "CMakeFiles"}) fs::create_directory(directory / name);
  directory.write("CMakeLists.txt", "");
  CHECK(list_problems(directory.path()) == std::vector<std::string>{"sort-numbers", "two-sum"});
  CHECK(list_problems(directory / "none").error().text() ==
        (directory / "none").string() + ": expected a readable directory, found: No such file or directory");
}

TEST_CASE("a problem is read from its folder") {
  Folder folder;
  CHECK(folder.problem.name == "two-sum");
  CHECK(folder.problem.directory == folder.directory / "two-sum");
  CHECK(folder.problem.parameters.size() == 2);
}

TEST_CASE("a problem that cannot be had is one clear line") {
  TemporaryDirectory directory;
  const auto fault = [&](const std::string& name) { return read_problem(directory.path(), name).error().text(); };
  CHECK(fault("three-sum") ==
        (directory / "three-sum").string() + ": expected a folder with a problem.yaml, found none");
  CHECK(fault("../etc") == directory.path().string() + ": expected a problem's name in kebab-case, found \"../etc\"");
  fs::create_directory(directory / "empty");
  CHECK(fault("empty") ==
        (directory / "empty/problem.yaml").string() + ": expected a readable file, found: No such file or directory");
  directory.write("other/problem.yaml", kProblem);
  CHECK(fault("other") ==
        (directory / "other/problem.yaml").string() + ": problem: expected the folder's name other, found \"two-sum\"");
  directory.write("broken/problem.yaml", "problem: broken\n");
  CHECK(fault("broken") ==
        (directory / "broken/problem.yaml").string() +
            ": parameters: expected a list such as [{name: nums, type: \"integer[]\"}], found no such key");
  directory.write("huge/problem.yaml", std::string(2 << 20, '#'));
  CHECK(fault("huge") == (directory / "huge/problem.yaml").string() + ": expected at most 1048576 bytes, found more");
  CHECK(read_problem(directory.path(), "huge").error().exit == Exit::kUsage);
}

TEST_CASE("datasets are the JSON files of the problem's folder, sorted") {
  Folder folder;
  for (const char* name : {"uniform.json", "leetcode-1.json", "problem.cpp", "x.bin"}) {
    folder.directory.write(std::string("two-sum/") + name, "{}");
  }
  CHECK(list_datasets(folder.problem) == std::vector<std::string>{"leetcode-1", "uniform"});
}

TEST_CASE("a dataset is read from its file, warnings and all") {
  Folder folder;
  folder.directory.write(
      "two-sum/leetcode-1.json",
      R"({"source": "x", "cases": [{"name": "example-1", "args": {"nums": [2,7], "target": 9}, "expect": [0,1]}]})");
  std::vector<std::string> warnings;
  const auto cases = read_dataset(folder.problem, "leetcode-1", &warnings);
  REQUIRE(cases);
  CHECK(cases->at(0).dataset_and_name() == "leetcode-1/example-1");
  CHECK(cbor_text(*cases->at(0).args) == "[int32{2,7}, 9]");
  CHECK(warnings == std::vector<std::string>{folder.at("leetcode-1.json") + ": /source: unknown key \"source\""});
  CHECK(read_dataset(folder.problem, "none").error().text() ==
        folder.at("none.json") + ": expected a readable file, found: No such file or directory");
  CHECK_THAT(read_dataset(folder.problem, "../x").error().text(), EndsWith("such as leetcode-1, found \"../x\""));
  CHECK(folder.fault("[") ==
        folder.at("x.json") + ": /: expected an object with the key cases, or generator and sizes, found an array");
}

TEST_CASE("many cases, small and large, keep their own bytes") {
  Folder folder;
  std::string json = R"({"cases": [)";
  for (int i = 0; i < 50; ++i) {
    const int length = i % 10 == 3 ? 20'000 : i;
    std::string numbers;
    for (int k = 0; k < length; ++k) numbers += fmt::format("{}{}", k == 0 ? "" : ",", i * 1000 + k);
    json += fmt::format(R"({}{{"name": "{}", "args": {{"target": {}, "nums": [{}]}}, "expect": [{}]}})",
                        i == 0 ? "" : ",", i, i, numbers, i);
  }
  folder.directory.write("two-sum/x.json", json + "]}");
  const auto cases = read_dataset(folder.problem, "x");
  REQUIRE(cases);
  REQUIRE(cases->size() == 50);
  for (int i = 0; i < 50; ++i) {
    sdk::cbor::Reader reader(*cases->at(static_cast<std::size_t>(i)).args);
    std::uint64_t count = 0;
    sdk::cbor::Numbers numbers;
    std::int64_t target = 0;
    REQUIRE((reader.array(count) && reader.numbers(numbers) && reader.integer(target) && reader.at_end()));
    REQUIRE(numbers.count == static_cast<std::size_t>(i % 10 == 3 ? 20'000 : i));
    for (std::size_t k = 0; k < numbers.count; ++k) {
      REQUIRE(numbers.with(k, [](auto value) { return static_cast<std::int64_t>(value); }) ==
              i * 1000 + static_cast<std::int64_t>(k));
    }
    REQUIRE(target == i);
    REQUIRE(cbor_text(*cases->at(static_cast<std::size_t>(i)).expect) == fmt::format("int64{{{}}}", i));
  }
}

TEST_CASE("a large argument may be a file of little-endian numbers or a text") {
  TemporaryDirectory directory;
  const std::string integers = raw<std::int32_t>({1, -2, 2147483647}), longs = raw<std::int64_t>({1, -5}),
                    doubles = raw<double>({0.5, 2});
  directory.write("mixed/problem.yaml", R"(problem: mixed
parameters: [{name: a, type: "integer[]"}, {name: b, type: "long[]"}, {name: c, type: "double[]"}, {name: d, type: string}]
answer_type: long[]
)");
  directory.write("mixed/data/a.bin", integers);
  directory.write("mixed/b.bin", longs);
  directory.write("mixed/c.bin", doubles);
  directory.write("mixed/d.txt", "gr\xc3\xbcn");
  const auto reference = [](const std::string& file, const std::string& content) {
    return fmt::format(R"({{"sha256": "{}", "file": "{}"}})", model::Sha256().add(content).hex(), file);
  };
  directory.write(
      "mixed/x.json",
      fmt::format(R"({{"cases": [{{"name": "a", "expect": {}, "args": {{"d": {}, "c": {}, "b": {}, "a": {}}}}}]}})",
                  reference("b.bin", longs), reference("d.txt", "gr\xc3\xbcn"), reference("c.bin", doubles),
                  reference("b.bin", longs), reference("data/a.bin", integers)));
  const auto cases = read_dataset(*read_problem(directory.path(), "mixed"), "x");
  REQUIRE(cases);
  CHECK(cbor_text(*cases->at(0).args) == "[int32{1,-2,2147483647}, int64{1,-5}, float64{0.5,2}, \"gr\xc3\xbcn\"]");
  CHECK(cbor_text(*cases->at(0).expect) == "int64{1,-5}");
}

TEST_CASE("an argument's file that is not as promised is one clear line") {
  Folder folder;
  const std::string content = raw<std::int32_t>({1, 2});
  const std::string place = folder.at("x.json") + ": /cases/0/args/nums/file: ";
  folder.directory.write("two-sum/x.bin", content);
  CHECK(folder.fault(with_file("x.bin", content)) == "no fault");
  CHECK(folder.fault(with_file("./x.bin", content)) == "no fault");
  CHECK(folder.fault(with_file("x.bin", "other")) ==
        fmt::format("{}: /cases/0/args/nums/sha256: expected {} (the file's), found {}", folder.at("x.json"),
                    model::Sha256().add(content).hex(), model::Sha256().add("other").hex()));
  CHECK(folder.fault(with_file("none.bin", content)) ==
        place + "expected a file beside the dataset, found \"none.bin\": No such file or directory");

  folder.directory.write("outside.bin", content);
  folder.directory.write("two-sum-evil/x.bin", content);
  fs::create_symlink(folder.directory / "outside.bin", folder.directory / "two-sum/link.bin");
  fs::create_directory_symlink(folder.directory / "two-sum-evil", folder.directory / "two-sum/folder");
  fs::create_symlink("x.bin", folder.directory / "two-sum/inside.bin");
  const std::string absolute = (folder.directory / "two-sum/x.bin").string();
  for (const std::string& name :
       {std::string("../outside.bin"), std::string("link.bin"), std::string("folder/x.bin"), absolute,
        std::string("/etc/passwd"), std::string("a/../x.bin"), std::string("../two-sum/x.bin")}) {
    CHECK(folder.fault(with_file(name, content)) ==
          fmt::format("{}expected a file inside of the dataset's folder, found \"{}\"", place, name));
  }
  CHECK(folder.fault(with_file("inside.bin", content)) == "no fault");

  REQUIRE(::mkfifo((folder.directory / "two-sum/pipe").c_str(), 0600) == 0);
  CHECK_THAT(folder.fault(with_file("pipe", content)), EndsWith("expected a regular file, found a pipe or device"));
  CHECK_THAT(folder.fault(with_file(".", content)), EndsWith("expected a file, found a directory"));

  folder.directory.write("two-sum/odd.bin", "123456");
  CHECK(folder.fault(with_file("odd.bin", "123456")) == place + "expected a multiple of 4 bytes, found 6 bytes");
}

TEST_CASE("an argument's text file must be UTF-8") {
  TemporaryDirectory directory;
  directory.write("words/problem.yaml",
                  "problem: words\nparameters: [{name: nums, type: string}, {name: target, type: integer}]\n");
  directory.write("words/x.txt", "\xff");
  directory.write("words/x.json", with_file("x.txt", "\xff"));
  CHECK_THAT(read_dataset(*read_problem(directory.path(), "words"), "x").error().text(),
             EndsWith("/cases/0/args/nums/file: expected a text in UTF-8, found other bytes"));
}

TEST_CASE("a file without permission is one clear line") {
  if (::geteuid() == 0) return;  // root reads everything
  Folder folder;
  folder.directory.write("two-sum/x.json", "{}");
  fs::permissions(folder.directory / "two-sum/x.json", fs::perms::none);
  CHECK(read_dataset(folder.problem, "x").error().text() ==
        folder.at("x.json") + ": expected a readable file, found: Permission denied");
}

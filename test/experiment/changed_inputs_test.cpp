#include <harness/experiment/changed_inputs.hpp>

#include <fstream>

#include <unistd.h>

#include <harness/store/dataset.hpp>

#include <test/catch.hpp>

using namespace harness;
using experiment::ChangedInputs;
namespace fs = std::filesystem;

namespace {

constexpr const char* kProblem = R"(problem: total
parameters:
  - {name: nums, type: "integer[]"}
answer_type: integer
answer: exact
)";
constexpr const char* kCases = R"({"cases": [
  {"name": "few", "args": {"nums": [2, 7, 11]}, "expect": 20},
  {"name": "none", "args": {"nums": []}, "expect": 0}]})";
constexpr const char* kGenerated = R"({"generator": "uniform", "sizes": [16, 64], "seed": 7})";

// Datasets of the base in old/, the present ones in new/.
struct Sides {
  fs::path path;
  Sides() {
    auto name = (fs::temp_directory_path() / "harness-inputs-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
    for (const std::string side : {"old/", "new/"}) {
      write(side + "total/problem.yaml", kProblem);
      write(side + "total/written.json", kCases);
      write(side + "total/uniform.json", kGenerated);
    }
  }
  ~Sides() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << text;
  }

  // Of every case of the present side that cannot be compared: `written/few: its input changed`.
  std::vector<std::string> incomparable(bool base_known = true) const { return incomparable(base_known ? path / "old" : fs::path(), {}, {}); }
  std::vector<std::string> incomparable(const fs::path& base, const std::vector<model::ProblemLibrary>& base_libraries,
                                        const std::vector<model::ProblemLibrary>& libraries) const {
    ChangedInputs inputs(base, base_libraries, libraries);
    const auto problem = store::read_problem(path / "new", "total");
    REQUIRE(problem);
    std::vector<std::string> found;
    const auto datasets = store::list_datasets(*problem);
    REQUIRE(datasets);
    for (const auto& dataset : *datasets) {
      const auto cases = store::read_dataset(*problem, dataset);
      REQUIRE(cases);
      for (const auto& each : *cases) {
        if (const auto why = inputs.why_incomparable(*problem, each)) found.push_back(each.dataset_and_name() + ": " + *why);
      }
    }
    return found;
  }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("equal datasets make every case comparable, however they are laid out") {
  const Sides sides;
  CHECK(sides.incomparable().empty());
  sides.write("new/total/written.json", R"({"cases":[{"expect":0,"args":{"nums":[]},"name":"none"},{"name":"few","args":{"nums":[2,7,11]},"expect":20}]})");
  sides.write("new/total/problem.yaml", std::string("# a comment\n") + kProblem);
  CHECK(sides.incomparable().empty());
}

TEST_CASE("a case whose input or answer changed is incomparable, and the others are not") {
  const Sides sides;
  sides.write("new/total/written.json", R"({"cases": [{"name": "few", "args": {"nums": [2, 7, 12]}, "expect": 21}, {"name": "none", "args": {"nums": []}, "expect": 0}]})");
  CHECK(sides.incomparable() == Lines{"written/few: its input changed"});
  sides.write("new/total/written.json", R"({"cases": [{"name": "few", "args": {"nums": [2, 7, 11]}, "expect": 20}, {"name": "none", "args": {"nums": []}, "expect": 1}]})");
  CHECK(sides.incomparable() == Lines{"written/none: its expected answer changed"});
  sides.write("new/total/written.json", R"({"cases": [{"name": "few", "args": {"nums": [2, 7, 11]}}, {"name": "none", "args": {"nums": []}, "expect": 0}]})");
  CHECK(sides.incomparable() == Lines{"written/few: its expected answer changed"});
}

TEST_CASE("another seed or generator changes every generated case") {
  const Sides sides;
  sides.write("new/total/uniform.json", R"({"generator": "uniform", "sizes": [16, 64], "seed": 8})");
  CHECK(sides.incomparable() == Lines{"uniform/16: its input changed", "uniform/64: its input changed"});
  sides.write("new/total/uniform.json", R"({"generator": "sorted", "sizes": [16, 64], "seed": 7})");
  CHECK(sides.incomparable().size() == 2);
}

TEST_CASE("a case or a problem that the base does not have is given to both sides") {
  const Sides sides;
  sides.write("new/total/uniform.json", R"({"generator": "uniform", "sizes": [16, 64, 256], "seed": 7})");
  sides.write("new/total/more.json", kCases);
  CHECK(sides.incomparable().empty());
  fs::remove_all(sides.path / "old" / "total");
  CHECK(sides.incomparable().empty());
}

TEST_CASE("another rule for answers makes the whole problem incomparable") {
  const Sides sides;
  auto unordered = std::string(kProblem);
  unordered.replace(unordered.find("exact"), 5, "unordered");
  sides.write("new/total/problem.yaml", unordered);
  const auto found = sides.incomparable();
  CHECK(found.size() == 4);
  for (const auto& line : found) CHECK_THAT(line, ContainsSubstring("the rule for answers in problem.yaml changed"));
}

TEST_CASE("a problem's library that came or went makes the whole problem incomparable") {
  const Sides sides;
  const model::ProblemLibrary with{PROBLEM_LIBRARY, "total", "", "", ""};  // another problem's, which does not matter here
  CHECK(sides.incomparable(sides.path / "old", {with}, {with}).empty());
  const auto came = sides.incomparable(sides.path / "old", {}, {with});
  CHECK(came.size() == 4);
  CHECK(sides.incomparable(sides.path / "old", {with}, {}) == came);
  for (const auto& line : came) CHECK_THAT(line, ContainsSubstring("the problem's own code (checker, generators, reference) changed"));
}

TEST_CASE("where the base's datasets are not known nothing is taken for changed") {
  const Sides sides;
  sides.write("new/total/uniform.json", R"({"generator": "sorted", "sizes": [16], "seed": 9})");
  CHECK(sides.incomparable(false).empty());
}

TEST_CASE("a dataset of the base that cannot be read hides no other one") {
  const Sides sides;
  sides.write("old/total/uniform.json", "{");
  sides.write("new/total/written.json", R"({"cases": [{"name": "few", "args": {"nums": [1]}, "expect": 1}]})");
  CHECK(sides.incomparable() == Lines{"written/few: its input changed"});
}

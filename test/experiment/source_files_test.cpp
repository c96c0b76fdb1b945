#include <filesystem>
#include <fstream>
#include <random>

#include <harness/experiment/source_files.hpp>

#include "../catch.hpp"

using harness::experiment::files_that_matter;
namespace fs = std::filesystem;

namespace {

class Tree {
 public:
  Tree() : path_(fs::temp_directory_path() / ("harness-source-files-" + std::to_string(std::random_device{}()))) {
    write("datasets/two-sum/problem.yaml", "problem: two-sum\n");
  }
  ~Tree() { fs::remove_all(path_); }
  Tree(const Tree&) = delete;
  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file) << text;
  }
  std::vector<std::string> files() const { return files_that_matter(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

using Files = std::vector<std::string>;

}  // namespace

TEST_CASE("solvers that keep to themselves are made of solvers and datasets alone") {
  Tree tree;
  tree.write("solvers/two-sum/v1.0.0/a.cpp", "#include <harness/sdk/solver.hpp>\n#include <vector>\n");
  tree.write("harness/sdk/solver.hpp", "");
  tree.write("docs/vector.md", "");
  CHECK(tree.files() == Files{"solvers", "datasets"});
}

TEST_CASE("a header outside of them matters, and what it includes, wherever it lies") {
  Tree tree;
  tree.write("solvers/two-sum/v1.0.0/a.cpp", "  #  include \"../../../common/turns.hpp\"\n");
  tree.write("common/turns.hpp", "#include <deeper/more.hpp>\n");
  tree.write("lib/include/deeper/more.hpp", "");
  tree.write("lib/include/deeper/other.hpp", "");
  CHECK(tree.files() == Files{"solvers", "datasets", "common/turns.hpp", "lib/include/deeper/more.hpp"});
}

TEST_CASE("without solvers/ all of the tree matters") {
  Tree tree;
  CHECK(tree.files().empty());
}

TEST_CASE("of what cannot be judged by a look, all of the tree matters") {
  Tree tree;
  tree.write("solvers/two-sum/v1.0.0/a.cpp", "");
  REQUIRE(!tree.files().empty());
  SECTION("a CMakeLists.txt that reaches out") { tree.write("solvers/two-sum/v1.0.0/CMakeLists.txt", "include(../../../shared.cmake)\n"); }
  SECTION("one that names the project's root") { tree.write("solvers/two-sum/v1.0.0/CMakeLists.txt", "include(${PROJECT_SOURCE_DIR}/shared.cmake)\n"); }
  SECTION("a symbolic link") { fs::create_symlink("/etc", tree.path() / "solvers/two-sum/v1.0.0/link"); }
  CHECK(tree.files().empty());
}

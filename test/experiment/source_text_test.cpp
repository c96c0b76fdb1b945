#include <harness/experiment/source_text.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <test/catch.hpp>

using namespace harness;
namespace fs = std::filesystem;

namespace {

class Tree {
 public:
  Tree() : path_(fs::temp_directory_path() / ("harness-sources-" + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()))) {}
  ~Tree() { fs::remove_all(path_); }
  fs::path write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("a file is found as the build names it: below solvers, below another folder, beside the root, by its whole path") {
  const Tree tree;
  const auto library = tree.write("two-sum-v2.1.0.so", "");
  tree.write("solvers/two-sum/v2.1.0/sub/a.cpp", "in solvers");
  tree.write("algorithms/two-sum/v2.1.0/b.cpp", "elsewhere");
  tree.write("shared/c.hpp", "shared");
  const auto text = [&](const std::string& file) { return experiment::source_text(file, {tree.path()}, library).text; };
  CHECK(text("two-sum-v2.1.0/sub/a.cpp") == "in solvers");
  CHECK(text("two-sum-v2.1.0/b.cpp") == "elsewhere");
  CHECK(text("./shared/c.hpp") == "shared");
  CHECK(text((tree.path() / "shared/c.hpp").string()) == "shared");
  CHECK(text("two-sum-v2.2.0/b.cpp").empty());
  CHECK(text("../" + tree.path().filename().string() + "/shared/c.hpp").empty());
  CHECK(text("").empty());
}

TEST_CASE("a source that is newer than its library is told") {
  const Tree tree;
  const auto library = tree.write("a-v1.0.0.so", "");
  const auto file = tree.write("solvers/a/v1.0.0/a.cpp", "x");
  fs::last_write_time(library, fs::last_write_time(file) + std::chrono::seconds(10));
  CHECK_FALSE(experiment::source_text("a-v1.0.0/a.cpp", {tree.path()}, library).newer);
  fs::last_write_time(library, fs::last_write_time(file) - std::chrono::seconds(10));
  CHECK(experiment::source_text("a-v1.0.0/a.cpp", {tree.path()}, library).newer);
}

TEST_CASE("lines are counted from one, and there are no others") {
  const model::SourceText source{"a.cpp", "one\ntwo\n\nfour", false};
  CHECK(experiment::line_of(source, 1) == "one");
  CHECK(experiment::line_of(source, 3).empty());
  CHECK(experiment::line_of(source, 4) == "four");
  CHECK(experiment::line_of(source, 0).empty());
  CHECK(experiment::line_of(source, 5).empty());
}

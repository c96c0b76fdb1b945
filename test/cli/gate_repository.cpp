#include "gate_repository.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace harness::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProblem = R"(problem: NAME
parameters:
  - {name: nums, type: "integer[]"}
answer_type: integer
answer: RULE
)";
constexpr const char* kTotals = R"({"cases": [
  {"name": "few", "args": {"nums": [2, 7, 11]}, "expect": 20},
  {"name": "more", "args": {"nums": [1, 2, 3, 4, 5, 6, 7, 8]}, "expect": 36}
]}
)";
constexpr const char* kPicks = R"({"cases": [{"name": "any", "args": {"nums": [2, 7, 11]}}]}
)";
constexpr const char* kChecker = R"(#include <harness/sdk/problem.hpp>
#include <algorithm>
#include <string>
#include <vector>
namespace {
std::string is_there(const std::vector<int>& nums, int answer) {
  return std::find(nums.begin(), nums.end(), answer) != nums.end() ? "" : "WORDS";
}
}  // namespace
HARNESS_PROBLEM("pick").check(is_there);
)";
constexpr const char* kPick = R"(#include <harness/sdk/solver.hpp>
#include <span>
HARNESS_SOLVER("pick", [](std::span<const int> nums) { return nums[PLACE]; });
)";

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error(from + " is not there");
  return text.replace(at, from.size(), to);
}

std::string version(const std::string& problem, const std::string& number) { return "plugin: " + problem + "\nversion: " + number + "\n"; }

class Origin {
 public:
  Origin() {
    write("README.md", "Solvers.\n");
    git(path(), "init -q -b main");
    keep("empty", "Begin");
    write("datasets/total/problem.yaml", with(with(kProblem, "NAME", "total"), "RULE", "exact"));
    write("datasets/total/written.json", kTotals);
    write("datasets/pick/problem.yaml", with(with(kProblem, "NAME", "pick"), "RULE", "checker"));
    write("datasets/pick/written.json", kPicks);
    write("datasets/pick/problem.cpp", with(kChecker, "WORDS", "is not there"));
    write("solvers/total/v1.0.0/version.yaml", version("total", "1.0.0"));
    write("solvers/total/v1.0.0/total.cpp", total_source(1000));
    write("solvers/total/v2.0.0/version.yaml", version("total", "2.0.0"));
    write("solvers/total/v2.0.0/total.cpp", total_source(900));
    write("solvers/pick/v1.0.0/version.yaml", version("pick", "1.0.0"));
    write("solvers/pick/v1.0.0/pick.cpp", with(kPick, "PLACE", "0"));
    keep("base", "Add solvers");
    write("solvers/total/v1.0.0/total.cpp", total_source(3000));
    keep("slow", "Count further");
    git(path(), "revert --no-edit HEAD");
    git(path(), "tag reverted");

    git(path(), "checkout -q -b change base");
    write("solvers/total/v1.0.0/total.cpp", total_source(1001));
    write("solvers/total/v1.1.0/version.yaml", version("total", "1.1.0"));
    write("solvers/total/v1.1.0/total.cpp", total_source(1002));
    write("solvers/total/v1.1.0/benchmark.json", "{\"p95_latency_ms\": 0.000001}\n");
    git(path(), "mv solvers/total/v2.0.0 solvers/total/v3.0.0");
    write("solvers/total/v3.0.0/version.yaml", version("total", "3.0.0"));
    write("solvers/pick/v1.0.0/pick.cpp", with(kPick, "PLACE", "1"));
    write("datasets/pick/problem.cpp", with(kChecker, "WORDS", "is none of them"));
    write("datasets/total/written.json", with(with(kTotals, "[2, 7, 11]", "[2, 7, 12]"), "20", "21"));
    keep("reshaped", "Rename, add and change");
    git(path(), "checkout -q -b mistake base");
    write("solvers/total/v1.0.0/total.cpp", total_source(1000, "int broken = absent;\n"));
    keep("broken", "Forget a name");
    git(path(), "checkout -q main");
  }
  fs::path path() const { return scratch_.path() / "origin"; }

 private:
  void write(const std::string& name, const std::string& content) const { scratch_.write("origin/" + name, content); }
  void keep(const std::string& tag, const std::string& subject) const {
    git(path(), "add -A");
    git(path(), "commit -q -m '" + subject + "'");
    git(path(), "tag " + tag);
  }
  Scratch scratch_;
};

const Origin& origin() {
  static const Origin made;
  return made;
}

}  // namespace

void git(const fs::path& directory, const std::string& words) {
  const auto command = "cd '" + directory.string() +
                       "' && HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 git -c user.name=Tester -c user.email=tester@example.org "
                       "-c advice.detachedHead=false -c protocol.file.allow=always " + words + " >/dev/null";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("git " + words + " failed");
}

std::string total_source(int steps, const std::string& more) {
  return more + R"(#include <harness/sdk/solver.hpp>
#include <span>
HARNESS_SOLVER("total", [](std::span<const int> nums) {
  static volatile int done = 0;
  for (int i = 0; i < )" + std::to_string(steps) + R"(; ++i) done = done + 1;
  int sum = 0;
  for (const int number : nums) sum += number;
  return sum;
});
)";
}

Clone::Clone(const std::string& tag, const std::string& options) {
  git(scratch_.path(), "clone -q " + options + " 'file://" + origin().path().string() + "' clone");
  if (!tag.empty()) git(path(), "checkout -q " + tag);
}

Ran Clone::gate(std::vector<std::string> arguments, Surround surround) const {
  const auto says = [](const std::string& argument) { return argument.starts_with("--profile"); };
  // What is red would be profiled for seconds each: gate_profile_test asks for that.
  if (std::none_of(arguments.begin(), arguments.end(), says)) arguments.push_back("--profile=none");
  arguments.insert(arguments.begin(), "gate");
  surround.directory = path();
  auto& environment = surround.environment;
  environment.emplace("XDG_CACHE_HOME", shared_cache().string());
  environment.emplace("CXX", COMPILER);  // of this build: its sanitizers, too
  if (const std::string flags = SANITIZERS; !flags.empty()) {
    environment.emplace("CXXFLAGS", "-fsanitize=" + flags + " -fno-sanitize-recover=all");
    environment.emplace("LDFLAGS", "-fsanitize=" + flags);
  }
  return run_harness(arguments, surround);
}

fs::path shared_cache() {
  static const Scratch scratch;
  return scratch.path() / "cache";
}

std::vector<std::string> builds_in(const fs::path& cache) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(cache / "harness" / "builds", none)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace harness::test

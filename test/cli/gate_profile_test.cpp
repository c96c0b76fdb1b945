// A gate says why: three solvers made slower and one that was only rewritten, all at -O2 and inlined, in libraries that are
// stripped of .symtab with their debug information put aside. What is slow is slow enough that no machine hides it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <harness/model/gate_json.hpp>
#include <harness/model/profile_json.hpp>

#include "../catch.hpp"
#include "gate_repository.hpp"

using namespace harness;
using namespace harness::test;
namespace fs = std::filesystem;

namespace {

// Nothing below solvers/: the repository's own project is built then, and it strips what it builds.
constexpr const char* kProject = R"(cmake_minimum_required(VERSION 3.25)
project(tally LANGUAGES CXX)
find_package(harness REQUIRED)
foreach(version 1.0.0 2.0.0 3.0.0 4.0.0)
  harness_add_solver(algorithms/tally/v${version} SOURCES tally.cpp)
  set(target tally-v${version})
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_OBJCOPY} --only-keep-debug $<TARGET_FILE:${target}> $<TARGET_FILE:${target}>.debug
    COMMAND ${CMAKE_OBJCOPY} --strip-all --add-gnu-debuglink=$<TARGET_FILE:${target}>.debug $<TARGET_FILE:${target}>)
endforeach()
)";

constexpr const char* kProblem = R"(problem: tally
parameters:
  - {name: nums, type: "integer[]"}
answer_type: integer
)";

// Line 9 of the new one inserts into a table that was never made large enough.
constexpr const char* kRehash = R"(#include <unordered_map>
#include <vector>

#include <harness/sdk/solver.hpp>

int distinct(const std::vector<int>& nums) {
  std::unordered_map<int, int> seen;
  RESERVE
  for (const int n : nums) ++seen[n];
  return static_cast<int>(seen.size());
}
HARNESS_SOLVER("tally", distinct);
)";

// Line 14 of the new one copies all rows for each of them.
constexpr const char* kCopy = R"(#include <set>
#include <vector>

#include <harness/sdk/solver.hpp>

static inline int at(ROWS rows, std::size_t i) { return rows[i] + rows[rows.size() - 1 - i]; }

static int distinct(const std::vector<int>& nums) { return static_cast<int>(std::set<int>(nums.begin(), nums.end()).size()); }

int tally(const std::vector<int>& nums) {
  const int count = distinct(nums);
  int odd = 0;
  for (std::size_t i = 0; i < nums.size(); ++i)
    odd += at(nums, i) & 1;
  return odd < 0 ? 0 : count;
}
HARNESS_SOLVER("tally", tally);
)";

// One function; line 13 of the new one is another loop inside of it.
constexpr const char* kLoop = R"(#include <algorithm>
#include <vector>

#include <harness/sdk/solver.hpp>

int tally(const std::vector<int>& nums) {
  int count = 0;
  for (std::size_t i = 0; i < nums.size(); ++i) {
    bool is_first = true;
    for (std::size_t j = 0; j < i; ++j)
      is_first &= nums[j] != nums[i];
    for (std::size_t j = 0; j < MORE; ++j)
      is_first |= nums[j] * nums[i] == -1;
    count += is_first;
  }
  return count;
}
HARNESS_SOLVER("tally", tally);
)";

// Other names and another order, and the same work.
constexpr const char* kSame = R"(#include <algorithm>
#include <vector>

#include <harness/sdk/solver.hpp>

REST
int tally(const std::vector<int>& nums) {
  std::vector<int> NAME(nums);
  std::sort(NAME.begin(), NAME.end());
  return static_cast<int>(std::unique(NAME.begin(), NAME.end()) - NAME.begin());
}
HARNESS_SOLVER("tally", tally);
)";

std::string with(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string dataset() {
  std::string numbers;
  std::set<unsigned> distinct;
  unsigned number = 1;
  for (int i = 0; i < 4000; ++i) {
    number = number * 1664525 + 1013904223;
    distinct.insert(number >> 12);
    numbers += (i == 0 ? "" : ", ") + std::to_string(number >> 12);
  }
  return "{\"cases\": [{\"name\": \"many\", \"args\": {\"nums\": [" + numbers + "]}, \"expect\": " + std::to_string(distinct.size()) + "}]}\n";
}

// Its base is HEAD~1.
class Repository {
 public:
  Repository() {
    write("CMakeLists.txt", kProject);
    write("datasets/tally/problem.yaml", kProblem);
    write("datasets/tally/written.json", dataset());
    for (const char* version : {"1.0.0", "2.0.0", "3.0.0", "4.0.0"})
      write(std::string("algorithms/tally/v") + version + "/version.yaml", std::string("plugin: tally\nversion: ") + version + "\n");
    put(with(kRehash, "RESERVE", "seen.reserve(nums.size());"), with(kCopy, "ROWS", "const std::vector<int>&"), with(kLoop, "MORE", "0"),
        with(with(kSame, "NAME", "rows"), "REST", ""));
    git(path(), "init -q -b main");
    keep("Begin");
    put(with(kRehash, "RESERVE", "// It grows by itself."), with(kCopy, "ROWS", "std::vector<int>"), with(kLoop, "MORE", "nums.size() / 2"),
        with(with(kSame, "NAME", "sorted"), "REST", "__attribute__((used)) static int unused(int n) { return 3 * n; }\n"));
    keep("Rewrite all of them");
  }
  fs::path path() const { return scratch_.path() / "tally"; }
  fs::path state() const { return scratch_.path() / "state"; }

 private:
  void write(const std::string& name, const std::string& text) const { scratch_.write("tally/" + name, text); }
  void put(const std::string& rehash, const std::string& copy, const std::string& loop, const std::string& same) const {
    write("algorithms/tally/v1.0.0/tally.cpp", rehash);
    write("algorithms/tally/v2.0.0/tally.cpp", copy);
    write("algorithms/tally/v3.0.0/tally.cpp", loop);
    write("algorithms/tally/v4.0.0/tally.cpp", same);
  }
  void keep(const std::string& subject) const {
    git(path(), "add -A");
    git(path(), "commit -q -m '" + subject + "'");
  }
  Scratch scratch_;
};

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

bool is_one_of(const std::string& text, std::initializer_list<const char*> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](const char* part) { return text.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("a gate names the function and the line that made each solver slower, and nothing where nothing was") {
#ifdef __SANITIZE_ADDRESS__
  WARN("not run under sanitizers: there are no profiles there");
  return;
#endif
  const Repository repository;
  Surround surround;
  surround.directory = repository.path();
  surround.environment = {{"XDG_CACHE_HOME", shared_cache().string()},
                          {"XDG_STATE_HOME", repository.state().string()},
                          {"CXX", COMPILER}};
  const auto ran = run_harness({"gate", "--base=HEAD~1", "--profile=cpu,heap", "--benchmark_out=gate.json", "--evidence=gate.zip"}, surround);
  INFO(ran.out << ran.err);
  REQUIRE(ran.exit_code == 1);
  const auto report = model::read_gate_report(text_of(repository.path() / "gate.json"), "gate.json");
  REQUIRE(report);
  std::map<std::string, const model::GateCase*> cases;
  for (const auto& one : report->cases) cases[one.name] = &one;
  REQUIRE(cases.size() == 4);
  const auto why = [&](const char* version) {
    const auto& one = *cases.at(std::string("tally/v") + version + "/written/many");
    REQUIRE(one.comparison.why);
    return joined(*one.comparison.why);
  };

  const auto rehash = why("1.0.0"), copy = why("2.0.0"), loop = why("3.0.0"), same = why("4.0.0");
  INFO(rehash << "--\n" << copy << "--\n" << loop << "--\n" << same);
  CHECK(is_one_of(rehash, {"_M_rehash", "_M_insert_unique_node"}));
  CHECK(rehash.find("tally-v1.0.0/tally.cpp:9") != std::string::npos);
  CHECK(is_one_of(copy, {"memmove", "memcpy", "std::vector::vector", "__copy_m", "std::copy"}));
  CHECK(copy.find("tally-v2.0.0/tally.cpp:14") != std::string::npos);
  CHECK(copy.find("allocations") != std::string::npos);
  CHECK(loop.find("tally ") != std::string::npos);
  CHECK(is_one_of(loop, {"tally-v3.0.0/tally.cpp:13", "tally-v3.0.0/tally.cpp:12"}));
  CHECK(same.find(" of samples") == std::string::npos);
  CHECK(same.find("allocations") == std::string::npos);

  // On the terminal, and in full from the run's folder and from the evidence.
  CHECK(ran.out.find("tally-v1.0.0/tally.cpp:9") != std::string::npos);
  const auto source = run_harness({"explain", "gate.zip", "tally/v2.0.0/written/many", "--source"}, surround);
  INFO(source.out << source.err);
  CHECK(source.exit_code == 0);
  CHECK(source.out.find("odd += at(nums, i) & 1;") != std::string::npos);
  CHECK(source.out.find("fingerprint") != std::string::npos);
}

// The paths of docs/adopt.md from their first line to a verdict, as GitHub, GitLab, cron and a person run them.
#include <algorithm>
#include <sstream>

#include "../catch.hpp"
#include "document.hpp"
#include "scene.hpp"
#include "workflow.hpp"

using namespace adoption;

namespace {

namespace fs = std::filesystem;

const fs::path kRoot = HARNESS_SOURCE_DIR;

bool is_sanitized() {
#ifdef __SANITIZE_ADDRESS__
  WARN("not run under sanitizers: what they print and cost is not what a gate does");
  return true;
#endif
  return false;
}

Path path_called(const std::string& title) {
  for (const auto& path : paths_of(text_of(kRoot / "docs/adopt.md"))) {
    if (path.title == title) return path;
  }
  FAIL("docs/adopt.md has no section " << title);
  return {};
}

const char* const kSolver = R"(#include <harness/sdk/solver.hpp>

int count_divisors(int n) {
  int count = 0;
  for (int i = 1; i <= n; ++i) count += n % i == 0;
  return count;
}
HARNESS_SOLVER("divisors", count_divisors);
)";

const char* const kProgram = R"(#include <benchmark/benchmark.h>

constexpr int kRounds = 1000;

void mix(benchmark::State& state) {
  unsigned n = 1;
  for (auto _ : state) {
    for (int i = 0; i < kRounds; ++i) benchmark::DoNotOptimize(n = n * 1664525 + 1013904223);
  }
}
BENCHMARK(mix);
BENCHMARK_MAIN();
)";

const char* const kProject = R"(cmake_minimum_required(VERSION 3.25)
project(mine LANGUAGES CXX)
find_package(benchmark REQUIRED)
add_executable(my_bench my_bench.cpp)
target_link_libraries(my_bench benchmark::benchmark)
)";

// An author's repository `mine` with a first commit of `files` and of the path's on main, pushed to `origin.git`.
void begin(const Scene& scene, const Variables& files) {
  for (const auto& [name, text] : files) scene.write("mine/" + name, text);
  scene.must("git init --quiet --bare -b main origin.git && git init --quiet -b main mine", ".");
  scene.must(
      "git add -A && git commit --quiet -m 'First of all' && git remote add origin ../origin.git && "
      "git push --quiet origin main",
      "mine");
}

// A branch off main with one commit that replaces text in a file, and what GitHub makes of its pull request: a merge
// with main, as `pull/<branch>/merge`.
void propose(const Scene& scene, const std::string& branch, const std::string& file, const std::string& before,
             const std::string& after) {
  scene.must("git checkout --quiet -b " + branch + " main", "mine");
  auto text = text_of(scene / ("mine/" + file));
  REQUIRE(text.find(before) != std::string::npos);
  text.replace(text.find(before), before.size(), after);
  scene.write("mine/" + file, text);
  scene.must("git commit --quiet -a -m 'Make it " + branch +
                 "' && git checkout --quiet --detach main && "
                 "git merge --quiet --no-ff -m 'Merge " +
                 branch + " into main' " + branch +
                 " && "
                 "git push --quiet origin " +
                 branch + " HEAD:refs/pull/" + branch + "/merge && git checkout --quiet " + branch,
             "mine");
}

void begin_solvers(const Scene& scene) {
  auto files = path_called("A repository of solvers").files;
  files["solvers/divisors/v1.0.0/count.cpp"] = kSolver;
  files["solvers/divisors/v1.0.0/version.yaml"] = "plugin: divisors\nversion: 1.0.0\n";
  files["datasets/divisors/problem.yaml"] =
      "problem: divisors\nparameters: [{name: n, type: integer}]\nanswer_type: integer\n";
  files["datasets/divisors/examples.json"] =
      "{\"cases\": [{\"name\": \"many\", \"args\": {\"n\": 360}, \"expect\": 24}]}\n";
  begin(scene, files);
}

void begin_programs(const Scene& scene) {
  auto files = path_called("A repository of Google Benchmark programs").files;
  files["my_bench.cpp"] = kProgram;
  files["CMakeLists.txt"] = kProject;
  files[".gitignore"] = "build/\n";
  begin(scene, files);
}

struct Event {
  std::string ref;      // of origin.git, that is checked out
  Variables variables;  // what GitHub sets for this event
};

Event pull_request(const std::string& branch) {
  return {"refs/pull/" + branch + "/merge",
          {{"GITHUB_EVENT_NAME", "pull_request"}, {"GITHUB_BASE_REF", "main"}, {"GITHUB_HEAD_REF", branch}}};
}

struct Outcome {
  int exit_code = 0;
  std::string out, err, summary;
  std::vector<std::string> used;  // actions from outside
  Values outputs;
};

// What actions/checkout does, into `workspace`.
void check_out(const Scene& scene, const std::string& ref, bool whole) {
  fs::remove_all(scene / "workspace");
  fs::create_directories(scene / "workspace");
  const std::string source = "file://" + (scene / "origin.git").string();
  scene.must("git init --quiet -b main . && git remote add origin '" + source + "'", "workspace");
  scene.must("git fetch --quiet --no-tags " +
                 std::string(whole ? "origin '+refs/heads/*:refs/remotes/origin/*'" : "--depth=1 origin") + " '+" +
                 ref +
                 ":refs/remotes/origin/checked-out' && git checkout --quiet --detach refs/remotes/origin/checked-out",
             "workspace");
}

// Runs the steps of a workflow's only job. `ours` is what it calls harness's action.
Outcome run_workflow(const Scene& scene, const std::string& text, const std::string& ours, const Event& event) {
  Outcome outcome;
  const auto workflow = read_yaml(text), action = read_yaml(text_of(kRoot / "action.yml"));
  scene.write("summary.md", "");
  auto variables = event.variables;
  variables.insert({{"CI", "true"},
                    {"GITHUB_ACTIONS", "true"},
                    {"GITHUB_WORKSPACE", (scene / "workspace").string()},
                    {"GITHUB_ACTION_PATH", (scene / "harness").string()},
                    {"GITHUB_STEP_SUMMARY", (scene / "summary.md").string()},
                    {"GITHUB_OUTPUT", (scene / "outputs").string()}});
  const auto run = [&](const std::string& script, const Values& environment, const std::string& folder) {
    auto all = variables;
    for (const auto& [name, value] : environment) all[name] = value;
    scene.write("outputs", "");
    const auto ran = scene.run(script, fs::path("workspace") / folder, all);
    outcome.out += ran.out;
    outcome.err += ran.err;
    StepResult result{ran.exit_code, {}};
    std::istringstream lines(text_of(scene / "outputs"));
    for (std::string line; std::getline(lines, line);)
      result.outputs[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
    return result;
  };
  const auto use = [&](const std::string& used, const Values& with) {
    outcome.used.push_back(used);
    CHECK_FALSE(with.at("key").ends_with("-"));
    CHECK(with.at("path").starts_with((scene / "cache").string()));
    return StepResult{};
  };
  REQUIRE(workflow["jobs"].members.size() == 1);
  for (const auto& step : workflow["jobs"].members[0].value["steps"].items) {
    if (step["uses"].text == "actions/checkout@v4") {
      check_out(scene, event.ref, step["with"]["fetch-depth"].text == "0");
    } else {
      REQUIRE(step["uses"].text == ours);
      Values with;
      for (const auto& [name, value] : step["with"].members) with[name] = value.text;
      const auto result = run_action(action, with, run, use);
      outcome.exit_code = result.exit_code;
      outcome.outputs = result.outputs;
    }
  }
  outcome.summary = text_of(scene / "summary.md");
  return outcome;
}

Outcome run_path(const Scene& scene, const std::string& title, const Event& event) {
  return run_workflow(scene, path_called(title).files.at(".github/workflows/gate.yml"), "OWNER/harness@REF", event);
}

// A machine that has other things to do can make a gate say that it cannot tell; a few more looks, then.
Outcome run_until_red(const Scene& scene, const std::string& title, const Event& event) {
  auto outcome = run_path(scene, title, event);
  for (int look = 1; look < 4 && outcome.exit_code == 0; ++look) outcome = run_path(scene, title, event);
  return outcome;
}

std::string annotations_in(const std::string& out) {
  std::istringstream lines(out);
  std::string annotations;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("::", 0) == 0) annotations += line + "\n";
  }
  return annotations;
}

void check_golden(const Scene& scene, const std::string& name, const std::string& text) {
  CHECK(scene.masked(text) == text_of(kRoot / "test/adoption/golden" / name));
}

}  // namespace

TEST_CASE(
    "a slower solver makes the workflow of the document red, and its annotations, summary and JUnit say what and since "
    "when") {
  if (git_is_missing() || is_sanitized()) return;
  const Scene scene;
  begin_solvers(scene);
  propose(scene, "slower", "solvers/divisors/v1.0.0/count.cpp", "i <= n;", "i <= 3 * n;");
  const auto red = run_until_red(scene, "A repository of solvers", pull_request("slower"));
  INFO(red.out << red.err);
  CHECK(red.exit_code == 1);
  CHECK(red.used == std::vector<std::string>{"actions/cache/restore@v4", "actions/cache/save@v4"});
  check_golden(scene, "solvers-annotations.txt", annotations_in(red.out));
  check_golden(scene, "solvers-summary.md", red.summary);
  check_golden(scene, "solvers-junit.xml", text_of(scene / "workspace/harness-gate/junit.xml"));
  CHECK(text_of(scene / "workspace/harness-gate/summary.md") == red.summary);
  CHECK(red.outputs == Values{{"exit-code", "1"}, {"directory", (scene / "workspace/harness-gate").string()}});
  CHECK(scene.must("git status --porcelain", "workspace") == "");

  SECTION("so does the command on a machine of one's own, and the evidence explains it there") {
    const auto path = path_called("A repository of solvers");
    REQUIRE(path.commands.size() == 1);
    const auto ran = scene.run(path.commands[0], "mine");
    INFO(ran.out << ran.err);
    CHECK(ran.exit_code == 1);
    CHECK_THAT(ran.out, ContainsSubstring("SLOWER divisors/v1.0.0/examples/many"));
    CHECK_THAT(scene.masked(ran.out), ContainsSubstring("since COMMIT..COMMIT (1 commit: Make it slower)"));
    const auto explained = scene.run(
        std::string(HARNESS_PROGRAM) + " explain harness-gate/evidence.zip divisors/v1.0.0/examples/many", "mine");
    INFO(explained.err);
    CHECK(explained.exit_code == 0);
    CHECK_THAT(explained.out, ContainsSubstring("SLOWER"));
  }
  SECTION("and a clone without history of its own is told what it needs") {
    auto text = path_called("A repository of solvers").files.at(".github/workflows/gate.yml");
    text.replace(text.find("fetch-depth: 0"), 14, "fetch-depth: 1");
    const auto shallow = run_workflow(scene, text, "OWNER/harness@REF", pull_request("slower"));
    CHECK(shallow.exit_code == 2);
    CHECK_THAT(shallow.err, ContainsSubstring("fetch-depth: 0"));
    CHECK(shallow.outputs.at("exit-code") == "2");
  }
  SECTION(
      "and a push to the default branch is held against what was there before, whatever files the CI has put beside") {
    const auto before = scene.must("git rev-parse main", "mine");
    scene.must("git push --quiet origin slower:main", "mine");
    check_out(scene, "refs/heads/main", true);
    scene.write("workspace/left-by-the-ci.txt", "");
    scene.write("event.json", "{\n  \"ref\": \"refs/heads/main\",\n  \"before\": \"" + before + "\"\n}\n");
    const auto pushed = scene.run(
        "../harness/scripts/ci-gate", "workspace",
        {{"CI", "true"}, {"GITHUB_EVENT_NAME", "push"}, {"GITHUB_EVENT_PATH", (scene / "event.json").string()}});
    INFO(pushed.out << pushed.err);
    CHECK(pushed.exit_code == 1);
    CHECK_THAT(pushed.out, ContainsSubstring("since " + before.substr(0, 7)));
  }
}

TEST_CASE("a clean change of a solver is green in one line, on GitHub, on GitLab and on a machine of one's own") {
  if (git_is_missing() || is_sanitized()) return;
  const Scene scene;
  begin_solvers(scene);
  propose(scene, "clearer", "solvers/divisors/v1.0.0/count.cpp", "int count = 0;",
          "int count = 0;  // of those that were tried");
  const auto green = run_path(scene, "A repository of solvers", pull_request("clearer"));
  INFO(green.out << green.err);
  CHECK(green.exit_code == 0);
  CHECK(annotations_in(green.out) == "");
  check_golden(scene, "solvers-green.md", green.summary);

  const auto own = scene.run(path_called("A repository of solvers").commands.at(0), "mine");
  CHECK(own.exit_code == 0);
  CHECK(std::count(own.out.begin(), own.out.end(), '\n') == 1);

  const auto gitlab = read_yaml(path_called("GitLab CI").files.at(".gitlab-ci.yml"))["gate"];
  const auto command = gitlab["script"].items.back().text;
  CHECK(command == "../harness/scripts/ci-gate");
  check_out(scene, "refs/heads/clearer", true);
  const auto ran =
      scene.run(command, "workspace",
                {{"CI", "true"}, {"CI_MERGE_REQUEST_DIFF_BASE_SHA", scene.must("git rev-parse main", "mine")}});
  INFO(ran.err);
  CHECK(ran.exit_code == 0);
  const auto artifacts = gitlab["artifacts"];
  CHECK(fs::exists(scene / ("workspace/" + artifacts["reports"]["junit"].text)));
  CHECK(fs::exists(scene / ("workspace/" + artifacts["paths"].items.at(0).text)));
}

TEST_CASE("a slower Google Benchmark program makes the workflow of the document red, a clean one green") {
  if (git_is_missing() || is_sanitized()) return;
  const Scene scene;
  begin_programs(scene);
  propose(scene, "clearer", "my_bench.cpp", "constexpr", "// of each pass\nconstexpr");
  propose(scene, "slower", "my_bench.cpp", "= 1000", "= 3000");
  const std::string title = "A repository of Google Benchmark programs";
  const auto red = run_until_red(scene, title, pull_request("slower"));
  INFO(red.out << red.err);
  CHECK(red.exit_code == 1);
  check_golden(scene, "programs-annotations.txt", annotations_in(red.out));
  check_golden(scene, "programs-summary.md", red.summary);
  check_golden(scene, "programs-junit.xml", text_of(scene / "workspace/harness-gate/junit.xml"));
  CHECK(scene.must("git status --porcelain", "workspace") == "");

  const auto path = path_called(title);
  REQUIRE(path.commands.size() == 1);
  scene.must("git checkout --quiet clearer", "mine");
  const auto green = scene.run(path.commands[0], "mine");
  INFO(green.out << green.err);
  CHECK(green.exit_code == 0);
}

TEST_CASE("cron moves the tag of the last good commit after a green run only, and prints a red one") {
  if (git_is_missing()) return;
  const Scene scene;
  begin(scene, {{"README", "first\n"}});
  scene.must("git clone --quiet ../origin.git solvers && ln -s ../harness harness", "home");
  scene.write("home/gate.sh", path_called("Any machine, by cron").files.at("~/gate.sh"));
  const auto push = [&](const std::string& text) {
    scene.write("mine/README", text);
    scene.must("git commit --quiet -am '" + text + "' && git push --quiet origin main", "mine");
    return scene.must("git rev-parse HEAD", "mine");
  };
  const auto tagged = [&] { return scene.must("git rev-parse gated", "home/solvers"); };
  const auto first = scene.must("git rev-parse HEAD", "mine");
  CHECK(scene.run("bash ~/gate.sh", "home", scene.with_recorder()).out == "");
  CHECK(tagged() == first);

  push("second");
  scene.write("recorder/exit-code", "1");
  CHECK_THAT(scene.run("bash ~/gate.sh", "home", scene.with_recorder()).out, ContainsSubstring("recorded"));
  CHECK_THAT(text_of(scene / "recorder/arguments"), ContainsSubstring("--base=gated\n"));
  CHECK(tagged() == first);

  const auto third = push("third");
  scene.write("recorder/exit-code", "0");
  CHECK(scene.run("bash ~/gate.sh", "home", scene.with_recorder()).out == "");
  CHECK(tagged() == third);
}

TEST_CASE("this repository's workflow runs in a clone of its solvers: nothing to measure where none changed") {
  if (git_is_missing() || is_sanitized()) return;
  const Scene scene;
  fs::create_directories(scene / "mine");
  fs::copy(kRoot / "solvers", scene / "mine/solvers", fs::copy_options::recursive);
  fs::copy(kRoot / "datasets", scene / "mine/datasets", fs::copy_options::recursive);
  begin(scene, {{"README", "first\n"}});
  propose(scene, "readable", "README", "first", "second");
  const auto text = text_of(kRoot / ".github/workflows/gate.yml");
  const auto proposed = run_workflow(scene, text, "./", pull_request("readable"));
  INFO(proposed.out << proposed.err);
  CHECK(proposed.exit_code == 0);
  CHECK_THAT(proposed.summary, ContainsSubstring("gate"));

  scene.write("event.json", "{\"before\": \"" + scene.must("git rev-parse main", "mine") + "\"}");
  scene.must("git push --quiet origin readable:main", "mine");
  const auto pushed = run_workflow(
      scene, text, "./",
      {"refs/heads/main", {{"GITHUB_EVENT_NAME", "push"}, {"GITHUB_EVENT_PATH", (scene / "event.json").string()}}});
  INFO(pushed.out << pushed.err);
  CHECK(pushed.exit_code == 0);
}

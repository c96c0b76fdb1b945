// `--ab` of programs whose processes are scripted: what they report, how long they take, when they fail.
#include <harness/experiment/ab_programs.hpp>

#include <atomic>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <sstream>

#include <stdlib.h>

#include <harness/model/comparison_json.hpp>

#include "../catch.hpp"

using namespace harness;
using experiment::AbRequest;
using model::Comparison;
using model::Verdict;
using worker::Command;
using worker::Failure;
using worker::FailureKind;
using worker::Finished;

namespace {

// One process of one case: what its report says, in ns, and how it ends.
struct Process {
  double cpu = 100, real = 100;
  std::string more = {};  // members of the row
  double wall = 0.02;
  std::optional<FailureKind> failure = {};
};

struct Script {
  std::vector<std::string> names;
  std::function<Process(const std::string& name, int process)> plays = [](const std::string&, int) { return Process{}; };
  int processes = 0;
};

class Scene {
 public:
  Scene() {
    std::string pattern = (std::filesystem::temp_directory_path() / "harness-scene-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
  }
  ~Scene() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  // A program of this name, with bytes that no other has unless they are given.
  std::string add(const std::string& name, Script script, const std::string& bytes = {}) {
    const auto file = directory_ / name;
    std::ofstream(file) << (bytes.empty() ? name : bytes);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    scripts[file.string()] = std::move(script);
    request.sides.push_back(file.string());
    return file.string();
  }

  Exit run() {
    const experiment::Terminal terminal{out, err, false, false, false, true, 100, [this] { return now; }, stop};
    return experiment::ab_programs(request, terminal, &report, [this](const Command& command) { return play(command); });
  }

  const Comparison& only() const {
    INFO(err.str());
    REQUIRE(report.comparisons.size() == 1);
    return report.comparisons.front();
  }

  std::filesystem::path directory() const { return directory_; }

  AbRequest request;
  std::map<std::string, Script> scripts;
  std::ostringstream out, err;
  std::atomic<bool> stop{false};
  double now = 1000;
  model::AbReport report;
  std::function<void()> before_process = [] {};
  double measured_seconds = 0;  // that the last process was asked for

 private:
  static std::string flag(const Command& command, const std::string& name) {
    for (const auto& word : command.words) {
      if (word.starts_with(name + "=")) return word.substr(name.size() + 1);
    }
    return {};
  }

  worker::Outcome<Finished> play(const Command& command) {
    if (stop) return tl::unexpected(Failure{FailureKind::kInterrupted, "interrupted", {}});
    auto& script = scripts.at(command.words.front());
    const auto filter = flag(command, "--benchmark_filter");
    Finished finished;
    if (!flag(command, "--benchmark_list_tests").empty()) {
      if (filter == "^$") finished.errors = "Failed to match any benchmarks against regex: ^$\n";
      else for (const auto& name : script.names) finished.output += name + "\n";
      return finished;
    }
    before_process();
    measured_seconds = std::stod(flag(command, "--benchmark_min_time"));
    if (stop) return tl::unexpected(Failure{FailureKind::kInterrupted, "interrupted", {}});
    for (const auto& name : script.names) {
      if (bench::exact_filter(name) != filter) continue;
      const auto process = script.plays(name, script.processes++);
      now += std::min(process.wall, command.seconds);
      if (process.wall > command.seconds) return tl::unexpected(Failure{FailureKind::kTimedOut, "did not end", {}});
      if (process.failure) return tl::unexpected(Failure{*process.failure, "crashed: SIGSEGV", {}});
      std::ofstream(flag(command, "--benchmark_out")) << "{\"context\": {}, \"benchmarks\": [{\"name\": \"" << name << "\", \"iterations\": 1000, \"cpu_time\": "
                                                      << process.cpu << ", \"real_time\": " << process.real << ", \"time_unit\": \"ns\"" << process.more << "}]}";
      finished.wall_seconds = process.wall;
      return finished;
    }
    return finished;
  }

  std::filesystem::path directory_;
};

// Every process costs this on both clocks, times noise of the given standard deviation.
Script steady(std::vector<std::string> names, double ns, double sd = 0.005) {
  auto random = std::make_shared<std::mt19937>(static_cast<unsigned>(ns * 1000));
  return {std::move(names), [=](const std::string&, int) {
            const double time = ns * std::exp(std::normal_distribution<double>(0, sd)(*random));
            return Process{time, time};
          }};
}

Script with(const std::string& name, Process process) {
  return {{name}, [process](const std::string&, int) { return process; }};
}

}  // namespace

TEST_CASE("a case that costs a fifth more is slower, confirmed by a second duet, and exits 1") {
  Scene scene;
  scene.add("old_bench", steady({"sort/64"}, 100));
  scene.add("new_bench", steady({"sort/64"}, 120));
  CHECK(scene.run() == Exit::kRegression);
  const auto& one = scene.only();
  CHECK(one.verdict == Verdict::kSlower);
  CHECK(one.duets.size() == 2);
  CHECK(one.case_name == "sort/64");
  CHECK(one.problem.empty());
  CHECK(one.reference == "old_bench");
  CHECK(one.candidate == "new_bench");
  CHECK(one.clock == "cpu");
  CHECK(one.min_effect == 0.05);
  CHECK(std::exp(one.log_ratio) == Approx(1.2).epsilon(0.02));
  CHECK(scene.report.kind == "programs");
  CHECK(scene.report.sides == std::vector<std::string>{"old_bench", "new_bench"});
  CHECK_THAT(scene.out.str(), ContainsSubstring("SLOWER"));
}

TEST_CASE("with the sides swapped it is faster, with exit 0") {
  Scene scene;
  scene.add("old_bench", steady({"sort/64"}, 120));
  scene.add("new_bench", steady({"sort/64"}, 100));
  CHECK(scene.run() == Exit::kFine);
  CHECK(scene.only().verdict == Verdict::kFaster);
}

TEST_CASE("two builds that cost the same show no difference, in one duet of pairs in both orders") {
  Scene scene;
  scene.add("old_bench", steady({"a", "b", "c", "d", "e", "f"}, 100));
  scene.add("new_bench", steady({"a", "b", "c", "d", "e", "f"}, 100.2));
  CHECK(scene.run() == Exit::kFine);
  int reference_first = 0, pairs = 0;
  REQUIRE(scene.report.comparisons.size() == 6);
  for (const auto& one : scene.report.comparisons) {
    CHECK(one.verdict == Verdict::kSame);
    CHECK(one.duets.size() == 1);
    for (const auto& process : one.duets.front().processes) {
      ++pairs;
      reference_first += process.reference_first;
      CHECK(process.pairs == 1);
      CHECK(process.seconds == Approx(0.04));
    }
  }
  CHECK(pairs >= 30);
  CHECK(reference_first > 0);
  CHECK(reference_first < pairs);
}

TEST_CASE("the clock that decides is the one that the name declares") {
  struct Declared {
    std::string name, clock;
    bool slower;
  };
  // Of these only real time differs.
  for (const auto& declared : std::vector<Declared>{{"a", "cpu", false},
                                                    {"a/real_time", "real", true},
                                                    {"a/manual_time", "manual", true},
                                                    {"a/process_time", "process CPU", false},
                                                    {"a/process_time/real_time/threads:2", "real", true}}) {
    INFO(declared.name);
    Scene scene;
    scene.add("old_bench", with(declared.name, {100, 100}));
    scene.add("new_bench", with(declared.name, {100, 150}));
    scene.run();
    CHECK(scene.only().clock == declared.clock);
    CHECK(scene.only().verdict == (declared.slower ? Verdict::kSlower : Verdict::kSame));
    CHECK(scene.only().duets.front().processes.front().candidate_real_seconds_per_call == Approx(150e-9));
    CHECK(scene.only().duets.front().processes.front().candidate_cpu_seconds_per_call == Approx(100e-9));
  }
}

TEST_CASE("a case that mostly waits and is compared by CPU time gets a warning") {
  Scene scene;
  scene.add("old_bench", with("a", {1, 100}));
  scene.add("new_bench", with("a", {1, 100}));
  CHECK(scene.run() == Exit::kFine);
  REQUIRE(scene.only().warnings.size() == 1);
  CHECK_THAT(scene.only().warnings.front(), ContainsSubstring("1 % of its real time") && ContainsSubstring("UseRealTime"));
}

TEST_CASE("cases of one side alone are new or missing, which is no failure and starts nothing") {
  Scene scene;
  scene.add("old_bench", steady({"both", "gone"}, 100));
  scene.add("new_bench", steady({"added", "both"}, 100));
  scene.before_process = [&] { CHECK(scene.report.comparisons.empty()); };
  CHECK(scene.run() == Exit::kFine);
  REQUIRE(scene.report.comparisons.size() == 3);
  CHECK(scene.report.comparisons[0].case_name == "both");
  CHECK(scene.report.comparisons[1].case_name == "gone");
  CHECK(scene.report.comparisons[1].verdict == Verdict::kMissing);
  CHECK(scene.report.comparisons[2].case_name == "added");
  CHECK(scene.report.comparisons[2].verdict == Verdict::kNew);
  CHECK(scene.report.comparisons[2].duets.empty());
}

TEST_CASE("an error of the benchmark is the failure of that side, and exits 3 although the time of 0 looks fast") {
  Scene scene;
  scene.add("old_bench", steady({"a"}, 100));
  scene.add("new_bench", with("a", {0, 0, ", \"error_occurred\": true, \"error_message\": \"no file\""}));
  CHECK(scene.run() == Exit::kSolverFailed);
  CHECK(scene.only().verdict == Verdict::kFailed);
  CHECK(scene.only().reason == "new_bench: no file");
  CHECK(scene.only().duets.empty());
}

TEST_CASE("an error that comes late ends the case without a verdict") {
  Scene scene;
  scene.add("old_bench", steady({"a"}, 100));
  scene.add("new_bench", {{"a"}, [](const std::string&, int process) {
                            return process < 3 ? Process{} : Process{0, 0, ", \"error_occurred\": true, \"error_message\": \"disk full\""};
                          }});
  CHECK(scene.run() == Exit::kSolverFailed);
  CHECK(scene.only().verdict == Verdict::kFailed);
  CHECK(scene.only().reason == "new_bench: disk full");
}

TEST_CASE("a side that crashes in half of its processes gets no verdict, is named, and exits 3") {
  Scene scene;
  scene.add("old_bench", steady({"a"}, 100));
  scene.add("new_bench", {{"a"}, [](const std::string&, int process) {
                            Process one{50, 50};
                            if (process % 2 == 1) one.failure = FailureKind::kCrashed;
                            return one;
                          }});
  CHECK(scene.run() == Exit::kSolverFailed);
  CHECK(scene.only().verdict == Verdict::kFailed);
  CHECK(scene.only().reason == "new_bench: crashed: SIGSEGV");
}

TEST_CASE("a case that a side skips cannot be compared, which is no failure") {
  Scene scene;
  scene.add("old_bench", steady({"a"}, 100));
  scene.add("new_bench", with("a", {0, 0, ", \"skipped\": true, \"skip_message\": \"needs 4 cores\""}));
  CHECK(scene.run() == Exit::kFine);
  CHECK(scene.only().verdict == Verdict::kIncomparable);
  CHECK(scene.only().reason == "new_bench skips it: needs 4 cores");
}

TEST_CASE("a name that is registered twice cannot be compared: its rows cannot be told apart") {
  Scene scene;
  scene.add("old_bench", steady({"a", "a"}, 100));
  scene.add("new_bench", steady({"a"}, 100));
  CHECK(scene.run() == Exit::kFine);
  CHECK(scene.only().verdict == Verdict::kIncomparable);
  CHECK(scene.only().reason == "old_bench has 2 cases of this name");
}

TEST_CASE("a case of which one process takes longer than the budget is not decided, and that is said") {
  Scene scene;
  scene.request.budget_seconds = 4;
  scene.add("old_bench", with("a", {100, 100, "", 60}));
  scene.add("new_bench", with("a", {100, 100, "", 60}));
  CHECK(scene.run() == Exit::kFine);
  CHECK(scene.only().verdict == Verdict::kCannotTell);
  CHECK_THAT(scene.only().reason, ContainsSubstring("one process of old_bench takes more than the budget of 4 s; --budget="));
  CHECK(scene.now < 1000 + 9);
}

TEST_CASE("a process that passes an explicit time limit has failed") {
  Scene scene;
  scene.request.run.timeout_seconds = 3;
  scene.add("old_bench", steady({"a"}, 100));
  scene.add("new_bench", with("a", {100, 100, "", 60}));
  CHECK(scene.run() == Exit::kSolverFailed);
  CHECK(scene.only().reason == "new_bench: did not end");
}

TEST_CASE("a case whose processes do not fit into the budget is not begun") {
  Scene scene;
  scene.add("old_bench", with("a", {1e9, 1e9, "", 2}));
  scene.add("new_bench", with("a", {1e9, 1e9, "", 2}));
  CHECK(scene.run() == Exit::kFine);
  CHECK(scene.only().verdict == Verdict::kCannotTell);
  CHECK(scene.only().budget_seconds == 10);
  CHECK_THAT(scene.only().reason, ContainsSubstring("--budget="));
  CHECK(scene.only().duets.empty());
  CHECK(scene.scripts.begin()->second.processes == 1);
}

TEST_CASE("a program that takes long to start measures longer once it runs") {
  const auto measured = [](double wall) {
    Scene scene;
    scene.add("old_bench", with("a", {100, 100, "", wall}));
    scene.add("new_bench", with("a", {100, 100, "", wall}));
    scene.run();
    CHECK(scene.only().verdict == Verdict::kSame);
    return scene.measured_seconds;
  };
  CHECK(measured(0.02) == 0.03);
  CHECK(measured(0.4) > 0.15);
  CHECK(measured(0.4) < 0.2);
}

TEST_CASE("a clock that does not advance decides nothing") {
  Scene scene;
  scene.add("old_bench", with("a", {0, 100}));
  scene.add("new_bench", with("a", {0, 100}));
  CHECK(scene.run() == Exit::kFine);
  CHECK(scene.only().verdict == Verdict::kCannotTell);
  CHECK_THAT(scene.only().reason, ContainsSubstring("old_bench: cpu time did not advance"));

  Scene later;  // and one that stands still or is undefined now and then only costs those pairs
  later.add("old_bench", steady({"a"}, 100));
  later.add("new_bench", {{"a"}, [](const std::string&, int process) {
                            return process % 3 == 2 ? Process{0, 100} : process % 3 == 1 ? Process{-5, 100} : Process{100, 100};
                          }});
  later.run();
  CHECK(later.only().verdict == Verdict::kSame);
}

TEST_CASE("Ctrl-C keeps what was decided and exits 130") {
  Scene scene;
  scene.add("old_bench", steady({"a", "b", "c"}, 100));
  scene.add("new_bench", steady({"a", "b", "c"}, 150));
  scene.request.run.flags.out = (scene.directory() / "ab.json").string();
  int processes = 0;
  scene.before_process = [&] { scene.stop = ++processes > 30; };
  CHECK(scene.run() == Exit::kInterrupted);
  REQUIRE_FALSE(scene.report.comparisons.empty());
  CHECK(scene.report.comparisons.front().verdict == Verdict::kSlower);
  for (std::size_t later = 1; later < scene.report.comparisons.size(); ++later) {
    CHECK(scene.report.comparisons[later].verdict == Verdict::kCannotTell);
    CHECK(scene.report.comparisons[later].reason == "interrupted");
  }
  std::ifstream stream(scene.request.run.flags.out);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto written = model::read_ab_report(text, "ab.json");
  REQUIRE(written);
  CHECK(written->comparisons.size() == scene.report.comparisons.size());
}

TEST_CASE("the same file is the same program: said without measuring, unless asked to") {
  Scene scene;
  scene.add("old_bench", steady({"a", "b"}, 100));
  scene.request.sides.push_back(scene.request.sides.front());
  CHECK(scene.run() == Exit::kFine);
  REQUIRE(scene.report.comparisons.size() == 2);
  CHECK(scene.report.comparisons[0].verdict == Verdict::kSame);
  CHECK(scene.report.comparisons[0].reason == "same program: nothing to measure");
  CHECK(scene.scripts.begin()->second.processes == 0);
  CHECK_THAT(scene.out.str(), ContainsSubstring("same program, nothing to measure (2 cases)"));

  scene.request.measure_equal_code = true;
  CHECK(scene.run() == Exit::kFine);
  CHECK(scene.report.comparisons[0].duets.size() == 1);
}

TEST_CASE("counters and memory of both sides are kept as medians over their processes") {
  Scene scene;
  const auto counting = [](const std::string& hits) {
    return Script{{"a"}, [hits](const std::string&, int process) {
                    return Process{100, 100, ", \"hits\": " + (process == 2 ? "999" : hits) + ", \"allocs_per_iter\": 4, \"items_per_second\": 7"};
                  }};
  };
  scene.add("old_bench", counting("10"));
  scene.add("new_bench", counting("12"));
  scene.run();
  using Counters = std::vector<std::pair<std::string, double>>;
  CHECK(scene.only().reference_figures.counters == Counters{{"hits", 10}, {"allocs_per_iter", 4}});
  CHECK(scene.only().candidate_figures.counters == Counters{{"hits", 12}, {"allocs_per_iter", 4}});
  CHECK_THAT(scene.out.str(), ContainsSubstring("hits 10 -> 12"));
}

TEST_CASE("three sides: each later one is compared with the first, case by case") {
  Scene scene;
  scene.add("old_bench", steady({"x"}, 100));
  scene.add("new_bench", steady({"x"}, 150));
  scene.add("next_bench", steady({"x", "y"}, 100.1));
  CHECK(scene.run() == Exit::kRegression);
  REQUIRE(scene.report.comparisons.size() == 3);
  CHECK(scene.report.comparisons[0].verdict == Verdict::kSlower);
  CHECK(scene.report.comparisons[1].candidate == "next_bench");
  CHECK(scene.report.comparisons[1].verdict == Verdict::kSame);
  CHECK(scene.report.comparisons[2].verdict == Verdict::kNew);
}

TEST_CASE("the filter means the same for all versions of Google Benchmark, negation too") {
  const auto names_with = [](const std::string& filter, const std::string& glob = {}) {
    Scene scene;
    scene.request.run.flags.filter = filter;
    scene.request.run.case_glob = glob;
    scene.add("old_bench", steady({"sort/8", "sort/64", "find/8"}, 100));
    scene.add("new_bench", steady({"sort/8", "sort/64", "find/8"}, 100.1));
    CHECK(scene.run() == Exit::kFine);
    std::vector<std::string> names;
    for (const auto& one : scene.report.comparisons) names.push_back(one.case_name);
    return names;
  };
  CHECK(names_with("^sort/(8|64)$") == std::vector<std::string>{"sort/8", "sort/64"});
  CHECK(names_with("-sort") == std::vector<std::string>{"find/8"});
  CHECK(names_with("", "*/8") == std::vector<std::string>{"sort/8", "find/8"});
}

TEST_CASE("what cannot be compared at all exits 2 before a case runs") {
  const auto refused = [](const std::function<void(Scene&)>& change) {
    Scene scene;
    scene.add("old_bench", steady({"sort/8"}, 100));
    scene.add("new_bench", steady({"sort/8"}, 100.1));
    change(scene);
    scene.before_process = [] { FAIL("a case ran"); };
    CHECK(scene.run() == Exit::kUsage);
    return scene.err.str();
  };
  CHECK_THAT(refused([](Scene& scene) { scene.request.run.flags.filter = "sorts"; }), ContainsSubstring("matches none of 1 cases; nearest: sort/8"));
  CHECK_THAT(refused([](Scene& scene) { scene.request.run.flags.filter = "sort("; }), ContainsSubstring("is not a regular expression"));
  CHECK_THAT(refused([](Scene& scene) { scene.request.run.flags.out = "/no/such/place/ab.json"; }), ContainsSubstring("cannot be written"));
  CHECK_THAT(refused([](Scene& scene) { scene.request.run.count_instructions = true; }), ContainsSubstring("--metric=instructions"));
  CHECK_THAT(refused([](Scene& scene) { scene.request.sides.back() += "-not"; }), ContainsSubstring("no such file"));
  CHECK_THAT(refused([](Scene& scene) { for (auto& [file, script] : scene.scripts) script.names.clear(); }), ContainsSubstring("has a case"));
}

TEST_CASE("with --benchmark_format=json stdout is the report") {
  Scene scene;
  scene.request.run.flags.format = "json";
  scene.add("old_bench", steady({"a"}, 100));
  scene.add("new_bench", steady({"a"}, 100.1));
  CHECK(scene.run() == Exit::kFine);
  const auto report = model::read_ab_report(scene.out.str(), "stdout");
  REQUIRE(report);
  CHECK(report->kind == "programs");
  CHECK(report->comparisons.front().duets.front().processes.size() == scene.only().duets.front().processes.size());
}

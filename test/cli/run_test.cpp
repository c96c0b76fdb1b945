// The main job through all floors, on real libraries and real input.
#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include <boost/json.hpp>

#include "../catch.hpp"
#include "program.hpp"

using namespace harness::test;
namespace json = boost::json;

namespace {

std::vector<std::string> on_shipped(std::vector<std::string> arguments) {
  arguments.push_back("--plugin-dir=" + shipped_plugins().string());
  arguments.push_back("--dataset-dir=" + shipped_datasets().string());
  return arguments;
}

std::vector<std::string> lines_with(const std::string& text, const std::string& word) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.find(word) != std::string::npos) lines.push_back(line);
  }
  return lines;
}

// Shipped solvers beside ones that misbehave, in one directory.
class Mixed {
 public:
  explicit Mixed(const std::set<std::string>& bad) {
    std::filesystem::copy_file(shipped_plugins() / "two-sum-v2.0.0.so", scratch_.path() / "two-sum-v2.0.0.so");
    std::filesystem::copy_file(shipped_plugins() / "two-sum.problem.so", scratch_.path() / "two-sum.problem.so");
    for (const auto& name : bad) std::filesystem::copy_file(misbehaving_plugins() / name, scratch_.path() / name);
  }
  Ran run(std::vector<std::string> arguments) const {
    arguments.push_back("--plugin-dir=" + scratch_.path().string());
    arguments.push_back("--dataset-dir=" + shipped_datasets().string());
    return run_harness(arguments);
  }

 private:
  Scratch scratch_;
};

}  // namespace

TEST_CASE("two-sum v2.0.0 on LeetCode's published examples: answers checked, measured, exit 0") {
  const auto ran = run_harness(on_shipped({"--benchmark_filter=two-sum/v2.0.0/leetcode-1", "--benchmark_min_time=0.001"}));
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  for (const auto* name : {"two-sum/v2.0.0/leetcode-1/example-1", "two-sum/v2.0.0/leetcode-1/example-2",
                           "two-sum/v2.0.0/leetcode-1/example-3"}) {
    REQUIRE(lines_with(ran.out, name).size() >= 1);
    CHECK_THAT(lines_with(ran.out, name)[0], ContainsSubstring(" ns") && ContainsSubstring("n=3"));
  }
  CHECK_THAT(ran.out, !ContainsSubstring("FAILED"));
}

TEST_CASE("every shipped version solves every case, in a dry run of one call each") {
  const auto ran = run_harness(on_shipped({"--benchmark_filter=all", "--benchmark_dry_run"}));
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, !ContainsSubstring("FAILED"));
  CHECK_THAT(ran.out, ContainsSubstring("skipped") && ContainsSubstring("max_size"));
}

TEST_CASE("the report is Google Benchmark's JSON with bare names and the context of FORMATS") {
  const Scratch scratch;
  const auto file = scratch.path() / "out.json";
  const auto ran = run_harness(on_shipped({"--benchmark_filter=two-sum/v.*/(leetcode-1/example-1|uniform/1048576)",
                                       "--benchmark_min_time=0.001", "--benchmark_out=" + file.string(),
                                       "--benchmark_format=json"}));
  INFO(ran.err);
  REQUIRE(ran.exit_code == 0);
  for (const auto& text : {ran.out, content_of(file)}) {
    const auto report = json::parse(text);
    const auto& context = report.at("context").as_object();
    for (const auto* key : {"harness_schema", "harness_version", "run_id", "machine", "isolation", "allocator",
                            "solver:two-sum/v2.0.0", "skipped:two-sum/v0.8.3/uniform/1048576"}) {
      INFO(key);
      CHECK(context.contains(key));
    }
    CHECK_THAT(std::string(context.at("solver:two-sum/v2.0.0").as_string()),
               StartsWith("file=two-sum-v2.0.0.so sha256=") && ContainsSubstring(" code="));
    bool found = false;
    for (const auto& row : report.at("benchmarks").as_array()) {
      // What compare.py, github-action-benchmark and Bencher's adapter read of every entry.
      for (const auto* key : {"name", "run_name", "run_type", "repetitions", "iterations", "real_time", "cpu_time", "time_unit"}) {
        INFO(json::serialize(row));
        CHECK(row.as_object().contains(key));
      }
      const std::string name(row.at("run_name").as_string());
      CHECK(std::count(name.begin(), name.end(), '/') == 3);
      found = found || name == "two-sum/v2.0.0/leetcode-1/example-1";
      if (row.at("run_type").as_string() == "iteration") CHECK(row.at("real_time").to_number<double>() > 0);
    }
    CHECK(found);
  }
}

TEST_CASE("CSV goes through Google Benchmark's reporter, and names can be listed without measuring") {
  const auto csv = run_harness(on_shipped({"--benchmark_filter=two-sum/v2.0.0/leetcode-1/example-1", "--benchmark_min_time=1x",
                                       "--benchmark_format=csv"}));
  CHECK(csv.exit_code == 0);
  CHECK_THAT(csv.out, StartsWith("name,iterations,real_time,cpu_time"));
  CHECK_THAT(csv.out, ContainsSubstring("\"two-sum/v2.0.0/leetcode-1/example-1\","));
  CHECK_THAT(csv.err, !ContainsSubstring("DEBUG"));

  const auto list = run_harness(on_shipped({"--benchmark_filter=v2.0.0/leetcode-1", "--benchmark_list_tests"}));
  CHECK(list.exit_code == 0);
  CHECK(list.out == "two-sum/v2.0.0/leetcode-1/example-1\ntwo-sum/v2.0.0/leetcode-1/example-2\n"
                    "two-sum/v2.0.0/leetcode-1/example-3\n");
}

TEST_CASE("--case narrows to datasets and cases; --export-markdown writes the table") {
  const Scratch scratch;
  const auto file = scratch.path() / "table.md";
  const auto ran = run_harness(on_shipped({"--benchmark_filter=two-sum/v2", "--case=uniform/16", "--benchmark_min_time=1x",
                                       "--export-markdown=" + file.string()}));
  CHECK(ran.exit_code == 0);
  CHECK_THAT(content_of(file), ContainsSubstring("two-sum/v2.0.0/uniform/16") && ContainsSubstring("| "));
  CHECK_THAT(content_of(file), !ContainsSubstring("leetcode-1"));
}

TEST_CASE("a library that crashes in its constructor and one that loops cost their own lines only") {
  const Mixed mixed({"two-sum-v9.0.0-crash-on-load.so", "two-sum-v9.0.0-endless-loop.so"});
  const auto ran = mixed.run({"--benchmark_filter=two-sum/.*/leetcode-1/example-1", "--benchmark_min_time=0.001", "--timeout=0.3"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 3);
  CHECK_THAT(lines_with(ran.out, "two-sum/v2.0.0/leetcode-1/example-1").at(0), ContainsSubstring("n=3"));
  CHECK_THAT(lines_with(ran.out, "v9.0.0-crash-on-load/leetcode-1/example-1").at(0),
             ContainsSubstring("FAILED") && ContainsSubstring("crashed: SIG") && ContainsSubstring("while loading"));
  CHECK_THAT(lines_with(ran.out, "v9.0.0-endless-loop/leetcode-1/example-1").at(0),
             ContainsSubstring("FAILED") && ContainsSubstring("0.3 s"));
}

TEST_CASE("wrong answers are shown with the smallest difference and are not timed; the run goes on") {
  const Mixed mixed({"two-sum-v9.0.0-wrong-answer.so", "two-sum-v9.0.0-throws.so", "two-sum-v9.0.0-exits.so",
                     "two-sum-v9.0.0-floods.so"});
  const auto ran = mixed.run({"--benchmark_filter=two-sum/.*/leetcode-1/example-1", "--benchmark_min_time=0.001"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 3);
  const auto line = [&](const std::string& variant) { return lines_with(ran.out, "v9.0.0-" + variant + "/leetcode-1").at(0); };
  CHECK_THAT(line("wrong-answer"), ContainsSubstring("FAILED") && ContainsSubstring("wrong answer"));
  CHECK_THAT(line("throws"), ContainsSubstring("FAILED") && ContainsSubstring("no such pair"));
  CHECK_THAT(line("exits"), ContainsSubstring("FAILED") && ContainsSubstring("exit"));
  CHECK_THAT(line("floods"), ContainsSubstring("FAILED"));
  CHECK_THAT(lines_with(ran.out, "two-sum/v2.0.0/leetcode-1/example-1").at(0), ContainsSubstring("n=3"));
}

TEST_CASE("a solver that is right at first and wrong later gets no time, however late") {
  const Mixed mixed({"two-sum-v9.0.0-right-at-first.so", "two-sum-v9.0.0-right-for-long.so"});
  const auto ran = mixed.run({"--benchmark_filter=v9.*/leetcode-1/example-1", "--benchmark_min_time=6000000x"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 3);
  for (const auto* variant : {"right-at-first", "right-for-long"}) {
    CHECK_THAT(lines_with(ran.out, std::string(variant) + "/leetcode-1").at(0),
               ContainsSubstring("FAILED") && ContainsSubstring("wrong answer on a later call: expected 2 places, got 0"));
  }
}

TEST_CASE("a solver of other types is skipped with its reason, which is no failure") {
  const Mixed mixed({"two-sum-v9.0.0-other-types.so"});
  const auto ran = mixed.run({"--benchmark_filter=two-sum/.*/leetcode-1/example-1", "--benchmark_min_time=1x"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_THAT(lines_with(ran.out, "v9.0.0-other-types/leetcode-1").at(0),
             ContainsSubstring("skipped") && ContainsSubstring("parameter 2") && ContainsSubstring("string"));
}

TEST_CASE("a size that is predicted to pass the limit is skipped with the prediction, which is no failure") {
  const Mixed mixed({"two-sum-v9.0.0-quadratic.so"});
  const auto ran = mixed.run({"--benchmark_filter=two-sum/v9.0.0-quadratic/uniform", "--benchmark_min_time=1x",
                              "--benchmark_repetitions=1", "--timeout=5"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  const auto line = lines_with(ran.out, "v9.0.0-quadratic/uniform/1048576").at(0);
  CHECK_THAT(line, ContainsSubstring("skipped") && ContainsSubstring("would take about") && ContainsSubstring("5 s"));
}

TEST_CASE("a crash that comes only with many calls is said on its row, once, without aggregates") {
  const Mixed mixed({"two-sum-v9.0.0-crash-later.so"});
  const auto ran = mixed.run({"--benchmark_filter=two-sum/.*/leetcode-1/example-1", "--benchmark_min_time=10000000x", "--benchmark_format=json"});
  INFO(ran.err);
  CHECK(ran.exit_code == 3);
  CHECK_THAT(ran.err, ContainsSubstring("FAILED two-sum/v9.0.0-crash-later/leetcode-1/example-1"));
  int rows = 0;
  const auto report = json::parse(ran.out);
  for (const auto& row : report.at("benchmarks").as_array()) {
    rows += std::string(row.at("run_name").as_string()).find("crash-later") != std::string::npos ? 1 : 0;
  }
  CHECK(rows == 1);
}

TEST_CASE("Ctrl-C keeps what was measured: exit 130, valid report, the rest marked") {
  const Scratch scratch;
  const auto file = scratch.path() / "out.json";
  auto arguments = on_shipped({"--benchmark_filter=two-sum/v2.0.0/leetcode-1", "--benchmark_min_time=0.4",
                               "--benchmark_repetitions=2", "--benchmark_out=" + file.string()});
  Surround surround;
  surround.interrupt_after_line = 4;  // header, blank, heading or first rows: before the last row in any case
  const auto ran = run_harness(arguments, surround);
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 130);
  CHECK_THAT(ran.out, ContainsSubstring("interrupted"));
  CHECK(json::parse(content_of(file)).at("benchmarks").as_array().size() >= 1);
}

TEST_CASE("--isolation=none runs the same loop in a thread and says so in the report") {
  const auto ran = run_harness(on_shipped({"--benchmark_filter=two-sum/v2.0.0/leetcode-1/example-1", "--benchmark_min_time=0.001",
                                       "--isolation=none", "--benchmark_format=json"}));
  INFO(ran.err);
  REQUIRE(ran.exit_code == 0);
  CHECK(json::parse(ran.out).at("context").at("isolation").as_string() == "none");
}

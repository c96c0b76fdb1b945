// Every kind of bad input: one clear line (file, place, expected, found) and the right exit code.
#include <unistd.h>

#include <algorithm>

#include "../catch.hpp"
#include "program.hpp"

using namespace harness::test;

namespace {

// The shipped two-sum with one more dataset, `bad.json`, of this content.
Ran with_dataset(const std::string& content, const std::string& filter = "two-sum") {
  const Scratch scratch;
  std::filesystem::copy(shipped_datasets() / "two-sum", scratch.path() / "two-sum");
  scratch.write("two-sum/bad.json", content);
  return run_harness({"--benchmark_filter=" + filter, "--benchmark_dry_run", "--plugin-dir=" + shipped_plugins().string(),
                  "--dataset-dir=" + scratch.path().string()});
}

void is_refused(const Ran& ran, const std::vector<std::string>& words) {
  INFO(ran.err);
  CHECK(ran.exit_code == 2);
  CHECK(ran.out.empty());
  CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
  CHECK_THAT(ran.err, StartsWith("harness: "));
  for (const auto& word : words) CHECK_THAT(ran.err, ContainsSubstring(word));
}

std::string one_case(const std::string& args, const std::string& expect = "[0,1]") {
  return R"({"cases": [{"name": "x", "args": )" + args + R"(, "expect": )" + expect + "}]}";
}

}  // namespace

TEST_CASE("a dataset that is no JSON, or of another shape, is named with the place") {
  is_refused(with_dataset("nums = [1,2]"), {"bad.json"});
  is_refused(with_dataset("[1,2,3]"), {"bad.json", "object", "array"});
  is_refused(with_dataset("{}"), {"bad.json"});
  is_refused(with_dataset(R"({"cases": {}})"), {"bad.json", "/cases", "array"});
  is_refused(with_dataset(R"({"cases": [{"name": "x"}]})"), {"bad.json", "/cases/0", "args"});
  is_refused(with_dataset(R"({"cases": [{"args": {"nums": [1], "target": 1}}]})"), {"bad.json", "/cases/0", "name"});
}

TEST_CASE("arguments are checked against the problem's parameters") {
  is_refused(with_dataset(one_case(R"({"nums": [1, "two"], "target": 3})")), {"bad.json", "/cases/0/args/nums/1", "expected a 32-bit integer, found \"two\""});
  is_refused(with_dataset(one_case(R"({"nums": [1, 2147483648], "target": 3})")), {"/cases/0/args/nums/1", "2147483648"});
  is_refused(with_dataset(one_case(R"({"nums": [1, 1e400], "target": 3})")), {"bad.json"});
  is_refused(with_dataset(one_case(R"({"nums": [1, 2]})")), {"/cases/0", "target"});
  is_refused(with_dataset(one_case(R"({"nums": [1, 2], "target": 3, "extra": 1})")), {"/cases/0/args", "extra"});
  is_refused(with_dataset(one_case(R"({"nums": 5, "target": 3})")), {"/cases/0/args/nums"});
}

TEST_CASE("duplicate case names and absurd nesting are refused") {
  const std::string one = R"({"name": "x", "args": {"nums": [1,2], "target": 3}, "expect": [0,1]})";
  is_refused(with_dataset(R"({"cases": [)" + one + "," + one + "]}"), {"bad.json", "/cases/1/name", "x"});
  is_refused(with_dataset(std::string(100'000, '[')), {"bad.json"});
  is_refused(with_dataset(one_case(R"({"nums": )" + std::string(100'000, '[') + R"(, "target": 3})")), {"bad.json"});
}

TEST_CASE("a bad file of a problem that was not selected is one warning") {
  const auto ran = with_dataset("nonsense", "sort-numbers");
  CHECK(ran.exit_code == 2);  // there are no sort-numbers datasets in the scratch directory
  CHECK_THAT(ran.err, ContainsSubstring("matches nothing") || ContainsSubstring("no problem"));
  const auto good = with_dataset("nonsense", "two-sum/v2.0.0/leetcode-1/example-1");
  CHECK(good.exit_code == 0);
  CHECK_THAT(good.err, StartsWith("warning: ") && ContainsSubstring("bad.json"));
}

TEST_CASE("a filter that matches nothing exits 2 and suggests the nearest names; so does one that is no expression") {
  const auto plugins = "--plugin-dir=" + shipped_plugins().string(), datasets = "--dataset-dir=" + shipped_datasets().string();
  is_refused(run_harness({"--benchmark_filter=two-sun", plugins, datasets}), {"matches nothing", "nearest: two-sum"});
  is_refused(run_harness({"--benchmark_filter=two-(sum", plugins, datasets}), {"not a regular expression"});
  is_refused(run_harness({"--case=leetcode-99", plugins, datasets}), {"--case=leetcode-99", "matches nothing"});
}

TEST_CASE("directories that are empty, missing, or closed are said") {
  const Scratch scratch;
  const auto datasets = "--dataset-dir=" + shipped_datasets().string();
  is_refused(run_harness({"--plugin-dir=" + scratch.path().string(), datasets}), {scratch.path().string(), "no solver"});
  is_refused(run_harness({"--plugin-dir=" + (scratch.path() / "none").string(), datasets}), {"none", "No such file"});
  is_refused(run_harness({"--plugin-dir=" + shipped_plugins().string(), "--dataset-dir=" + (scratch.path() / "none").string()}),
             {"none"});

  const auto closed = scratch.path() / "closed";
  std::filesystem::create_directory(closed);
  std::filesystem::permissions(closed, std::filesystem::perms::none);
  const auto ran = run_harness({"list", "--plugin-dir=" + closed.string()}, {.user = 65534});
  if (ran.exit_code != 127 && ran.exit_code != 126) {  // the build directory may itself be closed to others
    is_refused(ran, {"closed", "Permission denied"});
  }
}

TEST_CASE("only libraries that do not fit: the first reason is said, not just that nothing matched") {
  const Scratch scratch;
  scratch.write("two-sum-v1.0.0.so", "a text file");
  is_refused(run_harness({"--plugin-dir=" + scratch.path().string(), "--dataset-dir=" + shipped_datasets().string()}),
             {"no solver", "one library was skipped", "two-sum-v1.0.0.so"});
}

TEST_CASE("a file for the report that cannot be written is said before anything is measured") {
  is_refused(run_harness({"--benchmark_filter=two-sum/v2.0.0/leetcode-1", "--benchmark_format=json",
                      "--plugin-dir=" + shipped_plugins().string(), "--dataset-dir=" + shipped_datasets().string(),
                      "--benchmark_out=/no/such/directory/out.json"}),
             {"/no/such/directory/out.json", "cannot be written"});
}

TEST_CASE("a solver whose problem has no folder is skipped, and the line says what to add") {
  const Scratch scratch;
  std::filesystem::copy(shipped_datasets() / "two-sum", scratch.path() / "two-sum");
  const auto ran = run_harness({"--benchmark_filter=two-sum/v2.0.0/leetcode-1", "--benchmark_dry_run",
                            "--plugin-dir=" + shipped_plugins().string(), "--dataset-dir=" + scratch.path().string()});
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("sort-numbers-v1.0.0.so") && ContainsSubstring("sort-numbers/problem.yaml"));
}

TEST_CASE("output that does not arrive is no result: exit 2, also for the report's file") {
  const std::vector<std::string> run = {"--benchmark_filter=two-sum/v2.0.0/leetcode-1/example-1", "--benchmark_dry_run",
                                        "--plugin-dir=" + shipped_plugins().string(), "--dataset-dir=" + shipped_datasets().string()};
  Surround full;
  full.out = "/dev/full";
  for (auto arguments : {run, {"list", run[2]}, {"--version"}}) {
    const auto ran = run_harness(arguments, full);
    CHECK(ran.exit_code == 2);
    CHECK_THAT(ran.err, ContainsSubstring("stdout: cannot be written"));
  }
  auto with_report = run;
  with_report.push_back("--benchmark_out=/dev/full");
  const auto ran = run_harness(with_report);
  CHECK(ran.exit_code == 2);
  CHECK_THAT(ran.out, ContainsSubstring("example-1"));  // what was measured is still shown
  CHECK_THAT(ran.err, ContainsSubstring("--benchmark_out=/dev/full: cannot be written"));
}

TEST_CASE("a filter can neither hang the program nor crash it") {
  const auto plugins = "--plugin-dir=" + shipped_plugins().string(), datasets = "--dataset-dir=" + shipped_datasets().string();
  is_refused(run_harness({"--benchmark_filter=" + std::string(50'000, '(') + std::string(50'000, ')'), plugins, datasets}),
             {"at most 1000 characters"});
  is_refused(run_harness({"--benchmark_filter=(.*)*zz", plugins, datasets}), {"matches nothing"});
}

TEST_CASE("a problem whose library is missing is said once, before anything runs") {
  const Scratch scratch;
  std::filesystem::copy_file(shipped_plugins() / "two-sum-v2.0.0.so", scratch.path() / "two-sum-v2.0.0.so");
  is_refused(run_harness({"--plugin-dir=" + scratch.path().string(), "--dataset-dir=" + shipped_datasets().string(), "--benchmark_format=json"}),
             {"two-sum.problem.so", "one more --plugin-dir"});
}

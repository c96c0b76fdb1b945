// `harness calibrate`: what this machine would notice, and what a gate makes of it.
#include <algorithm>

#include <boost/json.hpp>

#include <harness/model/gate_json.hpp>

#include "../catch.hpp"
#include "program.hpp"

using namespace harness::test;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

std::string one_case() { return "--case=leetcode-1/example-1"; }

Ran calibrate(const Scratch& scratch, std::vector<std::string> arguments = {one_case()}) {
  arguments.insert(arguments.begin(), {"calibrate", "--benchmark_filter=v7.0.0-once/", "--dataset-dir=" + shipped_datasets().string(),
                                       "--baseline-dir=" + (scratch.path() / "baselines").string()});
  for (const auto& directory : {compared_plugins(), shipped_plugins()}) arguments.push_back("--plugin-dir=" + directory.string());
  return run_harness(arguments);
}

fs::path noise_file(const Scratch& scratch) {
  for (const auto& machine : fs::directory_iterator(scratch.path() / "baselines")) return machine.path() / "noise.json";
  return {};
}

// `allocates` held against `once`, as if it had been edited.
Ran gate(const Scratch& scratch) {
  const std::string from = "variant: allocates\n", to = "variant: once     \n";
  auto edited = content_of(compared_plugins() / "two-sum-v7.0.0-allocates.so");
  REQUIRE(edited.find(from) != edited.npos);
  edited.replace(edited.find(from), from.size(), to);
  scratch.write("new/two-sum-v7.0.0-once.so", edited);
  scratch.write("new/two-sum.problem.so", content_of(shipped_plugins() / "two-sum.problem.so"));
  scratch.write("old/two-sum-v7.0.0-once.so", content_of(compared_plugins() / "two-sum-v7.0.0-once.so"));
  return run_harness({"gate", "--base-dir=" + (scratch.path() / "old").string(), "--plugin-dir=" + (scratch.path() / "new").string(),
                      "--dataset-dir=" + shipped_datasets().string(), "--case=leetcode-1", "--benchmark_format=json", "--fail-on=limits",
                      "--baseline-dir=" + (scratch.path() / "baselines").string()},
                     {.directory = scratch.path()});
}

std::vector<std::string> order_of(const Ran& ran) {
  const auto report = harness::model::read_gate_report(ran.out, "stdout");
  REQUIRE(report);
  std::vector<std::string> names;
  for (const auto& one : report->cases) names.push_back(one.comparison.case_name);
  return names;
}

}  // namespace

TEST_CASE("calibrate writes what each case would show, and keeps what it knew of others") {
  const Scratch scratch;
  const auto first = calibrate(scratch);
  INFO(first.out << first.err);
  CHECK(first.exit_code == 0);
  CHECK_THAT(first.out, ContainsSubstring("two-sum/v7.0.0-once/leetcode-1/example-1  processes differ by ") && ContainsSubstring("would notice >= ") &&
                            ContainsSubstring("1 case: "));
  const auto second = calibrate(scratch, {"--case=leetcode-1/example-2"});
  INFO(second.out << second.err);
  CHECK(second.exit_code == 0);
  const auto read = json::parse(content_of(noise_file(scratch)));
  const auto& rows = read.at("benchmarks").as_array();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].at("name").as_string() == "two-sum/leetcode-1/example-1");
  CHECK(rows[1].at("name").as_string() == "two-sum/leetcode-1/example-2");
  for (const auto& row : rows) {
    for (const auto* figure : {"spread", "would_notice", "processes", "seconds"}) CHECK(row.at(figure).to_number<double>() >= 0);
    CHECK(row.at("would_notice").to_number<double>() > 0);
  }
}

TEST_CASE("the gate leaves for the end what this machine would not notice, and a damaged noise.json is a warning") {
  const Scratch scratch;
  const auto plain = gate(scratch);
  INFO(plain.out << plain.err);
  CHECK(plain.exit_code == 0);
  const auto order = order_of(plain);
  REQUIRE(order.size() == 3);

  REQUIRE(calibrate(scratch).exit_code == 0);
  auto known = json::parse(content_of(noise_file(scratch)));
  auto& row = known.at("benchmarks").as_array().at(0).as_object();
  row["name"] = row["run_name"] = "two-sum/" + order.front();
  row["would_notice"] = 0.5;
  scratch.write(fs::relative(noise_file(scratch), scratch.path()).string(), json::serialize(known));
  const auto informed = order_of(gate(scratch));
  REQUIRE(informed.size() == 3);
  CHECK(informed.back() == order.front());

  scratch.write(fs::relative(noise_file(scratch), scratch.path()).string(), "{");
  const auto damaged = gate(scratch);
  INFO(damaged.err);
  CHECK(damaged.exit_code == 0);
  CHECK_THAT(damaged.err, ContainsSubstring("warning: ") && ContainsSubstring("noise.json"));
  CHECK(order_of(damaged) == order);
  const auto refused = calibrate(scratch);
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.err, StartsWith("harness: ") && ContainsSubstring("noise.json"));
  CHECK(content_of(noise_file(scratch)) == "{");
}

TEST_CASE("calibrate refuses what means nothing to it, and what matches nothing") {
  const Scratch scratch;
  for (const std::string flag : {"--benchmark_out=x.json", "--histogram", "--isolation=none"}) {
    const auto ran = calibrate(scratch, {flag});
    INFO(flag << "\n" << ran.err);
    CHECK(ran.exit_code == 2);
    CHECK_THAT(ran.err, ContainsSubstring(flag.substr(0, flag.find('='))));
  }
  const auto nothing = calibrate(scratch, {"--case=no-such/case"});
  INFO(nothing.err);
  CHECK(nothing.exit_code == 2);
  CHECK_FALSE(fs::exists(scratch.path() / "baselines"));
}

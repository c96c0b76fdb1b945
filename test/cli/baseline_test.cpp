// `harness --baseline` and what belongs to it, from the first run to the alert. Versions of one solver are the sides of
// test/plugins/compared under one name; their costs differ by so much that no machine hides it.
#include <fstream>

#include "../catch.hpp"
#include "program.hpp"

using namespace harness::test;
namespace fs = std::filesystem;

namespace {

// A plugin directory, a baseline directory and a home, as one user has them.
class House {
 public:
  // The library `variant` of the compared ones takes the place of `once`, as if its source had been edited.
  void build(const std::string& variant) {
    auto bytes = content_of(compared_plugins() / ("two-sum-v7.0.0-" + variant + ".so"));
    const std::string from = "variant: " + variant + "\n";
    const auto at = bytes.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(variant.size() >= 4);
    bytes.replace(at, from.size(), "variant: once" + std::string(variant.size() - 4, ' ') + "\n");
    scratch_.write("plugins/two-sum-v7.0.0-once.so", bytes);
  }

  Ran baseline(std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.begin(), {"--baseline", "--case=leetcode-1/example-1", "--benchmark_filter=two-sum/v7"});
    // What is slower would be profiled for seconds each time: one test asks for that.
    const auto says = [](const std::string& argument) { return argument.starts_with("--profile"); };
    if (std::none_of(arguments.begin(), arguments.end(), says)) arguments.push_back("--profile=none");
    return run(std::move(arguments));
  }

  Ran run(std::vector<std::string> arguments) const {
    for (const auto& flag : {"--plugin-dir=" + (scratch_.path() / "plugins").string(), "--plugin-dir=" + shipped_plugins().string(),
                             "--dataset-dir=" + datasets_, "--baseline-dir=" + baselines().string()}) {
      arguments.push_back(flag);
    }
    return run_harness(arguments, {{{"XDG_DATA_HOME", (scratch_.path() / "data").string()}}});
  }

  fs::path baselines() const { return scratch_.path() / "baselines"; }
  fs::path file() const {
    for (const auto& machine : fs::directory_iterator(baselines())) return machine.path() / "two-sum.json";
    return {};
  }
  void lose_kept_libraries() const { fs::remove_all(scratch_.path() / "data"); }
  const Scratch& scratch() const { return scratch_; }

 private:
  Scratch scratch_;
  std::string datasets_ = shipped_datasets().string();
};

}  // namespace

TEST_CASE("the first run begins a history, and the same code stays within it") {
  House house;
  house.build("once");
  const auto first = house.baseline();
  INFO(first.out << first.err);
  CHECK(first.exit_code == 0);
  CHECK_THAT(first.out, ContainsSubstring("new") && ContainsSubstring("recorded in"));
  const auto second = house.baseline();
  INFO(second.out << second.err);
  CHECK(second.exit_code == 0);
#ifdef __SANITIZE_ADDRESS__  // no memory pass there
  CHECK_THAT(second.out, ContainsSubstring("p95_delta: "));
#else
  CHECK_THAT(second.out, ContainsSubstring("mem_delta: +0B, gc_delta: +0, alloc_delta: +0, p95_delta: "));
#endif
  CHECK_THAT(content_of(house.file()), ContainsSubstring("\"segments\""));
}

TEST_CASE("an edited solver that takes three times as long is slower with exit 1, and the third run raises the alert once") {
  House house;
  house.build("once");
  for (int run = 0; run < 3; ++run) REQUIRE(house.baseline().exit_code == 0);
  house.build("thrice");
  for (int run = 1; run <= 4; ++run) {
    const auto ran = house.baseline(run == 3 ? std::vector<std::string>{"--profile=cpu,heap"} : std::vector<std::string>{});
    INFO("run " << run << "\n" << ran.out << ran.err);
    CHECK(ran.exit_code == 1);
    CHECK_THAT(ran.out, ContainsSubstring("two-sum/v7.0.0-once/leetcode-1/example-1") && ContainsSubstring(run == 3 ? "ALERT" : "SLOWER"));
#ifndef __SANITIZE_ADDRESS__  // no profiles there
    if (run == 3) CHECK_THAT(ran.out, ContainsSubstring("why: ") && ContainsSubstring("of samples (n="));
#endif
    CHECK((ran.out.find("historical mean") != std::string::npos) == (run == 3));
  }
  const auto shown = house.run({"baseline", "show", "two-sum"});
  INFO(shown.out << shown.err);
  CHECK(shown.exit_code == 0);
  CHECK_THAT(shown.out, ContainsSubstring("alert"));

  const auto accepted = house.run({"baseline", "accept", "two-sum/v7.0.0-once", "--why=three times the features"});
  INFO(accepted.out << accepted.err);
  CHECK(accepted.exit_code == 0);
  CHECK_THAT(content_of(house.file()), ContainsSubstring("accepted: three times the features"));
  const auto after = house.baseline();
  INFO(after.out << after.err);
  CHECK(after.exit_code == 0);

  house.build("once");
  const auto faster = house.baseline();
  INFO(faster.out << faster.err);
  CHECK(faster.exit_code == 0);
  CHECK_THAT(faster.out, ContainsSubstring("faster"));
}

TEST_CASE("more allocations than before are worse with exit 1, however fast it is") {
  House house;
  house.build("once");
  REQUIRE(house.baseline().exit_code == 0);
  house.build("allocates");
  const auto ran = house.baseline();
  INFO(ran.out << ran.err);
#ifndef __SANITIZE_ADDRESS__
  CHECK(ran.exit_code == 1);
  CHECK_THAT(ran.out, !ContainsSubstring("alloc_delta: +0,"));
#endif
}

TEST_CASE("where the pin's library is gone a new segment begins: new, exit 0") {
  House house;
  house.build("once");
  REQUIRE(house.baseline().exit_code == 0);
  house.lose_kept_libraries();
  house.build("thrice");
  const auto ran = house.baseline();
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("new") && ContainsSubstring("a new segment begins"));
}

TEST_CASE("another pin chains the history by a duet of both") {
  House house;
  house.build("once");
  REQUIRE(house.baseline().exit_code == 0);
  house.build("thrice");
  const auto pinned = house.run({"baseline", "pin", "two-sum-v7.0.0-once", "--case=leetcode-1/example-1"});
  INFO(pinned.out << pinned.err);
  CHECK(pinned.exit_code == 0);
  CHECK_THAT(pinned.out, ContainsSubstring("chained"));
  CHECK_THAT(content_of(house.file()), ContainsSubstring("\"chain\""));
  house.build("once");
  const auto back = house.baseline();
  INFO(back.out << back.err);
  CHECK(back.exit_code == 0);
  CHECK_THAT(back.out, !ContainsSubstring("SLOWER") && !ContainsSubstring("faster"));
}

TEST_CASE("--no-record compares and writes nothing") {
  House house;
  house.build("once");
  REQUIRE(house.baseline().exit_code == 0);
  const auto before = content_of(house.file());
  const auto ran = house.baseline({"--no-record"});
  CHECK(ran.exit_code == 0);
  CHECK(content_of(house.file()) == before);
}

TEST_CASE("a report of --baseline is compared with the history again, and never worse than suspect") {
  House house;
  house.build("once");
  for (int run = 0; run < 2; ++run) REQUIRE(house.baseline().exit_code == 0);
  house.build("thrice");
  const auto report = (house.scratch().path() / "new.json").string();
  REQUIRE(house.baseline({"--no-record", "--benchmark_out=" + report}).exit_code == 1);
  const auto ran = house.run({"diff", "--baseline", report});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("/two-sum~1v7.0.0-once~1leetcode-1~1example-1/ratio_to_pin") && ContainsSubstring("\"verdict\":\"suspect\""));
  CHECK_THAT(ran.out, !ContainsSubstring("slower"));
}

TEST_CASE("a damaged history is told in one line with exit 2, and stays as it is") {
  House house;
  house.build("once");
  REQUIRE(house.baseline().exit_code == 0);
  const auto file = house.file();
  const auto whole = content_of(file);
  struct Damage {
    std::string text, words;
  };
  for (const auto& damage : std::vector<Damage>{{whole.substr(0, whole.size() / 2), "expected"},
                                                {"<<<<<<< HEAD\n" + whole, "merge conflict"},
                                                {"{\"harness_baseline_schema\": 99}", "newer"},
                                                {"\xff\xfe", "expected"}}) {
    std::ofstream(file, std::ios::trunc) << damage.text;
    for (const auto& arguments : std::vector<std::vector<std::string>>{{"--baseline", "--benchmark_filter=two-sum/v7"}, {"baseline", "show"}}) {
      const auto ran = house.run(arguments);
      INFO(damage.words << "\n" << ran.out << ran.err);
      CHECK(ran.exit_code == 2);
      CHECK_THAT(ran.err, ContainsSubstring(damage.words) && ContainsSubstring("two-sum.json"));
    }
    CHECK(content_of(file) == damage.text);
  }
}

TEST_CASE("a case that is gone is missing, and pruned when asked") {
  House house;
  house.build("once");
  REQUIRE(house.baseline().exit_code == 0);
  auto text = content_of(house.file());
  for (auto at = text.find("example-1"); at != std::string::npos; at = text.find("example-1", at)) text.replace(at, 9, "example-9");
  std::ofstream(house.file(), std::ios::trunc) << text;
  const auto ran = house.run({"--baseline", "--case=leetcode-1", "--benchmark_filter=two-sum/v7", "--no-record"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 4);
  CHECK_THAT(ran.err, ContainsSubstring("missing: two-sum/v7.0.0-once/leetcode-1/example-9"));
  const auto named = house.run({"baseline", "prune"});
  INFO(named.out << named.err);
  CHECK(named.exit_code == 0);
  CHECK_THAT(named.out, ContainsSubstring("two-sum/v7.0.0-once/leetcode-1/example-9") && ContainsSubstring("0 histories forgotten"));
  const auto pruned = house.run({"baseline", "prune", "two-sum/v7.0.0-once/leetcode-1/example-9"});
  INFO(pruned.out << pruned.err);
  CHECK(pruned.exit_code == 0);
  CHECK_THAT(pruned.out, ContainsSubstring("forgotten: two-sum/v7.0.0-once/leetcode-1/example-9"));
}

TEST_CASE("two versions of a line that are new in one run each begin a history of their own") {
  House house;
  house.build("once");
  const auto ran = house.run({"--baseline", "--case=leetcode-1/example-1", "--benchmark_filter=two-sum/v2"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("2 new"));
  CHECK_THAT(content_of(house.file()), ContainsSubstring("\"solver\": \"v2.1.0\"") && !ContainsSubstring("\"segment\": 1"));
}

TEST_CASE("a flag that a subcommand does not read is refused") {
  House house;
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"baseline", "accept", "two-sum", "--why=x", "--case=leetcode-1"}, {"list", "--timeout=3"}, {"diff", "a", "b", "--strict"}}) {
    const auto ran = house.run(arguments);
    INFO(ran.out << ran.err);
    CHECK(ran.exit_code == 2);
  }
}

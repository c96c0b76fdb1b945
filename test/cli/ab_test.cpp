// `harness --ab`: two sides of test/plugins/compared, whose costs differ by so much that no machine hides it.
#include <boost/json.hpp>

#include "../catch.hpp"
#include "program.hpp"

using namespace harness::test;
namespace json = boost::json;

namespace {

Ran compared(const std::string& sides, std::vector<std::string> arguments = {"--case=leetcode-1"}) {
  arguments.insert(arguments.begin(), {"--ab=" + sides, "--dataset-dir=" + shipped_datasets().string()});
  for (const auto& directory : {compared_plugins(), shipped_plugins()}) arguments.push_back("--plugin-dir=" + directory.string());
  return run_harness(arguments);
}

std::string side(const std::string& variant) { return "two-sum-v7.0.0-" + variant + ".so"; }

}  // namespace

TEST_CASE("three times the work is slower, with exit 1, whichever the case") {
  const auto ran = compared(side("once") + "," + side("thrice"));
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 1);
  CHECK_THAT(ran.out, ContainsSubstring("example-1") && ContainsSubstring("example-2") && ContainsSubstring("example-3"));
  CHECK_THAT(ran.out, ContainsSubstring("SLOWER"));
}

TEST_CASE("with the sides swapped it is faster, with exit 0") {
  const auto ran = compared(side("thrice") + "," + side("once"));
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("faster"));
}

TEST_CASE("equal code is said without measuring, also of a library with itself") {
#ifdef __SANITIZE_ADDRESS__
  const std::vector<std::string> others{side("once")};  // sanitizers put the file's name into the code
#else
  const std::vector<std::string> others{side("once-again"), side("once")};
#endif
  for (const auto& other : others) {
    const auto ran = compared(side("once") + "," + other);
    INFO(ran.out << ran.err);
    CHECK(ran.exit_code == 0);
    CHECK_THAT(ran.out, ContainsSubstring("same code, nothing to measure"));
  }
}

TEST_CASE("a wrong answer ends with exit 3 and the smallest case that shows it") {
  const auto ran = compared(side("once") + "," + side("wrong-from-three"), {});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 3);
  CHECK_THAT(ran.out, ContainsSubstring("leetcode-1/example-2") && ContainsSubstring("wrong answer") && ContainsSubstring("smallest of"));
  CHECK_THAT(ran.out, !ContainsSubstring("would notice"));
}

TEST_CASE("a side that crashes while it is measured gets no verdict, is named, and exits 3") {
  const auto ran = compared(side("once") + "," + side("crashes-later"), {"--case=leetcode-1/example-1"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 3);
  CHECK_THAT(ran.out, ContainsSubstring("crashes-later") && ContainsSubstring("crashed: SIGABRT"));
  CHECK_THAT(ran.out, !ContainsSubstring("SLOWER") && !ContainsSubstring("faster"));
}

TEST_CASE("a side that answers rightly alone and wrongly while it is measured is failed by name, with exit 3") {
  const auto ran = compared(side("once") + "," + side("wrong-beside"), {"--case=leetcode-1/example-1"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 3);
  CHECK_THAT(ran.out, ContainsSubstring("FAILED: v7.0.0-wrong-beside: wrong answer on a later call"));
}

TEST_CASE("a crash that only happens beside the other side blames neither, and exits 3") {
  const auto ran = compared(side("once") + "," + side("crashes-beside"), {"--case=leetcode-1/example-1"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 3);
  CHECK_THAT(ran.out, ContainsSubstring("shared a process: crashed: SIGABRT") && ContainsSubstring("alone neither failed in 10 runs"));
}

TEST_CASE("a side that gets slower while it runs gets no verdict that its halves contradict") {
  const auto ran = compared(side("once") + "," + side("tires"), {"--case=leetcode-1/example-1"});
  INFO(ran.out << ran.err);
  CHECK_THAT(ran.out, ContainsSubstring("gets slower"));
}

TEST_CASE("sides that do not fit together are told so with exit 2") {
  struct Bad {
    std::string sides, words;
  };
  for (const auto& bad : std::vector<Bad>{{"two-sum-v1.0.0.so,sort-numbers-v1.0.0.so", "solves two-sum"},
                                          {"two-sum-v1.0.0.so,two-sum-v9.9.9.so", "two-sum-v9.9.9"},
                                          {"two-sum-v1.0.0.so", "needs two sides"},
                                          {"two-sum-v1.0.0.so,/bin/true", "is a program"},
                                          {"two-sum-v1.0.0.so,./no-such-file.so", "no-such-file.so"}}) {
    const auto ran = compared(bad.sides);
    INFO(bad.sides << "\n" << ran.out << ran.err);
    CHECK(ran.exit_code == 2);
    CHECK_THAT(ran.err, ContainsSubstring(bad.words));
  }
}

TEST_CASE("a case that takes longer than the budget is not begun") {
  const auto ran = compared(side("once") + "," + side("thrice"), {"--case=leetcode-1/example-1", "--budget=1ms"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("cannot tell") && ContainsSubstring("--budget="));
}

TEST_CASE("the report holds every process and step, and explain says what they add up to") {
  Scratch scratch;
  const auto file = (scratch.path() / "ab.json").string();
  const auto ran = compared(side("once") + "," + side("thrice"), {"--case=leetcode-1/example-1", "--benchmark_out=" + file});
  INFO(ran.out << ran.err);
  REQUIRE(ran.exit_code == 1);
  const auto report = json::parse(content_of(file));
  const auto& comparison = report.at("comparisons").at(0);
  CHECK(comparison.at("verdict").as_string() == "slower");
  REQUIRE(comparison.at("duets").as_array().size() == 2);
  CHECK(comparison.at("duets").at(0).at("processes").as_array().size() >= 3);
  CHECK(comparison.at("duets").at(0).at("path").as_array().size() >= 3);
  CHECK(report.at("benchmarks").as_array().size() == 2);

  const auto explained = run_harness({"explain", file, "leetcode-1/example-1"});
  INFO(explained.out << explained.err);
  CHECK(explained.exit_code == 0);
  CHECK_THAT(explained.out, ContainsSubstring("slower") && ContainsSubstring("evidence"));
  CHECK(run_harness({"explain", file, "no-such-case"}).exit_code == 2);
}

TEST_CASE("three sides are ranked against the first") {
  const auto ran = compared(side("thrice") + "," + side("once") + "," + side("allocates"), {"--case=leetcode-1/example-1"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("once") && ContainsSubstring("allocates") && ContainsSubstring("thrice"));
}

TEST_CASE("what an A/B cannot use of Google Benchmark's flags is refused") {
  const auto ran = compared(side("once") + "," + side("thrice"), {"--benchmark_repetitions=5"});
  CHECK(ran.exit_code == 2);
  CHECK_THAT(ran.err, ContainsSubstring("--benchmark_repetitions: means nothing to --ab"));
  const auto effect = compared(side("once") + "," + side("thrice"), {"--min-effect=2"});
  CHECK(effect.exit_code == 2);
  CHECK_THAT(effect.err, ContainsSubstring("write --min-effect=2%"));
}

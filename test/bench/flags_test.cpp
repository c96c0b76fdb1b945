#include <harness/bench/flags.hpp>

#include <map>

#include "../catch.hpp"

using namespace harness;
using bench::Filter;
using bench::parse_flags;

namespace {

const char* no_environment(const char*) { return nullptr; }

bench::Flags parsed(const std::vector<std::string>& arguments) {
  const auto flags = parse_flags(arguments, no_environment);
  REQUIRE(flags);
  return *flags;
}

std::string refused(const std::vector<std::string>& arguments) {
  const auto flags = parse_flags(arguments, no_environment);
  REQUIRE_FALSE(flags);
  CHECK(flags.error().exit == Exit::kUsage);
  return flags.error().text();
}

}  // namespace

TEST_CASE("--benchmark_min_time takes seconds with and without suffix, and a number of calls") {
  CHECK(parsed({"--benchmark_min_time=0.25"}).min_time_seconds == 0.25);
  CHECK(parsed({"--benchmark_min_time=0.25s"}).min_time_seconds == 0.25);
  CHECK(parsed({"--benchmark_min_time=30x"}).fixed_calls == 30U);
  CHECK(parsed({}).min_time_seconds == 0.05);
  for (const auto* bad : {"0x", "-1", "nan", "1.5x", "s", "1m"}) {
    CHECK_THAT(refused({std::string("--benchmark_min_time=") + bad}), ContainsSubstring("or a number of calls (30x)"));
  }
}

TEST_CASE("what the command line does not say is taken from the environment, and a bad value there is named") {
  const std::map<std::string, std::string> variables = {{"BENCHMARK_MIN_TIME", "0.5s"}, {"BENCHMARK_REPETITIONS", "7"}};
  const auto look_up = [&](const char* name) { return variables.count(name) ? variables.at(name).c_str() : nullptr; };
  const auto flags = parse_flags({"--benchmark_repetitions=2"}, look_up);
  REQUIRE(flags);
  CHECK(flags->min_time_seconds == 0.5);
  CHECK(flags->repetitions == 2);

  const auto bad = parse_flags({}, [](const char* name) { return std::string(name) == "BENCHMARK_REPETITIONS" ? "many" : nullptr; });
  REQUIRE_FALSE(bad);
  CHECK_THAT(bad.error().text(), StartsWith("BENCHMARK_REPETITIONS: expected a whole number"));
}

TEST_CASE("a dry run is one call in one process") {
  const auto flags = parsed({"--benchmark_dry_run=true", "--benchmark_repetitions=9"});
  CHECK(flags.repetitions == 1);
  CHECK(bench::calls_for(flags, 1e-9) == 1);
}

TEST_CASE("unknown flags and bad values are refused with the value that was found") {
  CHECK_THAT(refused({"--benchmark_filtr=x"}), StartsWith("--benchmark_filtr: is not a flag"));
  CHECK_THAT(refused({"--benchmark_format=xml"}), ContainsSubstring("console, json, csv"));
  CHECK_THAT(refused({"--benchmark_perf_counters=CYCLES"}), ContainsSubstring("would count this process"));
  CHECK_THAT(refused({"--benchmark_repetitions=0"}), ContainsSubstring("found \"0\""));
  CHECK_THAT(refused({"--benchmark_context=novalue"}), ContainsSubstring("key=value"));
  CHECK_THAT(refused({"--v=high"}), StartsWith("--v: expected a whole number"));
}

TEST_CASE("Google Benchmark's own flags are passed on in a form that both versions read") {
  const auto flags = parsed({"--benchmark_enable_random_interleaving", "--benchmark_time_unit=ms", "--v=1"});
  CHECK(flags.passed == std::vector<std::string>{"--benchmark_enable_random_interleaving=true", "--benchmark_time_unit=ms", "--v=1"});
}

TEST_CASE("the filter is an extended regular expression that is searched for; a leading minus negates") {
  const auto matches = [](const std::string& text, const std::string& name) { return Filter::parse(text)->matches(name); };
  CHECK(matches("two-sum", "two-sum/v2.0.0/leetcode-1/example-1"));
  CHECK(matches("v2.*(16|64)$", "two-sum/v2.0.0/uniform/16"));
  CHECK_FALSE(matches("v2.*(16|64)$", "two-sum/v2.0.0/uniform/256"));
  CHECK_FALSE(matches("-two-sum", "two-sum/v2.0.0/uniform/16"));
  CHECK(matches("-two-sum", "sort-numbers/v1.0.0/uniform/16"));
  CHECK(matches("", "anything"));
  CHECK(matches("all", "anything"));
  const auto bad = Filter::parse("two-(sum");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().exit == Exit::kUsage);
}

TEST_CASE("calls per process follow from the cost of a call and never fall below one") {
  bench::Flags flags;
  CHECK(bench::calls_for(flags, 1e-3) == 50);
  CHECK(bench::calls_for(flags, 10) == 1);
  CHECK(bench::calls_for(flags, 0) == 1'000'000'000);
  flags.fixed_calls = 30;
  CHECK(bench::calls_for(flags, 10) == 30);
}

TEST_CASE("the nearest names come first, each once, three at the most") {
  CHECK(bench::nearest("two-sun", {"sort-numbers", "two-sum", "two-sum", "three-sum", "four-sum"}) ==
        std::vector<std::string>{"two-sum", "four-sum", "three-sum"});
  CHECK(bench::nearest("x", {}).empty());
}

#include <harness/cli/options.hpp>

#include <map>

#include "../catch.hpp"

using namespace harness;
using cli::Options;

namespace {

std::map<std::string, std::string> variables;

const char* look_up(const char* name) {
  const auto found = variables.find(name);
  return found == variables.end() ? nullptr : found->second.c_str();
}

Result<Options> read(const std::vector<std::string>& arguments) { return cli::read_options(arguments, {"", look_up}); }

}  // namespace

TEST_CASE("-plugin-dir=DIR with one dash is the same as with two, and the flag wins over the environment") {
  variables = {{"HARNESS_PLUGIN_DIR", "/from/environment"}};
  for (const auto* flag : {"-plugin-dir=./p", "--plugin-dir=./p"}) {
    const auto options = read({flag});
    REQUIRE(options);
    CHECK(options->run.places.plugin_directories == std::vector<std::filesystem::path>{"./p"});
  }
  CHECK(read({"-plugin-dir", "./p"})->run.places.plugin_directories.front() == "./p");
  CHECK(read({})->run.places.plugin_directories.front() == "/from/environment");
  variables.clear();
  CHECK(read({})->run.places.plugin_directories.front() == "plugins");
}

TEST_CASE("Google Benchmark's flags and ours mix in any order") {
  const auto options = read({"--benchmark_filter=two-sum", "--case=leetcode-1", "--benchmark_repetitions=5", "--timeout=2.5"});
  REQUIRE(options);
  CHECK(options->command == Options::Command::kRun);
  CHECK(options->run.flags.filter == "two-sum");
  CHECK(options->run.flags.repetitions == 5);
  CHECK(options->run.case_glob == "leetcode-1");
  CHECK(options->run.timeout_seconds == 2.5);
}

TEST_CASE("list takes its directories before and after the word") {
  for (const auto& arguments : {std::vector<std::string>{"list", "--long", "--plugin-dir=x"}, {"--plugin-dir=x", "list", "--long"}}) {
    const auto options = read(arguments);
    REQUIRE(options);
    CHECK(options->command == Options::Command::kList);
    CHECK(options->long_form);
    CHECK(options->run.places.plugin_directories.front() == "x");
  }
}

TEST_CASE("what is not known is refused with exit 2 and a way on") {
  for (const auto& arguments : {std::vector<std::string>{"--no-such-flag"}, {"lsit"}, {"--isolation=jail"}, {"--timeout=0"},
                                {"--timeout=soon"}, {"--benchmark_filtr=x"}, {"list", "--benchmark_filter=x"}}) {
    const auto options = read(arguments);
    REQUIRE_FALSE(options);
    CHECK(options.error().exit == Exit::kUsage);
    CHECK_FALSE(options.error().text().empty());
  }
  CHECK_THAT(read({"--no-such-flag"}).error().text(), ContainsSubstring("--no-such-flag"));
}

TEST_CASE("a rollback is a version of a run, and never the argument behind it") {
  CHECK(read({"--rollback=two-sum-v0.8.3"})->run.rollback == "two-sum-v0.8.3");
  CHECK(read({"-rollback", "two-sum@prev"})->run.rollback == "two-sum@prev");
  CHECK_FALSE(read({})->run.rollback);
  for (const auto& arguments : {std::vector<std::string>{"--rollback=", "--case=x"}, {"list", "--rollback=two-sum-v1"},
                                {"doctor", "--rollback=two-sum-v1"}, {"--rollback"}}) {
    const auto options = read(arguments);
    REQUIRE_FALSE(options);
    CHECK(options.error().exit == Exit::kUsage);
    CHECK_THAT(options.error().text(), ContainsSubstring("--rollback"));
  }
}

TEST_CASE("help and version are texts, not runs") {
  CHECK_THAT(read({"--help"})->shown, ContainsSubstring("--benchmark_filter=REGEX"));
  CHECK_THAT(read({"--version"})->shown, StartsWith("harness 0."));
}

// --rollback: an earlier version in its problem's place, said first.
#include <filesystem>

#include <boost/json.hpp>

#include "../catch.hpp"
#include "program.hpp"

using namespace harness::test;

namespace {

// Shipped versions of two-sum, one problem beside it, and what else a test puts there.
class Plugins {
 public:
  Plugins() {
    for (const auto* name : {"two-sum-v0.8.3.so", "two-sum-v1.0.0.so", "two-sum-v2.0.0.so", "two-sum-v2.1.0.so", "two-sum.problem.so",
                             "sort-numbers-v1.0.0.so", "sort-numbers.problem.so"}) {
      copy(shipped_plugins() / name, name);
    }
  }
  void copy(const std::filesystem::path& from, const std::string& name) const {
    if (std::filesystem::exists(from)) std::filesystem::copy_file(from, scratch_.path() / name);
  }
  void write(const std::string& name, const std::string& content) const { scratch_.write(name, content); }
  void remove(const std::string& name) const { std::filesystem::remove(scratch_.path() / name); }
  std::filesystem::path path() const { return scratch_.path(); }

  Ran roll_back(const std::string& text, std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.end(), {"--rollback=" + text, "--case=leetcode-*", "--benchmark_dry_run",
                                       "--plugin-dir=" + scratch_.path().string(), "--dataset-dir=" + shipped_datasets().string()});
    return run_harness(arguments);
  }

 private:
  Scratch scratch_;
};

}  // namespace

TEST_CASE("--rollback says what it loaded first, then runs that version alone") {
  const Plugins plugins;
  for (const auto* text : {"two-sum-v0.8.3", "two-sum-v0.8.3.so", "two-sum@0.8.x", "two-sum-v0"}) {
    const auto ran = plugins.roll_back(text);
    INFO(text << "\n" << ran.out << ran.err);
    CHECK(ran.exit_code == 0);
    CHECK_THAT(ran.out, StartsWith("loaded: two-sum-v0.8.3.so\n") && ContainsSubstring("two-sum/v0.8.3/leetcode-1/example-1"));
    CHECK_THAT(ran.out, !ContainsSubstring("two-sum/v1") && !ContainsSubstring("two-sum/v2") && !ContainsSubstring("sort-numbers"));
  }
}

TEST_CASE("with a filter other problems run too, the rolled back one in one version") {
  const Plugins plugins;
  const auto ran = plugins.roll_back("two-sum-v1", {"--benchmark_filter=(two-sum|sort-numbers)/.*/example-1"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, StartsWith("loaded: two-sum-v1.0.0.so\n") && ContainsSubstring("two-sum/v1.0.0/") &&
                          ContainsSubstring("sort-numbers/v1.0.0/"));
  CHECK_THAT(ran.out, !ContainsSubstring("two-sum/v2"));
}

TEST_CASE("a library is loaded by the version in its descriptor, whatever its file is called") {
  const Plugins plugins;
  std::filesystem::rename(plugins.path() / "two-sum-v0.8.3.so", plugins.path() / "last-week.so");
  for (const auto* text : {"two-sum-v0.8.3", "last-week.so"}) {
    const auto ran = plugins.roll_back(text);
    INFO(ran.out << ran.err);
    CHECK(ran.exit_code == 0);
    CHECK_THAT(ran.out, StartsWith("loaded: last-week.so\n") && ContainsSubstring("two-sum/v0.8.3/"));
  }
  const Plugins others;
  const auto by_path = others.roll_back((plugins.path() / "last-week.so").string());
  CHECK_THAT(by_path.out, StartsWith("loaded: last-week.so\n") && ContainsSubstring("two-sum/v0.8.3/"));
}

TEST_CASE("what does not fit is passed over with its reason: a broken file, one that crashes on loading, one of other types") {
  const Plugins plugins;
  plugins.write("two-sum-v9.5.0.so", "text\n");
  plugins.copy(misbehaving_plugins() / "two-sum-v9.0.0-crash-on-load.so", "two-sum-v9.0.0-crash-on-load.so");
  plugins.copy(misbehaving_plugins() / "two-sum-v9.0.0-other-types.so", "two-sum-v9.0.0-other-types.so");
  const auto ran = plugins.roll_back("two-sum@>=2");
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, StartsWith("loaded: two-sum-v2.1.0.so\n"));
  CHECK_THAT(ran.err, ContainsSubstring("passed over two-sum-v9.5.0.so: is text"));

  // Without others that fit, each of them is tried.
  for (const auto* name : {"two-sum-v2.0.0.so", "two-sum-v2.1.0.so"}) plugins.remove(name);
  for (const auto* text : {"two-sum-v9-crash-on-load", "two-sum-v9-other-types", "two-sum-v9.5.0"}) {
    const auto refused = plugins.roll_back(text);
    INFO(text << "\n" << refused.out << refused.err);
    CHECK(refused.exit_code == 5);
    CHECK(refused.out.empty());
    CHECK_THAT(refused.err, ContainsSubstring("refused: nothing that fits is left to roll back to"));
  }
  CHECK_THAT(plugins.roll_back("two-sum-v9-crash-on-load").err, ContainsSubstring("crashed: SIG"));
  CHECK_THAT(plugins.roll_back("two-sum-v9-other-types").err, ContainsSubstring("target"));
}

TEST_CASE("nothing left is exit 5 with what there is and the nearest") {
  const Plugins plugins;
  const auto ran = plugins.roll_back("two-sum-v1.7.0");
  CHECK(ran.exit_code == 5);
  CHECK(ran.out.empty());
  CHECK(ran.err ==
        "harness: --rollback=two-sum-v1.7.0: refused: nothing that fits is left to roll back to; of two-sum there are v0.8.3, v1.0.0, "
        "v2.0.0, v2.1.0; nearest: two-sum-v1.0.0, two-sum-v2.0.0\n");
}

TEST_CASE("a text that names nothing, and a rollback of another command, are usage errors") {
  const Plugins plugins;
  for (const auto& text : {std::string(), std::string("   "), std::string("latest"), std::string("two-sum\x1b[2J"), std::string(10'000, 'v')}) {
    const auto ran = plugins.roll_back(text);
    INFO(ran.err);
    CHECK(ran.exit_code == 2);
    CHECK(ran.out.empty());
    CHECK(ran.err.find('\x1b') == std::string::npos);
    CHECK(ran.err.size() < 500);
  }
  CHECK(run_harness({"list", "--rollback=two-sum-v1", "--plugin-dir=" + plugins.path().string()}).exit_code == 2);
}

TEST_CASE("json stays json: what was loaded is told on the other stream") {
  const Plugins plugins;
  const auto ran = plugins.roll_back("two-sum@prev", {"--benchmark_format=json"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_NOTHROW(boost::json::parse(ran.out));
  CHECK_THAT(ran.err, ContainsSubstring("loaded: two-sum-v2.0.0.so"));
}

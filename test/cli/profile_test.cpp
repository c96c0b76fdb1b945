// --profile and --trace, and `harness explain RUN`: what is made, kept, shown and refused.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "../catch.hpp"
#include "program.hpp"

using namespace harness::test;
namespace fs = std::filesystem;

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool kProfiles = false;
#else
constexpr bool kProfiles = true;
#endif

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// A state folder that outlives single calls of the program.
class State {
 public:
  Ran run(std::vector<std::string> arguments) const {
    Surround surround;
    surround.environment = {{"XDG_STATE_HOME", scratch_.path().string()}};
    surround.directory = scratch_.path();
    return run_harness(std::move(arguments), surround);
  }
  fs::path scratch() const { return scratch_.path(); }
  std::vector<fs::path> runs() const {
    std::vector<fs::path> found;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(scratch_.path() / "harness/runs", none)) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  Scratch scratch_;
};

const std::vector<std::string> kOneCase = {"--benchmark_filter=two-sum/v2.1.0/uniform/1024$", "--passes=time,memory",
                                           "--benchmark_min_time=1x", "--benchmark_repetitions=1"};

std::vector<std::string> one_case(std::vector<std::string> more) {
  more.insert(more.begin(), kOneCase.begin(), kOneCase.end());
  return more;
}

}  // namespace

TEST_CASE("a profiled case is listed, kept for other tools, and explained in full with its source") {
  if (!kProfiles) {
    WARN("not run under sanitizers: there are no profiles there");
    return;
  }
  const State state;
  const auto ran = state.run(one_case({"--profile=cpu,heap", "--benchmark_out=report.json"}));
  INFO(ran.out << ran.err);
  REQUIRE(ran.exit_code == 0);
  CHECK(has(ran.out, "Profiles\n"));
  REQUIRE(state.runs().size() == 1);
  const auto run = state.runs().front(), profiles = run / "profiles";
  for (const char* name : {"cpu.prof", "cpu.pb.gz", "cpu.folded", "heap", "heap.pb.gz", "json", "svg"}) {
    INFO(name);
    CHECK(fs::file_size(profiles / (std::string("two-sum_v2.1.0_uniform_1024.") + name)) > 100);
  }
  CHECK(has(text_of(profiles / "two-sum_v2.1.0_uniform_1024.cpu.prof"), (run / "libraries").string()));

  const auto context = boost::json::parse(text_of(state.scratch() / "report.json")).at("context");
  const auto fingerprint = boost::json::parse(context.at("fingerprint:two-sum/v2.1.0/uniform/1024").as_string().c_str());
  CHECK(fingerprint.at("sha256").as_string().size() == 64);
  CHECK(fingerprint.at("vector").as_array().size() == 12);

  const auto id = run.filename().string();
  const auto listed = state.run({"explain", id});
  CHECK(listed.exit_code == 0);
  CHECK(has(listed.out, "two-sum/v2.1.0/uniform/1024"));
  const auto explained = state.run({"explain", id.substr(0, 15), "uniform/1024", "--source"});
  INFO(explained.out << explained.err);
  CHECK(explained.exit_code == 0);
  CHECK(has(explained.out, "IndexTable::place_of"));
  CHECK(has(explained.out, "allocations of a call"));
  CHECK(has(explained.out, "blocked"));
  CHECK(has(explained.out, "two-sum-v2.1.0/open_addressing.cpp"));
  const auto wrong = state.run({"explain", id, "uniform/1025"});
  CHECK(wrong.exit_code == 2);
  CHECK(has(wrong.err, "nearest: two-sum/v2.1.0/uniform/1024"));

  SECTION("a profile that was damaged is one line, and nothing else is lost") {
    std::ofstream(profiles / "two-sum_v2.1.0_uniform_1024.json", std::ios::trunc) << "{\"harness_profile_schema\": 1";
    const auto damaged = state.run({"explain", id, "uniform/1024"});
    CHECK(damaged.exit_code == 2);
    CHECK(std::count(damaged.err.begin(), damaged.err.end(), '\n') == 1);
    CHECK(has(damaged.err, "two-sum_v2.1.0_uniform_1024.json"));
  }
  SECTION("the heap alone is exact and quick") {
    const auto again = state.run(one_case({"--profile=heap"}));
    CHECK(again.exit_code == 0);
    CHECK(has(again.out, "2 allocation sites"));
    CHECK_FALSE(has(again.out, " samples"));
  }
}

TEST_CASE("a run without --profile keeps nothing") {
  const State state;
  const auto ran = state.run(one_case({}));
  CHECK(ran.exit_code == 0);
  CHECK_FALSE(has(ran.out, "Profiles"));
  CHECK(state.runs().empty());
}

TEST_CASE("the timeline of a run has every step of every worker, named by solver and case") {
  const State state;
  const auto ran = state.run(one_case({"--trace=trace.json"}));
  INFO(ran.out << ran.err);
  REQUIRE(ran.exit_code == 0);
  const auto trace = boost::json::parse(text_of(state.scratch() / "trace.json"));
  std::vector<std::string> steps;
  for (const auto& event : trace.at("traceEvents").as_array()) {
    if (event.at("ph").as_string() != "X" || event.at("args").at("solver").as_string() != "two-sum/v2.1.0") continue;
    CHECK(event.at("args").at("case").as_string() == "uniform/1024");
    steps.emplace_back(event.at("name").as_string());
  }
  for (const char* step : {"start", "load", "open", "run", "finish"}) {
    INFO(step);
    CHECK(std::find(steps.begin(), steps.end(), step) != steps.end());
  }
  const auto nowhere = state.run(one_case({"--trace=/nowhere/trace.json"}));
  CHECK(nowhere.exit_code == 2);
  CHECK(has(nowhere.err, "--trace=/nowhere/trace.json: cannot be written"));
}

TEST_CASE("what cannot be profiled or explained is refused in one line") {
  const State state;
  const auto refused = [&](std::vector<std::string> arguments, const std::string& words) {
    const auto ran = state.run(std::move(arguments));
    INFO(ran.out << ran.err);
    CHECK(ran.exit_code == 2);
    CHECK(has(ran.err, words));
    CHECK(std::count(ran.err.begin(), ran.err.end(), '\n') == 1);
  };
  refused({"--profile=cpu,none"}, "--profile: expected some of cpu, heap, or none alone");
  refused({"--profile=wall"}, "wall");
  refused({"--profile=cpu", "--isolation=none"}, "--profile: needs workers of its own");
  refused({"calibrate", "--profile=cpu"}, "--profile: means nothing to harness calibrate");
  refused({"list", "--profile=cpu"}, "--profile: means nothing to harness list");
  refused({"explain", "20200101T000000Z-000000", "uniform/64"}, "is no run in");
  refused({"explain", state.scratch().string(), "uniform/64"}, "is no folder of a run");
  refused({"explain", "20200101T000000Z-000000", "--source"}, "--source: needs a case");
}

// `harness gate` of sides that are built already: how it ends, and what it says and writes. The sides are those of
// test/plugins/compared under other names; their costs differ by so much that no machine hides it.
#include <algorithm>
#include <cstdlib>

#include <boost/json.hpp>

#include <harness/model/gate_json.hpp>
#include <harness/package/archive.hpp>

#include "../catch.hpp"
#include "program.hpp"

using namespace harness;
using namespace harness::test;
namespace fs = std::filesystem;

namespace {

// Libraries before and after a change. Texts do not count as code: a library under the name of another one is that one, edited.
class Sides {
 public:
  Sides() {
    for (const auto* side : {"base/", "candidate/"}) fs::create_directories(scratch_.path() / side);
    fs::copy_file(shipped_plugins() / "two-sum.problem.so", scratch_.path() / "candidate/two-sum.problem.so");
  }
  // `two-sum/v7.0.0-<name>` did the work of `once` and does that of `work` now.
  explicit Sides(const std::string& name, const std::string& work) : Sides() { edit(name, work); }
  void edit(const std::string& name, const std::string& work) const {
    write("base/", "once-again", name);
    write("candidate/", work, name);
  }

  Ran gate(std::vector<std::string> arguments = {}, Surround surround = {}) const {
    arguments.insert(arguments.begin(), {"gate", "--profile=none", "--base-dir=" + (scratch_.path() / "base").string(), "--plugin-dir=" + (scratch_.path() / "candidate").string(),
                                         "--dataset-dir=" + shipped_datasets().string(), "--baseline-dir=" + (scratch_.path() / "baselines").string()});
    const auto has_case = [](const auto& each) { return each.starts_with("--case="); };
    if (std::none_of(arguments.begin(), arguments.end(), has_case)) arguments.push_back("--case=leetcode-1/example-2");
    surround.directory = scratch_.path();  // no repository
    return run_harness(arguments, surround);
  }
  std::string file(const std::string& name) const { return (scratch_.path() / name).string(); }
  const Scratch& scratch() const { return scratch_; }

 private:
  void write(const std::string& side, const std::string& work, const std::string& name) const {
    auto bytes = content_of(compared_plugins() / ("two-sum-v7.0.0-" + work + ".so"));
    const std::string from = "variant: " + work + "\n";
    const auto at = bytes.find(from);
    REQUIRE(at != bytes.npos);
    REQUIRE(name.size() <= work.size());
    bytes.replace(at, from.size(), "variant: " + name + std::string(work.size() - name.size(), ' ') + "\n");
    scratch_.write(side + "two-sum-v7.0.0-" + name + ".so", bytes);
  }
  Scratch scratch_;
};

std::string program(const std::string& name) {
  const char* directory = std::getenv("HARNESS_BENCHMARK_PROGRAMS");
  REQUIRE(directory != nullptr);
  return std::string(directory) + "/" + name;
}

bool is_one_line(const std::string& text) { return std::count(text.begin(), text.end(), '\n') == 1 && text.ends_with('\n'); }

model::GateReport report_in(const std::string& text) {
  const auto report = model::read_gate_report(text, "stdout");
  INFO((report ? "" : report.error().text()));
  REQUIRE(report);
  return *report;
}

constexpr const char* kCase = "two-sum/v7.0.0-slows/leetcode-1/example-2";

}  // namespace

TEST_CASE("every form of a red report names the same case and says the same") {
  const Sides sides("slows", "thrice");
  sides.scratch().write("step.md", "");
  const auto ran = sides.gate({"--benchmark_out=" + sides.file("gate.json"), "--junit=" + sides.file("gate.xml"), "--summary=" + sides.file("gate.md"),
                               "--comment=" + sides.file("comment.md"), "--evidence=" + sides.file("gate.zip")},
                              {.environment = {{"GITHUB_ACTIONS", "true"}, {"GITHUB_STEP_SUMMARY", sides.file("step.md")}}});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 1);
  CHECK_THAT(ran.out, ContainsSubstring(std::string("SLOWER ") + kCase) && ContainsSubstring("::error") && ContainsSubstring("exit 1: 1 case worse"));
  const auto text = content_of(sides.file("gate.json"));
  const auto report = report_in(text);
  CHECK(report.exit == Exit::kRegression);
  REQUIRE(report.cases.size() == 1);
  CHECK(report.cases[0].name == kCase);
  CHECK(report.cases[0].failed == std::vector{model::Cause::kTime});
  CHECK(report.cases[0].comparison.duets.size() == 2);
  CHECK(report.control_case == kCase);
  const auto xml = content_of(sides.file("gate.xml"));
  CHECK_THAT(xml, StartsWith("<?xml") && ContainsSubstring("failures=\"1\"") && ContainsSubstring("<failure") && ContainsSubstring("leetcode-1/example-2"));
  for (const auto* file : {"gate.md", "step.md", "comment.md"}) {
    INFO(file);
    CHECK_THAT(content_of(sides.file(file)), ContainsSubstring("leetcode-1/example-2"));
  }
  CHECK(content_of(sides.file("step.md")) == content_of(sides.file("gate.md")));
  CHECK_THAT(content_of(sides.file("comment.md")), StartsWith("<!-- harness gate -->"));
  const auto entries = package::read_archive(sides.file("gate.zip"));
  REQUIRE(entries);
  const auto kept = std::find_if(entries->begin(), entries->end(), [](const auto& entry) { return entry.first == "report.json"; });
  REQUIRE(kept != entries->end());
  CHECK(std::string(kept->second.begin(), kept->second.end()) == text);
}

TEST_CASE("explain replays the decision from the JSON and from the evidence, and runs it again from the evidence alone") {
  const Sides sides("slows", "thrice");
  const auto ran = sides.gate({"--benchmark_out=" + sides.file("gate.json"), "--evidence=" + sides.file("gate.zip")});
  INFO(ran.out << ran.err);
  REQUIRE(ran.exit_code == 1);
  const auto from_json = run_harness({"explain", sides.file("gate.json"), "leetcode-1/example-2"});
  const auto from_zip = run_harness({"explain", sides.file("gate.zip"), "leetcode-1/example-2"});
  INFO(from_json.out << from_json.err);
  CHECK(from_json.exit_code == 0);
  CHECK(from_json.err.empty());
  CHECK_THAT(from_json.out, ContainsSubstring("the rule, run again on these numbers: slower, as the file says"));
  CHECK(from_zip.out == from_json.out);

  for (const auto* folder : {"base", "candidate"}) fs::remove_all(sides.scratch().path() / folder);
  const auto again = run_harness({"explain", sides.file("gate.zip"), "leetcode-1/example-2", "--rerun"});
  INFO(again.out << again.err);
  CHECK(again.exit_code == 1);
  const auto at = again.out.find("\nagain, here and now");
  REQUIRE(at != again.out.npos);
  CHECK_THAT(again.out.substr(at), ContainsSubstring("SLOWER"));
  const auto no_case = run_harness({"explain", sides.file("gate.zip"), "--rerun"});
  CHECK(no_case.exit_code == 2);
  CHECK_THAT(no_case.err, ContainsSubstring("--rerun: needs the evidence of a gate and one of its cases"));
  CHECK(run_harness({"explain", sides.file("gate.json"), "leetcode-1/example-2", "--rerun"}).exit_code == 2);

  auto bytes = content_of(sides.file("gate.zip"));
  const auto whole = bytes;
  bytes[bytes.size() / 2] ^= 1;
  for (const auto& damaged : {bytes, whole.substr(0, whole.size() / 2), std::string("PK\x03\x04")}) {
    const auto explained = run_harness({"explain", sides.scratch().write("damaged.zip", damaged).string(), "leetcode-1/example-2"});
    INFO(explained.out << explained.err);
    CHECK(explained.exit_code == 2);
    CHECK(explained.out.empty());
    CHECK(is_one_line(explained.err));
    CHECK_THAT(explained.err, ContainsSubstring("damaged.zip"));
  }
}

TEST_CASE("equal code is listed as the same and not measured: one line, green, no annotation") {
#ifdef __SANITIZE_ADDRESS__
  const Sides sides("once-again", "once-again");  // sanitizers put the file's name into the code
#else
  const Sides sides;
  sides.edit("once", "once");
#endif
  const auto ran = sides.gate({"--summary=" + sides.file("gate.md"), "--junit=" + sides.file("gate.xml"), "--benchmark_out=" + sides.file("gate.json")},
                              {.environment = {{"GITHUB_ACTIONS", "true"}}});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK(is_one_line(ran.out));
  CHECK(ran.err.empty());
  const auto summary = content_of(sides.file("gate.md"));
  CHECK(std::count(summary.begin(), summary.end(), '\n') <= 1);
  CHECK_THAT(content_of(sides.file("gate.xml")), !ContainsSubstring("<failure"));
  const auto report = report_in(content_of(sides.file("gate.json")));
  REQUIRE(report.changes.size() == 1);
  CHECK(report.changes[0].kind == model::Change::Kind::kEqual);
  CHECK(report.cases.empty());
}

TEST_CASE("a wrong answer of the new code exits 3 with the reason, one of both sides is no change") {
  const Sides sides("wrong", "wrong-from-three");
  const auto ran = sides.gate({"--junit=" + sides.file("gate.xml")});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 3);
  CHECK_THAT(ran.out, ContainsSubstring("two-sum/v7.0.0-wrong/leetcode-1/example-2") && ContainsSubstring("wrong answer") && ContainsSubstring("exit 3: 1 case failed"));
  CHECK_THAT(content_of(sides.file("gate.xml")), ContainsSubstring("<error"));

  // Held the other way round the old code is at fault, which no change of the new one is.
  fs::rename(sides.file("base/two-sum-v7.0.0-wrong.so"), sides.file("kept"));
  fs::rename(sides.file("candidate/two-sum-v7.0.0-wrong.so"), sides.file("base/two-sum-v7.0.0-wrong.so"));
  fs::rename(sides.file("kept"), sides.file("candidate/two-sum-v7.0.0-wrong.so"));
  const auto mended = sides.gate({"--benchmark_format=json"});
  INFO(mended.out << mended.err);
  CHECK(mended.exit_code == 0);
  const auto report = report_in(mended.out);
  CHECK(report.cases.empty());
  REQUIRE(report.incomparable.size() == 1);
  CHECK_THAT(report.incomparable[0].second, StartsWith("v7.0.0-wrong@base fails: wrong answer"));
}

TEST_CASE("a crash of the new code while it is measured exits 3 and names it") {
  const Sides sides("crashes", "crashes-later");
  const auto ran = sides.gate({"--case=leetcode-1/example-1"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 3);
  CHECK_THAT(ran.out, ContainsSubstring("two-sum/v7.0.0-crashes/leetcode-1/example-1") && ContainsSubstring("SIGABRT"));
}

TEST_CASE("more allocations exit 1 by memory, and not where only time is asked for") {
  const Sides sides("allocates", "allocates");
  const auto ran = sides.gate({"--fail-on=memory", "--benchmark_format=json"});
  INFO(ran.out << ran.err);
  const auto report = report_in(ran.out);
  REQUIRE(report.cases.size() == 1);
  const auto& figures = report.cases[0].figures;
  if (std::none_of(figures.begin(), figures.end(), [](const auto& figure) { return figure.name == "allocs"; })) {
    CHECK_THAT(ran.err, ContainsSubstring("memory not available"));  // built without what counts
    return;
  }
  CHECK(ran.exit_code == 1);
  CHECK(report.cases[0].failed == std::vector{model::Cause::kMemory});
  CHECK_THAT(report.cases[0].because, ContainsSubstring("allocations 1 -> 11"));
  const auto time_alone = sides.gate({"--fail-on=time", "--min-effect=50%"});  // ten allocations take time, too
  INFO(time_alone.out << time_alone.err);
  CHECK(time_alone.exit_code == 0);
}

TEST_CASE("a budget that ends before every changed solver was begun with is exit 4, with each of them named") {
  const Sides sides;
  for (const auto& [name, work] : std::vector<std::pair<std::string, std::string>>{{"slows", "thrice"}, {"allocates", "allocates"}, {"crashes", "crashes-later"}}) {
    sides.edit(name, work);
  }
  const auto ran = sides.gate({"--budget=1ms", "--case=leetcode-1", "--benchmark_out=" + sides.file("gate.json")});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 4);
  CHECK_THAT(ran.out, ContainsSubstring("exit 4: ") && ContainsSubstring("two-sum/v7.0.0-slows") && ContainsSubstring("two-sum/v7.0.0-allocates") &&
                          ContainsSubstring("two-sum/v7.0.0-crashes"));
  const auto report = report_in(content_of(sides.file("gate.json")));
  CHECK(report.cases.empty());
  CHECK(report.not_measured.size() == 9);
  for (const auto& [name, why] : report.not_measured) CHECK_THAT(why, ContainsSubstring("of the budget") || ContainsSubstring("the budget of 0.001 s was used up"));
}

TEST_CASE("a solver that is new or gone is listed and no failure") {
  const Sides sides("slows", "once-again");
  fs::rename(sides.file("candidate/two-sum-v7.0.0-slows.so"), sides.file("kept.so"));
  sides.edit("other", "once-again");
  fs::remove(sides.file("base/two-sum-v7.0.0-other.so"));
  const auto ran = sides.gate({"--strict", "--benchmark_format=json"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  const auto report = report_in(ran.out);
  REQUIRE(report.changes.size() == 2);
  CHECK(report.changes[0].kind == model::Change::Kind::kNew);
  CHECK(report.changes[0].candidate == "v7.0.0-other");
  CHECK(report.changes[1].kind == model::Change::Kind::kRemoved);
  CHECK(report.changes[1].reference == "v7.0.0-slows");
}

TEST_CASE("files and folders that do not serve are refused before anything is measured") {
  const Sides sides("slows", "thrice");
  const auto nowhere = sides.file("not/there");
  for (const std::string flag : {"--junit=", "--summary=", "--comment=", "--evidence=", "--benchmark_out="}) {
    const auto ran = sides.gate({flag + nowhere});
    INFO(flag << "\n" << ran.out << ran.err);
    CHECK(ran.exit_code == 2);
    CHECK(ran.out.empty());
    CHECK(is_one_line(ran.err));
    CHECK_THAT(ran.err, ContainsSubstring(flag + nowhere + ": cannot be written: "));
  }
  const auto no_base = run_harness({"gate", "--profile=none", "--base-dir=" + nowhere});
  INFO(no_base.out << no_base.err);
  CHECK(no_base.exit_code == 2);
  CHECK_THAT(no_base.err, ContainsSubstring(nowhere));
}

TEST_CASE("flags that contradict each other or mean nothing to a gate are refused by name") {
  struct Bad {
    std::vector<std::string> arguments;
    std::string words;
  };
  for (const auto& bad : std::vector<Bad>{{{"--base=HEAD", "--base-dir=."}, "--base-dir: and --base are two ways"},
                                          {{"--ab=./one"}, "--ab: a gate takes two programs"},
                                          {{"--ab=./one,./two", "--base=HEAD"}, "--ab: names the old program itself"},
                                          {{"--fail-on=speed"}, "--fail-on: expected some of time, memory, p95, growth, limits, found \"speed\""},
                                          {{"--histogram"}, "--histogram: means nothing to harness gate"},
                                          {{"--isolation=none"}, "--isolation: a verdict needs fresh processes"}}) {
    auto arguments = bad.arguments;
    arguments.insert(arguments.begin(), "gate");
    const auto ran = run_harness(arguments);
    INFO(bad.words << "\n" << ran.err);
    CHECK(ran.exit_code == 2);
    CHECK(is_one_line(ran.err));
    CHECK_THAT(ran.err, ContainsSubstring(bad.words));
  }
}

TEST_CASE("Ctrl-C while it measures ends with 130, and what was measured is told") {
  const Sides sides;
  for (const std::string name : {"slows", "tardy"}) sides.edit(name, "thrice");
  const auto ran = sides.gate({"--case=leetcode-1", "--benchmark_out=" + sides.file("gate.json")}, {.interrupt_after_words = "plan: "});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 130);
  CHECK_THAT(ran.out, ContainsSubstring("exit 130: interrupted"));
  CHECK(report_in(content_of(sides.file("gate.json"))).exit == Exit::kInterrupted);
}

TEST_CASE("of two programs the slower one exits 1, the faster one 0, the same one 0 at once") {
  const Scratch scratch;
  const auto gate = [&](const std::string& sides, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"gate", "--ab=" + sides});
    return run_harness(arguments, {.directory = scratch.path()});
  };
  const auto json = (scratch.path() / "gate.json").string();
  const auto slower = gate(program("old_bench") + "," + program("slow_bench"), {"--benchmark_filter=^slowed/1000$", "--benchmark_out=" + json});
  INFO(slower.out << slower.err);
  CHECK(slower.exit_code == 1);
  CHECK_THAT(slower.out, ContainsSubstring("SLOWER slowed/1000") && ContainsSubstring("again: harness gate --ab="));
  const auto report = report_in(content_of(json));
  REQUIRE(report.cases.size() == 1);
  CHECK(report.cases[0].name == "slowed/1000");
  CHECK(report.control_case == "slowed/1000");
  const auto explained = run_harness({"explain", json, "slowed/1000"});
  INFO(explained.out << explained.err);
  CHECK(explained.exit_code == 0);

  const auto faster = gate(program("slow_bench") + "," + program("old_bench"), {"--benchmark_filter=^slowed/1000$"});
  INFO(faster.out << faster.err);
  CHECK(faster.exit_code == 0);

  const auto same = gate(program("old_bench") + "," + program("old_bench"), {});
  INFO(same.out << same.err);
  CHECK(same.exit_code == 0);
  CHECK(is_one_line(same.out));

  const auto none = gate(program("old_bench") + "," + program("not_there"), {});
  CHECK(none.exit_code == 2);
  CHECK_THAT(none.err, ContainsSubstring("not_there"));
}

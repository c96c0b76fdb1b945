#include <harness/experiment/gate_output.hpp>

#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>

#include <unistd.h>

#include <harness/model/gate_json.hpp>

#include <test/catch.hpp>

using namespace harness;
using experiment::check_gate_files;
using experiment::end_gate;
using experiment::GateEnding;
using experiment::GateRequest;
using experiment::tell_gate;
using model::Cause;
using model::Verdict;
namespace fs = std::filesystem;

namespace {

struct Directory {
  fs::path path;
  Directory() {
    auto name = (fs::temp_directory_path() / "harness-told-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Directory() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
};

struct Heard {
  std::ostringstream out, err;
  std::atomic<bool> stop{false};
  experiment::Terminal terminal{out, err, false, false, false, true, 100, [] { return 0.0; }, stop};
};

model::GateCase measured(const std::string& name, Verdict verdict, std::vector<Cause> failed = {}) {
  model::GateCase one;
  one.name = "two-sum/v1.0.0/" + name;
  one.comparison.problem = "two-sum";
  one.comparison.case_name = name;
  one.comparison.reference = "v1.0.0@abc1234";
  one.comparison.candidate = "v1.0.0";
  one.comparison.verdict = verdict;
  one.comparison.log_ratio = verdict == Verdict::kSlower ? std::log(3) : 0;
  one.failed = std::move(failed);
  return one;
}

model::GateReport report_of(std::vector<model::GateCase> cases) {
  model::GateReport report;
  report.base = "HEAD~1";
  report.changes = {{model::Change::Kind::kEdited, "two-sum", "v1.0.0", "v1.0.0"}};
  report.cases = std::move(cases);
  report.command = "harness gate --base=abc1234";
  return report;
}

model::GateReport ended(std::vector<model::GateCase> cases, const GateEnding& ending = {}, bool strict = false) {
  auto report = report_of(std::move(cases));
  end_gate(report, ending, strict);
  return report;
}

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::function<const char*(const char*)> variables(std::map<std::string, std::string> values) {
  auto kept = std::make_shared<std::map<std::string, std::string>>(std::move(values));
  return [kept](const char* name) -> const char* { return kept->contains(name) ? kept->at(name).c_str() : nullptr; };
}

GateEnding budget_ended() {
  GateEnding ending;
  ending.never_started = {"sort/v1.0.0", "zip/v2.0.0"};
  ending.out_of_budget = 4;
  return ending;
}

}  // namespace

TEST_CASE("nothing worse ends with 0 and no words, also what is faster or cannot be told") {
  for (const auto& report : {ended({}), ended({measured("a", Verdict::kSame), measured("b", Verdict::kFaster), measured("c", Verdict::kCannotTell)})}) {
    CHECK(report.exit == Exit::kFine);
    CHECK(report.exit_because.empty());
  }
}

TEST_CASE("`slower` that was not made red is no exit 1") {
  CHECK(ended({measured("a", Verdict::kSlower)}).exit == Exit::kFine);
}

TEST_CASE("of several reasons the gravest decides and all are told") {
  GateEnding everything = budget_ended();
  everything.machine_at_fault = true;
  const std::vector cases{measured("a", Verdict::kSlower, {Cause::kTime}), measured("b", Verdict::kSame, {Cause::kMemory}), measured("c", Verdict::kFailed)};
  const auto red = ended(cases, everything);
  CHECK(red.exit == Exit::kRegression);
  CHECK(red.exit_because == "2 cases worse; 1 case failed; the budget of 60 s ended before sort/v1.0.0, zip/v2.0.0 was measured at all; "
                            "a process could not be started");
  everything.problem_at_fault = true;
  CHECK(ended(cases, everything).exit == Exit::kUsage);
  everything.interrupted = true;
  const auto interrupted = ended(cases, everything);
  CHECK(interrupted.exit == Exit::kInterrupted);
  CHECK_THAT(interrupted.exit_because, StartsWith("interrupted; a generator, checker or reference failed; 2 cases worse"));
  CHECK(ended({measured("c", Verdict::kFailed)}, budget_ended()).exit == Exit::kSolverFailed);
  CHECK(ended({measured("c", Verdict::kSame)}, budget_ended()).exit == Exit::kIncomplete);
}

TEST_CASE("a changed solver that never started is never a silent green") {
  const auto report = ended({}, budget_ended());
  CHECK(report.exit == Exit::kIncomplete);
  CHECK_THAT(report.exit_because, ContainsSubstring("sort/v1.0.0, zip/v2.0.0"));
}

TEST_CASE("strictness makes a doubt, a case without budget and an incomparable one incomplete, and is mentioned") {
  const std::vector doubt{measured("a", Verdict::kCannotTell)};
  GateEnding late;
  late.out_of_budget = 2;
  CHECK(ended(doubt, late).exit == Exit::kFine);
  const auto strict = ended(doubt, late, true);
  CHECK(strict.exit == Exit::kIncomplete);
  CHECK(strict.exit_because == "1 case in doubt (--strict); 2 cases not measured within the budget (--strict)");
  auto incomparable = report_of({});
  incomparable.incomparable = {{"two-sum/v1.0.0/a", "its input changed"}};
  end_gate(incomparable, {}, false);
  CHECK(incomparable.exit == Exit::kFine);
  end_gate(incomparable, {}, true);
  CHECK(incomparable.exit == Exit::kIncomplete);
  CHECK_THAT(incomparable.exit_because, ContainsSubstring("1 case not comparable (--strict)"));
  CHECK(ended({measured("a", Verdict::kSame), measured("b", Verdict::kFaster)}, {}, true).exit == Exit::kFine);
}

TEST_CASE("a file that cannot be written is refused before anything is done, by its flag") {
  const Directory directory;
  GateRequest request;
  CHECK(check_gate_files(request));
  request.junit = directory / "gate.xml";
  request.evidence = directory / "gate.zip";
  CHECK(check_gate_files(request));
  CHECK(fs::is_empty(directory.path));
  const auto nowhere = directory / "not/there";
  const std::vector<std::pair<std::string, std::string GateRequest::*>> flags{
      {"--junit", &GateRequest::junit}, {"--summary", &GateRequest::summary}, {"--comment", &GateRequest::comment}, {"--evidence", &GateRequest::evidence}};
  for (const auto& [flag, member] : flags) {
    GateRequest bad;
    bad.*member = nowhere;
    const auto checked = check_gate_files(bad);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().exit == Exit::kUsage);
    CHECK_THAT(checked.error().text(), StartsWith(flag + "=" + nowhere + ": cannot be written: "));
  }
  GateRequest bad;
  bad.run.flags.out = nowhere;
  REQUIRE_FALSE(check_gate_files(bad));
  CHECK_THAT(check_gate_files(bad).error().text(), StartsWith("--benchmark_out="));
}

TEST_CASE("each file that was asked for is written, and the JSON is the report") {
  const Directory directory;
  Heard heard;
  GateRequest request;
  request.run.flags.out = directory / "gate.json";
  request.junit = directory / "gate.xml";
  request.summary = directory / "gate.md";
  request.comment = directory / "comment.md";
  auto report = ended({measured("a", Verdict::kSlower, {Cause::kTime})});
  CHECK(tell_gate(request, heard.terminal, report) == Exit::kRegression);
  const auto read = model::read_gate_report(text_of(request.run.flags.out), "gate.json");
  REQUIRE(read);
  CHECK(model::write_gate_report(*read) == model::write_gate_report(report));
  CHECK_THAT(text_of(request.junit), ContainsSubstring("<failure"));
  CHECK_THAT(text_of(request.summary), ContainsSubstring("two-sum/v1.0.0/a"));
  CHECK_THAT(text_of(request.comment), ContainsSubstring("two-sum/v1.0.0/a"));
  CHECK_THAT(heard.out.str(), ContainsSubstring("SLOWER two-sum/v1.0.0/a"));
  CHECK(heard.err.str().empty());
}

TEST_CASE("with the format json stdout is the report and nothing else") {
  Heard heard;
  GateRequest request;
  request.run.flags.format = "json";
  auto report = ended({measured("a", Verdict::kSlower, {Cause::kTime})});
  tell_gate(request, heard.terminal, report);
  CHECK(heard.out.str() == model::write_gate_report(report));
}

TEST_CASE("annotations are for GitHub alone, and its step summary is added to what stands there") {
  const Directory directory;
  const auto file = directory / "summary.md";
  std::ofstream(file) << "an earlier step\n";
  auto report = ended({measured("a", Verdict::kSlower, {Cause::kTime})});
  GateRequest request;
  {
    Heard heard;
    request.environment = variables({{"GITHUB_ACTIONS", "false"}});
    tell_gate(request, heard.terminal, report);
    CHECK_THAT(heard.out.str(), !ContainsSubstring("::error"));
  }
  Heard heard;
  request.environment = variables({{"GITHUB_ACTIONS", "true"}, {"GITHUB_STEP_SUMMARY", file}});
  tell_gate(request, heard.terminal, report);
  CHECK_THAT(heard.out.str(), ContainsSubstring("::error"));
  CHECK_THAT(text_of(file), StartsWith("an earlier step\n") && ContainsSubstring("two-sum/v1.0.0/a"));
}

TEST_CASE("a green gate has no annotation") {
  Heard heard;
  GateRequest request;
  request.environment = variables({{"GITHUB_ACTIONS", "true"}});
  auto report = ended({measured("a", Verdict::kSame)});
  CHECK(tell_gate(request, heard.terminal, report) == Exit::kFine);
  CHECK_THAT(heard.out.str(), !ContainsSubstring("::"));
  const auto text = heard.out.str();
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
}

TEST_CASE("a summary of the CI that cannot be written is a warning, a result that cannot is exit 2") {
  const Directory directory;
  GateRequest request;
  request.environment = variables({{"GITHUB_STEP_SUMMARY", directory / "not/there"}});
  auto report = ended({measured("a", Verdict::kSlower, {Cause::kTime})});
  {
    Heard heard;
    CHECK(tell_gate(request, heard.terminal, report) == Exit::kRegression);
    CHECK_THAT(heard.err.str(), ContainsSubstring("warning: $GITHUB_STEP_SUMMARY="));
  }
  Heard heard;
  request.summary = directory / "not/there";
  CHECK(tell_gate(request, heard.terminal, report) == Exit::kUsage);
  CHECK(report.exit_because == "a result could not be written");
  CHECK_THAT(heard.err.str(), ContainsSubstring("harness: "));
  CHECK_THAT(heard.out.str(), ContainsSubstring("SLOWER two-sum/v1.0.0/a"));
}

TEST_CASE("a changed solver that never ran for whatever reason is exit 4 with that reason") {
  auto report = report_of({measured("uniform/64", Verdict::kSame)});
  GateEnding ending;
  ending.never_ran = {"two-sum/v2.0.0 (size 64 is above max_size 1)"};
  end_gate(report, ending, false);
  CHECK(report.exit == Exit::kIncomplete);
  CHECK_THAT(report.exit_because, ContainsSubstring("two-sum/v2.0.0 (size 64 is above max_size 1)"));
}

TEST_CASE("what two duets say and the control speaks against is no success under --strict") {
  auto report = report_of({measured("uniform/64", Verdict::kSlower)});
  report.fail_on = {Cause::kTime};
  report.control_log_ratio = 0.4;
  report.control_holds = false;
  end_gate(report, {}, false);
  CHECK(report.exit == Exit::kFine);
  end_gate(report, {}, true);
  CHECK(report.exit == Exit::kIncomplete);
  CHECK_THAT(report.exit_because, ContainsSubstring("in doubt") && ContainsSubstring("control does not hold"));
}

TEST_CASE("under --strict a case that was left out, and a run without a control, is no success") {
  auto report = report_of({measured("uniform/64", Verdict::kSame)});
  report.not_measured = {{"two-sum/v1.0.0/uniform/65536", "size 65536 is above max_size 20000"}};
  GateEnding ending;
  ending.control_missing = true;
  end_gate(report, ending, false);
  CHECK(report.exit == Exit::kFine);
  end_gate(report, ending, true);
  CHECK(report.exit == Exit::kIncomplete);
  CHECK_THAT(report.exit_because, ContainsSubstring("1 case left out") && ContainsSubstring("no A/A control"));
}

TEST_CASE("the command that shows it again keeps every flag that changes the result, quoted for a shell") {
  GateRequest request;
  request.run.flags.filter = "v1|it's";
  request.run.case_glob = "uniform/*";
  request.min_effect = 0.05;
  request.budget_seconds = 90;
  request.fail_on = {Cause::kTime, Cause::kP95};
  request.strict = true;
  CHECK(experiment::gate_command(request, "0123456789abcdef0123456789abcdef01234567") ==
        "harness gate --base=0123456789ab '--benchmark_filter=v1|it'\\''s' '--case=uniform/*' --min-effect=5% --budget=90s --fail-on=time,p95 --strict");
  CHECK(experiment::gate_command(GateRequest(), "") == "harness gate");
}

TEST_CASE("a gate that cannot begin says so in each form that was asked for") {
  Directory directory;
  Heard heard;
  GateRequest request;
  request.junit = directory / "junit.xml";
  request.environment = [](const char* name) -> const char* { return std::string_view(name) == "GITHUB_ACTIONS" ? "true" : nullptr; };
  model::GateReport report;
  CHECK(experiment::refuse_gate(request, heard.terminal, report, {"--base=nope", "no such revision", "", Exit::kUsage}) == Exit::kUsage);
  CHECK(heard.err.str() == "harness: --base=nope: no such revision\n");
  CHECK_THAT(heard.out.str(), ContainsSubstring("::error") && ContainsSubstring("no such revision"));
  std::ifstream file(request.junit);
  const std::string junit{std::istreambuf_iterator<char>(file), {}};
  CHECK_THAT(junit, ContainsSubstring("no such revision") && ContainsSubstring("<error"));
}

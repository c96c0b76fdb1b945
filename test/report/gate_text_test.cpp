#include <harness/report/ci.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "../catch.hpp"
#include "gate_reports.hpp"

using namespace harness::report;

namespace {

ConsoleOptions plain(std::size_t columns = 0) {
  ConsoleOptions options;
  options.columns = columns;
  return options;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// What a runner of CI takes for a command of its own.
bool is_command(const std::string& line) {
  const auto begin =
      std::find_if(line.begin(), line.end(), [](char c) { return c != ' ' && static_cast<unsigned char>(c) < 0x80; });
  return std::string(begin, line.end()).starts_with("::") || line.find("##[") != std::string::npos ||
         line.find("##vso[") != std::string::npos;
}

}  // namespace

TEST_CASE("a green gate is one line") {
  CHECK(gate_text(gate_reports::green(), plain()) ==
        "gate: 3 changed solvers, 24 cases, nothing slower by 3 % or more (would notice >= 1.1 %), against abc1234 "
        "(origin/main), 12.4 s\n");
}

TEST_CASE("a gate with nothing to measure is one line") {
  auto report = gate_reports::begun("two-sum", 0, 12);
  report.seconds = 0.4;
  CHECK(gate_text(report, plain()) ==
        "gate: nothing to measure: 12 solvers with the same code, against abc1234 (origin/main), 400 ms\n");
  report.changes.clear();
  report.base = "abc1234";
  CHECK(gate_text(report, plain()) == "gate: nothing to measure, against abc1234, 400 ms\n");
}

TEST_CASE("what is faster, new and removed does not make a green gate longer") {
  auto report = gate_reports::green();
  report.cases[0] =
      gate_reports::measured("two-sum", "v1.0.0", "uniform/16", gate_reports::Verdict::kFaster, 1e-6, -0.3);
  report.changes.push_back({gate_reports::Change::Kind::kNew, "two-sum", "v4.0.0", ""});
  report.changes.push_back({gate_reports::Change::Kind::kRemoved, "two-sum", "", "v0.9.0"});
  CHECK_THAT(gate_text(report, plain()),
             ContainsSubstring("(would notice >= 1.1 %), 1 faster, 1 new, 1 removed, against abc1234"));
  CHECK(lines_of(gate_text(report, plain())).size() == 1);
}

TEST_CASE("a case that --fail-on spares is counted, and nothing false is said of it") {
  auto report = gate_reports::green();
  report.cases[3] =
      gate_reports::measured("two-sum", "v1.0.0", "uniform/1024", gate_reports::Verdict::kSlower, 1e-6, 0.3);
  report.cases[3].failed.clear();
  report.fail_on = {gate_reports::Cause::kMemory};
  const auto text = gate_text(report, plain());
  CHECK_THAT(text, ContainsSubstring(
                       "24 cases, nothing red (would notice >= 1.1 %), 1 worse in what --fail-on leaves out, against"));
  CHECK_THAT(text, !ContainsSubstring("nothing slower"));
}

TEST_CASE("a red case is one line with all that it rests on, and the command comes last") {
  CHECK(gate_text(gate_reports::five_percent(), plain()) ==
        "gate: 1 red of 10 cases of 10 changed solvers, against abc1234 (origin/main), 41.2 s\n"
        "SLOWER two-sum/v4.0.0/uniform/4096  1.02μs -> 1.07μs (+5.1% [+4.9, +5.3], 3 + 3 processes, would notice >= "
        "0.9%)  "
        "since abc1234..def5678 (3 commits)  allocations 2 -> 10010 (x5005)\n"
        "exit 1: two-sum/v4.0.0/uniform/4096 is slower and takes more memory\n"
        "again: harness gate --base=abc1234\n");
}

TEST_CASE("a wrong answer is told with the answer, and with the one commit that it can come from") {
  CHECK(gate_text(gate_reports::wrong_answer(), plain()) ==
        "gate: 1 failed of 2 cases of 1 changed solver, against abc1234 (origin/main), 3.10 s\n"
        "FAILED two-sum/v1.0.0/uniform/64  since abc1234..def5678 (1 commit: Copy the table for every call)  "
        "v1.0.0: wrong answer: /0: expected 3, found 4\n"
        "exit 3: two-sum/v1.0.0/uniform/64 answers wrongly\n"
        "again: harness gate --base=abc1234\n");
}

TEST_CASE("a gate whose budget ended is never a silent green") {
  CHECK(gate_text(gate_reports::budget_ended(), plain()) ==
        "gate: incomplete, 3 changed solvers, nothing slower by 3 % or more in 1 of 6 cases (would notice >= 0.9 %), 1 "
        "new, 1 removed, "
        "against abc1234 (HEAD), 7.90 s\n"
        "cannot tell: 1 (two-sum/v1.0.0/worst/65536 would notice >= 6.9%)\n"
        "not measured: 4, the budget of 5 s was used up (two-sum/v2.0.0/uniform/16; two-sum/v2.0.0/uniform/65536; "
        "two-sum/v3.0.0/uniform/16; ...)\n"
        "not comparable: 1, its input changed (worst/1024)\n"
        "exit 4: two-sum/v2.0.0 and two-sum/v3.0.0 were never started\n"
        "again: harness gate --budget=5s\n");
}

TEST_CASE("of programs and directories there are no commits, and a control that does not hold is told") {
  CHECK(gate_text(gate_reports::programs(), plain()) ==
        "gate: 1 red of 4 cases of 1 changed program, 1 faster, 1 new, against build/old, 18.3 s\n"
        "SLOWER BM_Sort<std::vector<int>>/1024  3.20μs -> 3.47μs (+8.5% [+8.0, +8.9], 3 + 3 processes, would notice >= "
        "0.9%)  "
        "against build/old\n"
        "this machine cannot tell today: the control, BM_Find/8 at the base against itself, differs by -3.1%\n"
        "exit 1: BM_Sort<std::vector<int>>/1024 is slower\n"
        "again: harness gate --ab=./old_bench,./new_bench\n");
}

TEST_CASE("what the control speaks against is in doubt, and says by how much it seemed slower") {
  auto report = gate_reports::five_percent();
  auto& one = report.cases[3];
  one.failed.clear();
  one.figures.clear();
  one.because = "not believed: the A/A control of this run was off by a third of 7.5 %";
  report.exit = harness::Exit::kFine;
  const auto text = gate_text(report, plain());
  CHECK_THAT(
      text,
      StartsWith(
          "gate: not everything could be told, 10 changed solvers, nothing slower by 3 % or more in 9 of 10 cases"));
  CHECK_THAT(text,
             ContainsSubstring("\ncannot tell: 1 (two-sum/v4.0.0/uniform/4096 +5.1% [+4.9, +5.3], not believed)\n"));
  const auto annotations = github_annotations(report);
  CHECK_THAT(annotations, StartsWith("::warning title=two-sum/v4.0.0/uniform/4096%3A slower%2C not believed::"));
  CHECK_THAT(step_summary(report), ContainsSubstring("\n| slower, not believed | `two-sum/v4.0.0/uniform/4096` |"));
  CHECK_THAT(junit_xml(report), ContainsSubstring("<skipped message=\"slower, not believed: "));
}

TEST_CASE("the control alone makes a gate longer than one line") {
  auto report = gate_reports::green();
  report.control_holds = false;
  report.control_log_ratio = 0.0249;
  report.command = "";
  const auto lines = lines_of(gate_text(report, plain()));
  REQUIRE(lines.size() == 2);
  CHECK_THAT(
      lines[0],
      StartsWith(
          "gate: not everything could be told, 3 changed solvers, nothing slower by 3 % or more in 24 of 24 cases"));
  CHECK(lines[1] ==
        "this machine cannot tell today: the control, two-sum/v1.0.0/uniform/64 at the base against itself, differs by "
        "+2.5%");
}

TEST_CASE("ten lines are enough however much is red, and what is left out is counted") {
  auto report = gate_reports::many(5000);
  report.cases.push_back(gate_reports::wrong_answer().cases.back());
  report.not_measured = {{"a", "b"}, {"c", "d"}};
  const auto lines = lines_of(gate_text(report, plain()));
  REQUIRE(lines.size() == 10);
  CHECK_THAT(lines[0], StartsWith("gate: 1 failed, 5000 red of 5001 cases of 1 changed solver"));
  CHECK_THAT(lines[1], StartsWith("FAILED two-sum/v1.0.0/uniform/64  "));
  CHECK_THAT(lines[2], StartsWith("SLOWER two-sum/v1.0.0/uniform/4999  "));
  CHECK_THAT(lines[3], StartsWith("SLOWER two-sum/v1.0.0/uniform/4998  "));
  CHECK(lines[6] == "and 4996 more: the step summary, JUnit and JSON have them all");
  CHECK(lines[7] == "not measured: 2 (a: b; c: d)");
  CHECK(lines[9] == "again: harness gate --base=abc1234");
}

TEST_CASE("a narrow terminal gets lines that fit, and no more than ten of them") {
  for (const std::size_t count : {1U, 2U, 5U, 5000U}) {
    const auto lines = lines_of(gate_text(gate_reports::many(count), plain(80)));
    INFO("red cases: " << count);
    CHECK(lines.size() <= 10);
    for (const auto& line : lines) CHECK(characters_in(line) <= 80);
    CHECK(lines.back() == "again: harness gate --base=abc1234");
  }
  const auto lines = lines_of(gate_text(gate_reports::many(3, 100'000), plain(20)));
  CHECK(lines.size() <= 10);
  for (const auto& line : lines) CHECK(characters_in(line) <= 250);
}

TEST_CASE("text of others cannot be a command to whoever reads the log, whatever it holds") {
  for (const std::string& text : gate_reports::hostile_texts()) {
    for (const std::size_t columns : {0U, 12U, 40U}) {
      for (const bool utf8 : {true, false}) {
        auto options = plain(columns);
        options.utf8 = utf8;
        const auto shown = gate_text(gate_reports::of_text(text), options);
        INFO(text << " in " << columns << "\n" << shown);
        for (const std::string& line : lines_of(shown)) CHECK_FALSE(is_command(line));
        CHECK(std::none_of(shown.begin(), shown.end(),
                           [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; }));
        CHECK(std::count(shown.begin(), shown.end(), '\n') <= 10);
        const bool ascii =
            std::all_of(shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        CHECK((ascii || utf8));
      }
    }
  }
}

TEST_CASE("verdicts are marked by colour and by words") {
  auto options = plain();
  options.colour = true;
  CHECK_THAT(gate_text(gate_reports::five_percent(), options),
             ContainsSubstring("\n\x1b[1;31mSLOWER\x1b[0m two-sum/v4.0.0/"));
  CHECK_THAT(gate_text(gate_reports::budget_ended(), options), ContainsSubstring("\n\x1b[33mcannot tell\x1b[0m: 1 ("));
  CHECK(gate_text(gate_reports::green(), options) == gate_text(gate_reports::green(), plain()));
}

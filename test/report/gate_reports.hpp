// Reports of a gate as the tests of this folder print them: one of each kind that people meet.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/model/gate.hpp>

#include "comparisons.hpp"

namespace gate_reports {

using harness::Exit;
using harness::model::Cause;
using harness::model::Change;
using harness::model::GateCase;
using harness::model::GateReport;
using harness::model::Verdict;

inline GateCase measured(const std::string& problem, const std::string& solver, const std::string& case_name,
                         Verdict verdict, double old_seconds, double log_ratio, double half = 0.004,
                         double would_notice = 0.0088) {
  GateCase one;
  one.comparison = comparisons::measured(case_name, verdict, old_seconds, old_seconds * std::exp(log_ratio), log_ratio,
                                         half, would_notice);
  one.comparison.problem = problem;
  one.comparison.reference = solver + "@abc1234";
  one.comparison.candidate = solver;
  one.comparison.min_effect = 0.03;
  one.name = problem.empty() ? case_name : problem + "/" + solver + "/" + case_name;
  if (verdict == Verdict::kSlower) one.failed = {Cause::kTime};
  return one;
}

inline GateReport begun(const std::string& problem, std::size_t changed, std::size_t equal) {
  GateReport report;
  report.base = "origin/main";
  report.base_sha = "abc1234" + std::string(33, '0');
  report.head_sha = "def5678" + std::string(33, '0');
  report.commits = {{report.head_sha, "Copy the table for every call"},
                    {"1234567" + std::string(33, '0'), "Say what a complement is"},
                    {"7654321" + std::string(33, '0'), "Add v2.0.0"}};
  report.fail_on = {Cause::kTime, Cause::kMemory, Cause::kGrowth, Cause::kLimits};
  for (std::size_t i = 0; i < changed + equal; ++i) {
    const std::string version = "v" + std::to_string(i + 1) + ".0.0";
    report.changes.push_back({i < changed ? Change::Kind::kEdited : Change::Kind::kEqual, problem, version, version});
  }
  report.control_log_ratio = 0.001;
  report.control_case = problem + "/v1.0.0/uniform/64";
  report.seconds = 12.4;
  report.command = "harness gate --base=abc1234";
  return report;
}

inline GateReport green() {
  GateReport report = begun("two-sum", 3, 7);
  for (const char* solver : {"v1.0.0", "v2.0.0", "v3.0.0"}) {
    for (const char* size : {"16", "64", "256", "1024", "4096", "16384", "65536", "262144"}) {
      report.cases.push_back(
          measured("two-sum", solver, std::string("uniform/") + size, Verdict::kSame, 91.6e-9, 0.001, 0.003, 0.0104));
    }
  }
  return report;
}

// One of ten solvers became 5 % slower, because it allocates.
inline GateReport five_percent() {
  GateReport report = begun("two-sum", 10, 0);
  for (const Change& one : report.changes) {
    const bool slow = one.candidate == "v4.0.0";
    report.cases.push_back(measured("two-sum", one.candidate, "uniform/4096", slow ? Verdict::kSlower : Verdict::kSame,
                                    1.02e-6, slow ? 0.0497 : 0.002, 0.0019));
    if (!slow) continue;
    GateCase& red = report.cases.back();
    red.figures = {{Cause::kMemory, "allocs", "2", "10010", 5004.0, true}};
    red.failed.push_back(Cause::kMemory);
    red.because = "allocations 2 -> 10010";
  }
  report.seconds = 41.2;
  report.exit = Exit::kRegression;
  report.exit_because = "two-sum/v4.0.0/uniform/4096 is slower and takes more memory";
  return report;
}

inline GateReport wrong_answer() {
  GateReport report = begun("two-sum", 1, 9);
  report.cases.push_back(measured("two-sum", "v1.0.0", "uniform/16", Verdict::kSame, 24.1e-9, 0.001));
  GateCase wrong = measured("two-sum", "v1.0.0", "uniform/64", Verdict::kFailed, 0, 0);
  wrong.comparison.duets.clear();
  wrong.comparison.reason = "v1.0.0: wrong answer: /0: expected 3, found 4";
  report.cases.push_back(wrong);
  report.commits.resize(1);
  report.seconds = 3.1;
  report.exit = Exit::kSolverFailed;
  report.exit_because = "two-sum/v1.0.0/uniform/64 answers wrongly";
  return report;
}

inline GateReport budget_ended() {
  GateReport report = begun("two-sum", 3, 0);
  report.budget_seconds = 5;
  report.cases.push_back(measured("two-sum", "v1.0.0", "uniform/16", Verdict::kSame, 24.1e-9, 0.001));
  GateCase unsure = measured("two-sum", "v1.0.0", "worst/65536", Verdict::kCannotTell, 4.7e-3, 0.031, 0.05, 0.0689);
  unsure.comparison.reason = "the budget of 5 s was used up after 3 processes";
  report.cases.push_back(unsure);
  for (const char* solver : {"v2.0.0", "v3.0.0"}) {
    for (const char* size : {"16", "65536"}) {
      report.not_measured.emplace_back(std::string("two-sum/") + solver + "/uniform/" + size,
                                       "the budget of 5 s was used up");
    }
  }
  report.incomparable = {{"worst/1024", "its input changed"}};
  report.changes.push_back({Change::Kind::kNew, "two-sum", "v5.0.0", ""});
  report.changes.push_back({Change::Kind::kRemoved, "two-sum", "", "v0.9.0"});
  report.dirty = true;
  report.head_sha = report.base_sha;
  report.base = "HEAD";
  report.commits.clear();
  report.seconds = 7.9;
  report.exit = Exit::kIncomplete;
  report.exit_because = "two-sum/v2.0.0 and two-sum/v3.0.0 were never started";
  report.command = "harness gate --budget=5s";
  return report;
}

inline GateReport programs() {
  GateReport report = begun("", 0, 0);
  report.base = "build/old";
  report.base_sha = report.head_sha = "";
  report.commits.clear();
  report.changes = {{Change::Kind::kEdited, "", "new_bench", "old_bench"}};
  report.min_effect = 0.05;
  for (const auto& [name, ratio] : std::vector<std::pair<std::string, double>>{
           {"BM_Sort<std::vector<int>>/1024", 0.0812}, {"BM_Find/8", -0.21}, {"BM_Find/64", 0.003}}) {
    report.cases.push_back(measured("", "new_bench", name,
                                    ratio > 0.05    ? Verdict::kSlower
                                    : ratio < -0.05 ? Verdict::kFaster
                                                    : Verdict::kSame,
                                    3.2e-6, ratio));
    report.cases.back().comparison.reference = "old_bench";
    report.cases.back().comparison.min_effect = 0.05;
  }
  report.cases.push_back(measured("", "new_bench", "BM_Erase/8", Verdict::kNew, 0, 0));
  report.cases.back().comparison.duets.clear();
  report.control_case = "BM_Find/8";
  report.control_log_ratio = -0.031;
  report.control_holds = false;
  report.seconds = 18.3;
  report.exit = Exit::kRegression;
  report.exit_because = "BM_Sort<std::vector<int>>/1024 is slower";
  report.command = "harness gate --ab=./old_bench,./new_bench";
  return report;
}

// `count` red cases, the last one the worst, none with an end in sight.
inline GateReport many(std::size_t count, std::size_t characters = 0) {
  GateReport report = begun("two-sum", 1, 0);
  report.exit = Exit::kRegression;
  report.exit_because = fmt::format("{} cases are slower", count);
  for (std::size_t i = 0; i < count; ++i) {
    report.cases.push_back(measured("two-sum", "v1.0.0", fmt::format("uniform/{}{}", i, std::string(characters, 'x')),
                                    Verdict::kSlower, 1e-6, 0.05 + 0.0001 * static_cast<double>(i)));
  }
  return report;
}

// Text that is a command, markup, a tag or no text at all to one reader or another.
inline const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> kTexts{"::error::owned",
                                               "x\n::set-output name=a::b",
                                               "a ::error::b",
                                               "##[error]owned",
                                               "##vso[task.complete]",
                                               "%0A::error::owned",
                                               "a|b||c",
                                               "\\|",
                                               "`code` ``two``",
                                               std::string(20, '`'),
                                               "<script>alert(1)</script>",
                                               "</details><!--",
                                               "]]>",
                                               "&amp;\"'",
                                               "[a](http://example.com)",
                                               "@somebody #1 https://example.com www.example.com",
                                               "**bold** _it_ ~~no~~ $x$",
                                               "\x1b[31mred\x1b[0m\a\b",
                                               std::string("nul\0nul", 7),
                                               "\xff\xfe\xc0\xaf\xed\xa0\x80",
                                               "\xef\xbf\xbe\xef\xbf\xbf",
                                               "\u202egnp.exe\u2066\u200f",
                                               "\r\n\ttab",
                                               "title=x,file=y:z",
                                               "",
                                               " ",
                                               "\u00a0::error::b",
                                               "\xe2\x80\xa8::error::c",
                                               "$(rm -rf x); `id`",
                                               "# head\n- list"};
  return kTexts;
}

// Every text of a report is `text`: one case of each standing, and one of everything else.
inline GateReport of_text(const std::string& text) {
  GateReport report;
  report.context = {{"machine", text}};
  report.base = report.base_sha = report.head_sha = text;
  report.head_sha += "2";
  report.commits = {{text, text}};
  report.changes = {{Change::Kind::kEdited, text, text, text},
                    {Change::Kind::kNewVersion, text, text, "other"},
                    {Change::Kind::kRemoved, text, "", text}};
  for (const Verdict verdict : {Verdict::kSlower, Verdict::kSame, Verdict::kCannotTell, Verdict::kFailed,
                                Verdict::kIncomparable, Verdict::kNew}) {
    GateCase one = measured(text, text, text, verdict, 1e-6, 0.05);
    one.name = one.because = one.comparison.reason = text;
    one.comparison.warnings = {text};
    one.figures = {{Cause::kMemory, text, text, text, 0.5, true}};
    report.cases.push_back(one);
  }
  report.not_measured = report.incomparable = {{text, text}};
  report.control_case = report.command = report.exit_because = text;
  report.control_holds = false;
  report.exit = Exit::kRegression;
  return report;
}

}  // namespace gate_reports

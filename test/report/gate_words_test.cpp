#include <harness/report/gate_words.hpp>

#include <cmath>
#include <limits>
#include <string>

#include "../catch.hpp"
#include "gate_reports.hpp"

using namespace harness::report;
using gate_reports::Cause;
using gate_reports::GateCase;
using gate_reports::GateReport;
using gate_reports::Verdict;

namespace {

const Voice kPlain{[](std::string_view text) { return "<" + std::string(text) + ">"; }, false};

GateCase red(const std::string& name, double log_ratio) {
  GateCase one = gate_reports::measured("p", "v1.0.0", "c", Verdict::kSlower, 1e-6, log_ratio);
  one.name = name;
  return one;
}

GateCase larger(const std::string& name, std::optional<double> change) {
  GateCase one = gate_reports::measured("p", "v1.0.0", "c", Verdict::kSame, 1e-6, 0);
  one.name = name;
  one.failed = {Cause::kMemory};
  one.figures = {{Cause::kMemory, "allocs", "1", "2", change, true}};
  return one;
}

std::string names_of(const std::vector<const GateCase*>& cases) {
  std::string names;
  for (const GateCase* one : cases) names += (names.empty() ? "" : " ") + one->name;
  return names;
}

}  // namespace

TEST_CASE(
    "failed cases are worst, then slower ones by ratio, then exact figures by change; what came from nothing leads "
    "these") {
  GateReport report;
  GateCase failed = red("failed", 0);
  failed.comparison.verdict = Verdict::kFailed;
  report.cases = {larger("twice", 1.0),
                  red("five", 0.05),
                  larger("from-nothing", {}),
                  red("nan", std::nan("")),
                  red("forty", 0.34),
                  larger("tenth", 0.1),
                  failed,
                  red("endless", std::numeric_limits<double>::infinity())};
  CHECK(names_of(GateNews(report).worst()) == "failed endless forty five nan from-nothing twice tenth");
}

TEST_CASE("each case stands in one place") {
  const auto report = gate_reports::of_text("x");
  const GateNews news(report);
  CHECK(news.failed.size() == 1);
  CHECK(news.red.size() == 1);
  CHECK(news.doubt.size() == 1);
  CHECK(news.incomparable.size() == 1);
  CHECK(news.added.size() == 1);
  CHECK(news.fine.size() == 1);
  CHECK(news.failed.size() + news.red.size() + news.doubt.size() + news.incomparable.size() + news.added.size() +
            news.fine.size() ==
        report.cases.size());
  CHECK(news.spared == news.fine);
}

TEST_CASE("a verdict names the worst of its causes") {
  GateCase one = larger("x", 1.0);
  CHECK(verdict_words(one) == "MORE MEMORY");
  one.failed = {Cause::kP95};
  CHECK(verdict_words(one) == "SLOWER p95");
  one.failed = {Cause::kP95, Cause::kLimits};
  CHECK(verdict_words(one) == "BREAKS A LIMIT");
  one.failed = {Cause::kLimits, Cause::kGrowth};
  CHECK(verdict_words(one) == "GROWS FASTER");
  one.failed = {Cause::kMemory, Cause::kTime};
  one.comparison.verdict = Verdict::kSlower;
  CHECK(verdict_words(one) == "SLOWER");
  one.comparison.verdict = Verdict::kFailed;
  CHECK(verdict_words(one) == "FAILED");
  one = red("x", 0.1);
  one.failed.clear();
  CHECK(verdict_words(one) == "slower");
}

TEST_CASE("figures are told in words of people, with their change where there is one") {
  CHECK(figure_words({Cause::kMemory, "peak_heap_bytes", "1.2MB", "2.4MB", 1.0, true}, kPlain) ==
        "<peak heap 1.2MB -> 2.4MB> (+100%)");
  CHECK(figure_words({Cause::kMemory, "instructions", "0", "7", {}, true}, kPlain) == "<instructions 0 -> 7>");
  CHECK(figure_words({Cause::kGrowth, "growth_class", "O(n)", "O(n^2)", 1.0, true}, kPlain) ==
        "<growth O(n) -> O(n^2)>");
  CHECK(figure_words({Cause::kLimits, "p95_latency_ms", "at most 0.5 ms", "0.7 ms", {}, true}, kPlain) ==
        "<p95_latency_ms at most 0.5 ms, measured 0.7 ms>");
}

TEST_CASE("causes are told once, and a few of them") {
  GateCase one = larger("x", 1.0);
  one.because = "allocations 1 -> 2";
  CHECK(cause_words(one, kPlain) == std::vector<std::string>{"<allocations 1 -> 2> (+100%)"});
  one.because = "it copies";
  CHECK(cause_words(one, kPlain) == std::vector<std::string>{"<allocations 1 -> 2> (+100%)", "<it copies>"});
  one.figures.front().worse = false;
  CHECK(cause_words(one, kPlain) == std::vector<std::string>{"<it copies>"});
  one.figures.assign(5000, {Cause::kMemory, "allocs", "1", "2", 1.0, true});
  const auto words = cause_words(one, kPlain);
  CHECK(words.size() == 7);
  CHECK(words.back() == "and 4995 more");
}

TEST_CASE("the commits that a change can come from are told as far as they are known") {
  GateReport report = gate_reports::begun("p", 1, 0);
  CHECK(since_words(report, kPlain) == "since <abc1234..def5678> (3 commits)");
  report.dirty = true;
  CHECK(since_words(report, kPlain) == "since <abc1234..def5678> (3 commits and local changes)");
  report.more_commits = true;
  report.dirty = false;
  CHECK(since_words(report, kPlain) == "since <abc1234..def5678> (more than 3 commits)");
  report.more_commits = false;
  report.commits.resize(1);
  CHECK(since_words(report, kPlain) == "since <abc1234..def5678> (1 commit: <Copy the table for every call>)");
  report.commits.clear();
  CHECK(since_words(report, kPlain) == "since <abc1234..def5678>");
  report.dirty = true;
  CHECK(since_words(report, kPlain) == "since <abc1234..def5678> (local changes)");
  report.head_sha = report.base_sha;
  CHECK(since_words(report, kPlain) == "since <abc1234> (local changes)");
  report.base_sha.clear();
  CHECK(since_words(report, kPlain) == "against <origin/main>");
  report.base.clear();
  CHECK(since_words(report, kPlain).empty());
}

TEST_CASE("what rests on nothing is not told") {
  GateCase one = red("x", 0.1);
  one.comparison.log_ratio_high = std::numeric_limits<double>::infinity();
  one.comparison.would_notice = std::numeric_limits<double>::infinity();
  CHECK(measured_words(one, kPlain) == "1.00us -> 1.11us (+11%, 3 + 3 processes)");
  one.comparison.duets.resize(1);
  one.comparison.duets[0].processes.resize(1);
  CHECK(measured_words(one, kPlain) == "1.00us -> 1.11us (+11%, 1 process)");
  one.comparison.duets.clear();
  CHECK(measured_words(one, kPlain).empty());
  CHECK(processes_words(one).empty());
  one = red("x", 0.1);
  one.comparison.verdict = Verdict::kFailed;
  CHECK(measured_words(one, kPlain).empty());
  CHECK(processes_words(one).empty());
  CHECK(notice_words(one).empty());
}

TEST_CASE("exits and controls are told in words") {
  GateReport report = gate_reports::programs();
  CHECK(exit_words(report, kPlain) == "exit 1: <BM_Sort<std::vector<int>>/1024 is slower>");
  CHECK(control_words(report, kPlain) ==
        "this machine cannot tell today: the control, <BM_Find/8> at the base against itself, differs by -3.1%");
  report.exit = harness::Exit::kFine;
  report.control_holds = true;
  CHECK(exit_words(report, kPlain).empty());
  CHECK(control_words(report, kPlain).empty());
}

TEST_CASE("a limit is told as it is written, in the old text or in the new one") {
  CHECK(figure_words({Cause::kLimits, "p95_latency_ms", "kept", "at most 0.5, measured 0.7 (+40 %)", {}, true},
                     kPlain) == "<p95_latency_ms at most 0.5, measured 0.7 (+40 %)>");
}

TEST_CASE("a cause that lists the figures is not told again, but for what it adds") {
  GateCase one = larger("x", 1.0);
  one.figures.push_back({Cause::kLimits, "qps_target", "kept", "at least 10, measured 5 (-50 %)", {}, true});
  const std::string listed = "allocations 1 -> 2, qps_target at least 10, measured 5 (-50 %)";
  const std::vector<std::string> figures{"<allocations 1 -> 2> (+100%)",
                                         "<qps_target at least 10, measured 5 (-50 %)>"};
  one.because = listed;
  CHECK(cause_words(one, kPlain) == figures);
  auto more = figures;
  more.push_back("<it copies>");
  for (const std::string& because :
       {"it copies, " + listed, listed + ", it copies",
        std::string("allocations 1 -> 2, it copies, qps_target at least 10, measured 5 (-50 %)")}) {
    one.because = because;
    INFO(because);
    CHECK(cause_words(one, kPlain) == more);
  }
  one.figures.resize(1);
  one.because = "allocations 1 -> 20";
  CHECK(cause_words(one, kPlain) == std::vector<std::string>{"<allocations 1 -> 2> (+100%)", "<allocations 1 -> 20>"});
}

TEST_CASE("more instructions are red by time, and are not called slower where the clock saw nothing") {
  GateReport report;
  GateCase counted = larger("counted", 0.5);
  counted.failed = {Cause::kTime};
  counted.figures = {{Cause::kTime, "instructions", "100", "150", 0.5, true}};
  report.cases = {counted, red("slow", 0.05)};
  CHECK(verdict_words(counted) == "MORE INSTRUCTIONS");
  CHECK(names_of(GateNews(report).worst()) == "slow counted");
}

TEST_CASE("slower and not red is doubt where time is asked for, and spared where it is not") {
  GateReport report;
  report.cases = {red("slow", 0.05)};
  report.cases.front().failed.clear();
  report.fail_on = {Cause::kMemory};
  CHECK(names_of(GateNews(report).spared) == "slow");
  CHECK(GateNews(report).is_green);
  report.fail_on = {Cause::kTime};
  const GateNews news(report);
  CHECK(names_of(news.doubt) == "slow");
  CHECK(news.spared.empty());
  CHECK_FALSE(news.is_green);
  CHECK(doubt_words(*news.doubt.front()) == "slower, not believed");
}

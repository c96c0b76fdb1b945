#include <harness/experiment/explain.hpp>

#include <atomic>
#include <cmath>
#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <harness/compare/sequential.hpp>
#include <harness/experiment/duet.hpp>
#include <harness/model/comparison_json.hpp>
#include <harness/report/comparison.hpp>

#include <test/catch.hpp>
#include <test/store/temporary_directory.hpp>

using namespace harness;
using model::Verdict;

namespace {

// What the experiment itself decides from processes of these ratios, the last one repeated.
model::Comparison decided(const std::string& case_name, std::deque<double> ratios, double drift = 0) {
  model::Comparison one;
  one.problem = "two-sum";
  one.case_name = case_name;
  one.reference = "v1.0.0";
  one.candidate = "v2.0.0";
  one.clock = "real";
  double now = 0;
  experiment::DuetPlan plan;
  plan.clock = [&] { return now; };
  const auto next = [&]() -> tl::expected<model::DuetProcess, experiment::NoProcess> {
    now += 0.25;
    model::DuetProcess process;
    process.log_ratio = std::log(ratios.front());
    process.standard_error = 0.0005;
    process.pairs = 50;
    process.drift = drift;
    process.reference_seconds_per_call = 1e-6;
    process.candidate_seconds_per_call = 1e-6 * ratios.front();
    if (ratios.size() > 1) ratios.pop_front();
    return process;
  };
  experiment::decide(next, plan, one);
  return one;
}

model::AbReport some_report() {
  model::AbReport report;
  report.kind = "solvers";
  report.sides = {"v1.0.0", "v2.0.0"};
  report.files = {"a.so", "b.so"};
  const std::deque<double> restless{1.0,  1.05, 0.96, 1.07, 0.95, 1.06, 0.94, 1.05, 0.96, 1.04, 0.95,
                                    1.06, 0.95, 1.05, 0.94, 1.06, 0.97, 1.04, 0.96, 1.05, 0.96};
  report.comparisons = {decided("uniform/16", {1.05}), decided("uniform/64", {0.72}), decided("uniform/256", {1.0}),
                        decided("worst/16", restless)};
  return report;
}

struct Told {
  Exit exit;
  std::string out, err;
};

class Files {
 public:
  std::string write(const std::string& text) {
    std::ofstream(path(), std::ios::binary) << text;
    return path();
  }
  std::string write(const model::AbReport& report) { return write(model::write_ab_report(report)); }
  std::string path() const { return (directory_.path() / "ab.json").string(); }
  std::string folder() const { return directory_.path().string(); }

 private:
  TemporaryDirectory directory_;
};

Told explained(const std::string& file, const std::string& case_name) {
  std::ostringstream out, err;
  std::atomic<bool> stop = false;
  const experiment::Terminal terminal{out, err, false, false, false, true, 100, [] { return 0.0; }, stop};
  const Exit exit = experiment::explain({file, case_name, false, false}, terminal);
  return {exit, out.str(), err.str()};
}

Told explained(const model::AbReport& report, const std::string& case_name) {
  Files files;
  return explained(files.write(report), case_name);
}

}  // namespace

TEST_CASE("a verdict is explained with its numbers, and the rule run again says the same") {
  const auto report = some_report();
  REQUIRE(report.comparisons[0].verdict == Verdict::kSlower);
  REQUIRE(report.comparisons[1].verdict == Verdict::kFaster);
  REQUIRE(report.comparisons[2].verdict == Verdict::kSame);
  REQUIRE(report.comparisons[3].verdict == Verdict::kCannotTell);
  const std::vector<std::string> words{"slower", "faster", "same", "cannot tell"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto told = explained(report, report.comparisons[i].case_name);
    INFO(told.out << told.err);
    CHECK(told.exit == Exit::kFine);
    CHECK(told.err.empty());
    CHECK_THAT(told.out, StartsWith("two-sum " + report.comparisons[i].case_name + ": v2.0.0 against v1.0.0: "));
    CHECK_THAT(told.out, EndsWith("  the rule, run again on these numbers: " + words[i] + ", as the file says\n"));
  }
}

TEST_CASE("the rule that is printed is the rule that decides") {
  compare::Sequential rule({0.02, 3, 40, 3});
  for (int i = 0; i < 3; ++i) rule.add(std::log(1.05), 0.0005);
  REQUIRE(rule.decision() == Verdict::kSlower);
  const auto told = explained(some_report(), "uniform/16").out;
  // L by the printed formula, c1 = M, c0 = 0.3 d, three processes at M; its terms stand at their bound.
  const double d = std::log(1.02), m = std::log(1.05), s = d / 4;
  const double term = std::min(3.0, 1.5 * std::log(1 + std::pow((m - 0.3 * d) / s, 2) / 2));
  CHECK(rule.path().back().evidence_slower == Approx(3 * term));
  CHECK(rule.path().back().scale == Approx(s));
  CHECK_THAT(told, ContainsSubstring("each term from -3 to 3") && ContainsSubstring("c0 = min(0.3 d = 0.594 %, M)"));
  CHECK_THAT(rule.ended_by(), ContainsSubstring(">= 6.2"));
  CHECK_THAT(told, ContainsSubstring("slower when L >= 6.2, M > 0.65 d = 1.287 % and n >= 6; not slower when L <= -4.6"));
  compare::Sequential below({0.02, 3, 40}), above({0.02, 3, 40});
  for (int i = 0; i < 3; ++i) {
    below.add(0.64 * d, 0);
    above.add(0.66 * d, 0);
  }
  CHECK(below.decision() != Verdict::kSlower);
  CHECK(above.path().back().evidence_slower > below.path().back().evidence_slower);
}

TEST_CASE("a case is found by its own name, with its problem, as a row is called, and by a glob") {
  const auto report = some_report();
  for (const char* name :
       {"uniform/64", "two-sum/uniform/64", "two-sum/v2.0.0/uniform/64", "two-sum/v1.0.0/uniform/64", "*/64"}) {
    const auto told = explained(report, name);
    INFO(name << told.err);
    CHECK(told.exit == Exit::kFine);
    CHECK_THAT(told.out, StartsWith("two-sum uniform/64: "));
  }
  const auto told = explained(report, "uniform/*");
  CHECK_THAT(told.out, ContainsSubstring("\n\ntwo-sum uniform/64: ") && ContainsSubstring("\n\ntwo-sum uniform/256: "));
  CHECK_THAT(told.out, !ContainsSubstring("worst"));
}

TEST_CASE("of more than two sides all comparisons of the case are explained") {
  auto report = some_report();
  report.sides.push_back("v3.0.0");
  report.files.push_back("c.so");
  report.comparisons.push_back(report.comparisons[0]);
  report.comparisons.back().candidate = "v3.0.0";
  CHECK_THAT(explained(report, "uniform/16").out,
             ContainsSubstring("uniform/16: v2.0.0 against") && ContainsSubstring("uniform/16: v3.0.0 against"));
  CHECK_THAT(explained(report, "two-sum/v3.0.0/uniform/16").out, StartsWith("two-sum uniform/16: v3.0.0 against"));
}

TEST_CASE("without a case all of them are listed with their verdicts") {
  const auto told = explained(some_report(), "");
  CHECK(told.exit == Exit::kFine);
  CHECK(told.out == R"(case           side  change                       verdict
uniform/16   v2.0.0   +5.0%                        SLOWER
uniform/64   v2.0.0    -28%                        faster
uniform/256  v2.0.0    0.0%  no difference of 2 % or more
worst/16     v2.0.0   +0.3%                   cannot tell
)");
}

TEST_CASE("a case that is not there is answered with the nearest ones") {
  Files files;
  const auto file = files.write(some_report());
  auto told = explained(file, "uniform/65");
  CHECK(told.exit == Exit::kUsage);
  CHECK(told.out.empty());
  CHECK(told.err == "harness: explain \"uniform/65\": " + file +
                        " has no such case; nearest: uniform/64, uniform/16, uniform/256, worst/16; harness explain " +
                        file + " lists all 4\n");
  auto empty = some_report();
  empty.comparisons.clear();
  CHECK_THAT(explained(files.write(empty), "x").err, ContainsSubstring("has no such case; it has none at all"));
}

TEST_CASE("a stored verdict to which the numbers do not lead is found") {
  auto report = some_report();
  report.comparisons[2].verdict = Verdict::kSlower;
  const auto told = explained(report, "uniform/256");
  CHECK(told.exit == Exit::kUsage);
  CHECK_THAT(told.out, EndsWith("  the rule, run again on these numbers: same\n"));
  CHECK_THAT(told.err, ContainsSubstring("uniform/256, v2.0.0: the stored verdict is slower, the rule on these numbers "
                                         "gives same; the file was changed"));
}

TEST_CASE(
    "numbers that were changed after the decision are found by the steps and figures that they no longer lead to") {
  auto report = some_report();
  report.comparisons[0].duets[0].processes[1].log_ratio = 0.001;
  auto told = explained(report, "uniform/16");
  CHECK(told.exit == Exit::kUsage);
  CHECK_THAT(told.err, ContainsSubstring("the steps of duet 1 are not those that its processes lead to"));
  report = some_report();
  report.comparisons[1].log_ratio_high = 0.5;
  told = explained(report, "uniform/64");
  CHECK(told.exit == Exit::kUsage);
  CHECK_THAT(told.err, ContainsSubstring("ratio, interval or what would be noticed are not those"));
}

TEST_CASE("a verdict without processes, with too many, or of three duets is refused") {
  auto report = some_report();
  report.comparisons[0].duets.clear();
  CHECK_THAT(explained(report, "uniform/16").err, ContainsSubstring("a verdict without a process"));
  report = some_report();
  auto& duets = report.comparisons[0].duets;
  duets.push_back(duets[0]);
  CHECK_THAT(explained(report, "uniform/16").err, ContainsSubstring("3 duets: a verdict is made of two at the most"));
  report.comparisons[0].duets[0].processes.resize(201);
  CHECK_THAT(explained(report, "uniform/16").err, ContainsSubstring("201 processes in a duet, at most 200 are taken"));
  report = some_report();
  report.comparisons[0].duets[0].processes[0].log_ratio = std::nan("");
  CHECK_THAT(explained(report, "uniform/16").err,
             ContainsSubstring("a log ratio or standard error that no process can yield"));
}

TEST_CASE("a side that changes its pace leaves no verdict when the rule is run again, too") {
  auto report = some_report();
  report.comparisons[0] = decided("uniform/16", {1.05}, 0.2);
  REQUIRE(report.comparisons[0].verdict == Verdict::kCannotTell);
  const auto told = explained(report, "uniform/16");
  INFO(told.err);
  CHECK(told.exit == Exit::kFine);
  CHECK_THAT(told.out, EndsWith("run again on these numbers: cannot tell, as the file says\n"));
}

TEST_CASE("what no rule decided is explained without one") {
  auto report = some_report();
  report.comparisons[0].verdict = Verdict::kFailed;
  report.comparisons[1] = decided("uniform/64", {0.72});
  report.comparisons[1].verdict = Verdict::kSame;
  report.comparisons[1].duets.clear();
  for (const char* name : {"uniform/16", "uniform/64"}) {
    const auto told = explained(report, name);
    CHECK(told.exit == Exit::kFine);
    CHECK_THAT(told.out, EndsWith("  no rule made this verdict: there is nothing to run again\n"));
  }
}

TEST_CASE("a file that is none, or something else, is called what it is") {
  Files files;
  CHECK_THAT(explained(files.path(), "x").err,
             ContainsSubstring("ab.json: cannot be read: No such file or directory; name a file that"));
  CHECK_THAT(explained(files.folder(), "x").err, ContainsSubstring("is no folder of a run"));
  CHECK_THAT(explained(files.write(""), "x").err,
             ContainsSubstring("ab.json: byte 0: expected the rest of the JSON document"));
  const auto told = explained(files.write(R"({"context": {"harness_schema": "1"}, "benchmarks": []})"), "");
  CHECK(told.exit == Exit::kUsage);
  CHECK_THAT(told.err,
             ContainsSubstring(
                 "found a report of a run, which has no comparisons; harness --ab=A,B --benchmark_out=FILE makes one"));
}

// Reports of a gate as tests need them: one in small, and any number of random ones.
#pragma once

#include <string>

#include <harness/model/gate.hpp>

#include "ab_reports.hpp"

namespace gate_reports {

using namespace harness::model;

// Two changed solvers: one case of the first became slower and allocates more, the second was not reached.
inline GateReport small_report() {
  GateReport report;
  report.context = {{"machine", "a \"quoted\" machine"}, {"run_id", "r1"}};
  report.base = "origin/main";
  report.base_sha = std::string(40, 'a');
  report.head_sha = std::string(40, 'b');
  report.commits = {{std::string(40, 'b'), "Copy the table\nfor every call"}, {std::string(40, 'c'), "Add v2.0.0"}};
  report.fail_on = {Cause::kTime, Cause::kMemory};
  report.changes = {{Change::Kind::kNewVersion, "two-sum", "v2.0.0", "v1.0.0"},
                    {Change::Kind::kRemoved, "two-sum", "", "v0.9.0"}};
  GateCase one;
  one.name = "two-sum/v2.0.0/uniform/4096";
  one.comparison = ab_reports::small_report().comparisons.front();
  one.comparison.duets.pop_back();
  one.comparison.duets[0].processes.resize(1);
  one.comparison.duets[0].path.resize(1);
  one.comparison.warnings.clear();
  one.figures = {{Cause::kMemory, "allocs", "2", "10010", 5004, true},
                 {Cause::kGrowth, "growth_class", "O(n)", "O(n^2)", {}, true}};
  one.failed = {Cause::kTime, Cause::kMemory};
  one.because = "allocations 2 -> 10010";
  report.cases = {one};
  report.not_measured = {{"two-sum/v2.0.0/worst/64", "the budget of 60 s was used up"}};
  report.control_log_ratio = 0.001;
  report.control_case = "two-sum/v1.0.0/uniform/4096";
  report.seconds = 12.5;
  report.command = "harness gate --base=aaaaaaa";
  report.exit = harness::Exit::kRegression;
  report.exit_because = "1 case is slower";
  return report;
}

// Anything that the values may hold.
class Random {
 public:
  explicit Random(std::uint64_t seed) : of_(seed) {}

  GateReport report() {
    GateReport one;
    for (std::uint64_t i = of_.below(4); i > 0; --i)
      one.context.emplace_back("key " + std::to_string(i) + of_.text(), of_.text());
    one.base = of_.text();
    one.base_sha = of_.text();
    one.head_sha = of_.text();
    one.dirty = of_.coin();
    one.commits = pairs();
    one.more_commits = of_.coin();
    one.min_effect = std::abs(of_.number()) + 1e-300;
    one.budget_seconds = of_.number();
    one.fail_on = causes();
    for (std::uint64_t i = of_.below(5); i > 0; --i) {
      one.changes.push_back({static_cast<Change::Kind>(of_.below(5)), of_.text(), of_.text(), of_.text()});
    }
    for (std::uint64_t i = of_.below(4); i > 0; --i) one.cases.push_back(gate_case());
    one.not_measured = pairs();
    one.incomparable = pairs();
    one.control_log_ratio = of_.perhaps();
    one.control_case = of_.text();
    one.control_holds = of_.coin();
    one.seconds = of_.number();
    one.command = of_.text();
    constexpr harness::Exit kExits[]{harness::Exit::kFine,       harness::Exit::kRegression,
                                     harness::Exit::kUsage,      harness::Exit::kSolverFailed,
                                     harness::Exit::kIncomplete, harness::Exit::kRollbackRefused,
                                     harness::Exit::kInterrupted};
    one.exit = kExits[of_.below(std::size(kExits))];
    one.exit_because = of_.text();
    return one;
  }

 private:
  std::vector<std::pair<std::string, std::string>> pairs() {
    std::vector<std::pair<std::string, std::string>> all;
    for (std::uint64_t i = of_.below(4); i > 0; --i) all.emplace_back(of_.text(), of_.text());
    return all;
  }
  std::vector<Cause> causes() {
    std::vector<Cause> all;
    for (std::uint64_t i = of_.below(4); i > 0; --i) all.push_back(static_cast<Cause>(of_.below(5)));
    return all;
  }
  GateCase gate_case() {
    GateCase one{of_.text(), of_.comparison(), {}, causes(), of_.text()};
    for (std::uint64_t i = of_.below(4); i > 0; --i) {
      one.figures.push_back(
          {static_cast<Cause>(of_.below(5)), of_.text(), of_.text(), of_.text(), of_.perhaps(), of_.coin()});
    }
    return one;
  }

  ab_reports::Random of_;
};

}  // namespace gate_reports

// The history's rule on ratios that a machine really measured: test/compare/recorded/aa_history.jsonl, one line a run of a case,
// {"run":1,"case":"two-sum/v2.0.0/uniform/64","ratio":1.0012,"error":0.0008}, all of the same code.
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <harness/compare/history.hpp>

#include "../catch.hpp"
#include "histories.hpp"

using namespace harness::compare;
using namespace histories;

namespace {

struct Measured {
  double ratio = 0, error = 0;
};

// The value behind `"key":`; Catch fails on a line that has none.
std::string member(const std::string& line, const std::string& key) {
  const std::string quoted = "\"" + key + "\":";
  const auto at = line.find(quoted);
  INFO(line);
  REQUIRE(at != std::string::npos);
  const auto begin = line.find_first_not_of(" \"", at + quoted.size());
  return line.substr(begin, line.find_first_of(",}\"", begin) - begin);
}

std::map<std::string, std::vector<Measured>> recorded() {
  const auto file = std::filesystem::path(__FILE__).parent_path() / "recorded" / "aa_history.jsonl";
  INFO(file);
  std::ifstream lines(file);
  REQUIRE(lines);
  std::map<std::string, std::vector<Measured>> cases;
  for (std::string line; std::getline(lines, line);) {
    cases[member(line, "case")].push_back({std::stod(member(line, "ratio")), std::stod(member(line, "error"))});
  }
  return cases;
}

RecordedRun run_of(const Measured& measured, double factor = 1) {
  RecordedRun run = histories::run_of(measured.ratio * factor);
  run.ratio_error = measured.error;
  return run;
}

}  // namespace

TEST_CASE("60 recorded runs of five cases of the same code: at most 3 % beyond, no alert") {
  const auto cases = recorded();
  REQUIRE(cases.size() == 5);
  std::size_t judged = 0, beyond = 0, alerts = 0;
  for (const auto& [name, runs] : cases) {
    INFO(name);
    REQUIRE(runs.size() == 60);
    CaseHistory history = empty_history();
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (i >= 5) {
        ++judged;
        beyond += judge(&history, {}, run_of(runs[i]), {}, {}).find(Metric::kTime)->beyond;
      }
      if (record(history, run_of(runs[i]), Verdict::kSame).alert) ++alerts;
    }
  }
  INFO(beyond << " of " << judged << " runs are beyond");
  CHECK(static_cast<double>(beyond) <= 0.03 * static_cast<double>(judged));
  CHECK(alerts == 0);
}

TEST_CASE("three runs of +5 % on top of a recorded history raise an alert at the third, from each of ten starts") {
  for (const auto& [name, runs] : recorded()) {
    for (std::size_t start = 48; start < 58; ++start) {
      REQUIRE(runs.size() >= start + 3);
      CaseHistory history = empty_history();
      for (std::size_t i = 0; i < start; ++i) record(history, run_of(runs[i]), Verdict::kSame);
      std::vector<bool> alerts;
      for (std::size_t i = start; i < start + 3; ++i) {
        alerts.push_back(record(history, run_of(runs[i], 1.05), Verdict::kSlower).alert.has_value());
      }
      INFO(name << " from run " << start + 1);
      CHECK(alerts == std::vector{false, false, true});
    }
  }
}

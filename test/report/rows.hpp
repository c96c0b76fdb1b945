// A run in small, as the tests of this folder print it.
#pragma once

#include <string>
#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/model/ranking.hpp>

namespace rows {

using harness::model::Measurement;

inline Measurement trial(const std::string& solver, const std::string& dataset, const std::string& case_name) {
  Measurement row;
  row.problem = "two-sum";
  row.solver = solver;
  row.dataset = dataset;
  row.case_name = case_name;
  return row;
}

// Three processes: `seconds` in the middle, `spread` (relative) on either side.
inline Measurement measured(const std::string& solver, const std::string& dataset, const std::string& case_name,
                            double seconds, double spread = 0.01, double cpu_share = 1) {
  Measurement row = trial(solver, dataset, case_name);
  for (const double factor : {1 + spread, 1.0, 1 - spread}) {
    row.samples.push_back({seconds * factor, seconds * factor * cpu_share});
  }
  return row;
}

inline Measurement failed(const std::string& solver, const std::string& dataset, const std::string& case_name,
                          const std::string& note) {
  Measurement row = trial(solver, dataset, case_name);
  row.state = Measurement::State::kFailed;
  row.note = note;
  return row;
}

inline Measurement skipped(const std::string& solver, const std::string& dataset, const std::string& case_name,
                           const std::string& note) {
  Measurement row = failed(solver, dataset, case_name, note);
  row.state = Measurement::State::kSkipped;
  return row;
}

// One version leads on small sizes, another on large ones; one fails, one is noisy, one waits, one is skipped.
inline std::vector<Measurement> run() {
  std::vector<Measurement> all{measured("v0.8.3", "leetcode-1", "example-1", 5.17e-9),
                               failed("v1.0.0", "leetcode-1", "example-1", "wrong answer: [1]: expected 2, got 3"),
                               measured("v2.0.0", "leetcode-1", "example-1", 39.4e-9),
                               measured("v0.8.3", "uniform", "16", 91.6e-9),
                               measured("v1.0.0", "uniform", "16", 239e-9, 0.123),
                               measured("v2.0.0", "uniform", "16", 92.3e-9),
                               measured("v0.8.3", "uniform", "65536", 1.2345),
                               measured("v1.0.0", "uniform", "65536", 3.13e-3),
                               measured("v2.0.0", "uniform", "65536", 202e-6, 0.004, 0.62),
                               skipped("v0.8.3", "uniform", "1048576", "size 1048576 is above max_size 100000"),
                               measured("v1.0.0", "uniform", "1048576", 75.4e-3),
                               measured("v2.0.0", "uniform", "1048576", 3.24e-3)};
  all[10].warnings.push_back("predicted 40 ms, took 75 ms");
  return all;
}

inline std::vector<harness::model::Ranking> rankings() {
  using harness::model::Ranking;
  return {
      Ranking{"two-sum",
              "",
              "",
              2,
              {"leetcode-1/example-1", "uniform/1048576"},
              3,
              {{"v2.0.0", 1, 0, false}, {"v1.0.0", 6.33, 0.12, false}, {"v0.8.3", 77.9, 0.8, false}}},
      Ranking{"two-sum", "leetcode-1", "", 1, {}, 3, {{"v0.8.3", 1, 0, false}, {"v2.0.0", 7.62, 0.1, false}}},
      Ranking{"two-sum", "leetcode-1", "example-1", 1, {}, 3, {{"v0.8.3", 1, 0, false}, {"v2.0.0", 7.62, 0.1, false}}},
      Ranking{"two-sum",
              "uniform",
              "",
              2,
              {"uniform/1048576"},
              3,
              {{"v2.0.0", 1, 0, false}, {"v1.0.0", 6.33, 0.12, false}, {"v0.8.3", 77.9, 0.8, false}}},
      Ranking{"two-sum",
              "uniform",
              "16",
              1,
              {},
              3,
              {{"v0.8.3", 1, 0, false}, {"v2.0.0", 1.01, 0.02, true}, {"v1.0.0", 2.61, 0.3, false}}},
      Ranking{"two-sum",
              "uniform",
              "65536",
              1,
              {},
              3,
              {{"v2.0.0", 1, 0, false}, {"v1.0.0", 15.5, 0.2, false}, {"v0.8.3", 6111, 60, false}}},
      Ranking{"two-sum", "uniform", "1048576", 1, {}, 3, {{"v2.0.0", 1, 0, false}, {"v1.0.0", 23.3, 0.3, false}}}};
}

}  // namespace rows

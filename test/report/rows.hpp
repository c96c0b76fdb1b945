// A run in small, as the tests of this folder print it.
#pragma once

#include <cstdint>
#include <limits>
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

// With what the memory pass found: `allocs` of 16 bytes each.
inline Measurement with_memory(Measurement row, double allocs, double peak_bytes, double leaked_bytes = 0) {
  row.memory.emplace();
  row.memory->allocs = allocs;
  row.memory->alloc_bytes = 16 * allocs;
  row.memory->peak_heap_bytes = peak_bytes;
  row.memory->leaked_bytes = leaked_bytes;
  row.memory->heap_growths = 3;
  row.memory->peaks_bytes = {peak_bytes, peak_bytes, peak_bytes};
  return row;
}

// With 100 samples: 1 to 90 take `p50_seconds`, 91 to 98 `p95_seconds`, the last two twice that.
inline Measurement with_latency(Measurement row, double p50_seconds, double p95_seconds, std::uint64_t batch = 1) {
  row.latency.emplace();
  row.latency->batch = batch;
  row.latency->clock_seconds = 41e-9;
  for (int i = 1; i <= 100; ++i) {
    row.latency->seconds_per_call.push_back(i <= 90 ? p50_seconds : i <= 98 ? p95_seconds : 2 * p95_seconds);
  }
  return row;
}

// Figures of all passes: one row has a tail, one leaks, one breaks limits, one has no memory figures, one waits.
inline std::vector<Measurement> measured_run() {
  std::vector<Measurement> all{
      with_latency(with_memory(measured("v1.0.0", "uniform", "16", 70.7e-9), 1, 128), 70e-9, 72e-9, 283),
      with_latency(with_memory(measured("v1.0.0", "uniform", "65536", 477e-6), 1, 524288, 24), 470e-6, 490e-6),
      with_latency(measured("v2.0.0", "uniform", "16", 164e-9), 160e-9, 170e-9, 128),
      failed("v2.0.0", "uniform", "256", "crashed: SIGSEGV"),
      with_latency(with_memory(measured("v2.0.0", "uniform", "65536", 9.44e-3), 45875, 2.6e6), 9e-3, 12.4e-3),
      with_latency(with_memory(measured("v2.0.0", "worst", "65536", 9.6e-3, 0.01, 0.6), 45875, 2.6e6), 9e-3, 18.1e-3)};
  all[4].broken_limits = {{"p95_latency_ms", 10, 12.4}};
  all[5].broken_limits = {{"qps_target", 300, 280}, {"mem_mb_max", 64, std::numeric_limits<double>::infinity()}};
  for (Measurement& row : all) {
    if (row.dataset == "uniform") {
      row.items_per_call = std::stod(row.case_name);
    }
  }
  all[0].counters = {{"comparisons", 15}, {"swaps", 2.5}};
  return all;
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

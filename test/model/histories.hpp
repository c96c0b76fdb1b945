// Stored histories as tests need them: one in small, and any number of random ones.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>

#include <fmt/format.h>

#include <harness/model/history.hpp>

namespace histories {

using namespace harness::model;

inline std::string hash(std::uint64_t number) { return fmt::format("{:064x}", number); }
inline std::string commit(std::uint64_t number) { return fmt::format("{:040x}", number); }
inline std::string date(std::uint64_t minutes) {
  return fmt::format("2026-11-{:02}T{:02}:{:02}:00Z", 1 + minutes / 1440 % 30, minutes / 60 % 24, minutes % 60);
}

inline RecordedRun run(std::uint64_t number, const std::string& solver = "v2.0.0") {
  RecordedRun one;
  one.run_id = fmt::format("20261124T101500Z-{:06x}", number);
  one.date = date(number);
  one.solver = solver;
  one.library_sha256 = hash(number + 1000);
  one.code_hash = hash(number + 2000);
  one.git_sha = commit(number + 3000);
  one.ratio_to_pin = 1.001;
  one.ratio_error = 0.0008;
  one.real_seconds_per_call = 1.25e-6;
  one.cpu_seconds_per_call = 1.24e-6;
  return one;
}

inline CaseHistory history(const std::string& solver, const std::string& line, const std::string& case_name) {
  CaseHistory one;
  one.solver = solver;
  one.line = line;
  one.case_name = case_name;
  one.compared_by = {hash(7), "unordered", "duet/1", "system"};
  one.segments.push_back({date(0), "history begins", hash(1), hash(2), solver, std::nullopt});
  return one;
}

// One case of two runs: nothing but what must be there in the first, everything in the second.
inline Baseline small_baseline() {
  Baseline baseline;
  baseline.machine = "Intel(R) Xeon(R) Processor, 2 cores, glibc 2.36, Linux 6";
  baseline.problem = "two-sum";
  CaseHistory one = history("v2.0.0", "v2", "uniform/65536");
  one.level_began_at = 1.0004567;
  one.segments.push_back({date(5), "pinned v2.1.0", hash(3), hash(4), "v2.1.0", 0.98765432});
  RecordedRun bare = run(0);
  bare.git_sha = bare.library_sha256 = bare.code_hash = "";
  one.runs.push_back(bare);
  RecordedRun full = run(6, "v2.1.0-rc.1");
  full.git_dirty = full.confirmed = full.new_level = full.alert = true;
  full.ratio_to_pin = 1.0712349;
  full.ratio_error = 0.00123456789;
  full.real_seconds_per_call = 0.000123456789;
  full.cpu_seconds_per_call = 12.3456789e-9;
  full.p95_seconds = 0.00015;
  full.allocs = 3;
  full.alloc_bytes = 1234567;
  full.peak_heap_bytes = 1048576.5;
  full.heap_growths = 0;
  full.z = -2.34567;
  full.segment = 1;
  full.fingerprint = hash(9);
  full.beyond = {Metric::kTime, Metric::kPeakHeapBytes};
  full.note = "accepted: the \"new\" table\nis larger";
  one.runs.push_back(full);
  baseline.cases.push_back(one);
  return baseline;
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  Baseline baseline(std::size_t solvers = 3, std::size_t cases = 4, std::size_t most_runs = 5) {
    Baseline made;
    made.machine = "a machine, " + std::to_string(whole(64)) + " cores";
    made.problem = "two-sum";
    for (std::size_t i = 0; i < solvers; ++i) {
      const std::string solver = fmt::format("v{}.{}.0", 1 + i, whole(12));
      for (std::size_t k = 0; k < cases; ++k) {
        CaseHistory one = history(solver, fmt::format("v{}", 1 + i), fmt::format("uniform/{}", k));
        if (chance()) one.level_began_at = number(1e3);
        for (std::uint64_t more = whole(3); more > 0; --more) {
          one.segments.push_back({date(whole(9999)), "pin was gone", hash(engine_()), hash(engine_()), solver, {}});
          if (chance()) one.segments.back().chain = number(10);
        }
        for (std::uint64_t runs = whole(most_runs + 1); runs > 0; --runs) {
          one.runs.push_back(any_run(solver));
          one.runs.back().segment = whole(one.segments.size());
        }
        made.cases.push_back(std::move(one));
      }
    }
    std::shuffle(made.cases.begin(), made.cases.end(), engine_);
    return made;
  }

  std::uint64_t whole(std::uint64_t below) { return engine_() % below; }
  bool chance() { return engine_() % 2 == 0; }

 private:
  // Over many orders of magnitude.
  double number(double most) { return most * std::exp(-0.001 * static_cast<double>(whole(30000))); }

  RecordedRun any_run(const std::string& solver) {
    RecordedRun one = run(whole(9999), solver);
    one.git_dirty = chance(), one.confirmed = chance(), one.new_level = chance(), one.alert = chance();
    one.ratio_to_pin = number(100), one.ratio_error = number(1);
    one.real_seconds_per_call = number(1e6), one.cpu_seconds_per_call = number(10);
    if (chance()) one.p95_seconds = number(10);
    if (chance()) one.allocs = number(1e9);
    if (chance()) one.alloc_bytes = static_cast<double>(whole(1'000'000'000'000));
    if (chance()) one.peak_heap_bytes = number(1e12);
    if (chance()) one.heap_growths = static_cast<double>(whole(3));
    if (chance()) one.z = number(50) - number(50);
    if (chance()) one.fingerprint = hash(engine_());
    for (const Metric metric : kMetrics) {
      if (whole(4) == 0) one.beyond.push_back(metric);
    }
    if (chance()) one.note = "same as v2.0.0 in a duet";
    return one;
  }

  std::mt19937_64 engine_;
};

}  // namespace histories

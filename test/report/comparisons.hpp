// Comparisons as the tests of this folder print them: what a case looks like for each verdict.
#pragma once

#include <string>
#include <utility>

#include <harness/model/comparison.hpp>

namespace comparisons {

using harness::model::AbReport;
using harness::model::Comparison;
using harness::model::Duet;
using harness::model::DuetProcess;
using harness::model::Verdict;

inline DuetProcess process(double reference_seconds, double candidate_seconds, double log_ratio,
                           bool reference_first = true) {
  DuetProcess one;
  one.log_ratio = log_ratio;
  one.standard_error = 0.0008;
  one.pairs = 100;
  one.reference_seconds_per_call = one.reference_real_seconds_per_call = one.reference_cpu_seconds_per_call =
      reference_seconds;
  one.candidate_seconds_per_call = one.candidate_real_seconds_per_call = one.candidate_cpu_seconds_per_call =
      candidate_seconds;
  one.reference_first = reference_first;
  one.core = reference_first ? 0 : 1;
  one.seconds = 0.0683;
  one.drift = -0.0004;
  return one;
}

// Three processes whose ratios lie around `log_ratio`.
inline Duet duet(Verdict verdict, double reference_seconds, double candidate_seconds, double log_ratio) {
  Duet one;
  one.verdict = verdict;
  one.ended_by = "evidence 9.0 >= 6.2 that it is so, after 3 processes";
  one.seconds = 0.205;
  const double sign = log_ratio < 0 ? -1 : 1;
  for (int i = 0; i < 3; ++i) {
    one.processes.push_back(process(reference_seconds, candidate_seconds, log_ratio + 0.0005 * (i - 1), i != 1));
    one.path.push_back(
        {static_cast<std::uint64_t>(i) + 1, log_ratio, 0.00495, sign * 3.0 * (i + 1), -sign * 3.0 * (i + 1)});
  }
  return one;
}

inline Comparison named(const std::string& case_name, Verdict verdict) {
  Comparison one;
  one.problem = "two-sum";
  one.case_name = case_name;
  one.reference = "v1.0.0";
  one.candidate = "v2.0.0";
  one.mode = "one process, alternating";
  one.clock = "real";
  one.verdict = verdict;
  return one;
}

// `half` is of the interval.
inline Comparison measured(const std::string& case_name, Verdict verdict, double reference_seconds,
                           double candidate_seconds, double log_ratio, double half, double would_notice) {
  Comparison one = named(case_name, verdict);
  one.duets.push_back(duet(verdict, reference_seconds, candidate_seconds, log_ratio));
  if (verdict == Verdict::kFaster || verdict == Verdict::kSlower) one.duets.push_back(one.duets[0]);
  one.log_ratio = log_ratio;
  one.log_ratio_low = log_ratio - half;
  one.log_ratio_high = log_ratio + half;
  one.would_notice = would_notice;
  return one;
}

inline Comparison with_memory(Comparison one, double allocs, double peak, double other_allocs, double other_peak) {
  one.reference_figures.memory = {allocs, 48 * allocs, peak, 0, 1, {peak}};
  one.candidate_figures.memory = {other_allocs, 48 * other_allocs, other_peak, 0, 1, {other_peak}};
  return one;
}

inline Comparison faster() {
  return with_memory(measured("uniform/4096", Verdict::kFaster, 124e-6, 89e-6, -0.3313, 0.0028, 0.0028), 10010, 410e3,
                     4, 80e3);
}
inline Comparison slower() {
  return measured("uniform/16", Verdict::kSlower, 91.6e-9, 93.6e-9, 0.0217, 0.0014, 0.0061);
}
inline Comparison same() {
  return with_memory(measured("uniform/64", Verdict::kSame, 1.02e-6, 1.024e-6, 0.004, 0.003, 0.006), 4, 80e3, 4, 80e3);
}
inline Comparison unknown() {
  Comparison one = measured("worst/1024", Verdict::kCannotTell, 4.7e-3, 4.9e-3, 0.031, 0.05, 0.0689);
  one.reason = "the budget of 5 s was used up after 3 processes";
  return one;
}
inline Comparison failed() {
  Comparison one = named("worst/2048", Verdict::kFailed);
  one.reason = "v2.0.0: crashed: SIGSEGV";
  return one;
}

inline AbReport report(std::vector<Comparison> all) {
  AbReport one;
  one.kind = "solvers";
  one.sides = {"v1.0.0"};
  for (const Comparison& each : all) {
    if (one.sides.back() != each.candidate) one.sides.push_back(each.candidate);
  }
  one.files.resize(one.sides.size());
  one.comparisons = std::move(all);
  return one;
}

inline Comparison of(Comparison one, const std::string& candidate) {
  one.candidate = candidate;
  return one;
}

}  // namespace comparisons

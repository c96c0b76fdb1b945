// Reports of an A/B as tests need them: one in small, and any number of random ones.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <harness/model/comparison.hpp>

namespace ab_reports {

using namespace harness::model;

inline DuetProcess process(double log_ratio, double standard_error, bool reference_first, int core) {
  DuetProcess one;
  one.log_ratio = log_ratio;
  one.standard_error = standard_error;
  one.pairs = 100;
  one.reference_seconds_per_call = one.reference_real_seconds_per_call = 124e-6;
  one.reference_cpu_seconds_per_call = 123.5e-6;
  one.candidate_seconds_per_call = one.candidate_real_seconds_per_call = 89.25e-6;
  one.candidate_cpu_seconds_per_call = 89e-6;
  one.trimmed_log_ratio = log_ratio + 0.001;
  one.drift = -0.0004;
  one.reference_first = reference_first;
  one.core = core;
  one.seconds = 0.0703125;
  return one;
}

// Two sides, one case: decided after three processes, confirmed by as many.
inline AbReport small_report() {
  AbReport report;
  report.context = {{"date", "2026-11-24T10:00:00+00:00"}, {"machine", "a \"quoted\" machine"}};
  report.kind = "solvers";
  report.sides = {"v1.0.0", "v2.0.0"};
  report.files = {"plugins/two-sum-v1.0.0.so", "plugins/two-sum-v2.0.0.so"};
  Comparison one;
  one.problem = "two-sum";
  one.case_name = "uniform/4096";
  one.size = 4096;
  one.reference = "v1.0.0";
  one.candidate = "v2.0.0";
  one.mode = "one process, strictly alternating calls";
  one.clock = "real";
  one.verdict = Verdict::kFaster;
  one.reason = "two duets saw it faster";
  for (int number = 0; number < 2; ++number) {
    Duet duet;
    duet.verdict = Verdict::kFaster;
    duet.ended_by = "evidence 30.2 >= 6.2 that it is faster, after 3 processes";
    duet.seconds = 0.21;
    for (int i = 0; i < 3; ++i) {
      duet.processes.push_back(process(-0.3285 + 0.001 * i + 0.0005 * number, 0.0008, i % 2 == 0, i % 2));
      duet.path.push_back(
          {static_cast<std::uint64_t>(i) + 1, -0.3285 + 0.0005 * i, 0.00495, -10.1 * (i + 1), 10.1 * (i + 1)});
    }
    one.duets.push_back(duet);
  }
  one.log_ratio = -0.3275;
  one.log_ratio_low = -0.3285;
  one.log_ratio_high = -0.3265;
  one.would_notice = 0.003;
  one.reference_figures.memory = Memory{10010, 480480, 410000, 0, 3, {410000, 409000}};
  one.candidate_figures.memory = Memory{4, 81920, 80000, 0, std::nullopt, {80000, 80000}};
  one.reference_figures.instructions_per_call = 10345;
  one.candidate_figures.instructions_per_call = 9000;
  one.warnings = {"layout not spanned: other links of the same source can differ by about 1 %"};
  report.comparisons.push_back(one);
  return report;
}

// Anything that the values may hold: every bit pattern of a finite number, texts in UTF-8 with quotes, control
// characters and line ends, empty lists and long ones.
class Random {
 public:
  explicit Random(std::uint64_t seed) : bits_(seed) {}

  std::uint64_t below(std::uint64_t most) { return bits_() % most; }
  bool coin() { return below(2) == 0; }
  double number() {
    if (coin()) return std::ldexp(static_cast<double>(bits_()), static_cast<int>(below(120)) - 100) * (coin() ? 1 : -1);
    for (;;) {
      const std::uint64_t pattern = bits_();
      double value = 0;
      std::memcpy(&value, &pattern, sizeof value);
      if (std::isfinite(value)) return below(8) == 0 ? std::copysign(0.0, value) : value;
    }
  }
  std::string text() {
    static const std::vector<std::string> kParts{"a", "/", "\"",   "\\", "\n", "\x1b[31m", std::string(1, '\0'),
                                                 "μ", "😀", "<>{}:"};
    std::string result;
    for (std::uint64_t parts = below(8); parts > 0; --parts) result += kParts[below(kParts.size())];
    return result;
  }
  std::optional<double> perhaps() { return coin() ? std::optional(number()) : std::nullopt; }
  Verdict verdict() { return static_cast<Verdict>(below(8)); }

  SideFigures figures() {
    SideFigures one;
    if (coin()) {
      one.memory = Memory{number(), number(), number(), number(), perhaps(), {}};
      for (std::uint64_t i = below(4); i > 0; --i) one.memory->peaks_bytes.push_back(number());
    }
    one.instructions_per_call = perhaps();
    for (std::uint64_t i = below(3); i > 0; --i) one.counters.emplace_back(text() + std::to_string(i), number());
    return one;
  }
  DuetProcess process() {
    DuetProcess one{number(), number(),  bits_(),   number(), number(), number(), number(), number(),
                    number(), perhaps(), perhaps(), number(), coin(),   {},       number()};
    if (coin()) one.core = static_cast<int>(below(256));
    return one;
  }
  Duet duet() {
    Duet one;
    for (std::uint64_t i = below(5); i > 0; --i) one.processes.push_back(process());
    for (std::uint64_t i = below(5); i > 0; --i) one.path.push_back({bits_(), number(), number(), number(), number()});
    one.verdict = verdict();
    one.ended_by = text();
    one.seconds = number();
    return one;
  }
  Comparison comparison() {
    Comparison one;
    one.problem = text();
    one.case_name = text();
    if (coin()) one.size = bits_();
    one.reference = text();
    one.candidate = text();
    one.min_effect = std::abs(number()) + 1e-300;
    one.budget_seconds = number();
    one.mode = text();
    one.clock = text();
    for (std::uint64_t i = below(3); i > 0; --i) one.duets.push_back(duet());
    one.verdict = verdict();
    one.reason = text();
    one.log_ratio = number();
    one.log_ratio_low = coin() ? number() : -INFINITY;
    one.log_ratio_high = coin() ? number() : INFINITY;
    one.would_notice = coin() ? number() : INFINITY;
    one.trimmed_log_ratio = perhaps();
    one.p99_log_ratio = perhaps();
    one.own_heaps = bits_() % 2 == 0;
    one.second_look_log_ratio = perhaps();
    one.second_look_processes = bits_();
    one.reference_figures = figures();
    one.candidate_figures = figures();
    for (std::uint64_t i = below(3); i > 0; --i) one.warnings.push_back(text());
    return one;
  }
  AbReport report() {
    AbReport one;
    for (std::uint64_t i = below(4); i > 0; --i) one.context.emplace_back("key " + std::to_string(i) + text(), text());
    one.kind = coin() ? "solvers" : "programs";
    for (std::uint64_t i = below(4); i > 0; --i) {
      one.sides.push_back(text());
      one.files.push_back(text());
    }
    for (std::uint64_t i = below(4); i > 0; --i) one.comparisons.push_back(comparison());
    return one;
  }

 private:
  std::mt19937_64 bits_;
};

}  // namespace ab_reports

#include <harness/compare/limits.hpp>

#include <cmath>

#include <harness/compare/latency.hpp>
#include <harness/compare/statistics.hpp>

namespace harness::compare {
namespace {

constexpr double kMebibyte = 1024 * 1024;

}  // namespace

std::vector<model::BrokenLimit> broken_limits(const model::DeclaredLimits& limits, const model::Measurement& row) {
  std::vector<model::BrokenLimit> broken;
  if (row.state != model::Measurement::State::kMeasured) {
    return broken;
  }
  if (limits.qps_target && !row.samples.empty()) {
    std::vector<double> seconds;
    for (const model::Sample& sample : row.samples) {
      seconds.push_back(sample.real_seconds_per_call);
    }
    const double calls_per_second = 1 / median(seconds);
    // A median of 0 is faster than the clock, and an infinity keeps every target.
    if (calls_per_second < *limits.qps_target) {
      broken.push_back({"qps_target", *limits.qps_target, calls_per_second});
    }
  }
  if (limits.p95_latency_seconds && row.latency && !row.latency->seconds_per_call.empty()) {
    const double p95 = percentiles_of(*row.latency).p95;
    if (p95 > *limits.p95_latency_seconds) {
      broken.push_back({"p95_latency_ms", *limits.p95_latency_seconds * 1000, p95 * 1000});
    }
  }
  if (limits.mem_bytes_max && row.memory) {
    const double most = static_cast<double>(*limits.mem_bytes_max);
    if (row.memory->peak_heap_bytes > most) {
      broken.push_back({"mem_mb_max", most / kMebibyte, row.memory->peak_heap_bytes / kMebibyte});
    }
  }
  return broken;
}

double missed_by(const model::BrokenLimit& broken) {
  return std::abs(broken.measured - broken.declared) / broken.declared;
}

}  // namespace harness::compare

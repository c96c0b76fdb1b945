#include <harness/model/solver_info.hpp>

#include <harness/model/document.hpp>

namespace harness::model {

DeclaredLimits BenchmarkSpec::limits_of(const std::string& dataset_and_case) const {
  DeclaredLimits result = limits;
  const auto override_with = [](auto& field, const auto& value) {
    if (value) field = value;
  };
  for (const auto& [pattern, special] : case_limits) {
    if (!glob_matches(pattern, dataset_and_case)) continue;
    override_with(result.qps_target, special.qps_target);
    override_with(result.p95_latency_seconds, special.p95_latency_seconds);
    override_with(result.mem_bytes_max, special.mem_bytes_max);
    override_with(result.max_size, special.max_size);
  }
  return result;
}

}  // namespace harness::model

// The promises of benchmark.json, held against what was measured.
#pragma once

#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/model/solver_info.hpp>

namespace harness::compare {

// In the order qps_target, p95_latency_ms, mem_mb_max. A limit is kept when it is met exactly. A limit whose figure is
// missing (pass off, no sample) is not judged, nor is any limit of a row that is not measured.
//   qps_target      1 / median seconds a call over the processes: one worker that does nothing else
//   p95_latency_ms  p95 of the latency pass, by nearest rank; of batch means where a sample holds several calls
//   mem_mb_max      peak_heap_bytes, in MiB
std::vector<model::BrokenLimit> broken_limits(const model::DeclaredLimits& limits, const model::Measurement& row);

// By how much a limit is missed, relative to what was declared, > 0: 0.2 = a fifth fewer calls a second than promised, or
// a fifth more time or memory than allowed. Infinite where the worker was ended for it.
double missed_by(const model::BrokenLimit& broken);

}  // namespace harness::compare

// `--ab` for programs that use Google Benchmark, with what stands in for them in tests.
#pragma once

#include <harness/bench/executable.hpp>
#include <harness/experiment/ab.hpp>

namespace harness::experiment {

// As `ab_programs` of ab.hpp; every process is started by `run`.
//
// A case is measured by pairs of short processes, the sides in random order; each pair is one process of the duet
// (duet.hpp), its estimate the log ratio by the clock that the case's name declares. Before, each side runs once for
// 0.01 s: what that takes decides how long a process measures, and whether the case fits into the budget. A case that a
// side reports as failed, or in which it crashes or does not end, is failed (exit 3); one that a side skips, or has
// registered twice, is not comparable.
Exit ab_programs(const AbRequest& request, const Terminal& terminal, model::AbReport* report, const bench::Program::RunCommand& run);

}  // namespace harness::experiment

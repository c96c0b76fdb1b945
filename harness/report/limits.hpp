// Declared limits that a run did not keep, as lines of the summary.
#pragma once

#include <string>
#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/report/page.hpp>

namespace harness::report {

// `at most 10, measured 12.4 (+24 %)`, `at least 300, measured 280 (-6.7 %)`, `at most 64, passed it and was stopped`,
// `at least 1e+12, measured 48120 (20781380 times too few)` where percents say no more
std::string broken_limit_text(const model::BrokenLimit& broken);

// `two-sum/v1.0.0/uniform/65536  p95_latency_ms  at most 10, measured 12.4 (+24 %)`: one line each, in the order of the
// rows; every one of them, for they decide the exit code. Nothing where all were kept.
void print_broken_limits(Page& page, const std::vector<model::Measurement>& all);

}  // namespace harness::report

// The facts of a run that stand in its report's context (docs/formats.md).
#pragma once

#include <string>
#include <vector>

#include <harness/experiment/row.hpp>
#include <harness/experiment/run.hpp>
#include <harness/model/measurement.hpp>

namespace harness::experiment {

// Which program, run, commit and machine; each solver with its hashes; what was skipped and why.
model::Context report_context(const RunRequest& request, const std::vector<Row>& rows);

// The value of a key; "" = it is not there.
std::string value_of(const model::Context& context, const std::string& key);

}  // namespace harness::experiment

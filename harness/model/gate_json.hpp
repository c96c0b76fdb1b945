// The report of a gate as a document: docs/schema/gate.json. What is written is read back as the same value.
#pragma once

#include <string>
#include <string_view>

#include <harness/model/error.hpp>
#include <harness/model/gate.hpp>

namespace harness::model {

inline constexpr int kGateSchema = 1;  // `harness_gate_schema`

// The members of GateReport under their own names; comparisons as in a report of an A/B (comparison_members.hpp). Ends
// with a line end.
std::string write_gate_report(const GateReport& report);
// Hostile text, as read_ab_report.
Result<GateReport> read_gate_report(std::string_view text, const std::string& file);

}  // namespace harness::model

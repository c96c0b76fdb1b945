#include <harness/model/gate_json.hpp>

#include <harness/model/member_writer.hpp>

namespace harness::model {

std::string write_gate_report(const GateReport& report) {
  std::string text = "{";
  MemberWriter writer(text, 2, false);
  writer("harness_gate_schema", kGateSchema);
  writer("context", report.context);
  members(writer, report);
  writer("cases", report.cases);
  return text + "\n}\n";
}

}  // namespace harness::model

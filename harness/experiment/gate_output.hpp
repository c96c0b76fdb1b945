// What a gate says and writes, whatever its sides are: lines, annotations, summary, comment, JUnit, JSON.
#pragma once

#include <string>

#include <harness/experiment/gate.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>
#include <harness/model/gate.hpp>

namespace harness::experiment {

// Can everything that was asked for be written? To be asked before anything is built or measured. Exit 2.
Result<void> check_gate_files(const GateRequest& request);

// Tells and writes the report. Its exit becomes 2 where something could not be written.
Exit tell_gate(const GateRequest& request, const Terminal& terminal, model::GateReport& report);

// The gate could not begin: one line on stderr, and the same in whatever form was asked for.
Exit refuse_gate(const GateRequest& request, const Terminal& terminal, model::GateReport& report, const Error& error);

// The command that gives the same again: every flag that changes the result, for a shell. `base_sha`: of the base, "" =
// none.
std::string gate_command(const GateRequest& request, const std::string& base_sha);

// Decides the exit code and its words by what stands in the report. When several hold: 130, 2, 1, 3, 4.
struct GateEnding {
  bool interrupted = false;
  bool problem_at_fault = false;           // a generator, checker or reference failed
  bool machine_at_fault = false;           // a process could not be had
  std::vector<std::string> never_started;  // changed solvers of which no case was measured because the budget ended
  std::size_t out_of_budget = 0;           // cases
  std::vector<std::string> never_ran;      // changed solvers that were not measured for another reason, with it
  bool control_missing = false;            // cases were compared without an A/A control
};
void end_gate(model::GateReport& report, const GateEnding& ending, bool strict);

}  // namespace harness::experiment

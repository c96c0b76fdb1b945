// `harness explain FILE [CASE]`: every number that went into a verdict of an A/B or a gate, the rule that made it, and the rule run
// again on the numbers, so that the file explains itself.
#pragma once

#include <string>

#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>

namespace harness::experiment {

// `file`: what --benchmark_out of an A/B or a gate wrote, at most 256 MiB, or the --evidence of a gate, of which `rerun` also compares the
// case again, here and now. `case_name`: `uniform/64`, also with the problem or as a row
// is called (`two-sum/uniform/64`, `two-sum/v2.0.0/uniform/64`); else a glob over these; empty lists the cases with their
// verdicts. Of more than two sides all comparisons of the case are explained.
// Exit 2, with words on terminal.err: the file cannot be read, is no report of an A/B, has no such case (with the nearest
// names), or holds a verdict or a figure to which its own numbers do not lead.
struct ExplainRequest {
  std::string file;       // a report, an evidence; or a run: its id or folder (explain_profile.hpp)
  std::string case_name;  // "" = list them
  bool rerun = false;     // --rerun
  bool source = false;    // --source
};
Exit explain(const ExplainRequest& request, const Terminal& terminal);

}  // namespace harness::experiment

// A gate's report in the forms that people and machines read it in. Nothing is measured or decided here. Text of others
// (names, commit subjects, reasons) is escaped for each form, and cannot start a workflow command, a table cell, a tag
// or a link of its own; where it is long it is cut.
#pragma once

#include <string>

#include <harness/model/gate.hpp>
#include <harness/report/console.hpp>

namespace harness::report {

// At most ten lines for what is red or in doubt, one when green: each with old, new, delta with interval, processes,
// would-notice, commit range, cause where known, and last the command that reproduces it. What did not fit is counted,
// with where to read on.
std::string gate_text(const model::GateReport& report, const ConsoleOptions& options);

// GitHub's workflow commands: `::error title=...::...` for red cases, `::warning` for doubt; at most 10, worst first,
// the last of them counts what was left out. "" when green. Data escaped as GitHub's toolkit does: % CR LF, in
// properties also : and ,.
std::string github_annotations(const model::GateReport& report);

// GitHub-flavoured Markdown for a step summary: < 1 MiB, one table, details folded, one line when green.
std::string step_summary(const model::GateReport& report);
// The same for a comment: < 64 KiB (65,536 characters is GitHub's limit), the table cut with a line that counts what
// was left out. Begins with a hidden marker `<!-- harness gate -->`, by which a later run finds its own comment.
std::string comment_text(const model::GateReport& report);

// JUnit XML: a test suite a solver, a test case a case, and one for the gate as a whole; red is a failure with the
// reason, in doubt or not measured is skipped, a wrong answer or crash an error. UTF-8, what XML 1.0 cannot hold
// becomes U+FFFD. A class is called `two-sum.v2_0_0`, because Jenkins takes a class apart at its points.
std::string junit_xml(const model::GateReport& report);

}  // namespace harness::report

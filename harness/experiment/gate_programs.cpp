#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include <harness/experiment/ab.hpp>
#include <harness/experiment/gate.hpp>
#include <harness/experiment/gate_figures.hpp>
#include <harness/experiment/gate_output.hpp>
#include <harness/experiment/report_context.hpp>
#include <harness/report/figures.hpp>
#include <harness/store/revision.hpp>

namespace harness::experiment {
namespace {

using model::Verdict;

constexpr double kProgramEffect = 0.05;

// Every character that a regular expression means something by, as itself.
std::string exactly(const std::string& name) {
  std::string expression = "^";
  for (const char c : name) {
    if (std::string_view("\\.[]{}()*+?^$|").find(c) != std::string_view::npos) expression += '\\';
    expression += c;
  }
  return expression + "$";
}

// The old program against a second run of itself, on one case.
void control(const AbRequest& asked, const std::string& case_name, const Terminal& quiet, model::GateReport& report) {
  AbRequest request = asked;
  request.sides = {asked.sides[0], asked.sides[0]};
  request.measure_equal_code = true;
  request.budget_seconds = 2;
  request.run.flags.filter = exactly(case_name);
  request.run.case_glob.clear();
  model::AbReport found;
  ab_programs(request, quiet, &found);
  for (const auto& comparison : found.comparisons) {
    if (comparison.duets.empty()) continue;
    constexpr double kMost = 0.02;  // of programs, whose sides never share a process
    report.control_case = case_name;
    report.control_log_ratio = comparison.log_ratio;
    report.control_holds = std::abs(std::expm1(comparison.log_ratio)) <= kMost;
  }
}

}  // namespace

Exit gate_programs(const GateRequest& request, const Terminal& terminal) {
  const double begin = terminal.clock();
  if (auto files = check_gate_files(request); !files) {
    terminal.err << "harness: " << report::printable(files.error().text()) << std::endl;
    return files.error().exit;
  }
  std::ostringstream ignored;
  const Terminal quiet{ignored,          terminal.err,   false,        terminal.err_is_terminal, false, terminal.utf8,
                       terminal.columns, terminal.clock, terminal.stop};
  AbRequest asked;
  asked.run = request.run;
  asked.run.flags.out.clear();
  asked.run.flags.format = "console";
  asked.sides = request.programs;
  asked.min_effect = request.min_effect.value_or(kProgramEffect);
  asked.total_seconds = request.budget_seconds;
  model::AbReport found;
  const auto exit = ab_programs(asked, quiet, &found);
  if (exit == Exit::kUsage && found.comparisons.empty()) return exit;  // it has said why

  model::GateReport report;
  report.context = found.context;
  report.base = request.programs[0];
  report.min_effect = *asked.min_effect;
  report.budget_seconds = request.budget_seconds;
  report.fail_on = request.fail_on;
  std::error_code no_directory;
  if (const auto revisions =
          store::find_revisions(std::filesystem::current_path(no_directory), "HEAD", request.environment)) {
    report.head_sha = revisions->head_sha;
    report.dirty = revisions->dirty;
  }
  report.command = gate_command(request, "");

  GateEnding ending;
  model::Change change{model::Change::Kind::kEqual, "", found.sides.size() > 1 ? found.sides[1] : request.programs[1],
                       found.sides.empty() ? request.programs[0] : found.sides[0]};
  std::string measured;
  for (auto& comparison : found.comparisons) {
    const auto name = comparison.case_name;
    if (comparison.reason.starts_with("same program")) continue;
    change.kind = model::Change::Kind::kEdited;
    if (comparison.reason == kTotalUsedUp) {
      report.not_measured.emplace_back(name, fmt::format("the budget of {:g} s was used up", request.budget_seconds));
      ++ending.out_of_budget;
    } else if (comparison.verdict == Verdict::kIncomparable ||
               (comparison.verdict == Verdict::kFailed && comparison.reason.starts_with(change.reference + ": "))) {
      // What the old program fails, too, no change has done.
      report.incomparable.emplace_back(name, comparison.reason);
    } else {
      if (measured.empty() && !comparison.duets.empty()) measured = name;
      model::GateCase one;
      one.name = name;
      one.comparison = std::move(comparison);
      report.cases.push_back(std::move(one));
    }
  }
  report.changes.push_back(change);
  if (!measured.empty() && !terminal.stop) control(asked, measured, quiet, report);
  const double doubt = report.control_holds ? 0 : kTimesControl * std::abs(std::expm1(*report.control_log_ratio));
  for (auto& one : report.cases) conclude(one, request.fail_on, doubt);
  if (report.cases.empty() && ending.out_of_budget > 0) ending.never_started.push_back(change.candidate);
  ending.interrupted = terminal.stop;
  ending.machine_at_fault = exit == Exit::kIncomplete;
  report.seconds = terminal.clock() - begin;
  end_gate(report, ending, request.strict);
  return tell_gate(request, terminal, report);
}

}  // namespace harness::experiment

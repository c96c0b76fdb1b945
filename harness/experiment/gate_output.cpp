#include <harness/experiment/gate_output.hpp>

#include <algorithm>
#include <fstream>
#include <ostream>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include <harness/model/gate_json.hpp>
#include <harness/report/ci.hpp>
#include <harness/report/figures.hpp>
#include <harness/store/atomic_file.hpp>

namespace harness::experiment {
namespace {

using model::Verdict;

std::string variable(const GateRequest& request, const char* name) {
  const char* value = request.environment ? request.environment(name) : nullptr;
  return value == nullptr ? "" : value;
}

std::vector<std::pair<std::string, std::string>> files_of(const GateRequest& request) {
  return {{"--benchmark_out", request.run.flags.out},
          {"--junit", request.junit},
          {"--summary", request.summary},
          {"--comment", request.comment},
          {"--evidence", request.evidence}};
}

}  // namespace

Result<void> check_gate_files(const GateRequest& request) {
  for (const auto& [flag, file] : files_of(request)) {
    const auto why = file.empty() ? "" : store::why_not_writable(file);
    if (!why.empty())
      return fail(flag + "=" + file, "cannot be written: " + why,
                  "name a file in a directory that exists and is yours");
  }
  return {};
}

Exit tell_gate(const GateRequest& request, const Terminal& terminal, model::GateReport& report) {
  const auto say = [&](const std::string& line) { terminal.err << report::printable(line) << std::endl; };
  bool unwritten = false;
  const auto write = [&](const std::string& file, const std::string& text) {
    if (file.empty()) return;
    if (auto written = store::write_atomically(file, text, 0644); !written) {
      say("harness: " + written.error().text());
      unwritten = true;
    }
  };
  write(request.run.flags.out, model::write_gate_report(report));
  write(request.junit, report::junit_xml(report));
  write(request.summary, report::step_summary(report));
  write(request.comment, report::comment_text(report));
  if (const auto file = variable(request, "GITHUB_STEP_SUMMARY"); !file.empty()) {
    std::ofstream summary(file, std::ios::app);  // other steps' summaries stand in it, too
    summary << report::step_summary(report);
    summary.flush();
    if (!summary) say("warning: $GITHUB_STEP_SUMMARY=" + file + ": cannot be written");
  }
  if (unwritten) {
    report.exit = Exit::kUsage;
    report.exit_because = "a result could not be written";
  }
  if (request.run.flags.format == "json") {
    terminal.out << model::write_gate_report(report);
  } else {
    report::ConsoleOptions options;
    options.colour = terminal.colour;
    options.utf8 = terminal.utf8;
    options.columns = terminal.out_is_terminal ? terminal.columns : 0;
    terminal.out << report::gate_text(report, options);
  }
  if (variable(request, "GITHUB_ACTIONS") == "true") terminal.out << report::github_annotations(report);
  terminal.out.flush();
  return report.exit;
}

Exit refuse_gate(const GateRequest& request, const Terminal& terminal, model::GateReport& report, const Error& error) {
  terminal.err << "harness: " << report::printable(error.text()) << std::endl;
  report.exit = error.exit;
  report.exit_because = error.text();
  auto asked = request;
  // What cannot be written is the error itself, perhaps.
  for (auto* file : {&asked.run.flags.out, &asked.junit, &asked.summary, &asked.comment}) {
    if (!file->empty() && !store::why_not_writable(*file).empty()) file->clear();
  }
  std::ostringstream ignored;
  const Terminal quiet{ignored,          terminal.err,   false,        terminal.err_is_terminal, false, terminal.utf8,
                       terminal.columns, terminal.clock, terminal.stop};
  asked.run.flags.format = "console";
  tell_gate(asked, quiet, report);
  if (variable(request, "GITHUB_ACTIONS") == "true") terminal.out << report::github_annotations(report) << std::flush;
  return error.exit;
}

std::string gate_command(const GateRequest& request, const std::string& base_sha) {
  const auto quoted = [](const std::string& text) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./,:@%+";
    if (text.find_first_not_of(kPlain) == text.npos) return text;
    std::string result = "'";
    for (const char c : text) result += c == '\'' ? "'\\''" : std::string(1, c);
    return result + "'";
  };
  std::string command = "harness gate";
  const auto add = [&](const std::string& flag, const std::string& value) {
    if (!value.empty()) command += " " + quoted(flag + "=" + value);
  };
  if (!request.programs.empty()) add("--ab", fmt::format("{}", fmt::join(request.programs, ",")));
  add("--base-dir", request.base_directory.string());
  if (request.base_directory.empty() && request.programs.empty()) add("--base", base_sha.substr(0, 12));
  if (request.plugins_given) {
    for (const auto& directory : request.run.places.plugin_directories) add("--plugin-dir", directory.string());
  }
  add("--benchmark_filter", request.run.flags.filter);
  add("--case", request.run.case_glob);
  if (request.min_effect) add("--min-effect", fmt::format("{:g}%", 100 * *request.min_effect));
  if (request.budget_seconds != kGateBudgetSeconds) add("--budget", fmt::format("{:g}s", request.budget_seconds));
  if (request.run.timeout_seconds) add("--timeout", fmt::format("{:g}", *request.run.timeout_seconds));
  if (request.run.count_instructions) add("--metric", "instructions");
  if (request.fail_on != GateRequest().fail_on) {
    std::vector<std::string_view> words;
    for (const auto cause : request.fail_on) words.push_back(model::cause_word(cause));
    add("--fail-on", fmt::format("{}", fmt::join(words, ",")));
  }
  if (request.strict) command += " --strict";
  return command;
}

void end_gate(model::GateReport& report, const GateEnding& ending, bool strict) {
  const auto count = [&](const auto& holds) {
    return static_cast<std::size_t>(std::count_if(report.cases.begin(), report.cases.end(), holds));
  };
  const auto red = count([](const auto& one) { return !one.failed.empty(); });
  const auto failed = count([](const auto& one) { return one.comparison.verdict == Verdict::kFailed; });
  const bool by_time =
      std::find(report.fail_on.begin(), report.fail_on.end(), model::Cause::kTime) != report.fail_on.end();
  // Also what two duets say and the control speaks against.
  const auto in_doubt = count([&](const auto& one) {
    const bool not_believed = by_time && one.comparison.verdict == Verdict::kSlower && one.failed.empty();
    return one.failed.empty() && (one.comparison.verdict == Verdict::kCannotTell || not_believed);
  });
  const auto cases = [](std::size_t number) { return fmt::format("{} case{}", number, number == 1 ? "" : "s"); };
  std::vector<std::string> words;
  std::optional<Exit> exit;
  const auto add = [&](Exit code, std::string why) {
    if (!exit) exit = code;
    words.push_back(std::move(why));
  };
  if (ending.interrupted) add(Exit::kInterrupted, "interrupted");
  if (ending.problem_at_fault) add(Exit::kUsage, "a generator, checker or reference failed");
  if (red > 0) add(Exit::kRegression, cases(red) + " worse");
  if (failed > 0) add(Exit::kSolverFailed, cases(failed) + " failed");
  if (!ending.never_started.empty()) {
    add(Exit::kIncomplete, fmt::format("the budget of {:g} s ended before {} was measured at all",
                                       report.budget_seconds, fmt::join(ending.never_started, ", ")));
  }
  if (!ending.never_ran.empty())
    add(Exit::kIncomplete, fmt::format("never measured: {}", fmt::join(ending.never_ran, ", ")));
  if (ending.machine_at_fault) add(Exit::kIncomplete, "a process could not be started");
  if (strict && in_doubt > 0) add(Exit::kIncomplete, fmt::format("{} in doubt (--strict)", cases(in_doubt)));
  if (strict && ending.out_of_budget > 0)
    add(Exit::kIncomplete, fmt::format("{} not measured within the budget (--strict)", cases(ending.out_of_budget)));
  const auto left_out = report.not_measured.size() - std::min(report.not_measured.size(), ending.out_of_budget);
  if (strict && left_out > 0) add(Exit::kIncomplete, fmt::format("{} left out (--strict)", cases(left_out)));
  if (strict && !report.control_holds) add(Exit::kIncomplete, "the A/A control does not hold (--strict)");
  if (strict && ending.control_missing) add(Exit::kIncomplete, "no A/A control was made (--strict)");
  if (strict && !report.incomparable.empty())
    add(Exit::kIncomplete, fmt::format("{} not comparable (--strict)", cases(report.incomparable.size())));
  report.exit = exit.value_or(Exit::kFine);
  report.exit_because = fmt::format("{}", fmt::join(words, "; "));
}

}  // namespace harness::experiment

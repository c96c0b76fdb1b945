#include <harness/experiment/explain.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <ostream>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <harness/compare/sequential.hpp>
#include <harness/compare/slices.hpp>
#include <harness/experiment/duet.hpp>
#include <harness/experiment/evidence.hpp>
#include <harness/experiment/explain_profile.hpp>
#include <harness/experiment/report_context.hpp>
#include <harness/model/comparison_json.hpp>
#include <harness/model/document.hpp>
#include <harness/model/gate_json.hpp>
#include <harness/model/text.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>
#include <harness/store/run_folder.hpp>

namespace harness::experiment {
namespace {

using model::Comparison;
using model::Duet;
using model::Verdict;

constexpr std::size_t kMostProcesses = 200;  // of a duet: far more than any rule of ours asks for
constexpr std::size_t kMostLeast = 5;  // the largest least number of processes before which a mode lets the rule speak
constexpr double kMostLogRatio = 1e4;
constexpr std::size_t kMostNearest = 5;

Result<std::string> text_of(const std::string& file) {
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string text(1 << 16, '\0');
  std::size_t size = 0;
  // A byte more than is taken: then the reader finds it too long.
  while (stream && size <= model::kAbReportMostBytes) {
    if (size == text.size()) text.resize(std::min(2 * text.size(), model::kAbReportMostBytes + 1));
    stream.read(text.data() + size, static_cast<std::streamsize>(text.size() - size));
    size += static_cast<std::size_t>(stream.gcount());
    if (size == model::kAbReportMostBytes + 1) break;
  }
  if (!stream.is_open() || stream.bad() || (size == 0 && errno != 0)) {
    return fail(file, fmt::format("cannot be read: {}", std::strerror(errno)),
                "name a file that --benchmark_out of an A/B wrote");
  }
  text.resize(size);
  return text;
}

// A report of an A/B, a report of a gate, or the evidence of one.
struct Explained {
  model::AbReport report;
  std::vector<model::GateCase> cases;  // of a gate
  std::vector<model::Cause> fail_on;
  std::string control;                 // what its A/A control found
  package::Entries entries;            // of an evidence
};

Explained of_gate(model::GateReport gate) {
  Explained explained;
  explained.report.context = std::move(gate.context);
  explained.report.kind = "solvers";
  for (const auto& one : gate.cases) explained.report.comparisons.push_back(one.comparison);
  explained.cases = std::move(gate.cases);
  explained.fail_on = gate.fail_on;
  explained.control = gate.control_log_ratio ? fmt::format("{}: {}, {}", gate.control_case, report::change_text(*gate.control_log_ratio),
                                                           gate.control_holds ? "holds" : "does not hold")
                                             : "none was made";
  return explained;
}

// What the gate made of a case beside its time.
std::string gate_words(const model::GateCase& one, const Explained& explained) {
  std::vector<std::string_view> failed, fail_on;
  for (const auto cause : one.failed) failed.push_back(model::cause_word(cause));
  for (const auto cause : explained.fail_on) fail_on.push_back(model::cause_word(cause));
  std::string text = fmt::format("  of the gate: {}; it fails on {}; A/A control {}\n", failed.empty() ? "not red" : fmt::format("red by {}", fmt::join(failed, ", ")),
                                 fmt::join(fail_on, ", "), report::printable(explained.control));
  for (const auto& figure : one.figures) {
    text += report::printable(fmt::format("    {} {} -> {}{}", figure.name, figure.old_text, figure.new_text, figure.worse ? ": worse" : "")) + "\n";
  }
  return text;
}

Result<Explained> read_explained(const std::string& file) {
  const auto text = text_of(file);
  if (!text) return tl::unexpected(text.error());
  if (text->starts_with("PK")) {
    auto entries = package::read_archive(file);
    if (!entries) return tl::unexpected(entries.error());
    auto gate = report_of_evidence(*entries, file);
    if (!gate) return tl::unexpected(gate.error());
    auto explained = of_gate(std::move(*gate));
    explained.entries = std::move(*entries);
    return explained;
  }
  if (text->find("\"harness_gate_schema\"") != std::string::npos) {
    auto gate = model::read_gate_report(*text, file);
    if (!gate) return tl::unexpected(gate.error());
    return of_gate(std::move(*gate));
  }
  auto report = model::read_ab_report(*text, file);
  if (!report) return tl::unexpected(report.error());
  Explained explained;
  explained.report = std::move(*report);
  return explained;
}

std::vector<std::string> names_of(const Comparison& one) {
  if (one.problem.empty()) return {one.case_name};
  return {one.case_name, one.problem + "/" + one.case_name, one.problem + "/" + one.candidate + "/" + one.case_name,
          one.problem + "/" + one.reference + "/" + one.case_name};
}

std::vector<const Comparison*> matching(const model::AbReport& report, const std::string& wanted) {
  std::vector<const Comparison*> found;
  const auto collect = [&](const auto& matches) {
    for (const Comparison& one : report.comparisons) {
      const auto names = names_of(one);
      if (std::any_of(names.begin(), names.end(), matches)) found.push_back(&one);
    }
  };
  collect([&](const std::string& name) { return name == wanted; });
  if (found.empty()) collect([&](const std::string& name) { return model::glob_matches(wanted, name); });
  return found;
}

Error no_such_case(const model::AbReport& report, const std::string& file, const std::string& wanted) {
  std::vector<std::string_view> known;
  for (const Comparison& one : report.comparisons) {
    if (std::find(known.begin(), known.end(), one.case_name) == known.end()) known.push_back(one.case_name);
  }
  // The one that differs by a letter or two, then those that begin alike.
  std::vector<std::string_view> near;
  if (const auto meant = model::nearest(wanted, known); !meant.empty()) near.push_back(meant);
  const auto dataset = wanted.substr(0, wanted.find('/'));
  for (const std::string_view name : known) {
    if (near.size() < kMostNearest && name.substr(0, name.find('/')) == dataset &&
        name != (near.empty() ? "" : near.front())) {
      near.push_back(name);
    }
  }
  for (const std::string_view name : known) {
    if (near.empty() || (known.size() <= kMostNearest && std::find(near.begin(), near.end(), name) == near.end())) {
      near.push_back(name);
    }
  }
  std::string names;
  for (const auto name : near) names += (names.empty() ? "" : ", ") + std::string(name);
  return {"explain " + model::in_quotes(wanted), fmt::format("{} has no such case", file),
          names.empty() ? "it has none at all"
                        : fmt::format("nearest: {}; harness explain {} lists all {}", names, file, known.size()),
          Exit::kUsage};
}

std::string words(Verdict verdict) {
  std::string word(model::verdict_word(verdict));
  std::replace(word.begin(), word.end(), '-', ' ');
  return word;
}

// Relative, as far as compilers may differ; two that are no numbers are the same.
bool alike(double a, double b) {
  if (!std::isfinite(a) || !std::isfinite(b)) return a == b || (std::isnan(a) && std::isnan(b));
  return std::abs(a - b) <= 1e-9 + 1e-6 * std::max(std::abs(a), std::abs(b));
}

// The decision made again from the processes in the file.
class Again {
 public:
  explicit Again(const Comparison& one) : one_(one) { decide(); }

  // Of the rule; nothing where no rule made the verdict, or its numbers are none.
  const std::optional<Verdict>& verdict() const { return verdict_; }
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  void decide() {
    if (one_.verdict == Verdict::kFailed || one_.verdict == Verdict::kNew || one_.verdict == Verdict::kMissing ||
        one_.verdict == Verdict::kIncomparable) {
      return;
    }
    std::size_t processes = 0;
    for (const Duet& duet : one_.duets) {
      processes += duet.processes.size();
      if (!can_be_decided(duet)) return;
    }
    if (one_.duets.size() > 2) {
      return fault(fmt::format("{} duets: a verdict is made of two at the most", one_.duets.size()));
    }
    if (one_.duets.empty() || processes == 0) {
      if (one_.verdict == Verdict::kSlower || one_.verdict == Verdict::kFaster) fault("a verdict without a process");
      return;
    }
    std::vector<Duet> duets = one_.duets;
    for (std::size_t i = 0; i < duets.size(); ++i) duets[i].verdict = decided(one_.duets[i], i + 1);
    const auto second = duets.size() > 1 ? std::optional(duets[1]) : std::nullopt;
    verdict_ = compare::confirm(duets[0], second, one_.min_effect).verdict;
    sum_up();
    if (*verdict_ != one_.verdict) {
      fault(fmt::format("the stored verdict is {}, the rule on these numbers gives {}", words(one_.verdict),
                        words(*verdict_)));
    }
  }

  bool can_be_decided(const Duet& duet) {
    if (duet.processes.size() > kMostProcesses) {
      fault(fmt::format("{} processes in a duet, at most {} are taken", duet.processes.size(), kMostProcesses));
      return false;
    }
    for (const auto& process : duet.processes) {
      if (std::abs(process.log_ratio) <= kMostLogRatio && process.standard_error >= 0 &&
          std::isfinite(process.standard_error)) {
        continue;
      }
      fault("a log ratio or standard error that no process can yield");
      return false;
    }
    return true;
  }

  Verdict decided(const Duet& duet, std::size_t number) {
    const std::size_t count = duet.processes.size();
    if (count == 0) return Verdict::kCannotTell;
    // Asked once, after the last of them: from how many on a mode lets the rule speak is not in the file.
    compare::Sequential rule(
        {one_.min_effect, std::max<std::size_t>(count, 2), std::numeric_limits<std::size_t>::max()});
    for (const auto& process : duet.processes) rule.add(process.log_ratio, process.standard_error);
    const auto same_step = [](const model::DuetStep& a, const model::DuetStep& b) {
      return a.processes == b.processes && alike(a.centre, b.centre) && alike(a.scale, b.scale) &&
             alike(a.evidence_slower, b.evidence_slower) && alike(a.evidence_faster, b.evidence_faster);
    };
    if (!std::equal(duet.path.begin(), duet.path.end(), rule.path().begin(), rule.path().end(), same_step)) {
      fault(fmt::format("the steps of duet {} are not those that its processes lead to", number));
    }
    const Verdict verdict = rule.decision().value_or(Verdict::kCannotTell);
    // A budget may end a duet before its rule was asked.
    return duet.verdict == Verdict::kCannotTell && count < kMostLeast ? Verdict::kCannotTell : verdict;
  }

  void sum_up() {
    const auto [log_ratios, standard_errors, processes] = pooled(one_);
    const auto summary = compare::summarise(log_ratios, standard_errors);
    const bool same = alike(summary.log_ratio, one_.log_ratio) && alike(summary.low, one_.log_ratio_low) &&
                      alike(summary.high, one_.log_ratio_high) && alike(summary.would_notice, one_.would_notice);
    if (!same) fault("ratio, interval or what would be noticed are not those that the processes lead to");
    // As the experiment does: halves that disagree on who is in front leave no verdict; an interrupted one is none.
    const auto drift = compare::steady_drift(processes, one_.min_effect);
    if (halves_disagree(drift, summary.log_ratio) || one_.reason == "interrupted") {
      verdict_ = Verdict::kCannotTell;
    }
  }

  void fault(const std::string& text) { faults_.push_back(text); }

  const Comparison& one_;
  std::optional<Verdict> verdict_;
  std::vector<std::string> faults_;
};

bool is_run(const std::string& name) {
  std::error_code ignored;
  return std::filesystem::is_directory(name, ignored) ||
         (!name.ends_with(".json") && !name.ends_with(".zip") && name.find('/') == std::string::npos);
}

// Of an evidence those in it; of a report those in the folder of its run, where that is still kept.
Result<KeptProfiles> profiles_beside(const Explained& explained, const std::string& file) {
  if (!explained.entries.empty()) return profiles_of_evidence(explained.entries, file);
  const auto run = value_of(explained.report.context, "run_id");
  if (run.empty() || !store::RunFolder::find(store::RunFolder::default_directory(), run)) return KeptProfiles{};
  return profiles_of_run(run);
}

void tell_profiles(const Comparison& one, const KeptProfiles& kept, bool with_source, const Terminal& terminal) {
  for (const auto& profile : kept.profiles) {
    if (profile.problem != one.problem || profile.case_name != one.case_name || profile.solver != one.candidate) continue;
    terminal.out << '\n' << profile_in_full(profile, kept, terminal, one.why);
    if (with_source) terminal.out << '\n' << source_of(profile, kept, terminal);
    terminal.out.flush();
  }
}

// A run that compared has its report in the folder, too.
Exit explain_of_run(const ExplainRequest& request, const Terminal& terminal) {
  const auto folder = store::RunFolder::find(store::RunFolder::default_directory(), request.file);
  std::error_code ignored;
  const auto report = folder ? folder->path() / "report.json" : std::filesystem::path();
  if (folder && std::filesystem::is_regular_file(report, ignored))
    return explain({report.string(), request.case_name, request.rerun, request.source}, terminal);
  return explain_run(request.file, request.case_name, request.source, terminal);
}

}  // namespace

Exit explain(const ExplainRequest& request, const Terminal& terminal) {
  const auto& [file, case_name, rerun, with_source] = request;
  std::error_code ignored;
  const bool is_file = std::filesystem::exists(file, ignored) && !std::filesystem::is_directory(file, ignored);
  if (!is_file && !rerun && is_run(file)) return explain_of_run(request, terminal);
  const auto refuse = [&](const Error& error) {
    terminal.err << "harness: " << report::printable(error.text(), terminal.utf8, 2000) << std::endl;
    return error.exit;
  };
  const auto explained = read_explained(file);
  if (!explained) return refuse(explained.error());
  const auto* report = &explained->report;
  if (rerun && (explained->entries.empty() || case_name.empty())) {
    return refuse({"--rerun", "needs the evidence of a gate and one of its cases", "write harness explain F.zip CASE --rerun", Exit::kUsage});
  }
  report::ConsoleOptions options;
  options.colour = terminal.colour;
  options.utf8 = terminal.utf8;
  options.columns = terminal.out_is_terminal ? terminal.columns : 0;
  if (case_name.empty()) {
    terminal.out << report::case_list(*report, options) << std::flush;
    return Exit::kFine;
  }
  const auto found = matching(*report, case_name);
  if (found.empty()) return refuse(no_such_case(*report, file, case_name));
  const auto profiles = profiles_beside(*explained, file);
  if (!profiles) return refuse(profiles.error());
  if (with_source && profiles->profiles.empty()) {
    return refuse({"--source", "nothing was profiled for " + file, "run it again with --profile=cpu,heap", Exit::kUsage});
  }
  Exit exit = Exit::kFine;
  for (const Comparison* one : found) {
    if (terminal.stop) return Exit::kInterrupted;
    if (one != found.front()) terminal.out << '\n';
    const Again again(*one);
    terminal.out << report::explanation(*one, options);
    if (again.verdict()) {
      terminal.out << fmt::format("  the rule, run again on these numbers: {}{}\n", words(*again.verdict()),
                                  again.faults().empty() ? ", as the file says" : "");
    } else if (again.faults().empty()) {
      terminal.out << "  no rule made this verdict: there is nothing to run again\n";
    }
    terminal.out.flush();
    const auto of_gate = std::find_if(explained->cases.begin(), explained->cases.end(), [&](const auto& each) {
      return each.comparison.problem == one->problem && each.comparison.case_name == one->case_name && each.comparison.candidate == one->candidate;
    });
    if (of_gate != explained->cases.end()) terminal.out << gate_words(*of_gate, *explained);
    if (profiles) tell_profiles(*one, *profiles, with_source, terminal);
    if (rerun) {
      terminal.out << "\nagain, here and now (time and memory, by an A/B of the two libraries):\n" << std::flush;
      const auto code = rerun_evidence(explained->entries, *of_gate, file, terminal);
      if (exit == Exit::kFine) exit = code;
    }
    for (const auto& fault : again.faults()) {
      exit = refuse({fmt::format("{}: {}, {}", file, one->case_name, one->candidate), fault,
                     "the file was changed, or another version of harness decided", Exit::kUsage});
    }
  }
  return exit;
}

}  // namespace harness::experiment

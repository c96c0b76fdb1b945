#include <harness/experiment/ab_output.hpp>

#include <algorithm>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include <harness/model/comparison_json.hpp>
#include <harness/report/figures.hpp>
#include <harness/store/atomic_file.hpp>

namespace harness::experiment {

using model::Verdict;

AbOutput::AbOutput(const bench::Flags& flags, const Terminal& terminal)
    : flags_(flags),
      terminal_(terminal),
      progress_(terminal.err, terminal.err_is_terminal, terminal.utf8, terminal.columns, terminal.clock) {}

void AbOutput::say(const std::string& line) {
  progress_.clear();
  terminal_.err << report::printable(line) << std::endl;
}

Result<void> AbOutput::check() const {
  if (flags_.out.empty()) return {};
  if (const auto why = store::why_not_writable(flags_.out); !why.empty()) {
    return fail("--benchmark_out=" + flags_.out, "cannot be written: " + why, "name a file in a directory that exists and is yours");
  }
  return {};
}

report::ConsoleOptions AbOutput::options() const {
  report::ConsoleOptions options;
  options.colour = terminal_.colour;
  options.utf8 = terminal_.utf8;
  options.columns = terminal_.out_is_terminal ? terminal_.columns : 0;
  options.name_width = name_width_;
  return options;
}

void AbOutput::begin(model::AbReport report, std::size_t name_width) {
  report_ = std::move(report);
  name_width_ = name_width;
  if (!to_console()) return;
  for (std::size_t side = 0; side < report_.sides.size(); ++side) {
    terminal_.out << fmt::format("{} {}: {}\n", side == 0 ? "reference" : "candidate", report::printable(report_.sides[side]),
                                 report::printable(report_.files[side]));
  }
  terminal_.out << '\n' << std::flush;
}

void AbOutput::tell(model::Comparison comparison) {
  progress_.clear();
  if (to_console()) {
    terminal_.out << report::comparison_text(comparison, options()) << std::flush;
    if (!terminal_.out) terminal_.stop = true;  // `| head`: no one is left to measure for
  }
  keep(std::move(comparison));
}

void AbOutput::tell_equal(const std::string& what, std::vector<model::Comparison> comparisons) {
  progress_.clear();
  if (to_console() && !comparisons.empty()) {
    const auto& one = comparisons.front();
    terminal_.out << fmt::format("{} and {}: {}, nothing to measure ({} case{})\n", report::printable(one.reference),
                                 report::printable(one.candidate), what, comparisons.size(), comparisons.size() == 1 ? "" : "s")
                  << std::flush;
  }
  for (auto& comparison : comparisons) {
    comparison.verdict = Verdict::kSame;
    comparison.reason = what + ": nothing to measure";
    keep(std::move(comparison));
  }
}

void AbOutput::keep(model::Comparison comparison) { report_.comparisons.push_back(std::move(comparison)); }

Exit AbOutput::finish(const std::vector<report::CrossoverLine>& crossovers, const Ending& ending) {
  progress_.clear();
  if (terminal_.stop) report_.context.emplace_back("interrupted", "true");
  if (to_console()) {
    if (ending.with_summary) terminal_.out << report::ab_summary(report_, crossovers, options());
  } else {
    terminal_.out << model::write_ab_report(report_);
  }
  terminal_.out.flush();
  bool unwritten = false;
  if (!flags_.out.empty()) {
    if (auto written = store::write_atomically(flags_.out, model::write_ab_report(report_), 0644); !written) {
      say("harness: " + written.error().text());
      unwritten = true;
    }
  }
  const auto any = [&](Verdict verdict) {
    return std::any_of(report_.comparisons.begin(), report_.comparisons.end(), [&](const auto& each) { return each.verdict == verdict; });
  };
  if (terminal_.stop) return Exit::kInterrupted;
  if (unwritten || ending.problem_at_fault) return Exit::kUsage;
  if (any(Verdict::kSlower)) return Exit::kRegression;
  if (any(Verdict::kFailed)) return Exit::kSolverFailed;
  return ending.machine_at_fault ? Exit::kIncomplete : Exit::kFine;
}

}  // namespace harness::experiment

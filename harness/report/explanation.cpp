#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/page.hpp>

namespace harness::report {
namespace {

using model::Comparison;
using model::Duet;
using model::DuetProcess;
using model::Verdict;

// The rule's own numbers (compare/sequential.hpp), which are said here and decided there.
const double kIsSo = std::log(0.99 / 0.002), kIsNotSo = std::log(0.01 / 0.998);
constexpr double kMiddle = 0.65, kNoEffect = 0.3;

std::string number(double value, int decimals) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : "?";
}

// A log ratio, a hundred times: `+2.135`. Its sign tells the side, so that it always stands.
std::string log_percent(double value) { return std::isfinite(value) ? fmt::format("{:+.3f}", 100 * value) : "?"; }

std::string verdict_text(const Comparison& one, Verdict verdict) {
  switch (verdict) {
    case Verdict::kSlower: return "SLOWER";
    case Verdict::kSame: return fmt::format("no difference of {} or more", effect_text(one.min_effect));
    case Verdict::kCannotTell: return "cannot tell";
    default: return std::string(model::verdict_word(verdict));
  }
}

class Explanation {
 public:
  Explanation(const Comparison& comparison, const ConsoleOptions& options) : one_(comparison), page_(options) {}

  std::string text() {
    const std::string subject = side_with_problem(safe(one_.problem), safe(one_.case_name));
    const bool same_code = is_same_code(one_);
    say(fmt::format("{}: {} against {}: {}", subject, safe(one_.candidate), safe(one_.reference),
                    same_code ? "same code" : verdict_text(one_, one_.verdict)));
    if (!one_.reason.empty()) say("  " + safe(one_.reason), 4);
    if (!one_.duets.empty() || one_.verdict == Verdict::kCannotTell) settings();
    if (!one_.duets.empty()) {
      rule();
      for (std::size_t i = 0; i < one_.duets.size(); ++i) duet(one_.duets[i], i);
      together();
    }
    figures();
    verdict_in_words();
    std::string text;
    for (const std::string& line : std::move(page_).lines()) text += line + "\n";
    return text;
  }

 private:
  std::string safe(const std::string& text) const { return page_.safe(text); }
  std::size_t columns() const { return page_.options().columns; }
  void say(const std::string& text, std::size_t indent = 2) { page_.folded_line(text, indent); }
  void title(const std::string& text) {
    page_.blank();
    page_.folded_line(text, 2, true);
  }
  void entry(const std::string& what, const std::string& text) {
    if (!text.empty()) say("  " + padded_right(what, 20) + text, 22);
  }
  double effect() const { return std::log1p(one_.min_effect); }

  void settings() {
    title("settings");
    entry("effect looked for", fmt::format("{}, d = ln(1 + {:g}) = {:.3f} %", effect_text(one_.min_effect),
                                           one_.min_effect, 100 * effect()));
    entry("budget", fmt::format("{:g} s for each duet", one_.budget_seconds));
    entry("mode", safe(one_.mode));
    entry("clock", one_.clock == "cpu"  ? "thread CPU time decides"
                   : one_.clock.empty() ? ""
                                        : safe(one_.clock) + " time decides");
  }

  void rule() {
    title("the rule, after n processes");
    say("  X = log ratio of a process, M = pseudomedian (Hodges-Lehmann) of the X", 4);
    say(fmt::format("  s = max(d/4 = {:.3f} %, median of the standard errors, (1 + 2/n) x spread of the X)",
                    25 * effect()),
        6);
    say("  L = sum of 1.5 ln[(1 + ((X - c0)/s)^2/2) / (1 + ((X - c1)/s)^2/2)], each term from -3 to 3", 6);
    say(fmt::format("  c1 = max(d, M), c0 = min({:g} d = {:.3f} %, M)", kNoEffect, 100 * kNoEffect * effect()), 6);
    say(fmt::format("  slower when L >= {:.1f}, M > {:g} d = {:.3f} % and n >= 6; not slower when L <= {:.1f} and M < {:g} d",
                    kIsSo, kMiddle, 100 * kMiddle * effect(), kIsNotSo, kMiddle),
        6);
    say("  faster and not faster: the same of -X; no difference: not slower and not faster; else another process", 6);
  }

  void duet(const Duet& one, std::size_t index) {
    title(fmt::format("duet {}{}: {} after {} in {} s", index + 1, index == 0 ? "" : ", in fresh processes, to confirm",
                      verdict_text(one_, one.verdict), counted(one.processes.size(), "process"),
                      number(one.seconds, 2)));
    if (!one.ended_by.empty()) say("  ended by: " + safe(one.ended_by), 4);
    processes(one);
    steps(one);
  }

  void processes(const Duet& one) {
    if (one.processes.empty()) return;
    const auto times = [this](double seconds) { return time_text(seconds, page_.options().utf8); };
    const auto optional = [](const std::optional<double>& value) { return value ? log_percent(*value) : "-"; };
    const std::string reference = safe(one_.reference), candidate = safe(one_.candidate);
    std::vector<std::vector<std::string>> rows{{"process", "log ratio %", "+- se", "pairs", reference, candidate,
                                                "first", "core", "seconds", "cpu/real", "drift %", "trimmed %",
                                                "p99 %"}};
    for (std::size_t i = 0; i < one.processes.size(); ++i) {
      const DuetProcess& each = one.processes[i];
      const std::string shares = number(each.reference_cpu_seconds_per_call / each.reference_real_seconds_per_call, 2) +
                                 " " +
                                 number(each.candidate_cpu_seconds_per_call / each.candidate_real_seconds_per_call, 2);
      rows.push_back({std::to_string(i + 1), log_percent(each.log_ratio), number(100 * each.standard_error, 3),
                      std::to_string(each.pairs), times(each.reference_seconds_per_call),
                      times(each.candidate_seconds_per_call), each.reference_first ? reference : candidate,
                      each.core ? std::to_string(*each.core) : "-", number(each.seconds, 3), shares,
                      log_percent(each.drift), optional(each.trimmed_log_ratio), optional(each.p99_log_ratio)});
    }
    tell(rows);
  }

  void steps(const Duet& one) {
    if (one.path.empty()) return;
    std::vector<std::vector<std::string>> rows{{"after", "centre %", "s %", "L slower", "L faster", "says"}};
    for (const model::DuetStep& step : one.path) {
      const auto says = [](double evidence) {
        return evidence >= kIsSo ? "yes" : evidence <= kIsNotSo ? "no" : "open";
      };
      rows.push_back({std::to_string(step.processes), log_percent(step.centre), number(100 * step.scale, 3),
                      number(step.evidence_slower, 2), number(step.evidence_faster, 2),
                      fmt::format("slower {}, faster {}", says(step.evidence_slower), says(step.evidence_faster))});
    }
    tell(rows);
  }

  void tell(const std::vector<std::vector<std::string>>& rows) {
    for (auto& line : table_lines(rows, columns(), 2)) page_.add(std::move(line));
  }

  void together() {
    const std::size_t count = processes_of(one_);
    if (count == 0) return;
    title(one_.duets.size() > 1 ? fmt::format("both duets together, {}", counted(count, "process"))
                                : counted(count, "process") + " together");
    entry("ratio", fmt::format("{}, the centre of the X = {} %", interval_text(one_), log_percent(one_.log_ratio)));
    if (std::isfinite(one_.log_ratio_low) && std::isfinite(one_.log_ratio_high)) {
      entry("interval", fmt::format("95 %: M -+ t(0.975, {}) x 1.0233 e / sqrt({}) = {} -+ {} %, e = max(median of the "
                                    "standard errors, spread of the X)",
                                    count - 1, count, log_percent(one_.log_ratio),
                                    number(50 * (one_.log_ratio_high - one_.log_ratio_low), 3)));
    } else {
      entry("interval", "unbounded: one process says nothing about others");
    }
    entry("would notice", std::isfinite(one_.would_notice)
                              ? fmt::format(">= {}: the least effect e for which these processes, moved until their "
                                            "centre is ln(1 + e), would be "
                                            "called slower where e is looked for",
                                            at_least_text(one_.would_notice))
                              : "nothing: too few processes, or too far apart");
    const auto weak = [&](const char* what, const std::optional<double>& value, const char* of) {
      entry(what, value ? fmt::format("{} of {}: weaker, not in the verdict", percent_text(*value, 1), of)
                        : "says no more than the median");
    };
    weak("trimmed mean", one_.trimmed_log_ratio,
         "the means of the slices without the dearest and the cheapest twentieth");
    weak("p99", one_.p99_log_ratio, "the 99th percentiles of the slices");
    if (one_.second_look_log_ratio) {
      entry("second look", fmt::format("{} over {}, {}", percent_text(*one_.second_look_log_ratio, 1),
                                       counted(one_.second_look_processes, "process"),
                                       one_.own_heaps ? "both sides in one heap" : "a heap for each side"));
    }
  }

  void figures() {
    std::vector<std::vector<std::string>> rows{{"of one call", safe(one_.reference), safe(one_.candidate)}};
    const auto &a = one_.reference_figures, &b = one_.candidate_figures;
    const auto row = [&](const std::string& what, const std::optional<double>& before,
                         const std::optional<double>& after, const auto& text) {
      if (before || after) rows.push_back({what, before ? text(*before) : "-", after ? text(*after) : "-"});
    };
    const auto memory = [](const model::SideFigures& side, double model::Memory::*member) {
      return side.memory ? std::optional((*side.memory).*member) : std::nullopt;
    };
    row("allocations", memory(a, &model::Memory::allocs), memory(b, &model::Memory::allocs), count_text);
    row("bytes asked for", memory(a, &model::Memory::alloc_bytes), memory(b, &model::Memory::alloc_bytes), bytes_text);
    row("peak of the heap", memory(a, &model::Memory::peak_heap_bytes), memory(b, &model::Memory::peak_heap_bytes),
        bytes_text);
    row("leaked", memory(a, &model::Memory::leaked_bytes), memory(b, &model::Memory::leaked_bytes), bytes_text);
    const auto growths = [](const model::SideFigures& side) {
      return side.memory ? side.memory->heap_growths : std::nullopt;
    };
    row("growths of the heap", growths(a), growths(b), count_text);
    row("instructions", a.instructions_per_call, b.instructions_per_call, count_text);
    const auto counter = [](const model::SideFigures& side, const std::string& name) -> std::optional<double> {
      for (const auto& [each, value] : side.counters) {
        if (each == name) return value;
      }
      return std::nullopt;
    };
    for (const auto& [name, value] : a.counters) row(safe(name), value, counter(b, name), count_text);
    for (const auto& [name, value] : b.counters) {
      if (!counter(a, name)) row(safe(name), std::nullopt, value, count_text);
    }
    if (rows.size() > 1) {
      title("figures that decide nothing");
      tell(rows);
    }
    for (const std::string& why : one_.why.value_or(std::vector<std::string>{})) say("why: " + safe(why));
    for (const std::string& warning : one_.warnings) say("warning: " + safe(warning));
  }

  void verdict_in_words() {
    title("in words");
    const std::string effect = effect_text(one_.min_effect);
    const std::string candidate = safe(one_.candidate), reference = safe(one_.reference);
    switch (one_.verdict) {
      case Verdict::kSlower:
      case Verdict::kFaster: {
        const char* word = one_.verdict == Verdict::kSlower ? "slower" : "faster";
        say(
            fmt::format("  {} is {} than {}: the evidence reached {:.1f} in a first duet and again in a second one, "
                        "whose processes were all fresh. "
                        "Each bound stands for 0.2 % false alarms.",
                        candidate, word, reference, kIsSo));
        break;
      }
      case Verdict::kSame:
        say(is_same_code(one_)
                ? fmt::format("  {} and {} are the same code but for their descriptions: there is nothing to measure.",
                              candidate, reference)
                : fmt::format("  Neither slower nor faster by {}: the evidence against both reached {:.1f}. That was "
                              "shown, and is more "
                              "than that nothing was found.",
                              effect, kIsNotSo));
        break;
      case Verdict::kCannotTell:
        say(
            fmt::format("  Neither a difference of {} nor its absence was shown{}. A larger --budget, a larger "
                        "--min-effect or a quieter machine decides.",
                        effect, one_.duets.size() > 1 ? ": the second duet has to agree with the first" : ""));
        break;
      case Verdict::kNew: say(fmt::format("  Only {} has this case.", candidate)); break;
      case Verdict::kMissing: say(fmt::format("  Only {} has this case.", reference)); break;
      case Verdict::kIncomparable:
        say("  The sides were not given the same, or one of them leaves this case out.");
        break;
      case Verdict::kFailed: say("  A side did not run, or answered wrongly: how fast it is does not matter."); break;
      case Verdict::kSuspect:
      case Verdict::kAlert: break;  // of a history, which has its own words
    }
  }

  const Comparison& one_;
  Page page_;
};

}  // namespace

std::string explanation(const Comparison& comparison, const ConsoleOptions& options) {
  return Explanation(comparison, options).text();
}

std::string case_list(const model::AbReport& report, const ConsoleOptions& options) {
  const Page page(options);
  std::vector<std::vector<std::string>> rows{{"case", "side", "change", "verdict"}};
  for (const Comparison& one : report.comparisons) {
    const bool measured = processes_of(one) > 0 && one.verdict != Verdict::kFailed;
    rows.push_back({page.safe(one.case_name), page.safe(one.candidate), measured ? change_text(one.log_ratio) : "-",
                    is_same_code(one) ? "same code" : verdict_text(one, one.verdict)});
  }
  std::string text;
  for (const std::string& line : table_lines(rows, 0, 0)) text += line + "\n";
  return text;
}

}  // namespace harness::report

#include <harness/report/comparison.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/page.hpp>

namespace harness::report {
namespace {

using model::Comparison;
using model::DuetProcess;
using model::Verdict;

constexpr std::size_t kIndent = 4;
constexpr std::size_t kMostWarnings = 5;
constexpr std::size_t kMostCounters = 4;
constexpr double kHeapsDiffer = 0.02;

class CaseText {
 public:
  CaseText(const Comparison& comparison, const ConsoleOptions& options)
      : one_(comparison), page_(options), paint_(options.colour) {}

  std::string text() {
    headline();
    if (processes_of(one_) > 0 && one_.verdict != Verdict::kFailed) {
      measured();
    } else if (one_.verdict == Verdict::kCannotTell) {
      line({page_.safe(one_.reason)});
    }
    warnings();
    std::string text;
    for (const std::string& one : lines_) text += one + "\n";
    return text;
  }

 private:
  std::string safe(const std::string& text) const { return page_.safe(text); }
  std::size_t columns() const { return page_.options().columns; }
  bool utf8() const { return page_.options().utf8; }

  void line(const std::vector<std::string>& parts) {
    if (parts.empty() || parts.front().empty()) return;
    const auto more = at_commas(parts, columns(), kIndent);
    lines_.insert(lines_.end(), more.begin(), more.end());
  }

  std::string verdict() const {
    switch (one_.verdict) {
      case Verdict::kFaster: return "faster";
      case Verdict::kSlower: return "SLOWER";
      case Verdict::kSame:
        return is_same_code(one_) ? "same code: nothing to measure"
                                  : fmt::format("no difference of {} or more", effect_text(one_.min_effect));
      case Verdict::kCannotTell:
        return processes_of(one_) > 0 && std::isfinite(one_.would_notice)
                   ? fmt::format("cannot tell (would notice >= {})", at_least_text(one_.would_notice))
                   : "cannot tell";
      case Verdict::kNew: return fmt::format("new: only {} has it", safe(one_.candidate));
      case Verdict::kMissing: return fmt::format("missing: {} does not have it", safe(one_.candidate));
      case Verdict::kIncomparable: return "not comparable: " + safe(one_.reason);
      case Verdict::kFailed: return "FAILED: " + safe(one_.reason);
      case Verdict::kSuspect:
      case Verdict::kAlert: return std::string(model::verdict_word(one_.verdict));
    }
    return {};
  }

  std::string painted(const std::string& text) const {
    switch (one_.verdict) {
      case Verdict::kFaster: return paint_.good(text);
      case Verdict::kSlower:
      case Verdict::kFailed: return paint_.bad(text);
      case Verdict::kCannotTell:
      case Verdict::kIncomparable: return paint_.doubtful(text);
      default: return text;
    }
  }

  void headline() {
    const std::string name = padded_right(safe(one_.case_name), page_.options().name_width);
    const std::string reference = safe(one_.reference), candidate = safe(one_.candidate);
    std::vector<std::string> phrases{name};
    const bool sides_are_named = one_.verdict == Verdict::kNew || one_.verdict == Verdict::kMissing ||
                                 one_.verdict == Verdict::kFailed || one_.verdict == Verdict::kIncomparable;
    if (processes_of(one_) > 0 && one_.verdict != Verdict::kFailed) {
      // The candidate's time by the ratio, so that the line agrees with itself: ratios of neighbours are surer than medians.
      const double seconds = median_over(one_, [](const DuetProcess& each) { return each.reference_seconds_per_call; });
      const auto times = pair_of_times(seconds, seconds * std::exp(one_.log_ratio), utf8());
      const std::string first = reference + ": " + times.first + ",";
      const std::string second =
          fmt::format("{}: {} ({} {})", candidate, times.second, utf8() ? "Δ" : "d", change_text(one_.log_ratio));
      const std::string whole = first + " " + second;
      if (columns() == 0 || characters_in(whole) + kIndent <= columns()) {
        phrases.push_back(whole);
      } else {
        phrases.insert(phrases.end(), {first, second});
      }
    } else if (!sides_are_named) {
      phrases.push_back(reference + ", " + candidate);
    }
    const std::string words = verdict();
    phrases.push_back(words);
    auto lines = in_phrases(phrases, columns(), kIndent);
    paint_verdict(lines, words);
    lines_.insert(lines_.end(), lines.begin(), lines.end());
  }

  // The verdict ends the headline; where it is folded, each of its lines is marked.
  void paint_verdict(std::vector<std::string>& lines, const std::string& words) const {
    if (std::string& last = lines.back(); last.ends_with(words)) {
      last = last.substr(0, last.size() - words.size()) + painted(words);
      return;
    }
    const std::string first_word = words.substr(0, words.find(' '));
    for (std::size_t i = lines.size(); i-- > 0;) {
      const auto at = lines[i].rfind(first_word);
      if (at == std::string::npos) continue;
      lines[i] = lines[i].substr(0, at) + painted(first_word) + lines[i].substr(at + first_word.size());
      return;
    }
  }

  void measured() {
    const bool same = one_.verdict == Verdict::kSame;
    std::vector<std::string> parts = basis();
    const std::vector<std::string> memory = memory_parts();
    const bool differs = std::any_of(memory.begin(), memory.end(),
                                     [](const auto& part) { return part.find(" -> ") != std::string::npos; });
    if (same && !differs && !memory.empty()) {
      // Nothing new: only where it costs no line.
      std::vector<std::string> together = parts;
      together.insert(together.end(), memory.begin(), memory.end());
      if (at_commas(together, columns(), kIndent).size() == 1) parts = together;
    }
    line(parts);
    if (one_.verdict == Verdict::kCannotTell) line({safe(one_.reason)});
    if (!same || differs) line(memory);
    line(counter_parts());
    second_look();
    weak_signals();
    for (const std::string& why : one_.why.value_or(std::vector<std::string>{})) line({"why: " + safe(why)});
  }

  std::vector<std::string> basis() const {
    std::vector<std::string> parts{interval_text(one_)};
    std::string processes;
    double seconds = 0;
    for (const model::Duet& duet : one_.duets) {
      processes += (processes.empty() ? "" : " + ") + std::to_string(duet.processes.size());
      seconds += duet.seconds;
    }
    const bool one = processes_of(one_) == 1 && one_.duets.size() == 1;
    parts.push_back(fmt::format("{} process{} in {:.2f} s", processes, one ? "" : "es", seconds));
    if (const std::string share = cpu_share(); !share.empty()) parts.push_back(share);
    if (one_.verdict != Verdict::kCannotTell && std::isfinite(one_.would_notice)) {
      parts.push_back("would notice >= " + at_least_text(one_.would_notice));
    }
    if (!one_.clock.empty() && one_.clock != "real") {
      parts.push_back("by " + (one_.clock == "cpu" ? "CPU" : safe(one_.clock)) + " time");
    }
    // Of programs every comparison is one of processes.
    if (!one_.problem.empty() && !one_.mode.empty() && !one_.mode.starts_with("one process")) {
      parts.push_back(safe(one_.mode));
    }
    return parts;
  }

  // Of two processes that share a core it says nothing: each waits while the other runs. A program that tells its own
  // time has that in the place of real time.
  std::string cpu_share() const {
    if (one_.mode.starts_with("two processes") || one_.clock == "manual") return {};
    const double reference = median_over(one_, [](const DuetProcess& each) {
      return each.reference_cpu_seconds_per_call / each.reference_real_seconds_per_call;
    });
    const double candidate = median_over(one_, [](const DuetProcess& each) {
      return each.candidate_cpu_seconds_per_call / each.candidate_real_seconds_per_call;
    });
    if (!std::isfinite(reference) || !std::isfinite(candidate)) return {};
    const std::string a = fmt::format("{:.2f}", reference), b = fmt::format("{:.2f}", candidate);
    return std::abs(reference - candidate) < 0.015 ? "cpu/real " + a : fmt::format("cpu/real {} and {}", a, b);
  }

  static std::string pair(const std::string& what, const std::string& reference, const std::string& candidate) {
    return reference == candidate ? what + " " + reference : fmt::format("{} {} -> {}", what, reference, candidate);
  }

  std::vector<std::string> memory_parts() const {
    std::vector<std::string> parts;
    const auto &reference = one_.reference_figures.memory, &candidate = one_.candidate_figures.memory;
    if (reference && candidate) {
      const auto any = [](double a, double b) { return a != 0 || b != 0; };
      if (any(reference->allocs, candidate->allocs) || any(reference->peak_heap_bytes, candidate->peak_heap_bytes)) {
        parts.push_back(pair("allocs", count_text(reference->allocs), count_text(candidate->allocs)));
        const bool bytes_alone = reference->allocs == candidate->allocs &&
                                 reference->peak_heap_bytes == candidate->peak_heap_bytes &&
                                 reference->alloc_bytes != candidate->alloc_bytes;
        if (bytes_alone) {
          parts.push_back(
              pair("allocated", short_bytes_text(reference->alloc_bytes), short_bytes_text(candidate->alloc_bytes)));
        }
        parts.push_back(
            pair("peak", short_bytes_text(reference->peak_heap_bytes), short_bytes_text(candidate->peak_heap_bytes)));
      }
      if (any(reference->leaked_bytes, candidate->leaked_bytes)) {
        parts.push_back(
            pair("leaks", short_bytes_text(reference->leaked_bytes), short_bytes_text(candidate->leaked_bytes)));
      }
      if (reference->heap_growths && candidate->heap_growths && *reference->heap_growths != *candidate->heap_growths) {
        parts.push_back(pair("growths", count_text(*reference->heap_growths), count_text(*candidate->heap_growths)));
      }
    }
    const auto &before = one_.reference_figures.instructions_per_call,
               &after = one_.candidate_figures.instructions_per_call;
    if (before && after) {
      std::string text = pair("instructions", count_text(*before), count_text(*after));
      const bool shown = text.find(" -> ") != std::string::npos && *before > 0 && *after > 0;
      parts.push_back(shown ? fmt::format("{} ({})", text, change_text(std::log(*after / *before))) : text);
    }
    return parts;
  }

  // A program's own counters, where they moved by more than the effect.
  std::vector<std::string> counter_parts() const {
    std::vector<std::string> parts;
    std::size_t more = 0;
    const auto& candidates = one_.candidate_figures.counters;
    for (const auto& [name, before] : one_.reference_figures.counters) {
      const auto other = std::find_if(candidates.begin(), candidates.end(),
                                      [&counter = name](const auto& each) { return each.first == counter; });
      if (other == candidates.end()) continue;
      const double after = other->second;
      if (!(std::abs(after - before) > one_.min_effect * std::abs(before))) continue;
      if (parts.size() == kMostCounters) {
        ++more;
        continue;
      }
      std::string text = fmt::format("{} {} -> {}", safe(name), count_text(before), count_text(after));
      if (before > 0 && after > 0) text += fmt::format(" ({})", change_text(std::log(after / before)));
      parts.push_back(text);
    }
    if (more > 0) parts.push_back(fmt::format("{} more counters differ", more));
    return parts;
  }

  void second_look() {
    if (!one_.second_look_log_ratio ||
        !(std::abs(std::expm1(*one_.second_look_log_ratio - one_.log_ratio)) > kHeapsDiffer)) {
      return;
    }
    line({(one_.own_heaps ? "in one shared heap " : "with a heap for each side ") + percent_text(*one_.second_look_log_ratio, 1),
          counted(one_.second_look_processes, "process")});
  }

  void weak_signals() {
    if (const auto& p99 = one_.p99_log_ratio) {
      const bool other_way = *p99 * one_.log_ratio < 0 && std::abs(one_.log_ratio) >= std::log1p(one_.min_effect);
      const char* how = other_way ? "the other way" : std::abs(*p99) < std::abs(one_.log_ratio) ? "less" : "more";
      line({fmt::format("the slowest slices differ {}: p99 {}", how,
                        percent_text(*p99, std::abs(*p99) < 0.095 ? 1 : 0))});
    }
    if (const auto& trimmed = one_.trimmed_log_ratio) {
      line({fmt::format("some slices are {}: trimmed mean {} (not in the verdict)",
                        *trimmed > one_.log_ratio ? "slower" : "faster",
                        percent_text(*trimmed, std::abs(*trimmed) < 0.095 ? 1 : 0))});
    }
  }

  void warnings() {
    const std::size_t count = one_.warnings.size();
    const std::size_t shown = count > kMostWarnings + 1 ? kMostWarnings : count;
    for (std::size_t i = 0; i < shown; ++i) warning("warning: " + safe(one_.warnings[i]));
    if (shown < count) warning(fmt::format("warning: and {} more; --benchmark_out=FILE keeps them all", count - shown));
  }
  void warning(const std::string& text) {
    for (const std::string& one : folded(std::string(kIndent, ' ') + text, columns(), 0, kIndent + 2)) {
      const auto begin = one.find_first_not_of(' ');
      lines_.push_back(one.substr(0, begin) + paint_.doubtful(one.substr(begin)));
    }
  }

  const Comparison& one_;
  const Page page_;
  const Paint paint_;
  std::vector<std::string> lines_;
};

}  // namespace

std::string comparison_text(const Comparison& comparison, const ConsoleOptions& options) {
  return CaseText(comparison, options).text();
}

std::string closing_in(const model::Duet& duet, bool utf8) {
  if (duet.processes.empty()) return "n=0";
  Comparison one;
  one.duets = {duet};
  const double count = static_cast<double>(duet.processes.size());
  const double median = median_over(one, [](const DuetProcess& each) { return each.log_ratio; });
  const double spread =
      1.4826 * median_over(one, [&](const DuetProcess& each) { return std::abs(each.log_ratio - median); });
  const double error = median_over(one, [](const DuetProcess& each) { return each.standard_error; });
  const double half = 2 * 1.2533 * std::max(spread, error) / std::sqrt(count);
  const double percent = 100 * (std::exp(median + half) - std::exp(median - half)) / 2;
  const int decimals = percent < 0.05 ? 2 : 1;
  std::string text = fmt::format("n={}, {}", duet.processes.size(), percent_text(median, decimals));
  if (duet.processes.size() > 1 && std::isfinite(percent) && percent < 999) {
    text += fmt::format(" {} {:.{}f}", utf8 ? "±" : "+-", percent, decimals);
  }
  return text;
}

}  // namespace harness::report

#include <harness/report/gate_words.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>

namespace harness::report {
namespace {

using model::Cause;
using model::Change;
using model::Comparison;
using model::GateCase;
using model::GateFigure;
using model::GateReport;
using model::Verdict;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kShaDigits = 7;
constexpr std::size_t kMostCauses = 6;

bool has_cause(const GateCase& one, Cause cause) {
  return std::find(one.failed.begin(), one.failed.end(), cause) != one.failed.end();
}

bool is_slower(const GateCase& one) { return one.comparison.verdict == Verdict::kSlower; }

double comparable(double value) { return std::isnan(value) ? -kInfinity : value; }

// What came from nothing has no ratio, and no end.
double worst_change(const GateCase& one) {
  double worst = -kInfinity;
  for (const GateFigure& figure : one.figures) {
    if (figure.worse) worst = std::max(worst, comparable(figure.change.value_or(kInfinity)));
  }
  return worst;
}

bool is_worse(const GateCase& one, const GateCase& other) {
  const auto key = [](const GateCase& each) {
    const bool slower = is_slower(each) && has_cause(each, Cause::kTime);
    return std::tuple(slower, slower ? comparable(each.comparison.log_ratio) : worst_change(each));
  };
  return key(one) > key(other);
}

bool is_worse_at_all(const GateCase& one) {
  return is_slower(one) ||
         std::any_of(one.figures.begin(), one.figures.end(), [](const GateFigure& figure) { return figure.worse; });
}

// What failed may have run before it did; these processes say nothing.
bool rests_on_processes(const GateCase& one) {
  return processes_of(one.comparison) > 0 && one.comparison.verdict != Verdict::kFailed;
}

std::string without_blank(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

std::string short_sha(const std::string& sha) { return sha.substr(0, kShaDigits); }

std::string people_say(const std::string& figure) {
  return figure == "allocs"            ? "allocations"
         : figure == "alloc_bytes"     ? "allocated bytes"
         : figure == "peak_heap_bytes" ? "peak heap"
         : figure == "heap_growths"    ? "heap growths"
         : figure == "p95_seconds"     ? "p95"
         : figure == "growth_class"    ? "growth"
                                       : figure;
}

std::string plain_words(const GateFigure& figure) {
  const std::string name = people_say(figure.name) + " ";
  if (figure.cause != Cause::kLimits) return name + figure.old_text + " -> " + figure.new_text;
  // The limit stands in the old text or, with what was measured, in the new one.
  return name + (figure.old_text.starts_with("at ") ? figure.old_text + ", measured " : "") + figure.new_text;
}

// One of several parts with commas between them.
void take_out(std::string& parts, const std::string& part) {
  constexpr std::string_view kComma = ", ";
  for (auto at = parts.find(part); at != std::string::npos; at = parts.find(part, at + 1)) {
    const std::size_t end = at + part.size();
    const bool begins = at == 0 || std::string_view(parts).substr(0, at).ends_with(kComma);
    const bool ends = end == parts.size() || std::string_view(parts).substr(end).starts_with(kComma);
    if (!begins || !ends) continue;
    const std::size_t from = at == 0 ? 0 : at - kComma.size();
    parts.erase(from, end - from + (at == 0 && end < parts.size() ? kComma.size() : 0));
    return;
  }
}

}  // namespace

GateNews::GateNews(const GateReport& report) {
  for (const Change& one : report.changes) {
    changed += one.kind == Change::Kind::kEdited || one.kind == Change::Kind::kNewVersion;
    added_solvers += one.kind == Change::Kind::kNew;
    removed_solvers += one.kind == Change::Kind::kRemoved;
    equal += one.kind == Change::Kind::kEqual;
  }
  for (const GateCase& one : report.cases) {
    switch (one.comparison.verdict) {
      case Verdict::kFailed: failed.push_back(&one); continue;
      case Verdict::kIncomparable: incomparable.push_back(&one); continue;
      case Verdict::kNew: added.push_back(&one); continue;
      case Verdict::kMissing: missing.push_back(&one); continue;
      default: break;
    }
    const Verdict verdict = one.comparison.verdict;
    // Slower and yet not red, although time is asked for: whoever decided did not believe it.
    const bool is_believed = verdict != Verdict::kSlower || std::find(report.fail_on.begin(), report.fail_on.end(),
                                                                      Cause::kTime) == report.fail_on.end();
    const bool is_told =
        is_believed && (verdict == Verdict::kSame || verdict == Verdict::kFaster || verdict == Verdict::kSlower);
    if (!one.failed.empty()) {
      red.push_back(&one);
    } else if (!is_told) {
      doubt.push_back(&one);
    } else {
      fine.push_back(&one);
      faster += verdict == Verdict::kFaster;
      slower += verdict == Verdict::kSlower;
      if (is_worse_at_all(one)) spared.push_back(&one);
      if (processes_of(one.comparison) > 0)
        would_notice = std::max(would_notice, comparable(one.comparison.would_notice));
    }
  }
  std::stable_sort(red.begin(), red.end(), [](const GateCase* a, const GateCase* b) { return is_worse(*a, *b); });
  std::stable_sort(doubt.begin(), doubt.end(), [](const GateCase* a, const GateCase* b) {
    return comparable(a->comparison.would_notice) > comparable(b->comparison.would_notice);
  });
  const bool programs = !report.changes.empty()
                            ? report.changes.front().problem.empty()
                            : !report.cases.empty() && report.cases.front().comparison.problem.empty();
  noun = programs ? "program" : "solver";
  is_green = report.exit == Exit::kFine && failed.empty() && red.empty() && doubt.empty() && incomparable.empty() &&
             report.incomparable.empty() && report.not_measured.empty() && report.control_holds;
}

std::vector<const GateCase*> GateNews::worst() const {
  std::vector<const GateCase*> all = failed;
  all.insert(all.end(), red.begin(), red.end());
  return all;
}

std::string verdict_words(const GateCase& one) {
  switch (one.comparison.verdict) {
    case Verdict::kFailed: return "FAILED";
    case Verdict::kIncomparable: return "not comparable";
    case Verdict::kNew: return "new";
    case Verdict::kMissing: return "removed";
    default: break;
  }
  if (has_cause(one, Cause::kTime)) return is_slower(one) ? "SLOWER" : "MORE INSTRUCTIONS";
  if (has_cause(one, Cause::kMemory)) return "MORE MEMORY";
  if (has_cause(one, Cause::kGrowth)) return "GROWS FASTER";
  if (has_cause(one, Cause::kLimits)) return "BREAKS A LIMIT";
  if (has_cause(one, Cause::kP95)) return "SLOWER p95";
  switch (one.comparison.verdict) {
    case Verdict::kSlower: return "slower";
    case Verdict::kFaster: return "faster";
    case Verdict::kSame: return fmt::format("no difference of {} or more", effect_text(one.comparison.min_effect));
    default: return "cannot tell";
  }
}

std::string case_name(const GateCase& one, const Voice& voice) {
  return voice.quote(one.name.empty() ? one.comparison.case_name : one.name);
}

std::string times_words(const GateCase& one, const Voice& voice) {
  if (!rests_on_processes(one)) return {};
  // The candidate's time by the ratio, as in a comparison's own lines.
  const double old_seconds =
      median_over(one.comparison, [](const model::DuetProcess& each) { return each.reference_seconds_per_call; });
  const auto [old_text, new_text] =
      pair_of_times(old_seconds, old_seconds * std::exp(one.comparison.log_ratio), voice.utf8);
  return old_text + " -> " + new_text;
}

std::string delta_words(const GateCase& one) {
  const Comparison& measured = one.comparison;
  if (!rests_on_processes(one)) return {};
  const std::string change = change_text(measured.log_ratio);
  if (!std::isfinite(measured.log_ratio_low) || !std::isfinite(measured.log_ratio_high)) return change;
  std::string low = change_text(measured.log_ratio_low), high = change_text(measured.log_ratio_high);
  if (change.ends_with('%') && low.ends_with('%') && high.ends_with('%')) {
    low.pop_back();
    high.pop_back();
  }
  return fmt::format("{} [{}, {}]", change, low, high);
}

std::string processes_words(const GateCase& one) {
  if (!rests_on_processes(one)) return {};
  std::string text;
  for (const model::Duet& duet : one.comparison.duets) {
    text += (text.empty() ? "" : " + ") + std::to_string(duet.processes.size());
  }
  return text;
}

std::string notice_words(const GateCase& one) {
  if (!rests_on_processes(one) || !std::isfinite(one.comparison.would_notice)) return {};
  return without_blank(at_least_text(one.comparison.would_notice));
}

std::string measured_words(const GateCase& one, const Voice& voice) {
  const std::string times = times_words(one, voice);
  if (times.empty()) return {};
  const std::string processes = processes_words(one), notice = notice_words(one);
  return fmt::format("{} ({}, {} {}{})", times, delta_words(one), processes, processes == "1" ? "process" : "processes",
                     notice.empty() ? "" : ", would notice >= " + notice);
}

std::string doubt_words(const GateCase& one) { return is_slower(one) ? "slower, not believed" : "cannot tell"; }

std::string figure_words(const GateFigure& figure, const Voice& voice) {
  std::string text = voice.quote(plain_words(figure));
  if (figure.change && figure.cause != Cause::kGrowth) text += " (" + change_text(std::log1p(*figure.change)) + ")";
  return text;
}

std::vector<std::string> cause_words(const GateCase& one, const Voice& voice) {
  std::vector<std::string> words;
  const Verdict verdict = one.comparison.verdict;
  const bool has_reason =
      verdict == Verdict::kFailed || verdict == Verdict::kIncomparable || verdict == Verdict::kCannotTell;
  if (has_reason && !one.comparison.reason.empty()) words.push_back(voice.quote(one.comparison.reason));
  std::string because = one.because;
  for (const GateFigure& figure : one.figures) {
    if (!figure.worse) continue;
    if (words.size() <= kMostCauses) take_out(because, plain_words(figure));
    words.push_back(figure_words(figure, voice));
  }
  if (!because.empty() && because != one.comparison.reason) words.push_back(voice.quote(because));
  if (words.size() > kMostCauses) {
    const std::size_t more = words.size() - kMostCauses;
    words.resize(kMostCauses);
    words.push_back(fmt::format("and {} more", more));
  }
  constexpr std::size_t kMostWhy = 3;
  const auto why = one.comparison.why.value_or(std::vector<std::string>{});
  for (std::size_t i = 0; i < std::min(why.size(), kMostWhy); ++i) {
    words.push_back((i == 0 ? "why: " : "") + voice.quote(why[i]));
  }
  return words;
}

std::string since_words(const GateReport& report, const Voice& voice) {
  if (report.base_sha.empty() || report.head_sha.empty()) return against_words(report, voice);
  const std::string base = short_sha(report.base_sha), head = short_sha(report.head_sha);
  if (report.base_sha == report.head_sha)
    return "since " + voice.quote(base) + (report.dirty ? " (local changes)" : "");
  const std::size_t count = report.commits.size();
  std::string what = count == 0 ? "" : (report.more_commits ? "more than " : "") + counted(count, "commit");
  if (count == 1 && !report.more_commits) what += ": " + voice.quote(report.commits.front().second);
  if (report.dirty) what += what.empty() ? "local changes" : " and local changes";
  return "since " + voice.quote(base + ".." + head) + (what.empty() ? "" : " (" + what + ")");
}

std::string against_words(const GateReport& report, const Voice& voice) {
  if (report.base_sha.empty()) return report.base.empty() ? std::string() : "against " + voice.quote(report.base);
  const std::string text = "against " + voice.quote(short_sha(report.base_sha));
  const bool says_more = !report.base.empty() && !report.base_sha.starts_with(report.base);
  return says_more ? text + " (" + voice.quote(report.base) + ")" : text;
}

std::string status_words(const GateReport& report, const GateNews& news) {
  std::string text = news.failed.empty() ? "" : fmt::format("{} failed", news.failed.size());
  if (!news.red.empty()) text += fmt::format("{}{} red", text.empty() ? "" : ", ", news.red.size());
  if (!text.empty()) return text;
  switch (report.exit) {
    case Exit::kFine: return "not everything could be told";
    case Exit::kIncomplete: return "incomplete";
    case Exit::kInterrupted: return "interrupted";
    default: return "failed";
  }
}

std::string headline(const GateReport& report, const GateNews& news, const Voice& voice) {
  const std::string changed = counted(news.changed, "changed " + news.noun);
  const std::string claim =
      news.slower > 0 ? "nothing red" : fmt::format("nothing slower by {} or more", effect_text(report.min_effect));
  const std::size_t all = report.cases.size() + report.not_measured.size();
  std::string text;
  if (!news.failed.empty() || !news.red.empty()) {
    text = fmt::format("{} of {} of {}", status_words(report, news), counted(report.cases.size(), "case"), changed);
  } else if (!news.is_green) {
    text = status_words(report, news) + ", ";
    text += news.fine.empty()
                ? fmt::format("{}, nothing told of any case", changed)
                : fmt::format("{}, {} in {} of {}", changed, claim, news.fine.size(), counted(all, "case"));
  } else if (report.cases.empty()) {
    text = "nothing to measure" + (news.equal > 0 ? ": " + counted(news.equal, news.noun) + " with the same code" : "");
  } else {
    text = fmt::format("{}, {}, {}", changed, counted(all, "case"), claim);
  }
  if (news.failed.empty() && news.red.empty() && news.would_notice > 0 && std::isfinite(news.would_notice)) {
    text += fmt::format(" (would notice >= {})", at_least_text(news.would_notice));
  }
  const auto add = [&text](std::size_t count, const char* what) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  };
  add(news.faster, "faster");
  add(news.added_solvers + news.added.size(), "new");
  add(news.removed_solvers + news.missing.size(), "removed");
  add(news.spared.size(), "worse in what --fail-on leaves out");
  const std::string against = against_words(report, voice);
  if (!against.empty()) text += ", " + against;
  return text + ", " + time_text(report.seconds, voice.utf8);
}

std::string control_words(const GateReport& report, const Voice& voice) {
  if (report.control_holds) return {};
  const std::string what = report.control_case.empty()
                               ? "the base against itself"
                               : voice.quote(report.control_case) + " at the base against itself";
  const std::string by = report.control_log_ratio ? " by " + change_text(*report.control_log_ratio) : "";
  return fmt::format("this machine cannot tell today: the control, {}, differs{}", what, by);
}

std::string exit_words(const GateReport& report, const Voice& voice) {
  if (report.exit == Exit::kFine) return {};
  return fmt::format("exit {}", static_cast<int>(report.exit)) +
         (report.exit_because.empty() ? "" : ": " + voice.quote(report.exit_because));
}

}  // namespace harness::report

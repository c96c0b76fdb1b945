#include <harness/report/history.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/history_words.hpp>
#include <harness/report/page.hpp>

namespace harness::report {
namespace {

using model::CaseJudgement;
using model::Metric;
using model::MetricJudgement;
using model::Verdict;

constexpr std::size_t kIndent = 4;
constexpr std::size_t kVerdictWidth = 24;  // so that the deltas of most cases stand below each other
constexpr std::size_t kMostWarnings = 5;
constexpr std::size_t kMostCommits = 8, kMostFiles = 12;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

std::string present_text(const MetricJudgement& judged, bool utf8) {
  switch (judged.metric) {
    case Metric::kPeakHeapBytes: return bytes_text(judged.current);
    case Metric::kP95: return pair_of_times(judged.current, judged.current, utf8).first;
    default: return count_text(judged.current);
  }
}

std::string delta_text(const MetricJudgement& judged) {
  const double difference = judged.current - *judged.mean;
  switch (judged.metric) {
    case Metric::kPeakHeapBytes: return bytes_delta_text(difference);
    case Metric::kP95: return judged.change() ? percent_delta_text(*judged.change()) : "?";
    default: return count_delta_text(difference);
  }
}

// `mem_delta: +1.2MB, gc_delta: +0, alloc_delta: +0, p95_delta: -3%`; what was not measured is left out.
std::string deltas(const CaseJudgement& judgement, bool utf8) {
  struct Field {
    Metric metric;
    const char* name;
  };
  std::vector<std::string> parts;
  for (const Field field : {Field{Metric::kPeakHeapBytes, "mem"}, Field{Metric::kHeapGrowths, "gc"},
                            Field{Metric::kAllocs, "alloc"}, Field{Metric::kP95, "p95"}}) {
    const MetricJudgement* judged = judgement.find(field.metric);
    if (judged == nullptr) continue;
    parts.push_back(judged->mean ? fmt::format("{}_delta: {}", field.name, delta_text(*judged))
                                 : fmt::format("{}: {}", field.name, present_text(*judged, utf8)));
  }
  return joined(parts, ", ");
}

class JudgementText {
 public:
  JudgementText(const CaseJudgement& judgement, const ConsoleOptions& options)
      : one_(judgement), page_(options), time_(judgement.find(Metric::kTime)) {}

  std::string text() {
    headline();
    if (one_.verdict != Verdict::kNew && one_.verdict != Verdict::kIncomparable && one_.verdict != Verdict::kFailed &&
        one_.verdict != Verdict::kCannotTell) {
      evidence();
    }
    warnings();
    return joined(lines_);
  }

 private:
  bool utf8() const { return page_.options().utf8; }
  std::string safe(const std::string& text) const { return page_.safe(text); }

  void line(const std::vector<std::string>& parts) {
    if (parts.empty()) return;
    const auto more = at_commas(parts, page_.options().columns, kIndent);
    lines_.insert(lines_.end(), more.begin(), more.end());
  }

  bool time_moved() const { return time_ != nullptr && time_->mean && (time_->beyond || time_->better); }

  // `+5.2 % (+9.8σ)`
  static std::string moved(const MetricJudgement& judged, bool utf8) {
    const auto change = judged.change();
    const std::string amount = change ? relative_text(*change) : count_delta_text(judged.current - *judged.mean);
    return judged.z ? fmt::format("{} ({})", amount, sigma_text(*judged.z, utf8)) : amount;
  }

  // What is in doubt: time, or the first other metric that is beyond.
  std::string suspicion() const {
    if (time_moved()) return " " + moved(*time_, utf8());
    const Metric first = one_.alert ? one_.alert->metric : Metric::kTime;
    for (const MetricJudgement& each : one_.metrics) {
      if (!each.beyond || !each.mean || (one_.alert && each.metric != first)) continue;
      return fmt::format(" {} {}", dimension(each.metric), moved(each, utf8()));
    }
    return {};
  }

  std::string verdict() const {
    const std::string memory = memory_clause(one_);
    const std::string with_memory = memory.empty() ? "" : " " + memory;
    switch (one_.verdict) {
      case Verdict::kSame: return "same" + with_memory;
      case Verdict::kFaster:
        return memory.empty() && time_moved() ? "faster " + moved(*time_, utf8()) : "faster" + with_memory;
      case Verdict::kSlower: return "SLOWER" + (time_moved() ? " " + moved(*time_, utf8()) : "") + with_memory;
      case Verdict::kSuspect: return "suspect" + suspicion() + (time_moved() ? with_memory : "");
      case Verdict::kAlert:
        return (one_.alert && one_.alert->confirmed ? "ALERT" : "alert, not confirmed:") + suspicion() +
               (time_moved() ? with_memory : "");
      case Verdict::kNew: return "new: " + safe(one_.reason);
      case Verdict::kMissing: return "missing: " + safe(one_.reason);
      case Verdict::kIncomparable: return "not comparable: " + safe(one_.reason);
      case Verdict::kCannotTell: return "cannot tell: " + safe(one_.reason);
      case Verdict::kFailed: return "FAILED: " + safe(one_.reason);
    }
    return {};
  }

  std::string painted(const std::string& text) const {
    const Paint& paint = page_.paint();
    switch (one_.verdict) {
      case Verdict::kSlower:
      case Verdict::kAlert:
      case Verdict::kFailed: return paint.bad(text);
      case Verdict::kSuspect:
      case Verdict::kIncomparable:
      case Verdict::kCannotTell: return paint.doubtful(text);
      case Verdict::kFaster: return one_.memory_worse() ? paint.bad(text) : paint.good(text);
      case Verdict::kSame: return one_.memory_worse() ? paint.bad(text) : text;
      default: return text;
    }
  }

  void headline() {
    const std::string name =
        padded_right(safe(name_of(one_.problem, one_.solver, one_.case_name)), page_.options().name_width);
    const std::string words = verdict(), figures = deltas(one_, utf8());
    const std::size_t columns = page_.options().columns;
    std::vector<std::string> phrases{name, padded_right(words, figures.empty() ? 0 : kVerdictWidth)};
    const bool folds = columns > 0 && characters_in(figures) + kIndent > columns;
    if (!folds) phrases.push_back(figures);
    lines_ = in_phrases(phrases, columns, kIndent);
    paint_verdict(words);
    if (folds) {
      for (const std::string& each : folded(std::string(kIndent, ' ') + figures, columns, 0, kIndent)) {
        lines_.push_back(each);
      }
    }
  }

  // Where the verdict is folded only its first word is marked.
  void paint_verdict(const std::string& words) {
    for (const std::string& mark : {words, words.substr(0, words.find(' '))}) {
      const std::size_t name = characters_in(name_of(one_.problem, one_.solver, one_.case_name));
      for (std::size_t i = 0; i < lines_.size(); ++i) {
        const auto at = lines_[i].find(mark, i == 0 ? std::min(name, lines_[i].size()) : 0);
        if (at == std::string::npos) continue;
        lines_[i] = lines_[i].substr(0, at) + painted(mark) + lines_[i].substr(at + mark.size());
        return;
      }
    }
  }

  void evidence() {
    const bool cleared = one_.rerun && one_.rerun->verdict == Verdict::kSame;
    if (time_ != nullptr && time_->mean && (time_moved() || cleared)) {
      std::vector<std::string> parts;
      // Of a mixed state the headline has no room for it.
      if (one_.verdict == Verdict::kFaster || one_.verdict == Verdict::kSame) parts.push_back(moved(*time_, utf8()));
      parts.push_back(fmt::format("ratio to the pin {:.4f}", time_->current));
      parts.push_back(one_.drifted ? fmt::format("the level began at {:.4f}", *time_->mean)
                                   : fmt::format("mean {:.4f} {} {:.4f} of {}", *time_->mean, page_.plus_minus(),
                                                 2 * time_->sigma, counted(time_->count, "run")));
      if (const std::string grade = grade_of(*time_); !grade.empty()) parts.push_back(grade);
      line(parts);
    }
    rerun();
    for (const MetricJudgement& each : one_.metrics) other_metric(each);
    if (one_.streak > 1) line({fmt::format("beyond in {} in a row", counted(one_.streak, "run"))});
    if (one_.recovered) line({"recovered: within the history again after an alert"});
  }

  // find_first_violation's index in words.
  static std::string grade_of(const MetricJudgement& judged) {
    if (!judged.beyond || judged.count == 0) return {};
    const std::size_t worse = judged.count - judged.at_least_as_bad_as;
    return worse == 0 ? "none of them was worse"
                      : fmt::format("{} of them {} worse", worse, worse == 1 ? "was" : "were");
  }

  void rerun() {
    if (!one_.rerun) {
      if (one_.needs_rerun) line({"no duet has confirmed it"});
      return;
    }
    const model::Rerun& rerun = *one_.rerun;
    const std::string words = safe(rerun.words);
    if (rerun.verdict == Verdict::kSlower || rerun.verdict == Verdict::kFaster) {
      std::vector<std::string> parts{fmt::format("duet with {}: {} {}", safe(rerun.against),
                                                 model::verdict_word(rerun.verdict), percent_text(rerun.log_ratio, 1))};
      if (!words.empty()) parts.push_back(words);
      line(parts);
    } else if (rerun.verdict == Verdict::kSame) {
      line({fmt::format("same as {}{}{}", safe(rerun.against), words.empty() ? "" : ": ", words)});
    } else {
      line({"not confirmed: " + (words.empty() ? std::string("there was no duet") : words)});
    }
  }

  void other_metric(const MetricJudgement& each) {
    if (each.metric == Metric::kTime || !each.mean || !(each.beyond || each.better)) return;
    const auto [current, mean] = pair_of_values(each, 1, utf8());
    std::vector<std::string> parts{fmt::format("{} {} -> {}", dimension(each.metric), mean, current)};
    parts.push_back(each.z ? fmt::format("{} of {}", sigma_text(*each.z, utf8()), counted(each.count, "run"))
                           : "exact");
    if (const std::string grade = grade_of(each); each.z && !grade.empty()) parts.push_back(grade);
    line(parts);
  }

  void warnings() {
    for (const std::string& why : one_.why) {
      const std::string text = std::string(kIndent, ' ') + "why: " + safe(why);
      for (const std::string& each : folded(text, page_.options().columns, 0, kIndent + 2)) lines_.push_back(each);
    }
    for (std::size_t i = 0; i < one_.warnings.size(); ++i) {
      if (i == kMostWarnings) {
        line({fmt::format("and {} more warnings", one_.warnings.size() - i)});
        break;
      }
      const std::string text = std::string(kIndent, ' ') + "warning: " + safe(one_.warnings[i]);
      for (const std::string& each : folded(text, page_.options().columns, 0, kIndent + 2)) lines_.push_back(each);
    }
  }

  const CaseJudgement& one_;
  Page page_;
  const MetricJudgement* time_;
  std::vector<std::string> lines_;
};

std::string when(const std::string& sha, const std::string& date) {
  return fmt::format("{} of {}", sha.empty() ? "an unknown commit" : sha.substr(0, 7), day_of(date));
}

}  // namespace

std::string judgement_text(const CaseJudgement& judgement, const ConsoleOptions& options) {
  return JudgementText(judgement, options).text();
}

std::string alert_text(const CaseJudgement& judgement, const model::RecordedRun& run, const AlertContext& context,
                       const ConsoleOptions& options) {
  if (!judgement.alert) return {};
  const model::Alert& alert = *judgement.alert;
  Page page(options);
  const std::string name = page.safe(name_of(judgement.problem, judgement.solver, judgement.case_name));
  const std::string basis = !alert.confirmed                ? "not confirmed: a warning"
                            : model::is_exact(alert.metric) ? "which is exact"
                                                            : "each confirmed by a duet";
  page.folded_line(fmt::format("{} {}: {} is worse in 3 runs in a row, {}", alert.confirmed ? "ALERT" : "alert", name,
                               dimension(alert.metric), basis),
                   2, true);

  const double seconds_per_ratio = run.ratio_to_pin > 0 ? run.real_seconds_per_call / run.ratio_to_pin : 0;
  std::vector<std::vector<std::string>> rows{
      {"dimension", "current", "historical mean", options.utf8 ? "Δσ" : "d sigma"}};
  const auto add = [&](const MetricJudgement& each) {
    const auto [current, mean] = pair_of_values(each, seconds_per_ratio, options.utf8);
    const std::string exact = each.change() ? relative_text(*each.change()) + ", exact" : "exact";
    rows.push_back({dimension(each.metric), current, mean, each.z ? sigma_text(*each.z, options.utf8) : exact});
  };
  if (const MetricJudgement* first = judgement.find(alert.metric); first != nullptr && first->mean) add(*first);
  for (const MetricJudgement& each : judgement.metrics) {
    if (each.metric != alert.metric && each.mean && (each.beyond || each.better)) add(each);
  }
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], characters_in(row[i]));
  }
  for (const auto& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) line += padded_right(row[i], i + 1 < row.size() ? widths[i] + 2 : 0);
    page.cut_line(line);
  }

  if (alert.z[2] != 0) {
    page.folded_line(fmt::format("  z of the three runs, oldest first: {:+.1f}, {:+.1f}, {:+.1f}", alert.z[0],
                                 alert.z[1], alert.z[2]),
                     4);
  }
  page.folded_line(fmt::format("  last good: {}; first bad: {}", when(alert.last_good_sha, alert.last_good_date),
                               when(alert.first_bad_sha, alert.first_bad_date)),
                   4);
  if (!context.commits.empty()) {
    const std::size_t shown = std::min(context.commits.size(), kMostCommits);
    page.add("  commits in between:");
    for (std::size_t i = 0; i < shown; ++i) {
      page.cut_line(fmt::format("    {}  {}", page.safe(context.commits[i].sha).substr(0, 7),
                                page.safe(context.commits[i].subject)));
    }
    if (const std::size_t left = context.commits.size() - shown; left > 0 || context.more_commits) {
      page.add(left > 0 ? fmt::format("    and {}{} more", left, context.more_commits ? " or" : "") : "    and more");
    }
  }
  if (!context.files.empty()) {
    std::vector<std::string> files;
    for (std::size_t i = 0; i < std::min(context.files.size(), kMostFiles); ++i)
      files.push_back(page.safe(context.files[i]));
    if (context.files.size() > kMostFiles)
      files.push_back(fmt::format("and {} more", context.files.size() - kMostFiles));
    files.front().insert(0, "files changed: ");
    for (const std::string& line : at_commas(files, options.columns, 2)) page.add(line);
  }
  return joined(std::move(page).lines());
}

}  // namespace harness::report

#include <algorithm>
#include <utility>

#include <harness/compare/history.hpp>
#include <harness/compare/statistics.hpp>

namespace harness::compare {
namespace {

using model::CaseHistory;
using model::CaseJudgement;
using model::Metric;
using model::MetricJudgement;
using model::RecordedRun;
using model::Verdict;

constexpr std::size_t kBeginning = 5;  // runs of a level whose median is where it began

// The runs up to `last` that are beyond in a metric without one within between them, newest first. Those in which it
// was not measured are passed over.
std::vector<std::size_t> stretch(const std::vector<RecordedRun>& runs, std::size_t end, Metric metric) {
  std::vector<std::size_t> found;
  for (std::size_t i = end; i-- > 0;) {
    if (runs[i].is_beyond(metric)) {
      found.push_back(i);
    } else if (runs[i].value(metric)) {
      break;
    }
  }
  return found;
}

// How many of it, from `first` on, lie in one segment.
std::size_t in_one_segment(const std::vector<RecordedRun>& runs, const std::vector<std::size_t>& of,
                           std::size_t first = 0) {
  std::size_t count = 0;
  while (first + count < of.size() && runs[of[first + count]].segment == runs[of[first]].segment) ++count;
  return count;
}

// Where in a stretch its alert was raised. An alert of another metric is not its own unless its streak was long enough,
// too: then one alert told of both.
std::optional<std::size_t> alert_in(const std::vector<RecordedRun>& runs, const std::vector<std::size_t>& of,
                                    std::size_t streak) {
  for (std::size_t k = 0; k < of.size(); ++k) {
    if (runs[of[k]].alert && in_one_segment(runs, of, k) >= streak) return k;
  }
  return std::nullopt;
}

void note_results(RecordedRun& run, const CaseJudgement& judgement) {
  run.beyond.clear();
  for (const MetricJudgement& each : judgement.metrics) {
    if (each.beyond) run.beyond.push_back(each.metric);
  }
  const MetricJudgement* time = judgement.find(Metric::kTime);
  run.z = time != nullptr ? time->z : std::nullopt;
  run.confirmed = judgement.verdict == Verdict::kSlower && run.is_beyond(Metric::kTime);
  run.new_level = judgement.verdict == Verdict::kFaster;
  run.alert = false;
  if (run.note.empty() && judgement.rerun && judgement.rerun->verdict == Verdict::kSame) {
    run.note = "same as " + judgement.rerun->against;
  }
}

model::Alert alert_of(const CaseHistory& history, const std::vector<std::size_t>& of, const MetricJudgement& judged) {
  const std::vector<RecordedRun>& runs = history.runs;
  model::Alert alert;
  alert.metric = judged.metric;
  alert.confirmed = judged.metric == Metric::kTime || (model::is_exact(judged.metric) && judged.sigma == 0);
  for (std::size_t k = 0; k < alert.z.size() && k < of.size(); ++k) {
    const RecordedRun& run = runs[of[k]];
    double& z = alert.z[alert.z.size() - 1 - k];
    if (judged.metric == Metric::kTime) {
      z = run.z.value_or(0);
      alert.confirmed = alert.confirmed && run.confirmed;
    } else if (judged.sigma > 0) {
      z = (*run.value(judged.metric) - judged.mean.value_or(0)) / judged.sigma;
    }
  }
  alert.first_bad_sha = runs[of.back()].git_sha;
  alert.first_bad_date = runs[of.back()].date;
  for (std::size_t i = of.back(); i-- > 0;) {
    if (runs[i].value(judged.metric) && !runs[i].is_beyond(judged.metric)) {
      alert.last_good_sha = runs[i].git_sha;
      alert.last_good_date = runs[i].date;
      break;
    }
  }
  return alert;
}

std::vector<bool> kept(const CaseHistory& history, const HistoryRule& rule) {
  const std::vector<RecordedRun>& runs = history.runs;
  std::vector<bool> keeps(runs.size(), false);
  std::size_t good = 0;
  bool before_level = false;
  for (std::size_t i = runs.size(); i-- > 0;) {
    if (runs[i].beyond.empty()) {
      keeps[i] = ++good <= rule.window;
    } else {
      keeps[i] = runs.size() - i <= rule.window && !before_level;
    }
    before_level = before_level || runs[i].new_level;
  }
  for (const Metric metric : model::kMetrics) {
    const std::vector<std::size_t> of = stretch(runs, runs.size(), metric);
    if (const auto raised = alert_in(runs, of, rule.streak)) {
      for (std::size_t k = *raised; k < std::min(of.size(), *raised + rule.streak); ++k) keeps[of[k]] = true;
    }
  }
  return keeps;
}

void drop_what_no_longer_counts(CaseHistory& history, const HistoryRule& rule) {
  const std::vector<bool> keeps = kept(history, rule);
  std::vector<RecordedRun> left;
  std::uint64_t oldest = history.segments.size();
  for (std::size_t i = 0; i < keeps.size(); ++i) {
    if (!keeps[i]) continue;
    oldest = std::min(oldest, history.runs[i].segment);
    left.push_back(std::move(history.runs[i]));
  }
  history.runs = std::move(left);
  if (oldest == 0 || oldest >= history.segments.size()) return;
  history.segments.erase(history.segments.begin(), history.segments.begin() + static_cast<std::ptrdiff_t>(oldest));
  history.segments.front().chain.reset();
  for (RecordedRun& run : history.runs) run.segment -= oldest;
}

void note_beginning(CaseHistory& history, const HistoryRule& rule) {
  std::vector<double> values = counted(history, Metric::kTime, rule);
  if (values.empty() || (values.size() > kBeginning && history.level_began_at)) return;
  values.resize(std::min(values.size(), kBeginning));
  history.level_began_at = median(values);
}

}  // namespace

void append(CaseHistory& history, RecordedRun run, CaseJudgement& judgement, const HistoryRule& rule) {
  note_results(run, judgement);
  std::vector<RecordedRun>& runs = history.runs;
  for (const Metric metric : model::kMetrics) {
    if (!run.value(metric) || run.is_beyond(metric)) continue;
    if (alert_in(runs, stretch(runs, runs.size(), metric), rule.streak)) judgement.recovered = true;
  }
  runs.push_back(std::move(run));
  for (const MetricJudgement& each : judgement.metrics) {
    if (!each.beyond) continue;
    const std::vector<std::size_t> of = stretch(runs, runs.size(), each.metric);
    const std::size_t streak = in_one_segment(runs, of);
    judgement.streak = std::max(judgement.streak, streak);
    if (streak < rule.streak || alert_in(runs, of, rule.streak) || judgement.alert) continue;
    // A p95 that follows a slower time is no news.
    if (each.metric == Metric::kP95 && alert_in(runs, stretch(runs, runs.size(), Metric::kTime), rule.streak)) continue;
    judgement.alert = alert_of(history, of, each);
  }
  if (judgement.alert) {
    runs.back().alert = true;
    const bool time_is_open = judgement.verdict == Verdict::kSame || judgement.verdict == Verdict::kSuspect;
    if (judgement.alert->metric == Metric::kTime || time_is_open) judgement.verdict = Verdict::kAlert;
  }
  note_beginning(history, rule);
  drop_what_no_longer_counts(history, rule);
}

bool accept(CaseHistory& history, const std::string& why) {
  std::vector<RecordedRun>& runs = history.runs;
  if (runs.empty()) return false;
  std::size_t first = runs.size();
  while (first > 0 && !runs[first - 1].beyond.empty()) --first;
  first = std::min(first, runs.size() - 1);
  for (std::size_t i = first; i < runs.size(); ++i) {
    runs[i].beyond.clear();
    runs[i].confirmed = false;
  }
  runs[first].new_level = true;
  runs[first].note = "accepted: " + why;
  history.level_began_at.reset();
  note_beginning(history, {});
  return true;
}

}  // namespace harness::compare

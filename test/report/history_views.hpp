// Judgements and histories for the tests of what is told of them.
#pragma once

#include <cmath>
#include <deque>
#include <optional>
#include <string>

#include <harness/report/history.hpp>

namespace history_views {

using namespace harness::model;
using harness::report::ConsoleOptions;
using harness::report::HistoryPoint;
using harness::report::HistoryView;

inline ConsoleOptions wide(std::size_t columns, bool utf8 = true) {
  ConsoleOptions options;
  options.columns = columns;
  options.utf8 = utf8;
  return options;
}

inline MetricJudgement weighed(Metric metric, double current, double mean, double sigma = 0, std::size_t count = 12) {
  MetricJudgement one;
  one.metric = metric;
  one.current = current;
  one.mean = mean;
  one.sigma = sigma;
  if (sigma > 0) one.z = (current - mean) / sigma;
  one.count = count;
  one.at_least_as_bad_as = count;
  one.beyond = sigma > 0 ? *one.z > 2 : current > mean;
  one.better = sigma > 0 ? *one.z < -2 : current < mean;
  return one;
}

inline CaseJudgement judgement(Verdict verdict, double ratio) {
  CaseJudgement one;
  one.problem = "two-sum";
  one.solver = "v2.0.0";
  one.case_name = "uniform/64";
  one.verdict = verdict;
  one.metrics.push_back(weighed(Metric::kTime, ratio, 1, 0.005));
  return one;
}

// With the memory of 0.6 MB before and `peak` now, one heap growth and three allocations.
inline CaseJudgement with_memory(CaseJudgement one, double peak, double p95 = 0.97e-3) {
  one.metrics.push_back(weighed(Metric::kP95, p95, 1e-3, 5e-5));
  one.metrics.push_back(weighed(Metric::kAllocs, 3, 3));
  one.metrics.push_back(weighed(Metric::kPeakHeapBytes, peak, 0.6e6));
  one.metrics.push_back(weighed(Metric::kHeapGrowths, 1, 1));
  return one;
}

inline CaseJudgement slower() {
  CaseJudgement one = with_memory(judgement(Verdict::kSlower, 1.052), 0.6e6);
  one.rerun = Rerun{Verdict::kSlower, "v2.0.0 of 2026-11-20", std::log(1.05), "both duets agree"};
  one.streak = 1;
  return one;
}

// Runs and their view: a deque, so that points stay where they are.
struct Recorded {
  std::deque<RecordedRun> runs;
  Segment segment{"2026-11-01T00:00:00Z", "history begins", "aa", "bb", "v2.0.0", std::nullopt};
  HistoryView view;

  Recorded() {
    view.problem = "two-sum";
    view.solver = "v2.0.0";
    view.case_name = "uniform/64";
    view.machine = "machine-1";
    view.segment = &segment;
  }
  RecordedRun& add(double ratio, std::optional<Metric> beyond = std::nullopt) {
    RecordedRun run;
    const std::size_t day = runs.size() + 1;
    run.date = "2026-11-" + std::string(day < 10 ? "0" : "") + std::to_string(day % 100) + "T10:00:00Z";
    run.run_id = "run-" + std::to_string(day);
    run.solver = "v2.0.0";
    run.ratio_to_pin = ratio;
    if (beyond) run.beyond.push_back(*beyond);
    runs.push_back(run);
    HistoryPoint point;
    point.run = &runs.back();
    point.ratio = ratio;
    point.counts = !beyond.has_value();
    view.points.push_back(point);
    return runs.back();
  }
  void level(double mean, double sigma) {
    view.mean = mean;
    view.sigma = sigma;
  }
};

// Twelve runs: a level, a version and a pin begin; the last three are beyond, and raise the alert.
inline void eventful(Recorded& recorded) {
  for (const double ratio : {1.061, 1.059, 1.06}) recorded.add(ratio);
  for (int i = 0; i < 3; ++i) recorded.view.points[static_cast<std::size_t>(i)].counts = false;
  recorded.add(1).new_level = true;
  for (const double ratio : {1.002, 0.998, 1.001, 1.003, 0.999}) recorded.add(ratio);
  for (const double ratio : {1.05, 1.052, 1.051}) recorded.add(ratio, Metric::kTime).confirmed = true;
  recorded.runs.back().alert = true;
  recorded.view.points[5].begins_version = true;
  recorded.runs[5].solver = "v2.1.0";
  recorded.view.points[7].begins_segment = true;
  for (std::size_t i = 7; i < 12; ++i) recorded.runs[i].segment = 1;
  recorded.segment.why = "pinned v2.1.0";
  recorded.level(1, 0.005);
}

}  // namespace history_views

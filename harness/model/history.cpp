#include <harness/model/history.hpp>

#include <algorithm>

namespace harness::model {
namespace {

constexpr std::array<std::string_view, kMetrics.size()> kWords = {
    "time", "p95", "allocs", "alloc_bytes", "peak_heap_bytes", "heap_growths"};

}  // namespace

std::string_view metric_word(Metric metric) { return kWords[static_cast<std::size_t>(metric)]; }

std::optional<Metric> metric_of(std::string_view word) {
  const auto at = std::find(kWords.begin(), kWords.end(), word);
  if (at == kWords.end()) return std::nullopt;
  return kMetrics[static_cast<std::size_t>(at - kWords.begin())];
}

bool is_exact(Metric metric) { return metric != Metric::kTime && metric != Metric::kP95; }

std::optional<double> RecordedRun::value(Metric metric) const {
  switch (metric) {
    case Metric::kTime: return ratio_to_pin;
    case Metric::kP95: return p95_seconds;
    case Metric::kAllocs: return allocs;
    case Metric::kAllocBytes: return alloc_bytes;
    case Metric::kPeakHeapBytes: return peak_heap_bytes;
    case Metric::kHeapGrowths: return heap_growths;
  }
  return std::nullopt;
}

bool RecordedRun::is_beyond(Metric metric) const {
  return std::find(beyond.begin(), beyond.end(), metric) != beyond.end();
}

const CaseHistory* Baseline::find(std::string_view solver, std::string_view case_name) const {
  const auto at = std::find_if(cases.begin(), cases.end(), [&](const CaseHistory& one) {
    return one.case_name == case_name && one.solver == solver;
  });
  return at == cases.end() ? nullptr : &*at;
}

std::optional<double> MetricJudgement::change() const {
  if (!mean || *mean == 0) return std::nullopt;
  return current / *mean - 1;
}

const MetricJudgement* CaseJudgement::find(Metric metric) const {
  const auto at = std::find_if(metrics.begin(), metrics.end(),
                               [metric](const MetricJudgement& one) { return one.metric == metric; });
  return at == metrics.end() ? nullptr : &*at;
}

bool CaseJudgement::memory_worse() const {
  return std::any_of(metrics.begin(), metrics.end(), [](const MetricJudgement& one) {
    return is_exact(one.metric) && one.sigma == 0 && one.beyond;
  });
}

bool CaseJudgement::memory_better() const {
  return std::any_of(metrics.begin(), metrics.end(),
                     [](const MetricJudgement& one) { return is_exact(one.metric) && one.better; });
}

}  // namespace harness::model

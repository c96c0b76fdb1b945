#include <harness/report/history_words.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/figures.hpp>

namespace harness::report {
namespace {

using model::Metric;
using model::MetricJudgement;
using model::RecordedRun;

constexpr double kKilobyte = 1e3, kMegabyte = 1e6;

std::string times_as_much(double relative) { return fmt::format("x{:.3g}", 1 + relative); }

// Of both in the larger one's unit, to as many digits as tell them apart.
std::pair<std::string, std::string> pair_of_bytes(double a, double b) {
  const double more = std::max(std::abs(a), std::abs(b)), less = std::min(std::abs(a), std::abs(b));
  if (more < 999.5 || less * 10 < more) return {bytes_text(a), bytes_text(b)};
  const auto [unit, name] = more < 999'950 ? std::pair(kKilobyte, "KB") : std::pair(kMegabyte, "MB");
  for (int decimals = 1;; ++decimals) {
    const auto first = fmt::format("{:.{}f}{}", a / unit, decimals, name);
    const auto second = fmt::format("{:.{}f}{}", b / unit, decimals, name);
    if (first != second || a == b || decimals == 6) return {first, second};
  }
}

const char* in_words(Metric metric) {
  switch (metric) {
    case Metric::kAllocs: return "allocations";
    case Metric::kAllocBytes: return "allocated bytes";
    case Metric::kHeapGrowths: return "heap growths";
    default: return "memory";
  }
}

}  // namespace

std::string bytes_delta_text(double bytes) {
  if (!std::isfinite(bytes)) return "?";
  const double size = std::abs(bytes);
  if (size < 999.5) return fmt::format("{:+.0f}B", size < 0.5 ? 0 : bytes);
  return size < 999'950 ? fmt::format("{:+.1f}KB", bytes / kKilobyte) : fmt::format("{:+.1f}MB", bytes / kMegabyte);
}

std::string count_delta_text(double count) {
  if (!std::isfinite(count)) return "?";
  return count < 0 ? count_text(count) : "+" + count_text(count);
}

std::string percent_delta_text(double relative) {
  const double percent = 100 * relative;
  if (!std::isfinite(percent)) return "?";
  return percent >= 999.5 ? times_as_much(relative) : fmt::format("{:+.0f}%", std::abs(percent) < 0.5 ? 0 : percent);
}

std::string relative_text(double relative) {
  const double percent = 100 * relative;
  if (!std::isfinite(percent)) return "?";
  if (percent >= 999.5) return times_as_much(relative);
  return std::abs(percent) < 9.95 ? fmt::format("{:+.1f} %", std::abs(percent) < 0.05 ? 0 : percent)
                                  : fmt::format("{:+.0f} %", percent);
}

std::string sigma_text(double z, bool utf8) {
  if (!std::isfinite(z)) return "?";
  const std::string number = std::abs(z) < 99.95 ? fmt::format("{:+.1f}", std::abs(z) < 0.05 ? 0 : z)
                             : std::abs(z) < 1e5 ? fmt::format("{:+.0f}", z)
                                                 : fmt::format("{:+.1e}", z);
  return number + (utf8 ? "σ" : " sigma");
}

const char* dimension(Metric metric) {
  switch (metric) {
    case Metric::kTime: return "time";
    case Metric::kP95: return "p95 latency";
    case Metric::kAllocs: return "allocs/op";
    case Metric::kAllocBytes: return "alloc/op";
    case Metric::kPeakHeapBytes: return "peak heap";
    case Metric::kHeapGrowths: return "heap growths";
  }
  return "";
}

std::pair<std::string, std::string> pair_of_values(const MetricJudgement& judged, double seconds_per_ratio, bool utf8) {
  const double mean = judged.mean.value_or(0);
  switch (judged.metric) {
    case Metric::kTime: return pair_of_times(judged.current * seconds_per_ratio, mean * seconds_per_ratio, utf8);
    case Metric::kP95: return pair_of_times(judged.current, mean, utf8);
    case Metric::kAllocBytes:
    case Metric::kPeakHeapBytes: return pair_of_bytes(judged.current, mean);
    case Metric::kAllocs:
    case Metric::kHeapGrowths: return {count_text(judged.current), count_text(mean)};
  }
  return {};
}

std::string memory_clause(const model::CaseJudgement& judgement) {
  const bool worse = judgement.memory_worse();
  if (!worse && !judgement.memory_better()) return {};
  const bool time_is_worse = judgement.verdict == model::Verdict::kSlower ||
                             judgement.verdict == model::Verdict::kSuspect ||
                             judgement.verdict == model::Verdict::kAlert;
  for (const Metric metric : {Metric::kPeakHeapBytes, Metric::kAllocBytes, Metric::kAllocs, Metric::kHeapGrowths}) {
    const MetricJudgement* judged = judgement.find(metric);
    if (judged == nullptr || !(worse ? judged->beyond : judged->better)) continue;
    const auto change = judged->change();
    const std::string amount =
        change ? relative_text(*change) : count_delta_text(judged->current - judged->mean.value_or(0));
    return fmt::format("{} {} {}", worse == time_is_worse ? "and" : "but", amount, in_words(metric));
  }
  return {};
}

std::string day_of(const std::string& date) { return date.empty() ? "?" : date.substr(0, 10); }

std::string name_of(const std::string& problem, const std::string& solver, const std::string& case_name) {
  std::string name;
  for (const std::string& part : {problem, solver, case_name}) {
    if (!part.empty()) name += (name.empty() ? "" : "/") + part;
  }
  return name;
}

std::string state_text(const HistoryView& view) {
  if (!view.mean) return "new";
  std::size_t beyond = 0;
  bool alert = false, confirmed = false;
  for (auto point = view.points.rbegin(); point != view.points.rend() && !point->run->beyond.empty(); ++point) {
    ++beyond;
    alert = alert || point->run->alert;
    confirmed = confirmed || point->run->confirmed;
  }
  if (beyond == 0) return "within";
  return fmt::format("{}, {}", alert ? "alert" : confirmed ? "slower" : "beyond", counted(beyond, "run"));
}

std::vector<HistoryMark> marks_of(const HistoryView& view) {
  using Kind = HistoryMark::Kind;
  std::vector<HistoryMark> marks;
  for (std::size_t i = 0; i < view.points.size(); ++i) {
    const HistoryPoint& point = view.points[i];
    const RecordedRun& run = *point.run;
    if (point.begins_segment) {
      const bool is_present = view.segment != nullptr && run.segment == view.points.back().run->segment;
      marks.push_back(
          {Kind::kSegment, i, is_present && !view.segment->why.empty() ? view.segment->why : "another pin"});
    }
    if (point.begins_version) marks.push_back({Kind::kVersion, i, run.solver});
    if (run.new_level) marks.push_back({Kind::kLevel, i, run.note.empty() ? "faster: a new level" : run.note});
    if (!run.beyond.empty()) {
      std::string words = "beyond in";
      for (std::size_t k = 0; k < run.beyond.size(); ++k) {
        words += fmt::format("{} {}", k == 0 ? "" : ",", model::metric_word(run.beyond[k]));
      }
      marks.push_back({Kind::kBeyond, i, words + (run.confirmed ? "; confirmed" : "")});
    }
    if (run.alert) marks.push_back({Kind::kAlert, i, "alert"});
  }
  return marks;
}

}  // namespace harness::report

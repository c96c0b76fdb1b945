// Figures and names of a history as phrases: what its lines, its alert and its pictures share.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <harness/model/history.hpp>
#include <harness/report/history.hpp>

namespace harness::report {

// `+1.2MB`, `-410.0KB`, `+0B`: decimal, from KB on one digit. Infinity and NaN: `?`.
std::string bytes_delta_text(double bytes);
// `+3`, `+0`, `-1.05M`
std::string count_delta_text(double count);
// `-3%`, `+0%`, of a relative change; from 1,000 % on `x12`.
std::string percent_delta_text(double relative);
// `+5.2 %`, `+40 %`, `x12`: of a relative change.
std::string relative_text(double relative);
// `+9.8σ`, `+9.8 sigma` without UTF-8.
std::string sigma_text(double z, bool utf8);

// `time`, `p95 latency`, `allocs/op`, `alloc/op` (bytes of a call), `peak heap`, `heap growths`.
const char* dimension(model::Metric metric);
// The run's value and the history's mean, to the same digits: `142ms`, `89ms`; `1.2MB`, `0.6MB`. Time is told in
// seconds: the mean ratio times what the pin took now, by `seconds_per_ratio`. Precondition: the judgement has a mean.
std::pair<std::string, std::string> pair_of_values(const model::MetricJudgement& judged, double seconds_per_ratio,
                                                   bool utf8);

// Of memory beside the verdict of time: `but +40 % memory`, `and -2 allocations`; empty where nothing changed.
std::string memory_clause(const model::CaseJudgement& judgement);

// `2026-11-24` of a time; `?` of nothing.
std::string day_of(const std::string& date);
// `two-sum/v2.0.0/uniform/64`; what is empty is left out.
std::string name_of(const std::string& problem, const std::string& solver, const std::string& case_name);

// How the history stands: `within`, `beyond, 2 runs`, `slower, 2 runs`, `alert, 4 runs`; `new` without a mean.
std::string state_text(const HistoryView& view);

// What happened at a point of a history, oldest first.
struct HistoryMark {
  enum class Kind { kSegment, kVersion, kLevel, kBeyond, kAlert };
  Kind kind = Kind::kSegment;
  std::size_t point = 0;
  std::string words;  // unsafe: `history begins`, `v2.1.0`, `accepted: ...`
};
std::vector<HistoryMark> marks_of(const HistoryView& view);

}  // namespace harness::report

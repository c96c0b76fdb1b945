#include <harness/compare/history.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include <harness/compare/statistics.hpp>

namespace harness::compare {
namespace {

using model::CaseHistory;
using model::CaseJudgement;
using model::Metric;
using model::MetricJudgement;
using model::RecordedRun;
using model::Verdict;

constexpr std::size_t kFewRuns = 5;  // below, the floor of sigma is doubled; as many are the beginning of a level
constexpr double kTimeTolerance = 0.01;
constexpr double kRounding = 1e-9;  // of figures that were written as decimals
constexpr double kLeastP95Sigma = 1e-9;

double floor_of(Metric metric) { return metric == Metric::kP95 ? 0.05 : 0.005; }

double tolerance_of(const model::Tolerances& tolerances, Metric metric) {
  switch (metric) {
    case Metric::kTime: return tolerances.time.value_or(kTimeTolerance);
    case Metric::kP95: return tolerances.p95.value_or(0);
    case Metric::kAllocs:
    case Metric::kHeapGrowths: return tolerances.allocations.value_or(0);
    case Metric::kAllocBytes:
    case Metric::kPeakHeapBytes: return tolerances.peak_heap_bytes.value_or(0);
  }
  return 0;
}

// By what a ratio of each segment is multiplied to be one to the present pin; nothing where the chain is broken in
// between.
std::vector<std::optional<double>> chain_factors(const CaseHistory& history) {
  std::vector<std::optional<double>> factors(history.segments.size());
  std::optional<double> factor = 1;
  for (std::size_t i = factors.size(); i-- > 0;) {
    factors[i] = factor;
    const auto& chain = history.segments[i].chain;
    factor = factor && chain && *chain > 0 ? std::optional(*factor / *chain) : std::nullopt;
  }
  return factors;
}

struct Counted {
  const RecordedRun* run;
  double value;
};

// All that count, oldest first, the window not applied.
std::vector<Counted> all_counted(const CaseHistory& history, Metric metric) {
  const auto factors = chain_factors(history);
  std::vector<Counted> found;
  for (std::size_t i = history.runs.size(); i-- > 0;) {
    const RecordedRun& run = history.runs[i];
    if (run.segment >= factors.size() || !factors[run.segment]) break;
    if (run.is_beyond(metric)) continue;
    if (const auto value = run.value(metric)) {
      found.push_back({&run, metric == Metric::kTime ? *value * *factors[run.segment] : *value});
      if (run.new_level) break;
    }
  }
  std::reverse(found.begin(), found.end());
  return found;
}

std::vector<double> values_of(const std::vector<Counted>& counted, std::size_t first, std::size_t end) {
  std::vector<double> values;
  for (std::size_t i = first; i < end; ++i) values.push_back(counted[i].value);
  return values;
}

bool equal(double a, double b) { return std::abs(a - b) <= kRounding * std::max(std::abs(a), std::abs(b)); }

// The same code made different values.
bool varies(const std::vector<Counted>& counted, Metric metric, const RecordedRun* present) {
  std::vector<Counted> all = counted;
  if (present != nullptr && present->value(metric)) all.push_back({present, *present->value(metric)});
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const bool same_code = !all[i].run->code_hash.empty() && all[i].run->code_hash == all[k].run->code_hash;
      if (same_code && !equal(all[i].value, all[k].value)) return true;
    }
  }
  return false;
}

std::optional<Level> level(const CaseHistory& history, Metric metric, const HistoryRule& rule, double error,
                           const RecordedRun* present) {
  const std::vector<Counted> all = all_counted(history, metric);
  if (all.empty()) return std::nullopt;
  const std::vector<double> recent = values_of(all, all.size() - std::min(all.size(), rule.window), all.size());
  Level found;
  found.count = recent.size();
  const bool is_kept = metric == Metric::kTime && history.level_began_at;
  found.began_at = is_kept ? *history.level_began_at : median(values_of(all, 0, std::min(all.size(), kFewRuns)));
  if (model::is_exact(metric) && !varies(all, metric, present)) {
    found.mean = std::min_element(all.begin(), all.end(), [](const Counted& a, const Counted& b) {
                   return a.value < b.value;
                 })->value;
    return found;
  }
  found.mean = median(recent);
  const double relative =
      std::max({floor_of(metric) * (found.count < kFewRuns ? 2 : 1), metric == Metric::kTime ? error : 0,
                metric == Metric::kTime ? rule.timer_resolution : 0});
  const double of_few = sd_of_few(recent) * (1 + 1 / static_cast<double>(found.count));
  found.sigma = std::max({robust_sd(recent), of_few, relative * std::abs(found.mean)});
  if (metric == Metric::kP95) found.sigma = std::max(found.sigma, kLeastP95Sigma);
  if (found.sigma == 0) found.sigma = 0.5;
  return found;
}

// Against its history, but for drift.
void weigh(MetricJudgement& judged, const CaseHistory& history, const Level& level, double tolerance,
           const HistoryRule& rule) {
  judged.mean = level.mean;
  judged.sigma = level.sigma;
  judged.count = level.count;
  const double allowed = tolerance * std::abs(level.mean);
  std::vector<double> values = counted(history, judged.metric, rule);
  std::sort(values.begin(), values.end());
  judged.at_least_as_bad_as = find_first_violation(values, judged.current, allowed);
  bool above = true, below = true;
  if (level.sigma > 0) {
    judged.z = (judged.current - level.mean) / level.sigma;
    above = *judged.z > rule.sigmas;
    below = *judged.z < -rule.sigmas;
  }
  const double slack = kRounding * std::abs(level.mean);
  judged.beyond = above && judged.current > level.mean + allowed + slack;
  judged.better = below && judged.current < level.mean - allowed - slack;
}

bool has_drifted(const MetricJudgement& time, const Level& level, double effect, double sigmas) {
  return !time.better && time.current <= level.mean * (1 + effect) && time.current > level.began_at * (1 + effect) &&
         time.current - level.began_at > sigmas * level.sigma;
}

std::string percent(double change) {
  const double hundredfold = 100 * change;
  return fmt::format("{:+.{}f} %", hundredfold, std::abs(hundredfold) < 9.95 ? 1 : 0);
}

std::string change_words(const MetricJudgement& judged) {
  const auto change = judged.change();
  return change ? percent(*change) : fmt::format("{:+.4g}", judged.current - judged.mean.value_or(0));
}

const char* metric_name(Metric metric) {
  switch (metric) {
    case Metric::kTime: return "time";
    case Metric::kP95: return "p95";
    case Metric::kAllocs: return "allocations";
    case Metric::kAllocBytes: return "allocated bytes";
    case Metric::kPeakHeapBytes: return "memory";
    case Metric::kHeapGrowths: return "heap growths";
  }
  return "";
}

// What of memory is told beside the verdict of time: the peak before the others.
std::string memory_words(const CaseJudgement& judgement, bool MetricJudgement::*which) {
  for (const Metric metric : {Metric::kPeakHeapBytes, Metric::kAllocBytes, Metric::kAllocs, Metric::kHeapGrowths}) {
    const MetricJudgement* judged = judgement.find(metric);
    if (judged != nullptr && judged->*which) return change_words(*judged) + " " + metric_name(metric);
  }
  return {};
}

// A metric besides time that is beyond without being exact: nothing can confirm it.
const MetricJudgement* noisy_suspect(const CaseJudgement& judgement) {
  for (const MetricJudgement& each : judgement.metrics) {
    if (each.metric != Metric::kTime && each.beyond && each.sigma > 0) return &each;
  }
  return nullptr;
}

// Words of the verdict of time, joined with what memory has to say.
void conclude(CaseJudgement& judgement, Verdict of_time, const std::string& details) {
  judgement.verdict = of_time;
  const MetricJudgement* noisy = noisy_suspect(judgement);
  std::string because = details;
  if (noisy != nullptr && (of_time == Verdict::kSame || of_time == Verdict::kSuspect)) {
    judgement.verdict = Verdict::kSuspect;
    because = fmt::format("{}{} {} ({:+.1f} sigma)", of_time == Verdict::kSame ? "" : details + "; ",
                          metric_name(noisy->metric), change_words(*noisy), *noisy->z);
  }
  std::string memory;
  const bool time_is_worse = of_time == Verdict::kSlower || of_time == Verdict::kSuspect;
  if (const std::string worse = memory_words(judgement, &MetricJudgement::beyond); !worse.empty()) {
    memory = fmt::format("{} {}", time_is_worse ? "and" : "but", worse);
  } else if (const std::string better = memory_words(judgement, &MetricJudgement::better); !better.empty()) {
    memory = fmt::format("{} {}", time_is_worse ? "but" : "and", better);
  }
  judgement.reason = memory.empty() ? because
                     : judgement.verdict == Verdict::kSuspect
                         ? fmt::format("suspect {}: {}", memory, because)
                         : fmt::format("{} {}", model::verdict_word(judgement.verdict), memory);
}

std::string differences(const model::ComparedBy& was, const model::ComparedBy& is) {
  std::string text;
  const auto compare = [&text](const char* what, const std::string& before, const std::string& now, bool short_form) {
    if (before == now) return;
    const auto shown = [short_form](const std::string& value) { return short_form ? value.substr(0, 12) : value; };
    text += fmt::format("{}{} {} instead of {}", text.empty() ? "" : ", ", what, shown(now), shown(before));
  };
  compare("input", was.input_sha256, is.input_sha256, true);
  compare("checker", was.checker, is.checker, false);
  compare("engine", was.engine, is.engine, false);
  compare("allocator", was.allocator, is.allocator, false);
  return text;
}

// `2.1.0` of `v2.1.0-optimized` in the line `v2-optimized`.
std::optional<model::Version> version_in_line(std::string_view solver, std::string_view line) {
  if (const auto hyphen = line.find('-'); hyphen != std::string_view::npos) {
    const std::string_view variant = line.substr(hyphen);
    if (!solver.ends_with(variant)) return std::nullopt;
    solver.remove_suffix(variant.size());
  }
  auto version = model::Version::parse(solver);
  return version ? std::optional(*version) : std::nullopt;
}

}  // namespace

std::optional<Level> level_of(const CaseHistory& history, Metric metric, const HistoryRule& rule, double error) {
  return level(history, metric, rule, error, nullptr);
}

std::vector<double> counted(const CaseHistory& history, Metric metric, const HistoryRule& rule) {
  const std::vector<Counted> all = all_counted(history, metric);
  return values_of(all, all.size() - std::min(all.size(), rule.window), all.size());
}

const RecordedRun* last_good(const CaseHistory& history) {
  const std::vector<Counted> all = all_counted(history, Metric::kTime);
  return all.empty() ? nullptr : all.back().run;
}

const CaseHistory* predecessor(const model::Baseline& baseline, const std::string& solver, const std::string& line,
                               const std::string& case_name) {
  const auto own = version_in_line(solver, line);
  if (!own) return nullptr;
  const CaseHistory* best = nullptr;
  std::optional<model::Version> best_version;
  for (const CaseHistory& each : baseline.cases) {
    if (each.line != line || each.case_name != case_name) continue;
    const auto version = version_in_line(each.solver, line);
    if (!version || !(*version < *own) || (best_version && !(*best_version < *version))) continue;
    best = &each;
    best_version = version;
  }
  return best;
}

std::string line_of(const model::SolverIdentity& identity) {
  return fmt::format("v{}{}{}", identity.version.major, identity.variant.empty() ? "" : "-", identity.variant);
}

CaseJudgement judge(const CaseHistory* history, const model::ComparedBy& compared_by, const RecordedRun& run,
                    const model::Tolerances& tolerances, const HistoryRule& rule) {
  CaseJudgement judgement;
  for (const Metric metric : model::kMetrics) {
    if (const auto value = run.value(metric)) {
      judgement.metrics.emplace_back();
      judgement.metrics.back().metric = metric;
      judgement.metrics.back().current = *value;
    }
  }
  if (history == nullptr) {
    judgement.reason = "history begins";
    return judgement;
  }
  if (!(history->compared_by == compared_by)) {
    judgement.verdict = Verdict::kIncomparable;
    judgement.reason = differences(history->compared_by, compared_by);
    return judgement;
  }
  const auto of_time = level(*history, Metric::kTime, rule, run.ratio_error, &run);
  if (!of_time) {
    const bool begins = history->segments.empty() || history->segments.back().why.empty();
    judgement.reason = begins ? "history begins" : history->segments.back().why;
    return judgement;
  }
  for (MetricJudgement& each : judgement.metrics) {
    const auto known = level(*history, each.metric, rule, run.ratio_error, &run);
    if (known) weigh(each, *history, *known, tolerance_of(tolerances, each.metric), rule);
  }
  MetricJudgement& time = judgement.metrics.front();
  const double effect = tolerances.time.value_or(rule.min_effect);
  if (has_drifted(time, *of_time, effect, rule.sigmas)) {
    judgement.drifted = true;
    time.beyond = true;
    time.mean = of_time->began_at;
    time.z = (time.current - of_time->began_at) / of_time->sigma;
  }
  if (!time.beyond && !time.better) {
    conclude(judgement, Verdict::kSame,
             fmt::format("within {:g} sigma of {} run{}", rule.sigmas, time.count, time.count == 1 ? "" : "s"));
    return judgement;
  }
  judgement.needs_rerun = true;
  conclude(judgement, Verdict::kSuspect,
           fmt::format("{} ({:+.1f} sigma) {}", change_words(time), *time.z,
                       judgement.drifted ? "since the level began" : "against the history"));
  return judgement;
}

void settle(CaseJudgement& judgement, const model::Rerun& rerun) {
  judgement.rerun = rerun;
  const auto time = std::find_if(judgement.metrics.begin(), judgement.metrics.end(),
                                 [](const MetricJudgement& each) { return each.metric == Metric::kTime; });
  if (!judgement.needs_rerun || time == judgement.metrics.end()) return;
  judgement.needs_rerun = false;
  const std::string change = percent(std::expm1(rerun.log_ratio));
  if (rerun.verdict == Verdict::kSame) {
    time->beyond = time->better = false;
    conclude(judgement, Verdict::kSame,
             fmt::format("same as {}{}{}", rerun.against, rerun.words.empty() ? "" : ": ", rerun.words));
  } else if ((rerun.verdict == Verdict::kSlower && time->beyond) ||
             (rerun.verdict == Verdict::kFaster && time->better)) {
    conclude(judgement, rerun.verdict,
             fmt::format("{} than {}: {}", model::verdict_word(rerun.verdict), rerun.against, change));
  } else if (rerun.verdict == Verdict::kSlower || rerun.verdict == Verdict::kFaster) {
    conclude(judgement, Verdict::kSuspect,
             fmt::format("{} ({:+.1f} sigma) by the history, but {} than {}: {}", change_words(*time), *time->z,
                         model::verdict_word(rerun.verdict), rerun.against, change));
  } else {
    conclude(judgement, Verdict::kSuspect,
             fmt::format("{} ({:+.1f} sigma), not confirmed: {}", change_words(*time), *time->z,
                         rerun.words.empty() ? "there was no duet" : rerun.words));
  }
}

}  // namespace harness::compare

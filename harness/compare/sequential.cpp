#include <harness/compare/sequential.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <harness/compare/distributions.hpp>
#include <harness/compare/statistics.hpp>

namespace harness::compare {
namespace {

using model::Verdict;

const double kIsSo = std::log(0.99 / 0.002);     // 6.2
const double kIsNotSo = std::log(0.01 / 0.998);  // -4.6
constexpr double kNoEffect = 0.3;                // of the effect: what counts as none
constexpr double kMiddle = (1 + kNoEffect) / 2;
constexpr double kMostOfOne = 3;  // less than half of kIsSo: two processes alone decide nothing
constexpr double kLeastEffect = 1e-6;
constexpr double kMostEffect = 1e3;
constexpr double kFarthest = 1e4;  // beyond the logarithm of any ratio of two doubles
constexpr double kPseudomedianToMean = 1.0233;
constexpr std::size_t kEnoughToWinsorize = 5;

// Of processes; a heap apart from the others counts.
double spread_of(std::span<const double> log_ratios) {
  const double few = sd_of_few(log_ratios);
  return log_ratios.size() < kEnoughToWinsorize ? few : std::max(few, winsorized_sd(log_ratios));
}

// s of the rule without d / 4.
double scale_of(std::span<const double> log_ratios, std::span<const double> standard_errors) {
  const double few = 1 + 2 / static_cast<double>(log_ratios.size());
  return std::max(median(standard_errors), few * spread_of(log_ratios));
}

// L of the rule for `sign` x X.
double evidence(std::span<const double> log_ratios, double sign, double centre, double effect, double scale) {
  const double some = std::max(effect, sign * centre);
  const double none = std::min(kNoEffect * effect, sign * centre);
  double sum = 0;
  for (const double log_ratio : log_ratios) {
    const double from_none = (sign * log_ratio - none) / scale;
    const double from_some = (sign * log_ratio - some) / scale;
    const double term = 1.5 * std::log((1 + from_none * from_none / 2) / (1 + from_some * from_some / 2));
    sum += std::clamp(term, -kMostOfOne, kMostOfOne);
  }
  return sum;
}

std::string percent(double relative) { return fmt::format("{:.3g} %", 100 * relative); }

}  // namespace

Sequential::Sequential(const Rule& rule) : rule_(rule), effect_(std::log1p(std::max(kLeastEffect, rule.min_effect))) {}

void Sequential::add(double log_ratio, double standard_error) {
  if (decision_ || !(std::abs(log_ratio) <= kFarthest)) {
    return;
  }
  log_ratios_.push_back(log_ratio);
  standard_errors_.push_back(std::isfinite(standard_error) ? std::max(standard_error, 0.0) : 0);
  model::DuetStep step;
  step.processes = log_ratios_.size();
  step.centre = pseudomedian(log_ratios_);
  step.scale = std::max(effect_ / 4, scale_of(log_ratios_, standard_errors_));
  step.evidence_slower = evidence(log_ratios_, 1, step.centre, effect_, step.scale);
  step.evidence_faster = evidence(log_ratios_, -1, step.centre, effect_, step.scale);
  path_.push_back(step);
  if (step.processes >= rule_.least_processes) {
    decide(step);
  }
}

void Sequential::decide(const model::DuetStep& step) {
  const double middle = kMiddle * effect_;
  const bool enough = step.processes >= rule_.least_for_difference;
  if (enough && step.evidence_slower >= kIsSo && step.centre > middle) {
    decision_ = Verdict::kSlower;
    ended_by_ = fmt::format("evidence {:.1f} >= {:.1f} that it is slower, after {} processes", step.evidence_slower,
                            kIsSo, step.processes);
  } else if (enough && step.evidence_faster >= kIsSo && step.centre < -middle) {
    decision_ = Verdict::kFaster;
    ended_by_ = fmt::format("evidence {:.1f} >= {:.1f} that it is faster, after {} processes", step.evidence_faster,
                            kIsSo, step.processes);
  } else if (step.evidence_slower <= kIsNotSo && step.evidence_faster <= kIsNotSo && std::abs(step.centre) < middle) {
    decision_ = Verdict::kSame;
    ended_by_ = fmt::format("evidence {:.1f} for slower and {:.1f} for faster, both <= {:.1f}, after {} processes",
                            step.evidence_slower, step.evidence_faster, kIsNotSo, step.processes);
  } else if (step.processes >= rule_.most_processes) {
    decision_ = Verdict::kCannotTell;
    ended_by_ =
        fmt::format("evidence {:.1f} for slower and {:.1f} for faster decide nothing after {} processes, the most",
                    step.evidence_slower, step.evidence_faster, step.processes);
  }
}

Summary summarise(std::span<const double> log_ratios, std::span<const double> standard_errors) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const std::size_t count = log_ratios.size();
  Summary summary;
  summary.log_ratio = pseudomedian(log_ratios);
  double half = kInfinite;
  if (count > 1) {
    const double error = std::max(median(standard_errors), spread_of(log_ratios));
    half = student_t_quantile(0.975, count - 1) * kPseudomedianToMean * error / std::sqrt(static_cast<double>(count));
  }
  summary.low = summary.log_ratio - half;
  summary.high = summary.log_ratio + half;

  std::vector<double> moved(count);
  const double scale = scale_of(log_ratios, standard_errors);
  const auto noticed = [&](double effect) {
    std::transform(log_ratios.begin(), log_ratios.end(), moved.begin(),
                   [&](double log_ratio) { return log_ratio - summary.log_ratio + effect; });
    return evidence(moved, 1, effect, effect, std::max(effect / 4, scale)) >= kIsSo;
  };
  double missed = kLeastEffect, seen = std::log1p(kMostEffect);
  if (!noticed(seen)) {
    summary.would_notice = kInfinite;
    return summary;
  }
  while (seen / missed > 1.0001) {
    const double between = std::sqrt(missed * seen);
    (noticed(between) ? seen : missed) = between;
  }
  summary.would_notice = std::expm1(seen);
  return summary;
}

Confirmed confirm(const model::Duet& first, const std::optional<model::Duet>& second, double min_effect) {
  const auto words = [](Verdict verdict) {
    return verdict == Verdict::kCannotTell ? std::string_view("cannot tell") : model::verdict_word(verdict);
  };
  const std::string_view word = words(first.verdict);
  if (first.verdict == Verdict::kSame) {
    return {Verdict::kSame, fmt::format("no difference of {} or more: {}", percent(min_effect), first.ended_by)};
  }
  if (first.verdict != Verdict::kSlower && first.verdict != Verdict::kFaster) {
    return {Verdict::kCannotTell, first.ended_by};
  }
  if (!second) {
    return {Verdict::kCannotTell,
            fmt::format("{} in one duet, and no second one confirmed it: {}", word, first.ended_by)};
  }
  if (second->verdict != first.verdict) {
    return {Verdict::kCannotTell, fmt::format("{} in the first duet, {} in the second one with fresh processes: {}",
                                              word, words(second->verdict), second->ended_by)};
  }
  return {first.verdict, fmt::format("{} in two duets: {}; then {}", word, first.ended_by, second->ended_by)};
}

}  // namespace harness::compare

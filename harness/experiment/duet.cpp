#include <harness/experiment/duet.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/compare/sequential.hpp>
#include <harness/compare/slices.hpp>

namespace harness::experiment {
namespace {

using model::Duet;
using model::Verdict;

constexpr int kMostUnusableInARow = 3;
constexpr double kLayoutNotSpanned = 0.025;

struct Conducted {
  Duet duet;
  std::optional<NoProcess> ended;  // kFailed, kNotStarted or kInterrupted: nothing more can be had
};

// Neither side may begin what cannot end within the budget.
std::string too_long_for(const DuetPlan& plan) {
  const double least = plan.seconds_of_a_process * static_cast<double>(plan.least_processes);
  if (least <= plan.budget_seconds) return {};
  const auto budget = least < 1 ? fmt::format("{:.0f}ms", std::ceil(1500 * least)) : fmt::format("{:.0f}s", std::ceil(1.5 * least));
  return fmt::format("{} processes take about {:.2g} s, the budget is {:g} s; --budget={} would do", plan.least_processes, least,
                     plan.budget_seconds, budget);
}

Conducted conduct(const NextProcess& next, const DuetPlan& plan) {
  Conducted conducted;
  auto& duet = conducted.duet;
  compare::Sequential rule({plan.min_effect, plan.least_processes, plan.most_processes});
  const double begin = plan.clock();
  const auto end = [&](Verdict verdict, std::string ended_by) {
    duet.verdict = verdict;
    duet.ended_by = std::move(ended_by);
    duet.path = rule.path();
    duet.seconds = plan.clock() - begin;
  };
  int unusable = 0;
  for (;;) {
    const double elapsed = plan.clock() - begin;
    const auto count = duet.processes.size();
    const double mean = count > 0 ? elapsed / static_cast<double>(count) : 0;
    // A process that would end beyond the budget is not begun, unless the rule cannot speak without it.
    if (elapsed >= plan.budget_seconds || (count >= plan.least_processes && elapsed + mean > plan.budget_seconds)) {
      end(Verdict::kCannotTell, fmt::format("the budget of {:g} s was used up after {} process{}", plan.budget_seconds, count,
                                            count == 1 ? "" : "es"));
      return conducted;
    }
    auto process = next();
    if (!process) {
      const auto& none = process.error();
      if (none.kind == NoProcess::Kind::kUnusable && ++unusable < kMostUnusableInARow) continue;
      end(Verdict::kCannotTell, none.reason);
      if (none.kind != NoProcess::Kind::kUnusable) conducted.ended = none;
      return conducted;
    }
    unusable = 0;
    rule.add(process->log_ratio, process->standard_error);
    duet.processes.push_back(std::move(*process));
    duet.path = rule.path();
    duet.seconds = plan.clock() - begin;
    if (plan.progress) plan.progress(duet);
    if (const auto decision = rule.decision()) {
      end(*decision, rule.ended_by());
      return conducted;
    }
  }
}

bool is_a_difference(Verdict verdict) { return verdict == Verdict::kSlower || verdict == Verdict::kFaster; }

double percent(double log_ratio) { return 100 * std::expm1(log_ratio); }

void sum_up(const DuetPlan& plan, model::Comparison& comparison) {
  const auto [log_ratios, standard_errors, processes] = pooled(comparison);
  if (processes.empty()) return;
  const auto summary = compare::summarise(log_ratios, standard_errors);
  comparison.log_ratio = summary.log_ratio;
  comparison.log_ratio_low = summary.low;
  comparison.log_ratio_high = summary.high;
  comparison.would_notice = summary.would_notice;
  const auto signals = compare::weak_signals(processes, plan.min_effect);
  comparison.trimmed_log_ratio = signals.trimmed_log_ratio;
  comparison.p99_log_ratio = signals.p99_log_ratio;

  if (const auto drift = compare::steady_drift(processes, plan.min_effect)) {
    const auto words = fmt::format("{} {} than {} while a process runs: {:+.1f} % from its first half to its second",
                                   comparison.candidate, *drift > 0 ? "gets slower" : "gets faster", comparison.reference,
                                   percent(*drift));
    comparison.warnings.push_back(words);
    if (halves_disagree(drift, comparison.log_ratio) && comparison.verdict != Verdict::kCannotTell) {
      comparison.verdict = Verdict::kCannotTell;
      comparison.reason = words;
    }
  }
  if (is_a_difference(comparison.verdict) && std::abs(std::expm1(comparison.log_ratio)) < kLayoutNotSpanned) {
    comparison.warnings.emplace_back("layout not spanned: the same source linked otherwise can differ by as much");
  }
}

}  // namespace

PooledProcesses pooled(const model::Comparison& comparison) {
  PooledProcesses all;
  for (const auto& duet : comparison.duets) {
    for (const auto& process : duet.processes) {
      all.log_ratios.push_back(process.log_ratio);
      all.standard_errors.push_back(process.standard_error);
      all.processes.push_back(process);
    }
  }
  return all;
}

bool halves_disagree(const std::optional<double>& drift, double log_ratio) {
  return drift && std::abs(*drift) >= std::abs(log_ratio);
}

bool decide(const NextProcess& next, const DuetPlan& plan, model::Comparison& comparison) {
  comparison.min_effect = plan.min_effect;
  comparison.budget_seconds = plan.budget_seconds;
  if (auto too_long = too_long_for(plan); !too_long.empty()) {
    comparison.verdict = Verdict::kCannotTell;
    comparison.reason = std::move(too_long);
    return false;
  }
  std::optional<NoProcess> ended;
  for (int round = 0; round < 2 && !ended; ++round) {
    if (round == 1 && !is_a_difference(comparison.duets.front().verdict)) break;
    auto conducted = conduct(next, plan);
    comparison.duets.push_back(std::move(conducted.duet));
    ended = std::move(conducted.ended);
  }
  if (ended && ended->kind == NoProcess::Kind::kFailed) {
    comparison.verdict = Verdict::kFailed;
    comparison.reason = ended->reason;
    return false;
  }
  const auto second = comparison.duets.size() > 1 ? std::optional(comparison.duets.back()) : std::nullopt;
  const auto confirmed = compare::confirm(comparison.duets.front(), second, plan.min_effect);
  comparison.verdict = ended ? Verdict::kCannotTell : confirmed.verdict;
  comparison.reason = ended ? ended->reason : confirmed.reason;
  sum_up(plan, comparison);
  return ended && ended->kind == NoProcess::Kind::kInterrupted;
}

}  // namespace harness::experiment

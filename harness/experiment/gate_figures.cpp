#include <harness/experiment/gate_figures.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <harness/compare/growth.hpp>
#include <harness/compare/latency.hpp>
#include <harness/compare/limits.hpp>
#include <harness/compare/statistics.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/limits.hpp>
#include <harness/trial/passes.hpp>

namespace harness::experiment {
namespace {

using model::Cause;
using model::GateFigure;
using model::Verdict;

constexpr double kP95Tolerance = 0.1;

using Text = std::string (*)(double);

void compare_exactly(std::vector<GateFigure>& figures, const char* name, double before, double now, double tolerance,
                     Text text) {
  constexpr double kRounding = 1e-9;
  if (std::abs(now - before) <= kRounding * std::max(std::abs(now), std::abs(before))) return;
  GateFigure figure;
  figure.cause = Cause::kMemory;
  figure.name = name;
  figure.old_text = text(before);
  figure.new_text = text(now);
  if (before > 0) figure.change = now / before - 1;
  figure.worse = now > before * (1 + tolerance) * (1 + kRounding);
  figures.push_back(std::move(figure));
}

void compare_memory(std::vector<GateFigure>& figures, const Row& reference, const Row& candidate) {
  const auto &before = reference.measurement.memory, &now = candidate.measurement.memory;
  if (!before || !now) return;
  const auto& tolerances = candidate.trial->solver->benchmark.tolerances;
  const double of_counts = tolerances.allocations.value_or(0), of_bytes = tolerances.peak_heap_bytes.value_or(0);
  compare_exactly(figures, "allocs", before->allocs, now->allocs, of_counts, report::count_text);
  compare_exactly(figures, "alloc_bytes", before->alloc_bytes, now->alloc_bytes, of_bytes, report::bytes_text);
  compare_exactly(figures, "peak_heap_bytes", before->peak_heap_bytes, now->peak_heap_bytes, of_bytes,
                  report::bytes_text);
  if (before->heap_growths && now->heap_growths) {
    compare_exactly(figures, "heap_growths", *before->heap_growths, *now->heap_growths, of_counts, report::count_text);
  }
}

void compare_p95(std::vector<GateFigure>& figures, const Row& reference, const Row& candidate) {
  const auto &before = reference.measurement.latency, &now = candidate.measurement.latency;
  if (!before || !now) return;
  const double old_seconds = compare::percentiles_of(*before).p95, new_seconds = compare::percentiles_of(*now).p95;
  if (old_seconds <= 0) return;
  const double change = new_seconds / old_seconds - 1;
  if (std::abs(change) <= candidate.trial->solver->benchmark.tolerances.p95.value_or(kP95Tolerance)) return;
  figures.push_back(
      {Cause::kP95, "p95_seconds", report::time_text(old_seconds), report::time_text(new_seconds), change, change > 0});
}

// The row with its time in the duet, so that limits on calls per second can be judged.
model::Measurement timed(const Row& row, const model::Comparison& comparison, bool is_reference) {
  auto measurement = row.measurement;
  for (const auto& duet : comparison.duets) {
    for (const auto& process : duet.processes) {
      measurement.samples.push_back(
          {is_reference ? process.reference_real_seconds_per_call : process.candidate_real_seconds_per_call,
           is_reference ? process.reference_cpu_seconds_per_call : process.candidate_cpu_seconds_per_call});
    }
  }
  return measurement;
}

void judge_limits(std::vector<GateFigure>& figures, const Row& reference, const Row& candidate,
                  const model::Comparison& comparison) {
  const auto declared = candidate.trial->limits();
  auto broken_now = compare::broken_limits(declared, timed(candidate, comparison, false));
  broken_now.insert(broken_now.end(), candidate.measurement.broken_limits.begin(),
                    candidate.measurement.broken_limits.end());
  auto broken_before = compare::broken_limits(declared, timed(reference, comparison, true));
  broken_before.insert(broken_before.end(), reference.measurement.broken_limits.begin(),
                       reference.measurement.broken_limits.end());
  for (const auto& broken : broken_now) {
    const auto before = std::find_if(broken_before.begin(), broken_before.end(),
                                     [&](const auto& each) { return each.limit == broken.limit; });
    const bool is_old = before != broken_before.end();
    const bool is_noise = broken.limit == "qps_target" && comparison.verdict != Verdict::kSlower &&
                          compare::missed_by(broken) <= comparison.would_notice;
    GateFigure figure{
        Cause::kLimits, broken.limit,        is_old ? "broken, too" : "kept", report::broken_limit_text(broken),
        std::nullopt,   !is_old && !is_noise};
    figures.push_back(std::move(figure));
  }
}

std::string figure_words(const GateFigure& figure) {
  const auto name = figure.name == "allocs"            ? "allocations"
                    : figure.name == "alloc_bytes"     ? "allocated bytes"
                    : figure.name == "peak_heap_bytes" ? "peak heap"
                    : figure.name == "heap_growths"    ? "heap growths"
                    : figure.name == "p95_seconds"     ? "p95"
                    : figure.name == "growth_class"    ? "growth"
                                                       : figure.name;
  if (figure.cause == Cause::kLimits) return fmt::format("{} {}", name, figure.new_text);
  return fmt::format("{} {} -> {}", name, figure.old_text, figure.new_text);
}

double p95_of(const model::Latency& latency) { return compare::percentiles_of(latency).p95; }

bool same_memory(const model::Memory& a, const model::Memory& b) {
  return a.allocs == b.allocs && a.alloc_bytes == b.alloc_bytes && a.peak_heap_bytes == b.peak_heap_bytes &&
         a.heap_growths == b.heap_growths;
}

bool is_asked(const std::vector<Cause>& fail_on, Cause cause) {
  return std::find(fail_on.begin(), fail_on.end(), cause) != fail_on.end();
}

}  // namespace

std::vector<GateFigure> figures_of(const Row& reference, const Row& candidate, const model::Comparison& comparison) {
  std::vector<GateFigure> figures;
  compare_memory(figures, reference, candidate);
  const auto &before = reference.measurement.instructions_per_call, &now = candidate.measurement.instructions_per_call;
  if (before && now) {
    constexpr double kInstructions = 0.001;  // start-up and alignment of callgrind's count
    compare_exactly(figures, "instructions", *before, *now,
                    candidate.trial->solver->benchmark.tolerances.time.value_or(kInstructions), report::count_text);
    for (auto& figure : figures) {
      if (figure.name == "instructions") figure.cause = Cause::kTime;
    }
  }
  compare_p95(figures, reference, candidate);
  judge_limits(figures, reference, candidate, comparison);
  return figures;
}

bool agrees_with_itself(const Row& row, const worker::Settings& settings) {
  auto limits = row.limits;
  limits.address_space_bytes = 0;
  limits.heap_bytes_max = row.trial->limits().mem_bytes_max.value_or(0);
  const auto again = trial::measure_memory(*row.library, *row.input, row.examined.seconds_per_call, limits, of_row(settings, row));
  return again && row.measurement.memory && same_memory(*again, *row.measurement.memory);
}

void measure_again(std::vector<GateFigure>& figures, const Row& reference, const Row& candidate,
                   const worker::Settings& settings) {
  const auto any = [&](const auto& holds) {
    return std::any_of(figures.begin(), figures.end(), [&](const auto& each) { return each.worse && holds(each); });
  };
  const auto take_back = [&](const auto& holds, const char* why) {
    for (auto& figure : figures) {
      if (!figure.worse || !holds(figure)) continue;
      figure.worse = false;
      figure.new_text += why;
    }
  };
  const auto is_memory = [](const GateFigure& figure) { return figure.cause == Cause::kMemory; };
  if (any(is_memory) && !(agrees_with_itself(candidate, settings) && agrees_with_itself(reference, settings))) {
    take_back(is_memory, " (differs from run to run)");
  }
  const auto is_p95 = [](const GateFigure& figure) {
    return figure.cause == Cause::kP95 || figure.name == "p95_latency_ms";
  };
  if (!any(is_p95) || !candidate.measurement.latency) return;
  double best = p95_of(*candidate.measurement.latency),
         worst = reference.measurement.latency ? p95_of(*reference.measurement.latency) : 0;
  for (int pass = 0; pass < 2; ++pass) {
    for (const auto* row : {&candidate, &reference}) {
      const auto calls =
          trial::measure_latency(*row->library, *row->input, row->examined.seconds_per_call, row->limits, of_row(settings, *row));
      if (!calls) return take_back(is_p95, " (could not be measured again)");
      const double p95 = p95_of(calls->latency);
      if (row == &candidate)
        best = std::min(best, p95);
      else
        worst = std::max(worst, p95);
    }
  }
  const auto declared = candidate.trial->limits().p95_latency_seconds;
  take_back([&](const auto& figure) { return figure.name == "p95_latency_ms" && declared && best <= *declared; },
            " (not in each of three passes)");
  const double tolerance = candidate.trial->solver->benchmark.tolerances.p95.value_or(kP95Tolerance);
  take_back([&](const auto& figure) { return figure.cause == Cause::kP95 && best <= worst * (1 + tolerance); },
            " (not in each of three passes)");
}

std::optional<GateFigure> growth_figure(const std::vector<GrowthSide>& reference,
                                        const std::vector<GrowthSide>& candidate) {
  using Growth = compare::Growth;
  const auto grow = [](const std::vector<GrowthSide>& side) {
    std::vector<compare::GrowthPoint> points;
    for (const auto& each : side) {
      const auto& memory = each.row->measurement.memory;
      const double touched = memory ? static_cast<double>(each.row->input->args.size()) + memory->peak_heap_bytes : 0;
      if (each.row->measurement.size) points.push_back({*each.row->measurement.size, each.seconds, 0, touched});
    }
    const auto& declared = side.front().row->trial->solver->identity.time_complexity;
    return compare::fit(points, compare::parse_growth_class(declared), {});
  };
  if (reference.empty() || candidate.empty()) return std::nullopt;
  const auto before = grow(reference), now = grow(candidate);
  if (before.state != Growth::State::kFitted || now.state != Growth::State::kFitted || !before.best || !now.best)
    return std::nullopt;
  // A logarithm more is within what steps of the hardware look like.
  if (compare::power(*now.best) <= compare::power(*before.best)) return std::nullopt;
  return GateFigure{Cause::kGrowth,
                    "growth_class",
                    std::string(compare::text(*before.best)),
                    std::string(compare::text(*now.best)),
                    std::nullopt,
                    true};
}

void conclude(model::GateCase& one, const std::vector<Cause>& fail_on, double doubt) {
  one.failed.clear();
  std::vector<std::string> words;
  const auto& comparison = one.comparison;
  if (comparison.verdict == Verdict::kSlower && is_asked(fail_on, Cause::kTime)) {
    if (std::expm1(comparison.log_ratio) >= doubt)
      one.failed.push_back(Cause::kTime);
    else
      words.push_back(
          fmt::format("not believed: the A/A control of this run was off by {:.1f} %", 100 * doubt / kTimesControl));
  }
  for (const auto& figure : one.figures) {
    if (!figure.worse) continue;
    if (is_asked(fail_on, figure.cause) &&
        std::find(one.failed.begin(), one.failed.end(), figure.cause) == one.failed.end()) {
      one.failed.push_back(figure.cause);
    }
    words.push_back(figure_words(figure));
  }
  // It was decided without seeing that a link alone can do as much.
  for (const auto& warning : comparison.warnings) {
    if (!one.failed.empty() && warning.starts_with("layout not spanned")) words.push_back(warning);
  }
  std::sort(one.failed.begin(), one.failed.end());
  one.because = fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace harness::experiment

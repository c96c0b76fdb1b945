#include <harness/experiment/findings.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include <fmt/format.h>

#include <harness/compare/growth.hpp>
#include <harness/compare/indicators.hpp>
#include <harness/compare/latency.hpp>
#include <harness/compare/statistics.hpp>
#include <harness/machine/spoilers.hpp>
#include <harness/report/figures.hpp>

namespace harness::experiment {
namespace {

using compare::Growth;
using Finding = Growth::Finding;

compare::CacheSizes caches_of_a_core() {
  const auto caches = machine::caches();
  return {caches.l1_data, caches.l2, caches.l3};
}

// `L1 (49.2KB) left at 4096, L2 (2.1MB) at 65536`: the sizes whose working set is the first to outgrow each cache, among
// those above `kept`; "" for none.
std::string caches_left(const std::vector<compare::GrowthPoint>& points, std::uint64_t kept, const compare::CacheSizes& caches) {
  std::string text;
  int level = 0;
  for (const auto bytes : {caches.l1, caches.l2, caches.l3}) {
    ++level;
    const auto outgrows = [&](const auto& point) { return bytes > 0 && point.working_set_bytes > static_cast<double>(bytes); };
    const auto first = std::find_if(points.begin(), points.end(), outgrows);
    if (first == points.end() || first->size <= kept) continue;
    text += fmt::format("{}L{} ({}) {}at {}", text.empty() ? "" : ", ", level, report::bytes_text(static_cast<double>(bytes)),
                        text.empty() ? "left " : "", first->size);
  }
  return text;
}

std::string remark_on(const Growth& growth, const std::vector<compare::GrowthPoint>& points, const compare::CacheSizes& caches) {
  if (growth.state == Growth::State::kTooFewSizes) return fmt::format("too few sizes ({})", growth.sizes);
  if (growth.state == Growth::State::kTooNoisy) {
    std::string classes;
    for (const auto candidate : growth.candidates) classes += (classes.empty() ? "" : ", ") + std::string(text(candidate));
    return "too noisy to tell apart: " + classes;
  }
  const auto at = growth.departure ? growth.departure->first_size : 0;
  const auto kept = growth.departure ? growth.departure->kept_size : 0;
  switch (growth.finding) {
    case Finding::kBetter: return "better than declared";
    case Finding::kOtherClass: return at > 0 ? fmt::format("from {} on", at) : "";
    case Finding::kTail:
      return fmt::format("from {} on{}", at,
                         growth.tail_class ? ", there as " + std::string(text(*growth.tail_class)) : "");
    case Finding::kCache: return fmt::format("departs at {}: {}", at, caches_left(points, kept, caches));
    case Finding::kStep: {
      // The first step beyond what smaller sizes foretell can come before a cache ends: branches, pages, the allocator.
      const auto later = caches_left(points, kept, caches);
      return fmt::format("departs at {}{}", at, later.empty() ? ", where no cache ends: branches or pages" : "; " + later);
    }
    case Finding::kUndeclared:
    case Finding::kKept: return "";
  }
  return "";
}

report::GrowthLine line_of(const std::string& family, const char* measure, const Growth& growth, const std::string& declared,
                           const std::vector<compare::GrowthPoint>& points, const compare::CacheSizes& caches) {
  report::GrowthLine line;
  line.family = family;
  line.measure = measure;
  if (growth.best) line.best = text(*growth.best);
  line.declared = declared;
  line.best_error = growth.best_error.value_or(0);
  line.deviation = growth.signed_deviation;
  line.remark = remark_on(growth, points, caches);
  line.alarming = growth.finding == Finding::kOtherClass || growth.finding == Finding::kTail;
  return line;
}

// Rows of one solver, over all its datasets.
class SolverFindings {
 public:
  SolverFindings(Findings& findings, const compare::CacheSizes& caches) : findings_(findings), caches_(caches) {}

  void add(const Row& row) {
    rows_.push_back(row.measurement);
    repeats_ += row.repeats;
    if (row.measurement.size && !row.measurement.samples.empty()) families_[row.measurement.dataset].push_back(&row);
  }

  void conclude(double stability_threshold) {
    const auto& first = rows_.front();
    const auto name = first.problem + "/" + first.solver;
    std::vector<Growth> of_time;
    for (const auto& [dataset, rows] : families_) {
      if (rows.size() > 1) of_time.push_back(growth(name + "/" + dataset, rows));
    }

    report::IndicatorLine line;
    line.solver = name;
    std::vector<std::string> remarks;
    const auto deviation = compare::time_deviation(of_time);
    if (deviation) {
      line.time_deviation = deviation->relative;
      const auto alarms = [](const Growth& growth) { return growth.finding == Finding::kOtherClass || growth.finding == Finding::kTail; };
      if (deviation->over_limit && std::any_of(of_time.begin(), of_time.end(), alarms)) {
        line.state = "warns";
        remarks.push_back(fmt::format("time deviation above {:g}", compare::kTimeDeviationLimit));
      } else if (deviation->over_limit) {
        remarks.push_back("deviation explained by a step of bounded size");
      }
    }
    const auto score = compare::stability_score(compare::chain_of(rows_, repeats_), stability_threshold);
    if (score) {
      line.ac_score = score->score;
      if (score->below_threshold) {
        line.state = "degrade";
        remarks.push_back(fmt::format("stability score below {:g}", stability_threshold));
      }
    }
    const auto volatility = compare::memory_volatility(rows_);
    if (volatility) {
      line.memory_volatility = volatility->relative;
      using Level = compare::MemoryVolatility::Level;
      if (volatility->level == Level::kFrozen) line.state = "frozen";
      if (volatility->level == Level::kWarns && line.state.empty()) line.state = "warns";
      if (volatility->level != Level::kSteady) {
        remarks.push_back(fmt::format("memory volatility above {:g} % over {} calls",
                                      100 * (volatility->level == Level::kFrozen ? compare::kVolatilityFrozen : compare::kVolatilityWarns),
                                      volatility->calls));
      }
    }
    line.remark = fmt::format("{}", fmt::join(remarks, "; "));
    for (const auto& row : rows_) {
      auto& counters = findings_.by_trial[row.name()];
      if (deviation) counters.emplace_back("ab.time_deviation", deviation->above ? deviation->relative : -deviation->relative);
      if (score) counters.emplace_back("ab.ac_score", score->score);
      if (volatility) counters.emplace_back("memory_volatility", volatility->relative);
      for (const auto& broken : row.broken_limits) counters.emplace_back("limit_broken." + broken.limit, 1);
    }
    findings_.extras.indicators.push_back(std::move(line));
  }

 private:
  Growth growth(const std::string& family, const std::vector<const Row*>& rows) {
    std::vector<compare::GrowthPoint> time, space;
    for (const auto* row : rows) {
      std::vector<double> seconds;
      for (const auto& sample : row->measurement.samples) seconds.push_back(sample.real_seconds_per_call);
      const auto& memory = row->measurement.memory;
      const auto size = *row->measurement.size;
      const auto working_set = memory ? static_cast<double>(row->input->args.size()) + memory->peak_heap_bytes : 0;
      time.push_back({size, compare::median(seconds), compare::relative_half_range(seconds), working_set});
      if (memory) space.push_back({size, memory->peak_heap_bytes, 0, 0});
    }
    const auto& identity = rows.front()->trial->solver->identity;
    const auto of_time = compare::fit(time, compare::parse_growth_class(identity.time_complexity), caches_);
    findings_.extras.growth.push_back(line_of(family, "time", of_time, identity.time_complexity, time, caches_));
    if (of_time.best) {
      for (const auto* row : rows) {
        auto& counters = findings_.by_trial[row->measurement.name()];
        counters.emplace_back("growth_class", static_cast<double>(*of_time.best));
        counters.emplace_back("growth_error", of_time.best_error.value_or(0));
      }
    }
    if (of_time.state != Growth::State::kTooFewSizes && space.size() == time.size()) {
      const auto of_space = compare::fit(space, compare::parse_growth_class(identity.space_complexity), {});
      findings_.extras.growth.push_back(line_of(family, "space", of_space, identity.space_complexity, space, caches_));
    }
    return of_time;
  }

  Findings& findings_;
  const compare::CacheSizes& caches_;
  std::vector<model::Measurement> rows_;
  std::size_t repeats_ = 0;
  std::map<std::string, std::vector<const Row*>> families_;
};

}  // namespace

Findings find_out(const std::vector<Row>& rows, double stability_threshold) {
  Findings findings;
  const auto caches = caches_of_a_core();
  std::vector<std::pair<std::string, SolverFindings>> solvers;  // in the rows' order
  for (const auto& row : rows) {
    const auto name = row.trial->solver->name();
    auto found = std::find_if(solvers.begin(), solvers.end(), [&](const auto& solver) { return solver.first == name; });
    if (found == solvers.end()) {
      solvers.emplace_back(name, SolverFindings(findings, caches));
      found = solvers.end() - 1;
    }
    found->second.add(row);
  }
  for (auto& [name, solver] : solvers) solver.conclude(stability_threshold);
  return findings;
}

bool is_reserved_counter(const std::string& name) {
  static const std::set<std::string> kReserved = {
      "name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions", "repetition_index", "threads",
      "aggregate_name", "aggregate_unit", "iterations", "real_time", "cpu_time", "time_unit", "label", "error_occurred",
      "error_message", "skipped", "skip_message", "big_o", "rms", "cpu_coefficient", "real_coefficient", "allocs_per_iter",
      "max_bytes_used", "total_allocated_bytes", "net_heap_growth", "p50_seconds", "p95_seconds", "p99_seconds", "latency_batch",
      "latency_samples", "clock_seconds", "allocs", "alloc_bytes", "peak_heap_bytes", "leaked_bytes", "heap_growths", "instructions",
      "items_per_second", "bytes_per_second", "growth_class", "growth_error", "memory_volatility", "ratio_to_pin"};
  return kReserved.contains(name) || name.starts_with("ab.") || name.starts_with("limit_broken.");
}

Counters pass_counters(const model::Measurement& measurement) {
  Counters counters;
  if (const auto& latency = measurement.latency) {
    const auto percentiles = compare::percentiles_of(*latency);
    counters.insert(counters.end(), {{"p50_seconds", percentiles.p50},
                                     {"p95_seconds", percentiles.p95},
                                     {"p99_seconds", percentiles.p99},
                                     {"latency_batch", static_cast<double>(latency->batch)},
                                     {"latency_samples", static_cast<double>(percentiles.samples)},
                                     {"clock_seconds", latency->clock_seconds}});
  }
  if (const auto& memory = measurement.memory) {
    counters.insert(counters.end(), {{"allocs", memory->allocs},
                                     {"alloc_bytes", memory->alloc_bytes},
                                     {"peak_heap_bytes", memory->peak_heap_bytes},
                                     {"leaked_bytes", memory->leaked_bytes}});
    if (memory->heap_growths) counters.emplace_back("heap_growths", *memory->heap_growths);
  }
  if (measurement.instructions_per_call) counters.emplace_back("instructions", *measurement.instructions_per_call);
  counters.insert(counters.end(), measurement.counters.begin(), measurement.counters.end());
  return counters;
}

}  // namespace harness::experiment

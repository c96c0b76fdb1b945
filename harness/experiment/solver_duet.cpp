#include <harness/experiment/solver_duet.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <harness/compare/statistics.hpp>
#include <harness/machine/spoilers.hpp>

namespace harness::experiment {
namespace {

using model::Verdict;

constexpr double kBudget = 5, kBudgetOfLongCalls = 10, kLongCall = 50e-3;
constexpr int kLoneRuns = 10;  // of a side that may have crashed its process
// Calls shorter than this lose precision when the sides take turns as processes.
constexpr double kShortApart = 10e-3, kEffectApart = 0.05;

// Sleeps, reads, locks or lets threads of its own work; what was only pushed off its core does not.
bool waits(const Row& row) {
  constexpr double kLeastCpuShare = 0.9;
  return row.examined.waits && row.examined.cpu_share < kLeastCpuShare;
}

trial::DuetSide side_of(const Row& row) { return {row.trial, row.library.get(), &row.examined, row.limits}; }

double longer_call(const Row& reference, const Row& candidate) {
  return std::max(reference.examined.seconds_per_call, candidate.examined.seconds_per_call);
}

}  // namespace

SolverDuets::SolverDuets(const Options& options, const Terminal& terminal, const worker::Settings& settings,
                         trial::Inputs& inputs, std::function<void(const model::Duet&)> progress,
                         std::function<void(const std::string&)> say)
    : options_(options),
      terminal_(terminal),
      settings_(settings),
      inputs_(inputs),
      progress_(std::move(progress)),
      say_(std::move(say)),
      cores_(settings.core ? std::vector<int>{*settings.core} : machine::this_machine().cores) {}

trial::DuetMode SolverDuets::mode_for(const Row& reference, const Row& candidate) const {
  constexpr double kUnknown = 1e9;  // where the memory pass could not be made: it may be much
  trial::DuetFacts facts;
  facts.seconds[0] = reference.examined.seconds_per_call;
  facts.seconds[1] = candidate.examined.seconds_per_call;
  facts.waits = waits(reference) || waits(candidate);
  for (const auto* row : {&reference, &candidate}) {
    facts.allocs = std::max(facts.allocs, row->measurement.memory ? row->measurement.memory->allocs : kUnknown);
  }
  facts.apart = options_.untrusted;
  auto mode = trial::choose_mode(facts);
  if (own_heaps_unavailable_) mode.own_heaps = false;
  return mode;
}

double SolverDuets::predict_seconds(const Row& reference, const Row& candidate) const {
  const auto mode = mode_for(reference, candidate);
  return 2 * static_cast<double>(mode.least_processes) *
         trial::predict_process_seconds(mode, reference.examined.seconds_per_call, candidate.examined.seconds_per_call);
}

double SolverDuets::predict_ratio_seconds(const Row& reference, const Row& candidate) const {
  return static_cast<double>(kRatioProcesses) * trial::predict_process_seconds(mode_for(reference, candidate),
                                                                               reference.examined.seconds_per_call,
                                                                               candidate.examined.seconds_per_call);
}

SolverDuets::Played SolverDuets::play_with_heaps(const DuetRow& reference, const DuetRow& candidate,
                                                 trial::DuetMode& mode, double min_effect) {
  auto process = play(reference, candidate, mode, min_effect);
  if (process || !mode.own_heaps || !has_no_own_heaps(process.error())) return process;
  mode.own_heaps = false;
  return play(reference, candidate, mode, min_effect);
}

tl::expected<SolverDuets::Ratio, NoProcess> SolverDuets::ratio(const DuetRow& reference, const DuetRow& candidate) {
  constexpr double kEffect =
      0.01;  // a process's own error is at most a quarter of it: below the floor of a history's sigma
  constexpr std::size_t kMostUnusable = 3, kMostProcesses = 40;
  constexpr double kEnough = 0.005, kMostSeconds = 1;
  auto mode = mode_for(reference.row, candidate.row);
  std::vector<double> log_ratios, errors, real_seconds, cpu_seconds, reference_seconds;
  std::size_t unusable = 0;
  const auto standard_error = [&] {
    const double count = static_cast<double>(log_ratios.size());
    return std::max((1 + 1 / count) * compare::sd_of_few(log_ratios), compare::median(errors)) / std::sqrt(count);
  };
  const double begin = terminal_.clock();
  const auto suffices = [&] {
    return log_ratios.size() >= kRatioProcesses &&
           (standard_error() <= kEnough || log_ratios.size() >= kMostProcesses ||
            terminal_.clock() - begin > kMostSeconds);
  };
  while (!suffices()) {
    const auto process = play_with_heaps(reference, candidate, mode, kEffect);
    if (!process) {
      auto none = no_process(process.error(), reference, candidate);
      if (none.kind == NoProcess::Kind::kUnusable && ++unusable < kMostUnusable) continue;
      return tl::unexpected(std::move(none));
    }
    log_ratios.push_back(process->log_ratio);
    errors.push_back(process->standard_error);
    real_seconds.push_back(process->candidate_real_seconds_per_call);
    cpu_seconds.push_back(process->candidate_cpu_seconds_per_call);
    reference_seconds.push_back(process->reference_seconds_per_call);
  }
  Ratio ratio;
  ratio.log_ratio = compare::pseudomedian(log_ratios);
  ratio.standard_error = standard_error();
  ratio.processes = log_ratios.size();
  ratio.real_seconds_per_call = compare::median(real_seconds);
  ratio.cpu_seconds_per_call = compare::median(cpu_seconds);
  ratio.reference_seconds_per_call = compare::median(reference_seconds);
  return ratio;
}

void SolverDuets::measure(const DuetRow& reference, const DuetRow& candidate, model::Comparison& comparison,
                          double expected_log_ratio) {
  auto mode = mode_for(reference.row, candidate.row);
  const double longer = longer_call(reference.row, candidate.row);
  comparison.mode = mode.words();
  comparison.clock = mode.cpu_clock ? "cpu" : "real";
  for (const auto* side : {&reference, &candidate}) {
    if (!waits(side->row)) continue;
    comparison.warnings.push_back(fmt::format("{} waits: its CPU time is {:.0f} % of real time; real time decides",
                                              side->name, 100 * side->row.examined.cpu_share));
  }
  DuetPlan plan;
  plan.min_effect = options_.min_effect;
  plan.budget_seconds = options_.budget_seconds.value_or(longer > kLongCall ? kBudgetOfLongCalls : kBudget);
  plan.least_processes = mode.least_processes;
  plan.seconds_of_a_process = trial::predict_process_seconds(mode, reference.row.examined.seconds_per_call,
                                                             candidate.row.examined.seconds_per_call);
  plan.clock = terminal_.clock;
  plan.progress = progress_;
  if (options_.untrusted && longer < kShortApart && plan.min_effect < kEffectApart) {
    plan.min_effect = kEffectApart;
    comparison.warnings.push_back(fmt::format(
        "sides in processes of their own (--untrusted): for calls this short only differences of {:g} % are looked for",
        100 * kEffectApart));
  }
  const auto next = [&]() -> tl::expected<model::DuetProcess, NoProcess> {
    auto process = play_with_heaps(reference, candidate, mode, plan.min_effect);
    if (process) process->log_ratio -= expected_log_ratio;
    if (process) return std::move(*process);
    return tl::unexpected(no_process(process.error(), reference, candidate));
  };
  decide(next, plan, comparison);
  comparison.own_heaps = mode.own_heaps;
  if (mode.one_process()) look_again(reference, candidate, mode, comparison);
}

SolverDuets::Played SolverDuets::play(const DuetRow& reference, const DuetRow& candidate, const trial::DuetMode& mode,
                                      double min_effect) {
  reference_first_ = !reference_first_;
  return trial::play(mode, side_of(reference.row), side_of(candidate.row), *reference.row.input, min_effect,
                     reference_first_, cores_, inputs_, of_row(settings_, candidate.row), random_);
}

NoProcess SolverDuets::no_process(const trial::DuetFailure& failure, const DuetRow& reference,
                                  const DuetRow& candidate) {
  using Kind = NoProcess::Kind;
  if (failure.failure.kind == worker::FailureKind::kInterrupted) return {Kind::kInterrupted, "interrupted"};
  if (failure.unusable) return {Kind::kUnusable, failure.failure.text};
  if (failure.failure.kind == worker::FailureKind::kNotStarted) {
    machine_at_fault_ = true;
    return {Kind::kNotStarted, failure.failure.text};
  }
  const auto words = trial::in_one_line(failure.failure);
  if (failure.side)
    return {Kind::kFailed, fmt::format("{}: {}", *failure.side == 0 ? reference.name : candidate.name, words)};
  return {Kind::kFailed, blame(words, reference, candidate)};
}

// Both ran in the process that failed: which of them does so alone?
std::string SolverDuets::blame(const std::string& words, const DuetRow& reference, const DuetRow& candidate) {
  const auto together = fmt::format("while {} and {} shared a process: {}", reference.name, candidate.name, words);
  for (const auto* side : {&candidate, &reference}) {
    const auto& row = side->row;
    for (int run = 1; run <= kLoneRuns; ++run) {
      if (terminal_.stop) return together;
      const auto timed =
          trial::time_calls(*row.trial, *row.library, *row.input, row.examined, 1,
                            trial::warm_up_seconds(row.examined.seconds_per_call, 0), inputs_, row.limits,
                            of_row(settings_, row));
      if (!timed) return fmt::format("{}: {} (alone too, in run {})", side->name, timed.error(), run);
    }
  }
  return fmt::format("{}; alone neither failed in {} runs", together, kLoneRuns);
}

bool SolverDuets::has_no_own_heaps(const trial::DuetFailure& failure) {
  if (!failure.failure.text.starts_with("not available")) return false;
  own_heaps_unavailable_ = true;
  say_("note: a heap for each side: " + trial::in_one_line(failure.failure));
  return true;
}

// With the heaps the other way round: one that both share can hide what a side does to it, or make the other pay for
// it.
void SolverDuets::look_again(const DuetRow& reference, const DuetRow& candidate, trial::DuetMode mode,
                             model::Comparison& comparison) {
  const auto allocates = [](const Row& row) { return row.measurement.memory && row.measurement.memory->allocs > 0; };
  const bool known = comparison.verdict == Verdict::kSlower || comparison.verdict == Verdict::kFaster ||
                     comparison.verdict == Verdict::kSame;
  if (!known || own_heaps_unavailable_ || !(allocates(reference.row) || allocates(candidate.row))) return;
  mode.own_heaps = !mode.own_heaps;
  std::vector<double> log_ratios;
  for (std::size_t i = 0; i < mode.least_processes; ++i) {
    const auto process = play(reference, candidate, mode, comparison.min_effect);
    if (!process) {
      if (has_no_own_heaps(process.error())) return;
      const auto none = no_process(process.error(), reference, candidate);
      if (none.kind == NoProcess::Kind::kFailed) {
        comparison.verdict = Verdict::kFailed;
        comparison.reason = none.reason;
      } else if (none.kind != NoProcess::Kind::kInterrupted) {
        comparison.warnings.push_back("no second look at the heap: " + none.reason);
      }
      return;
    }
    log_ratios.push_back(process->log_ratio);
  }
  comparison.second_look_processes = log_ratios.size();
  comparison.second_look_log_ratio = compare::median(log_ratios);
}

}  // namespace harness::experiment

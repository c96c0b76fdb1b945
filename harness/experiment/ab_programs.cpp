#include <harness/experiment/ab_programs.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <utility>

#include <fmt/format.h>

#include <harness/compare/statistics.hpp>
#include <harness/experiment/ab_output.hpp>
#include <harness/experiment/duet.hpp>
#include <harness/experiment/program_cases.hpp>
#include <harness/experiment/report_context.hpp>
#include <harness/library/choice.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>
#include <harness/trial/pilot.hpp>

namespace harness::experiment {
namespace {

using bench::DeclaredClock;
using bench::ProgramRun;
using model::Comparison;
using model::Verdict;
using Counters = std::vector<std::pair<std::string, double>>;

constexpr std::size_t kWidestName = 40;  // longer ones do not push the figures of all others away
constexpr double kDefaultEffect = 0.05;
constexpr double kDefaultBudget = 5, kBudgetOfLongProcesses = 10, kLongProcess = 0.4;
constexpr double kPilotSeconds = 0.01, kMeasuredSeconds = 0.03, kMostMeasuredSeconds = 0.5;
constexpr std::size_t kLeastProcesses = 5;
constexpr double kTypicalCase = 0.7;        // seconds, before a pilot says more
constexpr double kListSeconds = 30;         // for a program to say its cases
constexpr double kMostlyWaits = 0.25;       // CPU time of real time; on a busy machine it falls to a half of itself

// The counters of a side over its runs, in the order in which they were seen first.
class CounterMedians {
 public:
  void add(const Counters& counters) {
    for (const auto& [name, value] : counters) {
      auto place = std::find_if(values_.begin(), values_.end(), [&name = name](const auto& each) { return each.first == name; });
      if (place == values_.end()) place = values_.insert(values_.end(), {name, {}});
      place->second.push_back(value);
    }
  }
  Counters medians() const {
    Counters counters;
    for (const auto& [name, values] : values_) counters.emplace_back(name, compare::median(values));
    return counters;
  }

 private:
  std::vector<std::pair<std::string, std::vector<double>>> values_;
};

// How long a process should measure: longer where starting it takes long. Less than a whole call is a whole call.
double min_time_for(const ProgramRun& a, const ProgramRun& b) {
  double overhead = 0;
  for (const auto* run : {&a, &b}) {
    // Google Benchmark climbs to the number of iterations that it reports, in all about 1.6 times their time.
    const double busy = 1.6 * std::max(kPilotSeconds, std::max(run->real_seconds, run->cpu_seconds) * static_cast<double>(run->iterations));
    overhead = std::max(overhead, run->wall_seconds - busy);
  }
  return std::clamp(overhead / 2, kMeasuredSeconds, kMostMeasuredSeconds);
}

double seconds_of_a_process(const ProgramRun& pilot, double min_time) {
  return pilot.wall_seconds + (pilot.iterations > 1 ? 1.6 * (min_time - kPilotSeconds) : 0);
}

class AbPrograms {
 public:
  AbPrograms(const AbRequest& request, const Terminal& terminal, const bench::Program::RunCommand& run)
      : request_(request),
        terminal_(terminal),
        start_(run),
        output_(request.run.flags, terminal) {}

  Exit execute() {
    if (auto found = find_cases(); !found) {
      if (found.error().exit != Exit::kInterrupted) output_.say("harness: " + found.error().text());
      return found.error().exit;
    }
    begin();
    begun_ = terminal_.clock();
    for (std::size_t side = 1; side < programs_.size(); ++side) {
      if (!request_.measure_equal_code && is_same_program(programs_[0].file(), programs_[side].file())) {
        say_equal(side);
      } else {
        compare_all(side);
      }
    }
    AbOutput::Ending ending;
    ending.machine_at_fault = machine_at_fault_;
    return output_.finish({}, ending);
  }

  model::AbReport take_report() { return output_.take_report(); }

 private:
  // Of a case: its pilot on both sides, and what follows.
  struct Pair {
    std::size_t side;
    const std::string& name;
    DeclaredClock clock;
    double min_time = kPilotSeconds;
    double deadline = 0;  // of one process
    CounterMedians counters[2];
    std::vector<double> cpu_shares[2];
  };

  Result<void> find_cases() {
    if (request_.run.count_instructions) {
      return fail("--metric=instructions", "counts the instructions of solvers; of programs there is only their time", "leave it out");
    }
    const auto filter = bench::Filter::parse(request_.run.flags.filter);
    if (!filter) return tl::unexpected(filter.error());
    std::vector<std::vector<std::string>> names_of_sides;
    for (const auto& side : request_.sides) {
      auto program = bench::Program::open(side, start_);
      if (!program) return tl::unexpected(program.error());
      auto names = program->list(request_.run.timeout_seconds.value_or(kListSeconds), &terminal_.stop);
      if (!names) return tl::unexpected(names.error());
      names_of_sides.push_back(std::move(*names));
      programs_.push_back(std::move(*program));
    }
    auto cases = cases_of(names_of_sides, *filter, request_.run.case_glob);
    if (!cases) return tl::unexpected(cases.error());
    cases_ = std::move(*cases);
    return output_.check();
  }

  void begin() {
    model::AbReport report;
    report.kind = "programs";
    report.files = request_.sides;
    names_ = library::told_apart(request_.sides);
    report.sides = names_;
    report.context = report_context(request_.run, {});
    for (std::size_t side = 0; side < programs_.size(); ++side) {
      report.context.emplace_back("program:" + names_[side],
                                  fmt::format("file={} sha256={}", request_.sides[side], sha256_of_file(programs_[side].file())));
    }
    std::size_t name_width = 0;
    for (const auto& each : cases_) name_width = std::max(name_width, report::characters_in(each.name));
    output_.progress().plan(static_cast<double>(cases_.size() * (programs_.size() - 1)) * kTypicalCase);
    output_.begin(std::move(report), std::min(name_width, kWidestName));
  }

  Comparison about(std::size_t side, const ProgramCase& each) const {
    Comparison comparison;
    comparison.case_name = each.name;
    comparison.reference = names_[0];
    comparison.candidate = names_[side];
    comparison.min_effect = request_.min_effect.value_or(kDefaultEffect);
    comparison.budget_seconds = request_.budget_seconds.value_or(kDefaultBudget);
    return comparison;
  }

  void say_equal(std::size_t side) {
    std::vector<Comparison> equal;
    for (const auto& each : cases_) {
      if (each.registrations[side] > 0) equal.push_back(about(side, each));
    }
    output_.tell_equal("same program", std::move(equal));
  }

  void compare_all(std::size_t side) {
    for (const auto& each : cases_) {
      const auto in_reference = each.registrations[0], in_candidate = each.registrations[side];
      if (in_reference == 0 && in_candidate == 0) continue;
      auto comparison = about(side, each);
      if (in_reference == 0 || in_candidate == 0) {
        comparison.verdict = in_reference == 0 ? Verdict::kNew : Verdict::kMissing;
        comparison.reason = fmt::format("only {} has it", in_reference == 0 ? comparison.candidate : comparison.reference);
      } else if (in_reference > 1 || in_candidate > 1) {
        comparison.verdict = Verdict::kIncomparable;
        comparison.reason = fmt::format("{} has {} cases of this name", in_reference > 1 ? comparison.reference : comparison.candidate,
                                        std::max(in_reference, in_candidate));
      } else if (request_.total_seconds && terminal_.clock() - begun_ > *request_.total_seconds) {
        comparison.reason = kTotalUsedUp;
      } else {
        output_.progress().step(each.name, kTypicalCase);
        const bool ended = terminal_.stop || !measure(side, each.name, comparison);
        output_.progress().done_step();
        if (ended && comparison.duets.empty()) {
          comparison.reason = "interrupted";
          output_.keep(std::move(comparison));
          continue;
        }
      }
      output_.tell(std::move(comparison));
    }
  }

  // False after Ctrl-C.
  bool measure(std::size_t side, const std::string& name, Comparison& comparison) {
    Pair pair{side, name, bench::declared_clock(name)};
    comparison.clock = bench::clock_word(pair.clock);
    const double budget = request_.budget_seconds.value_or(kBudgetOfLongProcesses);
    pair.deadline = request_.run.timeout_seconds.value_or(budget);
    std::optional<ProgramRun> pilots[2];
    for (const int which : {0, 1}) {
      auto pilot = run_side(pair, which);
      if (!pilot) {
        if (pilot.error().kind == worker::FailureKind::kInterrupted) return false;
        blame(pilot.error(), pair, which, comparison);
        continue;
      }
      pilots[which] = std::move(*pilot);
      judge_pilot(*pilots[which], pair, which, comparison);
    }
    if (!comparison.reason.empty()) return true;

    comparison.reference_figures.counters = pilots[0]->counters;
    comparison.candidate_figures.counters = pilots[1]->counters;
    comparison.mode = "pairs of processes in random order";
    pair.min_time = min_time_for(*pilots[0], *pilots[1]);
    const double predicted[2] = {seconds_of_a_process(*pilots[0], pair.min_time), seconds_of_a_process(*pilots[1], pair.min_time)};
    pair.deadline = request_.run.timeout_seconds.value_or(std::max(budget, 10 * std::max(predicted[0], predicted[1])));
    DuetPlan plan;
    plan.min_effect = comparison.min_effect;
    plan.budget_seconds = request_.budget_seconds.value_or(std::max(predicted[0], predicted[1]) > kLongProcess ? kBudgetOfLongProcesses : kDefaultBudget);
    plan.least_processes = kLeastProcesses;
    plan.seconds_of_a_process = predicted[0] + predicted[1];
    plan.clock = terminal_.clock;
    plan.progress = [&](const model::Duet& duet) {
      output_.progress().restate(fmt::format("{} ({})", name, report::closing_in(duet, terminal_.utf8)));
    };
    const bool interrupted = decide([&] { return next(pair); }, plan, comparison);
    if (!comparison.duets.empty() && !comparison.duets.front().processes.empty()) {
      comparison.reference_figures.counters = pair.counters[0].medians();
      comparison.candidate_figures.counters = pair.counters[1].medians();
      warn_of_waiting(pair, comparison);
    }
    return !interrupted;
  }

  const std::string& name_of(const Pair& pair, int which) const { return names_[which == 0 ? 0 : pair.side]; }

  worker::Outcome<ProgramRun> run_side(const Pair& pair, int which) {
    const auto& program = programs_[which == 0 ? 0 : pair.side];
    return program.run(pair.name, pair.min_time, {}, pair.deadline, &terminal_.stop);
  }

  // One reason more. What is nobody's fault does not take the place of a failure.
  static void conclude(Comparison& comparison, Verdict verdict, const std::string& reason) {
    const bool first = comparison.reason.empty();
    comparison.reason += (first ? "" : "; ") + reason;
    if (first || verdict == Verdict::kFailed) comparison.verdict = verdict;
  }

  void blame(const worker::Failure& failure, const Pair& pair, int which, Comparison& comparison) {
    const auto& side = name_of(pair, which);
    if (failure.kind == worker::FailureKind::kTimedOut && !request_.run.timeout_seconds) {
      comparison.budget_seconds = pair.deadline;
      conclude(comparison, Verdict::kCannotTell,
               fmt::format("one process of {} takes more than the budget of {:g} s; --budget={:.0f}s might do", side, pair.deadline,
                           std::ceil(20 * pair.deadline)));
      return;
    }
    if (failure.kind == worker::FailureKind::kNotStarted) {
      machine_at_fault_ = true;
      conclude(comparison, Verdict::kCannotTell, trial::in_one_line(failure));
      return;
    }
    conclude(comparison, Verdict::kFailed, fmt::format("{}: {}", side, trial::in_one_line(failure)));
  }

  void judge_pilot(const ProgramRun& pilot, const Pair& pair, int which, Comparison& comparison) {
    const auto& side = name_of(pair, which);
    if (!pilot.error.empty()) {
      conclude(comparison, Verdict::kFailed, fmt::format("{}: {}", side, pilot.error));
    } else if (!pilot.skipped.empty()) {
      conclude(comparison, Verdict::kIncomparable, fmt::format("{} skips it: {}", side, pilot.skipped));
    } else if (const double seconds = pilot.seconds_by(pair.clock); !std::isfinite(seconds) || seconds <= 0) {
      conclude(comparison, Verdict::kCannotTell, fmt::format("{}: {} time did not advance", side, bench::clock_word(pair.clock)));
    }
  }

  // One pair, the sides in random order.
  tl::expected<model::DuetProcess, NoProcess> next(Pair& pair) {
    using Kind = NoProcess::Kind;
    const double begin = terminal_.clock();
    model::DuetProcess process;
    process.reference_first = random_() % 2 == 0;
    ProgramRun runs[2];
    for (const int which : {process.reference_first ? 0 : 1, process.reference_first ? 1 : 0}) {
      const auto& side = name_of(pair, which);
      auto run = run_side(pair, which);
      if (!run) {
        const auto kind = run.error().kind;
        if (kind == worker::FailureKind::kNotStarted) {
          machine_at_fault_ = true;
          return tl::unexpected(NoProcess{Kind::kNotStarted, trial::in_one_line(run.error())});
        }
        if (kind == worker::FailureKind::kInterrupted) return tl::unexpected(NoProcess{Kind::kInterrupted, "interrupted"});
        return tl::unexpected(NoProcess{Kind::kFailed, fmt::format("{}: {}", side, trial::in_one_line(run.error()))});
      }
      const auto& refusal = run->error.empty() ? run->skipped : run->error;
      if (!refusal.empty()) return tl::unexpected(NoProcess{Kind::kFailed, fmt::format("{}: {}", side, refusal)});
      if (const double seconds = run->seconds_by(pair.clock); !std::isfinite(seconds) || seconds <= 0) {
        return tl::unexpected(NoProcess{Kind::kUnusable, fmt::format("{}: {} time did not advance", side, bench::clock_word(pair.clock))});
      }
      runs[which] = std::move(*run);
    }
    for (const int which : {0, 1}) {
      pair.counters[which].add(runs[which].counters);
      pair.cpu_shares[which].push_back(runs[which].real_seconds > 0 ? runs[which].cpu_seconds / runs[which].real_seconds : 1);
    }
    process.pairs = 1;
    process.reference_seconds_per_call = runs[0].seconds_by(pair.clock);
    process.candidate_seconds_per_call = runs[1].seconds_by(pair.clock);
    process.log_ratio = std::log(process.candidate_seconds_per_call / process.reference_seconds_per_call);
    process.reference_real_seconds_per_call = runs[0].real_seconds;
    process.candidate_real_seconds_per_call = runs[1].real_seconds;
    process.reference_cpu_seconds_per_call = runs[0].cpu_seconds;
    process.candidate_cpu_seconds_per_call = runs[1].cpu_seconds;
    process.seconds = terminal_.clock() - begin;
    return process;
  }

  // A case that sleeps or waits, compared by a clock that does not see it.
  void warn_of_waiting(const Pair& pair, Comparison& comparison) const {
    if (pair.clock != DeclaredClock::kCpu && pair.clock != DeclaredClock::kProcess) return;
    const auto best = [](const std::vector<double>& shares) { return *std::max_element(shares.begin(), shares.end()); };
    const double share = std::min(best(pair.cpu_shares[0]), best(pair.cpu_shares[1]));
    if (share >= kMostlyWaits) return;
    comparison.warnings.push_back(fmt::format("its name declares CPU time, which is {:.2g} % of its real time at most; ->UseRealTime() would compare all of it", 100 * share));
  }

  const AbRequest& request_;
  const Terminal& terminal_;
  bench::Program::RunCommand start_;
  AbOutput output_;
  std::mt19937_64 random_{std::random_device{}()};
  std::vector<bench::Program> programs_;  // the sides
  std::vector<ProgramCase> cases_;
  std::vector<std::string> names_;
  bool machine_at_fault_ = false;
  double begun_ = 0;
};

}  // namespace

Exit ab_programs(const AbRequest& request, const Terminal& terminal, model::AbReport* report, const bench::Program::RunCommand& run) {
  AbPrograms experiment(request, terminal, run);
  const auto exit = experiment.execute();
  if (report != nullptr) *report = experiment.take_report();
  return exit;
}

Exit ab_programs(const AbRequest& request, const Terminal& terminal, model::AbReport* report) {
  return ab_programs(request, terminal, report, worker::run_command);
}

}  // namespace harness::experiment

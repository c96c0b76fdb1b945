#include <harness/experiment/ab_programs.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <utility>

#include <fmt/format.h>

#include <harness/compare/statistics.hpp>
#include <harness/experiment/duet.hpp>
#include <harness/experiment/program_cases.hpp>
#include <harness/experiment/report_context.hpp>
#include <harness/library/choice.hpp>
#include <harness/model/comparison_json.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/progress.hpp>
#include <harness/store/atomic_file.hpp>
#include <harness/trial/pilot.hpp>

namespace harness::experiment {
namespace {

using bench::DeclaredClock;
using bench::ProgramRun;
using model::Comparison;
using model::Verdict;
using Counters = std::vector<std::pair<std::string, double>>;

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
      auto place = std::find_if(values_.begin(), values_.end(), [&](const auto& each) { return each.first == name; });
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
        progress_(terminal.err, terminal.err_is_terminal, terminal.utf8, terminal.columns, terminal.clock) {}

  Exit execute() {
    if (auto found = find_cases(); !found) {
      if (found.error().exit != Exit::kInterrupted) say("harness: " + found.error().text());
      return found.error().exit;
    }
    begin();
    for (std::size_t side = 1; side < programs_.size() && !terminal_.stop; ++side) {
      if (!request_.measure_equal_code && is_same_program(programs_[0].file(), programs_[side].file())) {
        say_equal(side);
      } else {
        compare_all(side);
      }
    }
    return finish();
  }

  model::AbReport take_report() { return std::move(report_); }

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

  void say(const std::string& line) {
    progress_.clear();
    terminal_.err << report::printable(line) << std::endl;
  }

  report::ConsoleOptions console_options() const {
    report::ConsoleOptions options;
    options.colour = terminal_.colour;
    options.utf8 = terminal_.utf8;
    options.columns = terminal_.out_is_terminal ? terminal_.columns : 0;
    return options;
  }

  bool to_console() const { return request_.run.flags.format == "console"; }

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
    const auto& out = request_.run.flags.out;
    if (out.empty()) return {};
    if (const auto why = store::why_not_writable(out); !why.empty()) {
      return fail("--benchmark_out=" + out, "cannot be written: " + why, "name a file in a directory that exists and is yours");
    }
    return {};
  }

  void begin() {
    report_.kind = "programs";
    report_.files = request_.sides;
    report_.sides = library::told_apart(request_.sides);
    report_.context = report_context(request_.run, {});
    for (std::size_t side = 0; side < programs_.size(); ++side) {
      report_.context.emplace_back("program:" + report_.sides[side],
                                   fmt::format("file={} sha256={}", request_.sides[side], sha256_of_file(programs_[side].file())));
    }
    progress_.plan(static_cast<double>(cases_.size() * (programs_.size() - 1)) * kTypicalCase);
    if (!to_console()) return;
    for (std::size_t side = 0; side < programs_.size(); ++side) {
      terminal_.out << fmt::format("{} {}: {}\n", side == 0 ? "reference" : "candidate", report::printable(report_.sides[side]),
                                   report::printable(request_.sides[side]));
    }
    terminal_.out << '\n' << std::flush;
  }

  Comparison about(std::size_t side, const ProgramCase& each) const {
    Comparison comparison;
    comparison.case_name = each.name;
    comparison.reference = report_.sides[0];
    comparison.candidate = report_.sides[side];
    comparison.min_effect = request_.min_effect.value_or(kDefaultEffect);
    comparison.budget_seconds = request_.budget_seconds.value_or(kDefaultBudget);
    return comparison;
  }

  void say_equal(std::size_t side) {
    std::size_t count = 0;
    for (const auto& each : cases_) {
      if (each.registrations[side] == 0) continue;
      auto comparison = about(side, each);
      comparison.verdict = Verdict::kSame;
      comparison.reason = "same program: nothing to measure";
      report_.comparisons.push_back(std::move(comparison));
      ++count;
    }
    if (!to_console()) return;
    terminal_.out << fmt::format("{} and {}: same program, nothing to measure ({} case{})\n", report::printable(report_.sides[0]),
                                 report::printable(report_.sides[side]), count, count == 1 ? "" : "s")
                  << std::flush;
  }

  void compare_all(std::size_t side) {
    for (const auto& each : cases_) {
      if (terminal_.stop) return;
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
      } else {
        progress_.step(each.name, kTypicalCase);
        const bool ended = !measure(side, each.name, comparison);
        progress_.done_step();
        if (ended && comparison.duets.empty()) return;
      }
      tell(std::move(comparison));
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
      progress_.restate(fmt::format("{} ({})", name, report::closing_in(duet, terminal_.utf8)));
    };
    const bool interrupted = decide([&] { return next(pair); }, plan, comparison);
    if (!comparison.duets.empty() && !comparison.duets.front().processes.empty()) {
      comparison.reference_figures.counters = pair.counters[0].medians();
      comparison.candidate_figures.counters = pair.counters[1].medians();
      warn_of_waiting(pair, comparison);
    }
    return !interrupted;
  }

  const std::string& name_of(const Pair& pair, int which) const { return report_.sides[which == 0 ? 0 : pair.side]; }

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
      conclude(comparison, Verdict::kCannotTell,
               fmt::format("one process of {} takes more than the budget of {:g} s; --budget={:.0f}s might do", side, pair.deadline,
                           std::ceil(20 * pair.deadline)));
      return;
    }
    machine_at_fault_ |= failure.kind == worker::FailureKind::kNotStarted;
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
        machine_at_fault_ |= kind == worker::FailureKind::kNotStarted;
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

  void tell(Comparison comparison) {
    progress_.clear();
    if (to_console()) {
      terminal_.out << report::comparison_text(comparison, console_options()) << std::flush;
      if (!terminal_.out) terminal_.stop = true;
    }
    report_.comparisons.push_back(std::move(comparison));
  }

  Exit finish() {
    progress_.clear();
    if (to_console()) terminal_.out << report::ab_summary(report_, {}, console_options());
    const auto text = model::write_ab_report(report_);
    if (!to_console()) terminal_.out << text;
    terminal_.out.flush();
    bool unwritten = false;
    if (const auto& out = request_.run.flags.out; !out.empty()) {
      if (auto written = store::write_atomically(out, text, 0644); !written) {
        say("harness: " + written.error().text());
        unwritten = true;
      }
    }
    const auto any = [&](Verdict verdict) {
      return std::any_of(report_.comparisons.begin(), report_.comparisons.end(), [&](const auto& each) { return each.verdict == verdict; });
    };
    if (terminal_.stop) return Exit::kInterrupted;
    if (unwritten) return Exit::kUsage;
    if (any(Verdict::kSlower)) return Exit::kRegression;
    if (any(Verdict::kFailed)) return machine_at_fault_ ? Exit::kIncomplete : Exit::kSolverFailed;
    return Exit::kFine;
  }

  const AbRequest& request_;
  const Terminal& terminal_;
  bench::Program::RunCommand start_;
  report::Progress progress_;
  std::mt19937_64 random_{std::random_device{}()};
  std::vector<bench::Program> programs_;  // the sides
  std::vector<ProgramCase> cases_;
  model::AbReport report_;
  bool machine_at_fault_ = false;
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

#include <harness/experiment/ab.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <random>
#include <set>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include <harness/compare/crossover.hpp>
#include <harness/compare/statistics.hpp>
#include <harness/experiment/duet.hpp>
#include <harness/experiment/loading.hpp>
#include <harness/experiment/preparation.hpp>
#include <harness/experiment/report_context.hpp>
#include <harness/experiment/selection.hpp>
#include <harness/library/choice.hpp>
#include <harness/machine/identity.hpp>
#include <harness/machine/spoilers.hpp>
#include <harness/model/comparison_json.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/progress.hpp>
#include <harness/store/atomic_file.hpp>
#include <harness/trial/duet.hpp>

namespace harness::experiment {
namespace {

using model::Comparison;
using model::Verdict;
using State = Row::State;

constexpr double kDefaultEffect = 0.02;
constexpr double kDefaultBudget = 5, kBudgetOfLongCalls = 10, kLongCall = 50e-3;
constexpr int kLoneRuns = 10;  // of a side that may have crashed its process

bool is_path(const std::string& side) { return side.find('/') != std::string::npos; }

// A file that can be run and is no library of ours.
bool is_program(const std::string& side) {
  std::error_code ignored;
  const std::filesystem::path file(side);
  return std::filesystem::is_regular_file(file, ignored) && file.extension() != ".so" && ::access(side.c_str(), X_OK) == 0 &&
         !library::read_solver(file);
}

std::string stem_of(const std::string& name) { return name.ends_with(".so") ? name.substr(0, name.size() - 3) : name; }

// What tells the sides apart, in the words in which they were asked for where those are names.
std::vector<std::string> names_of(const std::vector<std::string>& asked, const std::vector<model::SolverInfo>& chosen) {
  std::set<std::string> distinct;
  for (const auto& solver : chosen) distinct.insert(solver.name());
  std::vector<std::string> names;
  for (std::size_t side = 0; side < chosen.size(); ++side) {
    const auto& solver = chosen[side];
    const auto prefix = solver.identity.problem + "-";
    const auto stem = stem_of(asked[side]);
    if (is_path(asked[side])) {
      names.push_back(distinct.size() == chosen.size() ? solver.name() : asked[side]);
    } else {
      names.push_back(stem.starts_with(prefix) ? solver.identity.problem + "/" + stem.substr(prefix.size()) : solver.name());
    }
  }
  if (std::set<std::string>(names.begin(), names.end()).size() < distinct.size()) {
    names.clear();
    for (const auto& solver : chosen) names.push_back(solver.name());
  }
  return library::told_apart(names);
}

class Ab {
 public:
  Ab(const AbRequest& request, const Terminal& terminal)
      : request_(request),
        run_(request.run),
        terminal_(terminal),
        settings_(worker_settings(request.run, terminal)),
        progress_(terminal.err, terminal.err_is_terminal, terminal.utf8, terminal.columns, terminal.clock) {
    run_.latency_pass = false;
    cores_ = settings_.core ? std::vector<int>{*settings_.core} : machine::this_machine().cores;
  }

  Exit execute() {
    if (auto found = find_sides(); !found) return refuse(found.error());
    if (auto loaded = load(); !loaded) return refuse(loaded.error());
    begin();
    plan_preparation();
    Preparation preparation(run_, terminal_, settings_, *inputs_, progress_);
    preparation.prepare(rows_);
    for (const auto& reason : preparation.unavailable()) say("note: " + reason);
    problem_at_fault_ = preparation.problem_at_fault();
    machine_at_fault_ = preparation.machine_at_fault();
    if (const auto wrong = smallest_wrong_answer()) {
      say_wrong(*wrong);
    } else {
      compare_all();
    }
    return finish();
  }

  model::AbReport take_report() { return std::move(report_); }

 private:
  struct Wrong {
    std::size_t side, index;
  };

  Exit refuse(const Error& error) {
    say("harness: " + error.text());
    return error.exit;
  }

  void say(const std::string& line) {
    progress_.clear();
    terminal_.err << report::printable(line) << std::endl;
  }

  report::ConsoleOptions console_options() const {
    report::ConsoleOptions options;
    options.colour = terminal_.colour;
    options.utf8 = terminal_.utf8;
    options.columns = terminal_.out_is_terminal ? terminal_.columns : 0;
    for (const auto& trial : selection_.trials) options.name_width = std::max(options.name_width, trial.input->dataset_and_name().size());
    return options;
  }

  bool to_console() const { return run_.flags.format == "console"; }

  Result<void> find_sides() {
    auto catalog = library::find_libraries(run_.places.plugin_directories);
    const bool only_paths = std::all_of(request_.sides.begin(), request_.sides.end(), is_path);
    if (!catalog && !only_paths) return tl::unexpected(catalog.error());
    if (catalog) catalog_ = std::move(*catalog);
    for (const auto& side : request_.sides) {
      std::error_code ignored;
      if (is_path(side) && !std::filesystem::exists(side, ignored)) return fail(side, "no such file", "see harness list for what there is");
      auto solver = library::choose(catalog_, side);
      if (!solver) return tl::unexpected(solver.error());
      solvers_.push_back(std::move(*solver));
    }
    for (const auto& solver : solvers_) {
      const auto& first = solvers_.front();
      if (solver.identity.problem == first.identity.problem) continue;
      return fail("--ab", fmt::format("{} solves {}, {} solves {}", first.identity.file_name(), first.identity.problem,
                                      solver.identity.file_name(), solver.identity.problem),
                  "name solvers of one problem");
    }
    names_ = names_of(request_.sides, solvers_);
    return {};
  }

  Result<void> load() {
    auto everything = bench::Filter::parse("");
    auto filter = bench::Filter::parse(run_.flags.filter);
    if (!filter) return tl::unexpected(filter.error());
    auto catalog = catalog_;
    catalog.solvers = solvers_;
    auto selection = select(run_.places, std::move(catalog), *everything, run_.case_glob);
    if (!selection) return tl::unexpected(selection.error());
    selection_ = std::move(*selection);
    keep_matching(*filter);
    if (selection_.trials.empty()) {
      return fail("--benchmark_filter=" + filter->text(), fmt::format("matches no case of {}", solvers_.front().identity.problem),
                  "leave it out, or narrow with --case");
    }
    if (!run_.flags.out.empty()) {
      if (const auto why = store::why_not_writable(run_.flags.out); !why.empty()) {
        return fail("--benchmark_out=" + run_.flags.out, "cannot be written: " + why, "name a file in a directory that exists and is yours");
      }
    }
    auto loaded = load_rows(selection_, run_.timeout_seconds, settings_, [this](const std::string& line) { say("warning: " + line); });
    if (!loaded) return tl::unexpected(loaded.error());
    rows_ = std::move(loaded->rows);
    inputs_ = std::move(loaded->inputs);
    for (std::size_t side = 1; side < solvers_.size(); ++side) {
      const bool equal = row(side, 0).library->identity.code_hash == row(0, 0).library->identity.code_hash;
      equal_code_.push_back(equal && !request_.measure_equal_code);
    }
    if (std::all_of(equal_code_.begin(), equal_code_.end(), [](bool equal) { return equal; })) {
      for (auto& each : rows_) each.mark(State::kSkipped, "same code");
    }
    return {};
  }

  // A case stays for all sides when any side's name matches. Trials stand side by side: all cases of the first solver,
  // then all of the second.
  void keep_matching(const bench::Filter& filter) {
    const auto count = selection_.trials.size() / solvers_.size();
    std::vector<trial::Trial> kept;
    for (std::size_t side = 0; side < solvers_.size(); ++side) {
      for (std::size_t index = 0; index < count; ++index) {
        bool matches = false;
        for (std::size_t any = 0; any < solvers_.size(); ++any) matches |= filter.matches(selection_.trials[any * count + index].name());
        if (matches) kept.push_back(selection_.trials[side * count + index]);
      }
    }
    selection_.trials = std::move(kept);
    cases_ = selection_.trials.size() / solvers_.size();
  }

  Row& row(std::size_t side, std::size_t index) { return rows_[side * cases_ + index]; }

  void begin() {
    for (const auto& warning : selection_.warnings) say("warning: " + warning);
    report_.kind = "solvers";
    report_.sides = names_;
    for (const auto& solver : solvers_) report_.files.push_back(solver.file.string());
    report_.context = report_context(run_, rows_);
    if (!to_console()) return;
    for (std::size_t side = 0; side < solvers_.size(); ++side) {
      terminal_.out << fmt::format("{} {}: {}\n", side == 0 ? "reference" : "candidate", report::printable(names_[side]),
                                   report::printable(solvers_[side].file.string()));
    }
    terminal_.out << '\n' << std::flush;
  }

  double budget_for(double seconds_of_call) const {
    return request_.budget_seconds.value_or(seconds_of_call > kLongCall ? kBudgetOfLongCalls : kDefaultBudget);
  }

  void plan_preparation() {
    const auto measured = std::count_if(rows_.begin(), rows_.end(), [](const auto& each) { return each.measurement.state == State::kMeasured; });
    constexpr double kTypicalDuet = 0.5;
    progress_.plan(static_cast<double>(measured) * (seconds_to_prepare(run_) + kTypicalDuet));
  }

  // The first, by size where the cases have one: what is easiest to look into.
  std::optional<Wrong> smallest_wrong_answer() {
    std::optional<Wrong> smallest;
    for (std::size_t index = 0; index < cases_; ++index) {
      for (std::size_t side = 0; side < solvers_.size(); ++side) {
        const auto& one = row(side, index);
        if (one.measurement.state != State::kFailed || !one.measurement.note.starts_with("wrong answer")) continue;
        const auto bytes = one.input ? one.input->args.size() : 0;
        const auto least = smallest ? row(smallest->side, smallest->index).input->args.size() : 0;
        if (!smallest || bytes < least) smallest = Wrong{side, index};
      }
    }
    return smallest;
  }

  void say_wrong(const Wrong& wrong) {
    auto& guilty = row(wrong.side, wrong.index);
    std::size_t count = 0;
    for (std::size_t index = 0; index < cases_; ++index) {
      const auto& one = row(wrong.side, index);
      count += one.measurement.state == State::kFailed && one.measurement.note.starts_with("wrong answer");
    }
    Comparison comparison;
    fill_names(comparison, std::max<std::size_t>(wrong.side, 1), wrong.index);
    comparison.verdict = Verdict::kFailed;
    comparison.reason = fmt::format("{}: {}", names_[wrong.side], guilty.measurement.note);
    if (count > 1) comparison.reason += fmt::format(" (the smallest of {} such cases)", count);
    tell(std::move(comparison));
    nothing_compared_ = true;
  }

  void fill_names(Comparison& comparison, std::size_t side, std::size_t index) {
    const auto& trial = *row(side, index).trial;
    comparison.problem = trial.problem->name;
    comparison.case_name = trial.input->dataset_and_name();
    comparison.size = trial.input->size;
    comparison.reference = names_[0];
    comparison.candidate = names_[side];
    comparison.min_effect = request_.min_effect.value_or(kDefaultEffect);
  }

  void compare_all() {
    double seconds = 0;
    for (std::size_t side = 1; side < solvers_.size(); ++side) {
      for (std::size_t index = 0; index < cases_; ++index) seconds += expected_seconds(side, index);
    }
    progress_.plan(seconds);
    for (std::size_t side = 1; side < solvers_.size(); ++side) {
      if (equal_code_[side - 1]) {
        say_equal(side);
        continue;
      }
      for (std::size_t index = 0; index < cases_ && !terminal_.stop; ++index) {
        progress_.step(row(side, index).trial->name(), expected_seconds(side, index));
        auto comparison = compare(side, index);
        progress_.done_step();
        if (comparison) tell(std::move(*comparison));
      }
    }
  }

  // Two duets of the least number of processes.
  double expected_seconds(std::size_t side, std::size_t index) {
    const auto &a = row(0, index), &b = row(side, index);
    if (equal_code_[side - 1] || a.measurement.state != State::kMeasured || b.measurement.state != State::kMeasured) return 0;
    const auto mode = mode_for(a, b);
    const double process = trial::predict_process_seconds(mode, a.examined.seconds_per_call, b.examined.seconds_per_call);
    return 2 * static_cast<double>(mode.least_processes) * process;
  }

  trial::DuetMode mode_for(const Row& a, const Row& b) const {
    trial::DuetFacts facts;
    facts.seconds[0] = a.examined.seconds_per_call;
    facts.seconds[1] = b.examined.seconds_per_call;
    facts.cpu_share = std::min(a.examined.cpu_share, b.examined.cpu_share);
    for (const auto* each : {&a, &b}) {
      if (each->measurement.memory) facts.allocs = std::max(facts.allocs, each->measurement.memory->allocs);
    }
    facts.apart = request_.untrusted;
    auto mode = trial::choose_mode(facts);
    if (own_heaps_unavailable_) mode.own_heaps = false;
    return mode;
  }

  void say_equal(std::size_t side) {
    for (std::size_t index = 0; index < cases_; ++index) {
      Comparison comparison;
      fill_names(comparison, side, index);
      comparison.verdict = Verdict::kSame;
      comparison.reason = "same code: nothing to measure";
      report_.comparisons.push_back(std::move(comparison));
    }
    if (!to_console()) return;
    terminal_.out << fmt::format("{} and {}: same code, nothing to measure ({} case{})\n", report::printable(names_[0]),
                                 report::printable(names_[side]), cases_, cases_ == 1 ? "" : "s")
                  << std::flush;
  }

  std::optional<Comparison> compare(std::size_t side, std::size_t index) {
    auto &a = row(0, index), &b = row(side, index);
    if (a.measurement.state == State::kInterrupted || b.measurement.state == State::kInterrupted) return std::nullopt;
    Comparison comparison;
    fill_names(comparison, side, index);
    for (const auto* each : {&a, &b}) {
      const auto& name = each == &a ? names_[0] : names_[side];
      auto& figures = each == &a ? comparison.reference_figures : comparison.candidate_figures;
      figures.memory = each->measurement.memory;
      figures.instructions_per_call = each->measurement.instructions_per_call;
      for (const auto& warning : each->measurement.warnings) comparison.warnings.push_back(name + ": " + warning);
      if (each->measurement.state == State::kMeasured) continue;
      comparison.verdict = each->measurement.state == State::kFailed ? Verdict::kFailed : Verdict::kIncomparable;
      comparison.reason += (comparison.reason.empty() ? "" : "; ") + name + ": " + each->measurement.note;
    }
    if (a.measurement.state != State::kMeasured || b.measurement.state != State::kMeasured) {
      const bool failed = a.measurement.state == State::kFailed || b.measurement.state == State::kFailed;
      comparison.verdict = failed ? Verdict::kFailed : Verdict::kIncomparable;
      return comparison;
    }
    const auto mode = mode_for(a, b);
    measure(a, b, mode, comparison);
    if (terminal_.stop && comparison.duets.empty()) return std::nullopt;
    return comparison;
  }

  static trial::DuetSide duet_side(const Row& each) { return {each.trial, each.library.get(), &each.examined, each.limits}; }

  void measure(Row& a, Row& b, trial::DuetMode mode, Comparison& comparison) {
    const double seconds_a = a.examined.seconds_per_call, seconds_b = b.examined.seconds_per_call;
    comparison.mode = mode.words();
    comparison.clock = mode.cpu_clock ? "cpu" : "real";
    DuetPlan plan;
    plan.min_effect = comparison.min_effect;
    plan.budget_seconds = budget_for(std::max(seconds_a, seconds_b));
    plan.least_processes = mode.least_processes;
    plan.seconds_of_a_process = trial::predict_process_seconds(mode, seconds_a, seconds_b);
    plan.clock = terminal_.clock;
    plan.progress = [&](const model::Duet& duet) {
      progress_.restate(fmt::format("{} ({})", b.trial->name(), report::closing_in(duet, terminal_.utf8)));
    };
    if (request_.untrusted && std::max(seconds_a, seconds_b) < kShortApart && plan.min_effect < kEffectApart) {
      plan.min_effect = kEffectApart;
      comparison.warnings.push_back(
          fmt::format("sides in processes of their own (--untrusted): for calls this short only differences of {:g} % are looked for",
                      100 * kEffectApart));
    }
    const auto next = [&]() -> tl::expected<model::DuetProcess, NoProcess> {
      auto process = play(a, b, mode, plan.min_effect);
      if (!process && mode.own_heaps && has_no_own_heaps(process.error())) {
        mode.own_heaps = false;
        process = play(a, b, mode, plan.min_effect);
      }
      if (process) return std::move(*process);
      return tl::unexpected(no_process(process.error(), a, b));
    };
    decide(next, plan, comparison);
    comparison.own_heaps = mode.own_heaps;
    if (mode.kind != trial::DuetMode::Kind::kTwoProcesses) look_again(a, b, mode, comparison);
  }

  // Whose slice comes first: by turns.
  bool turn() { return reference_first_ = !reference_first_; }

  NoProcess no_process(const trial::DuetFailure& failure, Row& a, Row& b) {
    using Kind = NoProcess::Kind;
    if (failure.failure.kind == worker::FailureKind::kInterrupted) return {Kind::kInterrupted, "interrupted"};
    if (failure.unusable) return {Kind::kUnusable, failure.failure.text};
    if (failure.failure.kind == worker::FailureKind::kNotStarted) machine_at_fault_ = true;
    const auto words = trial::in_one_line(failure.failure);
    if (failure.side) return {Kind::kFailed, fmt::format("{}: {}", name_of(*failure.side == 0 ? a : b), words)};
    return {Kind::kFailed, blame(words, a, b)};
  }

  const std::string& name_of(const Row& each) const { return names_[static_cast<std::size_t>(&each - rows_.data()) / cases_]; }

  // Both ran in the process that failed: which of them does so alone?
  std::string blame(const std::string& words, Row& a, Row& b) {
    for (auto* each : {&b, &a}) {
      for (int run = 1; run <= kLoneRuns && !terminal_.stop; ++run) {
        const auto timed = trial::time_calls(*each->trial, *each->library, *each->input, each->examined, 1,
                                             trial::warm_up_seconds(each->examined.seconds_per_call, 0), *inputs_, each->limits, settings_);
        if (!timed) return fmt::format("{}: {} (alone too, in run {})", name_of(*each), timed.error(), run);
      }
    }
    return fmt::format("while {} and {} shared a process: {}; alone neither failed in {} runs", name_of(a), name_of(b), words, kLoneRuns);
  }

  tl::expected<model::DuetProcess, trial::DuetFailure> play(Row& a, Row& b, const trial::DuetMode& mode, double min_effect) {
    return trial::play(mode, duet_side(a), duet_side(b), *a.input, min_effect, turn(), cores_, *inputs_, settings_, random_);
  }

  bool has_no_own_heaps(const trial::DuetFailure& failure) {
    if (!failure.failure.text.starts_with("not available")) return false;
    own_heaps_unavailable_ = true;
    say("note: a heap for each side: " + trial::in_one_line(failure.failure));
    return true;
  }

  // With the heaps the other way round: one that both share can hide what a side does to it, or make the other pay for it.
  void look_again(Row& a, Row& b, trial::DuetMode mode, Comparison& comparison) {
    const auto allocates = [](const Row& each) { return each.measurement.memory && each.measurement.memory->allocs > 0; };
    const bool known = comparison.verdict == Verdict::kSlower || comparison.verdict == Verdict::kFaster || comparison.verdict == Verdict::kSame;
    if (!known || own_heaps_unavailable_ || !(allocates(a) || allocates(b))) return;
    mode.own_heaps = !mode.own_heaps;
    std::vector<double> log_ratios;
    for (std::size_t i = 0; i < mode.least_processes; ++i) {
      const auto process = play(a, b, mode, comparison.min_effect);
      if (!process) {
        const auto& failure = process.error();
        if (failure.failure.kind == worker::FailureKind::kInterrupted || has_no_own_heaps(failure)) return;
        comparison.warnings.push_back("no second look at the heap: " + trial::in_one_line(failure.failure));
        return;
      }
      log_ratios.push_back(process->log_ratio);
    }
    comparison.second_look_processes = log_ratios.size();
    comparison.second_look_log_ratio = compare::median(log_ratios);
  }

  void tell(Comparison comparison) {
    progress_.clear();
    if (to_console()) {
      terminal_.out << report::comparison_text(comparison, console_options()) << std::flush;
      if (!terminal_.out) terminal_.stop = true;
    }
    report_.comparisons.push_back(std::move(comparison));
  }

  std::vector<report::CrossoverLine> crossovers() const {
    std::map<std::pair<std::string, std::string>, std::vector<compare::SizedVerdict>> families;  // by side and dataset
    for (const auto& comparison : report_.comparisons) {
      if (!comparison.size) continue;
      const auto dataset = comparison.case_name.substr(0, comparison.case_name.find('/'));
      families[{comparison.candidate, dataset}].push_back({*comparison.size, comparison.verdict, comparison.log_ratio});
    }
    std::vector<report::CrossoverLine> lines;
    for (auto& [key, sizes] : families) {
      std::sort(sizes.begin(), sizes.end(), [](const auto& x, const auto& y) { return x.size < y.size; });
      if (const auto found = compare::crossover(sizes)) {
        lines.push_back({key.first, key.second, found->candidate_wins_above, found->size});
      }
    }
    return lines;
  }

  Exit finish() {
    progress_.clear();
    bool unwritten = false;
    if (to_console() && !nothing_compared_) terminal_.out << report::ab_summary(report_, crossovers(), console_options());
    const auto text = model::write_ab_report(report_);
    if (!to_console()) terminal_.out << text;
    terminal_.out.flush();
    if (!run_.flags.out.empty()) {
      if (auto written = store::write_atomically(run_.flags.out, text, 0644); !written) {
        say("harness: " + written.error().text());
        unwritten = true;
      }
    }
    const auto any = [&](Verdict verdict) {
      return std::any_of(report_.comparisons.begin(), report_.comparisons.end(), [&](const auto& each) { return each.verdict == verdict; });
    };
    if (terminal_.stop) return Exit::kInterrupted;
    if (unwritten || problem_at_fault_) return Exit::kUsage;
    if (any(Verdict::kSlower)) return Exit::kRegression;
    if (machine_at_fault_ && !any(Verdict::kFailed)) return Exit::kIncomplete;
    return any(Verdict::kFailed) ? Exit::kSolverFailed : Exit::kFine;
  }

  // Calls shorter than this lose precision when the sides take turns as processes.
  static constexpr double kShortApart = 10e-3, kEffectApart = 0.05;

  const AbRequest& request_;
  RunRequest run_;
  const Terminal& terminal_;
  worker::Settings settings_;
  report::Progress progress_;
  std::vector<int> cores_;
  std::mt19937_64 random_{std::random_device{}()};
  bool reference_first_ = random_() % 2 == 0;
  library::Catalog catalog_;
  std::vector<model::SolverInfo> solvers_;  // the sides
  std::vector<std::string> names_;
  Selection selection_;
  std::size_t cases_ = 0;
  std::vector<Row> rows_;  // side by side
  std::unique_ptr<trial::Inputs> inputs_;
  std::vector<bool> equal_code_;  // of the second side and on
  model::AbReport report_;
  bool nothing_compared_ = false;
  bool own_heaps_unavailable_ = false;
  bool problem_at_fault_ = false;
  bool machine_at_fault_ = false;
};

}  // namespace

Exit ab(const AbRequest& request, const Terminal& terminal, model::AbReport* report) {
  const auto programs = std::count_if(request.sides.begin(), request.sides.end(), is_program);
  if (programs > 0 && static_cast<std::size_t>(programs) == request.sides.size()) return ab_programs(request, terminal, report);
  if (programs > 0) {
    const auto first = std::find_if(request.sides.begin(), request.sides.end(), is_program);
    const auto other = std::find_if_not(request.sides.begin(), request.sides.end(), is_program);
    terminal.err << "harness: --ab: " << report::printable(*first) << " is a program, " << report::printable(*other)
                 << " is not; name solvers or Google Benchmark programs, not both" << std::endl;
    return Exit::kUsage;
  }
  Ab experiment(request, terminal);
  const auto exit = experiment.execute();
  if (report != nullptr) *report = experiment.take_report();
  return exit;
}

}  // namespace harness::experiment

#include <harness/experiment/ab.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include <harness/compare/crossover.hpp>
#include <harness/experiment/ab_output.hpp>
#include <harness/experiment/loading.hpp>
#include <harness/experiment/preparation.hpp>
#include <harness/experiment/profiling.hpp>
#include <harness/experiment/report_context.hpp>
#include <harness/experiment/selection.hpp>
#include <harness/experiment/solver_duet.hpp>
#include <harness/experiment/trace.hpp>
#include <harness/library/choice.hpp>
#include <harness/model/comparison_json.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>

namespace harness::experiment {
namespace {

using model::Comparison;
using model::Verdict;
using State = Row::State;

constexpr double kDefaultEffect = 0.02;

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
      : request_(request), run_(request.run), terminal_(terminal), settings_(worker_settings(request.run, terminal)), output_(run_.flags, terminal),
        trace_(run_.trace, settings_, [this](const std::string& line) { output_.say(line); }) {
    run_.latency_pass = false;
    run_.memory_pass = true;  // how sides are measured depends on what they allocate
  }

  Exit execute() {
    if (auto found = find_sides(); !found) return refuse(found.error());
    if (auto loaded = load(); !loaded) return refuse(loaded.error());
    begin();
    plan_preparation();
    Preparation preparation(run_, terminal_, settings_, *inputs_, output_.progress());
    preparation.prepare(rows_);
    for (const auto& reason : preparation.unavailable()) output_.say("note: " + reason);
    AbOutput::Ending ending;
    ending.problem_at_fault = preparation.problem_at_fault();
    ending.machine_at_fault = preparation.machine_at_fault();
    if (const auto wrong = smallest_wrong_answer()) {
      say_wrong(*wrong);
      ending.with_summary = false;
    } else {
      ending.machine_at_fault |= !compare_all();
    }
    if (profiling_) profiling_->keep_report(model::write_ab_report(output_.report()));
    if (!trace_.write(output_.report().context)) ending.problem_at_fault = true;
    return output_.finish(crossovers(), ending);
  }

  model::AbReport take_report() { return output_.take_report(); }

 private:
  struct Wrong {
    std::size_t side, index;
  };

  Exit refuse(const Error& error) {
    output_.say("harness: " + error.text());
    return error.exit;
  }

  Result<void> find_sides() {
    auto catalog = library::find_libraries(run_.places.plugin_directories);
    const bool only_paths = std::all_of(request_.sides.begin(), request_.sides.end(), is_path);
    if (!catalog && !only_paths) return tl::unexpected(catalog.error());
    if (catalog) catalog_ = std::move(*catalog);
    for (const auto& side : request_.sides) {
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
    if (auto checked = output_.check(); !checked) return checked;
    auto loaded = load_rows(selection_, run_.timeout_seconds, settings_, [this](const std::string& line) { output_.say("warning: " + line); });
    if (!loaded) return tl::unexpected(loaded.error());
    rows_ = std::move(loaded->rows);
    inputs_ = std::move(loaded->inputs);
    for (std::size_t side = 1; side < solvers_.size(); ++side) {
      const bool equal = row(side, 0).library->identity.code_hash == row(0, 0).library->identity.code_hash;
      equal_code_.push_back(equal && !request_.measure_equal_code);
      if (!equal_code_.back()) continue;
      for (std::size_t index = 0; index < cases_; ++index) row(side, index).mark(State::kSkipped, "same code");
    }
    if (std::all_of(equal_code_.begin(), equal_code_.end(), [](bool equal) { return equal; })) {
      for (std::size_t index = 0; index < cases_; ++index) row(0, index).mark(State::kSkipped, "same code");
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
    for (const auto& warning : selection_.warnings) output_.say("warning: " + warning);
    model::AbReport report;
    report.kind = "solvers";
    report.sides = names_;
    for (const auto& solver : solvers_) report.files.push_back(solver.file.string());
    report.context = report_context(run_, rows_);
    if (run_.profile && run_.profile->any())
      profiling_.emplace(*run_.profile, settings_, value_of(report.context, "run_id"), [this](const std::string& line) { output_.say(line); });
    std::size_t name_width = 0;
    for (const auto& trial : selection_.trials) name_width = std::max(name_width, trial.input->dataset_and_name().size());
    output_.begin(std::move(report), name_width);
  }

  void plan_preparation() {
    const auto measured = std::count_if(rows_.begin(), rows_.end(), [](const auto& each) { return each.measurement.state == State::kMeasured; });
    constexpr double kTypicalDuet = 0.5;
    output_.progress().plan(static_cast<double>(measured) * (seconds_to_prepare(run_) + kTypicalDuet));
  }

  static bool is_wrong(const Row& each) {
    return each.measurement.state == State::kFailed && each.measurement.note.starts_with("wrong answer");
  }

  // By the bytes of the input: what is easiest to look into.
  std::optional<Wrong> smallest_wrong_answer() {
    std::optional<Wrong> smallest;
    for (std::size_t index = 0; index < cases_; ++index) {
      for (std::size_t side = 0; side < solvers_.size(); ++side) {
        if (!is_wrong(row(side, index))) continue;
        const auto bytes = row(side, index).input->args.size();
        if (!smallest || bytes < row(smallest->side, smallest->index).input->args.size()) smallest = Wrong{side, index};
      }
    }
    return smallest;
  }

  void say_wrong(const Wrong& wrong) {
    const auto guilty_side = std::max<std::size_t>(wrong.side, 1);
    std::size_t count = 0;
    for (std::size_t index = 0; index < cases_; ++index) count += is_wrong(row(wrong.side, index));
    for (std::size_t side = 1; side < solvers_.size(); ++side) {
      for (std::size_t index = 0; index < cases_; ++index) {
        auto comparison = about(side, index);
        if (side == guilty_side && index == wrong.index) {
          comparison.verdict = Verdict::kFailed;
          comparison.reason = fmt::format("{}: {}", names_[wrong.side], row(wrong.side, index).measurement.note);
          if (count > 1) comparison.reason += fmt::format(" (the smallest of {} such cases)", count);
          output_.tell(std::move(comparison));
        } else {
          comparison.reason = fmt::format("not timed: {} answers {} wrongly", names_[wrong.side], row(0, wrong.index).trial->input->dataset_and_name());
          output_.keep(std::move(comparison));
        }
      }
    }
  }

  Comparison about(std::size_t side, std::size_t index) {
    Comparison comparison;
    const auto& trial = *row(side, index).trial;
    comparison.problem = trial.problem->name;
    comparison.case_name = trial.input->dataset_and_name();
    comparison.size = trial.input->size;
    comparison.reference = names_[0];
    comparison.candidate = names_[side];
    comparison.min_effect = request_.min_effect.value_or(kDefaultEffect);
    return comparison;
  }

  bool is_compared(std::size_t side, std::size_t index) {
    return row(0, index).measurement.state == State::kMeasured && row(side, index).measurement.state == State::kMeasured;
  }

  // False: a process could not be had.
  bool compare_all() {
    std::string name;
    SolverDuets duets({request_.min_effect.value_or(kDefaultEffect), request_.budget_seconds, request_.untrusted}, terminal_, settings_,
                      *inputs_,
                      [&](const model::Duet& duet) {
                        output_.progress().restate(fmt::format("{} ({})", name, report::closing_in(duet, terminal_.utf8)));
                      },
                      [&](const std::string& line) { output_.say(line); });
    const auto expected_seconds = [&](std::size_t side, std::size_t index) {
      return is_compared(side, index) ? duets.predict_seconds(row(0, index), row(side, index)) : 0;
    };
    double seconds = 0;
    for (std::size_t side = 1; side < solvers_.size(); ++side) {
      for (std::size_t index = 0; index < cases_; ++index) seconds += expected_seconds(side, index);
    }
    output_.progress().plan(seconds);
    for (std::size_t side = 1; side < solvers_.size(); ++side) {
      if (equal_code_[side - 1]) {
        std::vector<Comparison> equal;
        for (std::size_t index = 0; index < cases_; ++index) equal.push_back(about(side, index));
        output_.tell_equal("same code", std::move(equal));
        continue;
      }
      for (std::size_t index = 0; index < cases_; ++index) {
        auto comparison = about(side, index);
        if (terminal_.stop) {
          comparison.reason = "interrupted";
          output_.keep(std::move(comparison));
          continue;
        }
        name = row(side, index).trial->name();
        output_.progress().step(name, expected_seconds(side, index));
        compare(duets, side, index, comparison);
        output_.progress().done_step();
        if (comparison.reason == "interrupted" && comparison.duets.empty()) output_.keep(std::move(comparison));
        else output_.tell(std::move(comparison));
      }
    }
    return !duets.machine_at_fault();
  }

  void compare(SolverDuets& duets, std::size_t side, std::size_t index, Comparison& comparison) {
    const auto &a = row(0, index), &b = row(side, index);
    bool failed = false, interrupted = false;
    for (const auto* each : {&a, &b}) {
      const auto& name = each == &a ? names_[0] : names_[side];
      auto& figures = each == &a ? comparison.reference_figures : comparison.candidate_figures;
      figures.memory = each->measurement.memory;
      figures.instructions_per_call = each->measurement.instructions_per_call;
      for (const auto& warning : each->measurement.warnings) comparison.warnings.push_back(name + ": " + warning);
      failed |= each->measurement.state == State::kFailed;
      interrupted |= each->measurement.state == State::kInterrupted;
      if (each->measurement.state == State::kMeasured) continue;
      comparison.reason += (comparison.reason.empty() ? "" : "; ") + name + ": " + each->measurement.note;
    }
    if (is_compared(side, index)) {
      duets.measure({a, names_[0]}, {b, names_[side]}, comparison);
      if (profiling_ && !terminal_.stop && comparison.verdict != Verdict::kFailed) profile(side, index, comparison);
    } else if (failed) {
      comparison.verdict = Verdict::kFailed;
    } else if (interrupted) {
      comparison.reason = "interrupted";
    } else {
      comparison.verdict = Verdict::kIncomparable;
    }
  }

  void profile(std::size_t side, std::size_t index, Comparison& comparison) {
    const bool differs = comparison.verdict == Verdict::kSlower || comparison.verdict == Verdict::kFaster;
    const double ratio = differs ? std::exp(comparison.log_ratio) : 1;
    output_.progress().restate(row(side, index).trial->name() + " (profiling both sides)");
    const auto roots = roots_here();
    const auto explained = profiling_->explain({row(0, index), names_[0], roots, "", 0}, {row(side, index), names_[side], roots, "", 0}, ratio);
    if (!explained) return;
    comparison.why = explained->lines;
    for (const auto* each : {&explained->before, &explained->now}) {
      for (const auto& warning : each->warnings) comparison.warnings.push_back(each->solver + ": " + warning);
    }
  }

  std::vector<report::CrossoverLine> crossovers() const {
    std::map<std::pair<std::string, std::string>, std::vector<compare::SizedVerdict>> families;  // by side and dataset
    for (const auto& comparison : output_.report().comparisons) {
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

  const AbRequest& request_;
  RunRequest run_;
  const Terminal& terminal_;
  worker::Settings settings_;
  AbOutput output_;
  Trace trace_;
  std::optional<Profiling> profiling_;
  library::Catalog catalog_;
  std::vector<model::SolverInfo> solvers_;  // the sides
  std::vector<std::string> names_;
  Selection selection_;
  std::size_t cases_ = 0;
  std::vector<Row> rows_;  // side by side
  std::unique_ptr<trial::Inputs> inputs_;
  std::vector<bool> equal_code_;  // of the second side and on
};

// Sides that cannot be what they were named as; "" = nothing is wrong with them.
std::string wrong_path(const std::string& side) {
  std::error_code ignored;
  const auto status = std::filesystem::status(side, ignored);
  if (!std::filesystem::exists(status)) return "no such file";
  if (!std::filesystem::is_regular_file(status)) return "is no regular file";
  if (std::filesystem::path(side).extension() != ".so" && ::access(side.c_str(), X_OK) != 0) return "may not be executed (no x bit)";
  return {};
}

}  // namespace

Exit ab(const AbRequest& request, const Terminal& terminal, model::AbReport* report) {
  if (request.run.isolation == worker::Isolation::kNone) {
    terminal.err << "harness: --isolation=none: a verdict needs fresh processes; leave it out with --ab" << std::endl;
    return Exit::kUsage;
  }
  for (const auto& side : request.sides) {
    if (!is_path(side)) continue;
    if (const auto wrong = wrong_path(side); !wrong.empty()) {
      terminal.err << "harness: " << report::printable(side) << ": " << wrong << std::endl;
      return Exit::kUsage;
    }
  }
  const auto programs = std::count_if(request.sides.begin(), request.sides.end(), is_program);
  if (programs > 0 && (request.run.profile || !request.run.trace.empty())) {
    terminal.err << (request.run.profile ? "harness: --profile" : "harness: --trace")
                 << ": is of solvers: a program is run as it is; leave it out" << std::endl;
    return Exit::kUsage;
  }
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

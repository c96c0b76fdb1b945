#include <harness/experiment/gate.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <harness/compare/statistics.hpp>
#include <harness/experiment/changed_inputs.hpp>
#include <harness/experiment/evidence.hpp>
#include <harness/experiment/gate_changes.hpp>
#include <harness/experiment/gate_figures.hpp>
#include <harness/experiment/gate_order.hpp>
#include <harness/experiment/gate_output.hpp>
#include <harness/experiment/gate_sides.hpp>
#include <harness/experiment/loading.hpp>
#include <harness/experiment/noise.hpp>
#include <harness/experiment/preparation.hpp>
#include <harness/experiment/profiling.hpp>
#include <harness/experiment/report_context.hpp>
#include <harness/experiment/selection.hpp>
#include <harness/experiment/solver_duet.hpp>
#include <harness/experiment/trace.hpp>
#include <harness/machine/identity.hpp>
#include <harness/model/gate_json.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/progress.hpp>
#include <harness/store/baseline.hpp>
#include <harness/store/git.hpp>

namespace harness::experiment {
namespace {

using model::Cause;
using model::Change;
using model::Verdict;
using State = Row::State;

// Both sides of one changed solver, case by case.
struct Pairing {
  const SolverChange* change = nullptr;
  std::vector<trial::Trial> reference_trials;  // of the same cases as the candidate's, which the selection has
  std::vector<Row> reference, candidate;       // rows of the same cases
  bool prepared = false;
  bool started = false;  // both sides of some case ran, or the candidate failed
  bool out_of_budget = false;
  std::string left_out;  // why its last case was skipped
};

class Gate {
 public:
  Gate(const GateRequest& request, const Terminal& terminal)
      : request_(request),
        run_(request.run),
        terminal_(terminal),
        settings_(worker_settings(request.run, terminal)),
        trace_(request.run.trace, settings_, [this](const std::string& line) { say(line); }),
        progress_(terminal.err, terminal.err_is_terminal, terminal.utf8, terminal.columns, terminal.clock) {
    run_.memory_pass = true;
    run_.latency_pass = fails_on(Cause::kP95);
    report_.min_effect = request.min_effect.value_or(kGateEffect);
    report_.budget_seconds = request.budget_seconds;
    report_.fail_on = request.fail_on;
  }

  Exit execute() {
    const double begin = terminal_.clock();
    if (auto ready = prepare(); !ready) {
      if (ready.error().exit == Exit::kInterrupted || terminal_.stop) return Exit::kInterrupted;
      progress_.clear();
      return refuse_gate(request_, terminal_, report_, ready.error());
    }
    measure_all();
    judge_growth();
    conclude_all();
    explain_all();
    report_.seconds = terminal_.clock() - begin;
    end();
    if (profiling_) profiling_->keep_report(model::write_gate_report(report_));
    write_evidence();
    progress_.clear();
    if (!trace_.write(report_.context)) report_.exit = Exit::kUsage;
    return tell_gate(request_, terminal_, report_);
  }

 private:
  bool fails_on(Cause cause) const {
    return std::find(request_.fail_on.begin(), request_.fail_on.end(), cause) != request_.fail_on.end();
  }

  void say(const std::string& line) {
    progress_.clear();
    terminal_.err << report::printable(line) << std::endl;
  }

  Result<void> prepare() {
    if (auto files = check_gate_files(request_); !files) return files;
    auto sides = prepare_sides(request_, terminal_, [this](const std::string& line) { say(line); });
    if (!sides) return tl::unexpected(sides.error());
    sides_ = std::move(*sides);
    name_revisions();
    report_.context = report_context(run_, {});
    if (sides_.nothing_changed) return {};
    auto base = library::find_libraries(sides_.base);
    if (!base) return tl::unexpected(base.error());
    auto candidates = library::find_libraries(sides_.candidate);
    if (!candidates) return tl::unexpected(candidates.error());
    for (const auto* catalog : {&*candidates, &*base}) {
      for (const auto& skipped : catalog->skipped) {
        say(fmt::format("skipped {} of {}: {}", skipped.file.filename().string(),
                        catalog == &*base ? "the base" : "the candidates", skipped.reason));
      }
    }
    // A new library that does not fit any more must not pass for one that was taken away.
    for (const auto& skipped : candidates->skipped) {
      const auto file = skipped.file.filename().string();
      const bool had_it = std::any_of(base->solvers.begin(), base->solvers.end(),
                                      [&](const auto& solver) { return solver.identity.file_name() == file; });
      if (had_it) ending_.never_ran.push_back(fmt::format("{} (skipped: {})", file, skipped.reason));
    }
    auto changes = find_changes(*base, *candidates, [this](const auto& solver) { return code_hash(solver); });
    if (!changes) return tl::unexpected(changes.error());
    changes_ = std::move(*changes);
    for (const auto& each : changes_) {
      report_.changes.push_back(each.change);
      const auto& change = each.change;
      if (change.kind == Change::Kind::kNew)
        say(fmt::format("new: {}/{}: nothing of its line at the base to compare it with", change.problem,
                        change.candidate));
      if (change.kind == Change::Kind::kRemoved) say(fmt::format("removed: {}/{}", change.problem, change.reference));
      if (change.kind == Change::Kind::kNewVersion)
        say(fmt::format("new version: {}/{}, compared with {}", change.problem, change.candidate, change.reference));
    }
    if (auto paired = pair(std::move(*candidates), *base); !paired) return paired;
    print_plan();
    return {};
  }

  void name_revisions() {
    const auto& revisions = sides_.revisions;
    report_.base = revisions.base;
    report_.base_sha = revisions.base_sha;
    report_.head_sha = revisions.head_sha;
    report_.dirty = revisions.dirty;
    if (!revisions.root.empty()) {
      if (const auto range = store::commits_between(revisions.root, revisions.base_sha, revisions.head_sha)) {
        for (const auto& commit : range->commits) report_.commits.emplace_back(commit.sha, commit.subject);
        report_.more_commits = range->more;
      }
    }
    report_.command = gate_command(request_, revisions.base_sha);
  }

  Result<std::string> code_hash(const model::SolverInfo& solver) {
    const auto bytes = library::read_library_bytes(solver.file);
    if (!bytes) return tl::unexpected(bytes.error());
    const auto identity = library::identify(*bytes);
    if (!identity) return tl::unexpected(identity.error());
    return identity->code_hash;
  }

  Result<void> pair(library::Catalog candidates, const library::Catalog& base) {
    auto places = run_.places;
    places.dataset_directory = sides_.datasets;
    auto filter = bench::Filter::parse(run_.flags.filter);
    if (!filter) return tl::unexpected(filter.error());
    const auto base_problems = base.problems;
    auto selection = select(places, std::move(candidates), *filter, run_.case_glob);
    if (!selection) return tl::unexpected(selection.error());
    selection_ = std::move(*selection);
    for (const auto& warning : selection_.warnings) say("warning: " + warning);
    for (const auto& skipped : selection_.catalog.skipped) {
      if (skipped.reason.starts_with("no problem "))
        say(fmt::format("skipped {}: {}", skipped.file.filename().string(), skipped.reason));
    }
    ChangedInputs inputs(sides_.base_datasets, base_problems, selection_.catalog.problems);
    std::vector<trial::Trial> kept;
    for (const auto& trial : selection_.trials) {
      const auto change = std::find_if(changes_.begin(), changes_.end(), [&](const auto& each) {
        return each.candidate && each.candidate->name() == trial.solver->name();
      });
      if (change == changes_.end() || !change->reference || change->change.kind == Change::Kind::kEqual) continue;
      selected_.insert(trial.solver->name());
      if (const auto why = inputs.why_incomparable(*trial.problem, *trial.input)) {
        report_.incomparable.emplace_back(trial.name(), *why);
        continue;
      }
      kept.push_back(trial);
    }
    selection_.trials = std::move(kept);
    return load();
  }

  Result<void> load() {
    const auto warn = [this](const std::string& line) { say("warning: " + line); };
    auto loaded = load_rows(selection_, run_.timeout_seconds, settings_, warn);
    if (!loaded) return tl::unexpected(loaded.error());
    inputs_ = std::move(loaded->inputs);
    for (auto& row : loaded->rows) {
      // A limit on p95 is a limit as others are: judged, although p95 itself is not compared unless asked for.
      if (fails_on(Cause::kLimits) && row.trial->limits().p95_latency_seconds) run_.latency_pass = true;
      if (pairings_.empty() || pairings_.back().candidate.front().trial->solver->name() != row.trial->solver->name()) {
        pairings_.emplace_back();
        pairings_.back().change = &*std::find_if(changes_.begin(), changes_.end(), [&](const auto& each) {
          return each.candidate && each.candidate->name() == row.trial->solver->name();
        });
      }
      pairings_.back().candidate.push_back(std::move(row));
    }
    for (auto& pairing : pairings_) {
      Selection reference;
      reference.catalog.problems = selection_.catalog.problems;
      for (const auto& row : pairing.candidate)
        reference.trials.push_back({pairing.change->reference, row.trial->problem, row.trial->input});
      pairing.reference_trials = std::move(reference.trials);
      reference.trials = pairing.reference_trials;
      auto rows = load_rows(reference, run_.timeout_seconds, settings_, warn);
      if (!rows) return tl::unexpected(rows.error());
      pairing.reference = std::move(rows->rows);
      for (std::size_t i = 0; i < pairing.reference.size(); ++i)
        pairing.reference[i].trial = &pairing.reference_trials[i];
    }
    return {};
  }

  void print_plan() {
    std::size_t cases = 0;
    for (const auto& pairing : pairings_) cases += pairing.candidate.size();
    if (cases == 0) return;
    constexpr double kSecondsOfAProcess = 0.03, kProcesses = 6;
    const double seconds =
        static_cast<double>(cases) * (2 * seconds_to_prepare(run_) + kProcesses * kSecondsOfAProcess);
    say(fmt::format(
        "plan: {} changed solver{}, {} case{} x about {:g} processes x {:g} s, with checking about {:.2g} s of {:g} s",
        pairings_.size(), pairings_.size() == 1 ? "" : "s", cases, cases == 1 ? "" : "s", kProcesses,
        kSecondsOfAProcess, seconds, request_.budget_seconds));
    progress_.plan(seconds);
  }

  void measure_all() {
    if (pairings_.empty()) return;
    begun_ = terminal_.clock();
    const auto machine = machine::identify().key();
    const store::Baselines histories(request_.history_directory, machine);
    const auto noise = read_noise(request_.history_directory, machine);
    if (!noise) say("warning: " + noise.error().text());
    std::vector<GateTrial> trials;
    std::vector<std::pair<std::size_t, std::size_t>> places;  // pairing, case
    std::map<std::string, model::Baseline> baselines;
    for (std::size_t solver = 0; solver < pairings_.size(); ++solver) {
      for (std::size_t index = 0; index < pairings_[solver].candidate.size(); ++index) {
        const auto& trial = *pairings_[solver].candidate[index].trial;
        const auto& problem = trial.problem->name;
        if (!baselines.contains(problem))
          baselines.emplace(problem,
                            histories.read(problem).value_or(model::Baseline{}));  // a hint: a bad file spoils nothing
        GateTrial each;
        each.solver = solver;
        each.weight = trial.input->size.value_or(trial.input->args ? trial.input->args->size() : 0);
        const auto* history =
            baselines.at(problem).find(trial.solver->identity.solver(), trial.input->dataset_and_name());
        each.suspect =
            history != nullptr && !history->runs.empty() && history->runs.back().is_beyond(model::Metric::kTime);
        each.unlikely = noise && would_not_notice(*noise, problem, trial.input->dataset_and_name(), report_.min_effect);
        trials.push_back(each);
        places.emplace_back(solver, index);
      }
    }
    std::string name;
    SolverDuets duets(
        {report_.min_effect, std::nullopt, false}, terminal_, settings_, *inputs_,
        [&](const model::Duet& duet) {
          progress_.restate(fmt::format("{} ({})", name, report::closing_in(duet, terminal_.utf8)));
        },
        [&](const std::string& line) { say(line); });
    Preparation preparation(run_, terminal_, settings_, *inputs_, progress_);
    for (const auto at : breadth_first(trials)) {
      if (terminal_.stop) break;
      auto& pairing = pairings_[places[at].first];
      const auto index = places[at].second;
      name = pairing.candidate[index].trial->name();
      if (seconds_left() <= 0) {
        out_of_budget(pairing, name, fmt::format("the budget of {:g} s was used up", request_.budget_seconds));
        continue;
      }
      if (!pairing.prepared) {
        preparation.prepare(pairing.candidate);
        preparation.prepare(pairing.reference);
        pairing.prepared = true;
      }
      if (terminal_.stop) break;
      measure(pairing, index, duets);
    }
    for (const auto& reason : preparation.unavailable()) say("note: " + reason);
    ending_.problem_at_fault = preparation.problem_at_fault();
    ending_.machine_at_fault = preparation.machine_at_fault() || duets.machine_at_fault();
  }

  double seconds_left() const { return request_.budget_seconds - (terminal_.clock() - begun_); }

  void out_of_budget(Pairing& pairing, const std::string& name, const std::string& why) {
    report_.not_measured.emplace_back(name, why);
    pairing.out_of_budget = true;
    ++ending_.out_of_budget;
  }

  void measure(Pairing& pairing, std::size_t index, SolverDuets& duets) {
    const auto &before = pairing.reference[index], &now = pairing.candidate[index];
    model::GateCase one;
    one.name = now.trial->name();
    auto& comparison = one.comparison;
    comparison.problem = now.trial->problem->name;
    comparison.case_name = now.trial->input->dataset_and_name();
    comparison.size = now.trial->input->size;
    comparison.reference = reference_name(pairing);
    comparison.candidate = pairing.change->change.candidate;
    comparison.min_effect = report_.min_effect;
    comparison.reference_figures = {before.measurement.memory, before.measurement.instructions_per_call, {}};
    comparison.candidate_figures = {now.measurement.memory, now.measurement.instructions_per_call, {}};
    for (const auto* row : {&before, &now}) {
      const auto& side = row == &before ? comparison.reference : comparison.candidate;
      for (const auto& warning : row->measurement.warnings) comparison.warnings.push_back(side + ": " + warning);
    }
    if (before.measurement.state != State::kMeasured || now.measurement.state != State::kMeasured)
      return tell_unmeasured(pairing, index, std::move(one));
    const double left = seconds_left(), predicted = duets.predict_seconds(before, now);
    if (predicted > left) {
      return out_of_budget(
          pairing, one.name,
          fmt::format("takes about {:.2g} s, {:.2g} s of the budget are left", predicted, std::max(0.0, left)));
    }
    constexpr double kUsualBudget = 10;  // below, a case gets what is left, half of it for confirming
    duets.set_budget(left < 2 * kUsualBudget ? std::optional(std::min(5.0, left / 2)) : std::nullopt);
    pairing.started = true;
    progress_.step(one.name, predicted);
    duets.measure({before, comparison.reference}, {now, comparison.candidate}, comparison);
    progress_.done_step();
    if (terminal_.stop) return;
    if (comparison.verdict != Verdict::kFailed) {
      one.figures = figures_of(before, now, comparison);
      measure_again(one.figures, before, now, settings_);
      if (before.measurement.memory.has_value() != now.measurement.memory.has_value()) {
        report_.incomparable.emplace_back(one.name + " (memory)", "was measured of one side only");
      }
      if (!fails_on(Cause::kP95))
        std::erase_if(one.figures, [](const auto& figure) { return figure.cause == Cause::kP95; });
      if (!report_.control_log_ratio && 2 * duets.predict_ratio_seconds(before, before) < seconds_left())
        control(before, one.name, duets);
    }
    measured_[{&pairing, now.trial->input->dataset}].push_back({index, report_.cases.size()});
    report_.cases.push_back(std::move(one));
  }

  std::string reference_name(const Pairing& pairing) const {
    const auto& reference = pairing.change->change.reference;
    return reference + "@" + (report_.base_sha.empty() ? "base" : report_.base_sha.substr(0, 7));
  }

  void tell_unmeasured(Pairing& pairing, std::size_t index, model::GateCase one) {
    const auto &before = pairing.reference[index].measurement, &now = pairing.candidate[index].measurement;
    if (now.state == State::kFailed && before.state != State::kFailed) {
      pairing.started = true;
      one.comparison.verdict = Verdict::kFailed;
      one.comparison.reason = now.note;
      if (!now.broken_limits.empty())
        one.figures = figures_of(pairing.reference[index], pairing.candidate[index], one.comparison);
      report_.cases.push_back(std::move(one));
    } else if (now.state == State::kFailed) {
      pairing.started = true;
      report_.incomparable.emplace_back(one.name, fmt::format("both sides fail: {}", now.note));
    } else if (before.state == State::kFailed) {
      report_.incomparable.emplace_back(one.name, fmt::format("{} fails: {}", one.comparison.reference, before.note));
    } else if (before.state == State::kMeasured && !is_declared_too_large(pairing.candidate[index])) {
      // Left out because it is predicted to take too long, which the old code did not: not known to be worse, and never
      // a silent green.
      report_.not_measured.emplace_back(one.name, now.note);
      ending_.never_ran.push_back(fmt::format("{} ({})", one.name, now.note));
    } else {
      report_.not_measured.emplace_back(one.name, now.state == State::kSkipped ? now.note : before.note);
      pairing.left_out = report_.not_measured.back().second;
    }
  }

  static bool is_declared_too_large(const Row& row) {
    const auto most = row.trial->limits().max_size;
    return row.measurement.state != State::kSkipped ||
           (most && row.trial->input->size && *row.trial->input->size > *most) ||
           row.examined.verdict != trial::Examination::Verdict::kReady;
  }

  // The reference against a second copy of itself, on the first case that was measured. What it shows twice is this
  // machine's.
  void control(const Row& reference, const std::string& name, SolverDuets& duets) {
    constexpr double kMost = 0.01;
    for (int attempt = 0; attempt < 2; ++attempt) {
      const auto ratio = duets.ratio({reference, "reference"}, {reference, "reference again"});
      if (!ratio) return;
      report_.control_log_ratio = ratio->log_ratio;
      report_.control_case = name;
      report_.control_holds = std::abs(std::expm1(ratio->log_ratio)) <= kMost;
      if (report_.control_holds) return;
    }
  }

  void judge_growth() {
    for (const auto& [family, cases] : measured_) {
      std::vector<GrowthSide> before, now;
      std::size_t largest = 0;
      std::uint64_t largest_size = 0;
      for (const auto& [index, place] : cases) {
        const auto& row = family.first->candidate[index];
        if (!row.measurement.size || report_.cases[place].comparison.duets.empty()) continue;
        std::vector<double> of_reference, of_candidate;
        for (const auto& duet : report_.cases[place].comparison.duets) {
          for (const auto& process : duet.processes) {
            of_reference.push_back(process.reference_seconds_per_call);
            of_candidate.push_back(process.candidate_seconds_per_call);
          }
        }
        if (of_reference.empty()) continue;
        before.push_back({&family.first->reference[index], compare::median(of_reference)});
        now.push_back({&row, compare::median(of_candidate)});
        if (*row.measurement.size >= largest_size) {
          largest_size = *row.measurement.size;
          largest = place;
        }
      }
      if (auto figure = growth_figure(before, now)) report_.cases[largest].figures.push_back(std::move(*figure));
    }
  }

  void conclude_all() {
    const double doubt = report_.control_holds ? 0 : kTimesControl * std::abs(std::expm1(*report_.control_log_ratio));
    for (auto& one : report_.cases) conclude(one, request_.fail_on, doubt);
  }

  // Both sides of what is red, a case a solver: why. Asked for by --profile, of every changed solver.
  void explain_all() {
    constexpr std::size_t kMostSolvers = 3;
    const auto kinds = run_.profile.value_or(ProfileKinds{true, true});
    if (!kinds.any() || terminal_.stop) return;
    std::map<const Pairing*, std::pair<std::size_t, std::size_t>> chosen;  // index of the case, place in report_.cases
    for (const auto& [family, cases] : measured_) {
      for (const auto& each : cases) {
        const auto& one = report_.cases[each.second];
        if (one.comparison.verdict == Verdict::kFailed || (one.failed.empty() && !run_.profile)) continue;
        const auto [place, is_first] = chosen.emplace(family.first, each);
        if (!is_first && tells_more(one, report_.cases[place->second.second])) place->second = each;
      }
    }
    std::vector<std::pair<const Pairing*, std::pair<std::size_t, std::size_t>>> order(chosen.begin(), chosen.end());
    std::stable_sort(order.begin(), order.end(), [this](const auto& a, const auto& b) {
      return tells_more(report_.cases[a.second.second], report_.cases[b.second.second]);
    });
    if (!run_.profile && order.size() > kMostSolvers) order.resize(kMostSolvers);
    for (const auto& [pairing, at] : order) {
      if (terminal_.stop) return;
      explain(*pairing, at.first, report_.cases[at.second]);
    }
  }

  // Red before not, by time before by memory, then the larger difference.
  static bool tells_more(const model::GateCase& a, const model::GateCase& b) {
    const auto rank = [](const model::GateCase& one) {
      const bool by_time = std::find(one.failed.begin(), one.failed.end(), Cause::kTime) != one.failed.end();
      return by_time ? 2 : one.failed.empty() ? 0 : 1;
    };
    if (rank(a) != rank(b)) return rank(a) > rank(b);
    return std::abs(a.comparison.log_ratio) > std::abs(b.comparison.log_ratio);
  }

  void explain(const Pairing& pairing, std::size_t index, model::GateCase& one) {
    const auto kinds = run_.profile.value_or(ProfileKinds{true, true});
    if (!profiling_) {
      profiling_.emplace(kinds, settings_, value_of(report_.context, "run_id"),
                         [this](const std::string& line) { say(line); });
    }
    const auto verdict = one.comparison.verdict;
    const bool differs = verdict == Verdict::kSlower || verdict == Verdict::kFaster;
    const double ratio = differs ? std::exp(one.comparison.log_ratio) : 1;
    const auto &before = pairing.reference[index], &now = pairing.candidate[index];
    progress_.step(one.name + " (profiling both sides)", Profiling::predict_seconds(kinds) * 2);
    auto explained = profiling_->explain(
        {before, one.comparison.reference, base_roots(pairing), growth_of(family_of(before, pairing.reference)), 0},
        {now, one.comparison.candidate, or_here(sides_.candidate_sources), growth_of(family_of(now, pairing.candidate)), 0},
        ratio);
    progress_.done_step();
    if (!explained) return;
    one.comparison.why = std::move(explained->lines);
    for (const auto* side : {&explained->before, &explained->now}) {
      for (const auto& warning : side->warnings) one.comparison.warnings.push_back(side->solver + ": " + warning);
    }
  }

  // A version that stands beside its predecessor; else the base's own sources, or none: the present ones are others.
  SourceRoots base_roots(const Pairing& pairing) const {
    const bool beside = pairing.change->change.kind == Change::Kind::kNewVersion;
    return beside ? or_here(sides_.base_sources) : sides_.base_sources;
  }
  static SourceRoots or_here(const SourceRoots& roots) { return roots.empty() ? roots_here() : roots; }

  void end() {
    ending_.interrupted = terminal_.stop;
    for (const auto& change : changes_) {
      const bool has_to_run =
          change.change.kind == Change::Kind::kEdited || change.change.kind == Change::Kind::kNewVersion;
      if (!has_to_run) continue;
      const auto& name = change.candidate->name();
      const auto pairing =
          std::find_if(pairings_.begin(), pairings_.end(), [&](const auto& each) { return each.change == &change; });
      if (pairing == pairings_.end()) {
        const bool everything_asked = run_.flags.filter.empty() && run_.case_glob.empty();
        if (everything_asked && !selected_.contains(name)) ending_.never_ran.push_back(name + " (no case)");
      } else if (!pairing->started && pairing->out_of_budget) {
        ending_.never_started.push_back(name);
      } else if (!pairing->started && !terminal_.stop && !pairing->left_out.empty()) {
        ending_.never_ran.push_back(fmt::format("{} ({})", name, pairing->left_out));
      }
    }
    ending_.control_missing = !report_.cases.empty() && !report_.control_log_ratio;
    end_gate(report_, ending_, request_.strict);
  }

  void write_evidence() {
    if (request_.evidence.empty()) return;
    Evidence evidence;
    evidence.report = &report_;
    evidence.datasets = sides_.datasets;
    for (const auto& pairing : pairings_) {
      if (!pairing.prepared) continue;
      evidence.sides.push_back({pairing.change->reference.get(), pairing.change->candidate.get()});
      for (const auto& row : pairing.candidate) {
        if (row.input)
          evidence.inputs.emplace(row.trial->problem->name + "/" + row.trial->input->dataset_and_name(), row.input);
      }
    }
    evidence.problems = selection_.catalog.problems;
    if (profiling_ && !profiling_->folder().empty()) evidence.profiles = profiling_->folder() / "profiles";
    if (auto written = experiment::write_evidence(request_.evidence, evidence); !written) {
      say("harness: " + written.error().text());
      if (report_.exit != Exit::kRegression) report_.exit = Exit::kUsage;
      report_.exit_because +=
          (report_.exit_because.empty() ? "" : "; ") + std::string("the evidence could not be written");
    }
  }

  const GateRequest& request_;
  RunRequest run_;
  const Terminal& terminal_;
  worker::Settings settings_;
  Trace trace_;
  std::optional<Profiling> profiling_;
  report::Progress progress_;
  GateSides sides_;
  Selection selection_;
  std::vector<SolverChange> changes_;
  std::vector<Pairing> pairings_;
  std::set<std::string> selected_;  // changed solvers of which some case was asked for
  std::unique_ptr<trial::Inputs> inputs_;
  double begun_ = 0;
  // By solver and dataset: index of the case, place in report_.cases.
  std::map<std::pair<const Pairing*, std::string>, std::vector<std::pair<std::size_t, std::size_t>>> measured_;
  model::GateReport report_;
  GateEnding ending_;
};

}  // namespace

Exit gate(const GateRequest& request, const Terminal& terminal) {
  if (!request.programs.empty()) return gate_programs(request, terminal);
  return Gate(request, terminal).execute();
}

}  // namespace harness::experiment

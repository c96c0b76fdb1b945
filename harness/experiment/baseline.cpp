#include <harness/experiment/baseline.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/compare/history.hpp>
#include <harness/compare/latency.hpp>
#include <harness/experiment/gate_figures.hpp>
#include <harness/experiment/history_record.hpp>
#include <harness/experiment/kept_rows.hpp>
#include <harness/experiment/loading.hpp>
#include <harness/experiment/preparation.hpp>
#include <harness/experiment/profiling.hpp>
#include <harness/experiment/report_context.hpp>
#include <harness/experiment/selection.hpp>
#include <harness/experiment/solver_duet.hpp>
#include <harness/experiment/trace.hpp>
#include <harness/machine/identity.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/history.hpp>
#include <harness/report/progress.hpp>
#include <harness/store/atomic_file.hpp>
#include <harness/store/baseline.hpp>
#include <harness/store/git.hpp>
#include <harness/store/library_cache.hpp>

namespace harness::experiment {
namespace {

using model::CaseHistory;
using model::Verdict;
using State = Row::State;

class BaselineRun {
 public:
  BaselineRun(const BaselineRequest& request, const Terminal& terminal, Selection selection)
      : request_(request),
        run_(request.run),
        terminal_(terminal),
        selection_(std::move(selection)),
        settings_(worker_settings(request.run, terminal)),
        trace_(request.run.trace, settings_, [this](const std::string& line) { say(line); }),
        store_(request.directory, machine::identify().key()),
        libraries_(store::LibraryCache::default_directory()),
        progress_(terminal.err, terminal.err_is_terminal, terminal.utf8, terminal.columns, terminal.clock) {
    run_.memory_pass = true;
    rule_.min_effect = request.min_effect.value_or(kBaselineEffect);
  }

  Exit execute() {
    for (const auto& warning : selection_.warnings) say("warning: " + warning);
    if (auto ready = begin(); !ready) {
      say("harness: " + ready.error().text());
      return ready.error().exit;
    }
    Preparation preparation(run_, terminal_, settings_, *inputs_, progress_);
    preparation.prepare(rows_);
    for (const auto& reason : preparation.unavailable()) say("note: " + reason);
    problem_at_fault_ = preparation.problem_at_fault();
    machine_at_fault_ = preparation.machine_at_fault();
    measure_all();
    say_missing();
    record();
    tell_alerts();
    summarise();
    write_report();
    if (!trace_.write(context_)) unwritten_ = true;
    return exit_code();
  }

 private:
  void say(const std::string& line) {
    progress_.clear();
    terminal_.err << report::printable(line) << std::endl;
  }
  bool to_console() const { return run_.flags.format == "console"; }

  report::ConsoleOptions options() const {
    report::ConsoleOptions options;
    options.colour = terminal_.colour;
    options.utf8 = terminal_.utf8;
    options.columns = terminal_.out_is_terminal ? terminal_.columns : 0;
    for (const auto& trial : selection_.trials) options.name_width = std::max(options.name_width, trial.name().size());
    return options;
  }

  // All that can go wrong before anything is measured.
  Result<void> begin() {
    if (!run_.flags.out.empty()) {
      if (const auto why = store::why_not_writable(run_.flags.out); !why.empty()) {
        return fail("--benchmark_out=" + run_.flags.out, "cannot be written: " + why,
                    "name a file in a directory that exists and is yours");
      }
    }
    for (const auto& trial : selection_.trials) {
      const auto& problem = trial.problem->name;
      if (baselines_.contains(problem)) continue;
      auto baseline = store_.read(problem);
      if (!baseline) return tl::unexpected(baseline.error());
      baselines_.emplace(problem, std::move(*baseline));
      if (!request_.record) continue;
      if (auto writable = store_.check_writable(problem); !writable) return writable;
    }
    auto loaded = load_rows(selection_, run_.timeout_seconds, settings_,
                            [this](const std::string& line) { say("warning: " + line); });
    if (!loaded) return tl::unexpected(loaded.error());
    rows_ = std::move(loaded->rows);
    inputs_ = std::move(loaded->inputs);
    context_ = report_context(run_, rows_);
    const auto measured = std::count_if(rows_.begin(), rows_.end(),
                                        [](const auto& row) { return row.measurement.state == State::kMeasured; });
    constexpr double kTypicalRatio = 0.25;
    progress_.plan(static_cast<double>(measured) * (seconds_to_prepare(run_) + kTypicalRatio));
    return {};
  }

  void measure_all() {
    KeptRows kept(run_, terminal_, settings_, *inputs_, progress_, libraries_);
    std::string name;
    SolverDuets duets(
        {rule_.min_effect, request_.budget_seconds, false}, terminal_, settings_, *inputs_,
        [&](const model::Duet& duet) {
          progress_.restate(fmt::format("{} against last good ({})", name, report::closing_in(duet, terminal_.utf8)));
        },
        [&](const std::string& line) { say(line); });
    double seconds = 0;
    for (const auto& row : rows_) {
      if (row.measurement.state == State::kMeasured) seconds += duets.predict_ratio_seconds(row, row);
    }
    progress_.plan(seconds);
    for (auto& row : rows_) {
      if (terminal_.stop) break;
      if (row.measurement.state != State::kMeasured) {
        tell_unmeasured(row);
        continue;
      }
      name = row.trial->name();
      progress_.step(name, duets.predict_ratio_seconds(row, row));
      judge(row, kept, duets);
      progress_.done_step();
    }
    machine_at_fault_ |= duets.machine_at_fault();
  }

  void tell_unmeasured(const Row& row) {
    if (row.measurement.state == State::kInterrupted) return;
    if (row.measurement.state == State::kSkipped) {
      ++skipped_;
      const auto* history = baselines_.at(row.trial->problem->name)
                                .find(row.trial->solver->identity.solver(), row.trial->input->dataset_and_name());
      if (history != nullptr) {
        ++skipped_with_history_;
        say(fmt::format("skipped {}, which has a history: {}", row.trial->name(), row.measurement.note));
      }
      return;
    }
    tell_failed(row, row.measurement.note);
  }

  void tell_failed(const Row& row, const std::string& why) {
    HistoryRecord record;
    record.judgement = about(row);
    record.judgement.verdict = Verdict::kFailed;
    record.judgement.reason = why;
    tell(row, std::move(record));
  }

  void tell_unknown(const Row& row, HistoryRecord record, const std::string& why) {
    record.judgement = about(row);
    record.judgement.verdict = Verdict::kCannotTell;
    record.judgement.reason = why;
    tell(row, std::move(record));
  }

  static model::CaseJudgement about(const Row& row) {
    model::CaseJudgement judgement;
    judgement.problem = row.trial->problem->name;
    judgement.solver = row.trial->solver->identity.solver();
    judgement.case_name = row.trial->input->dataset_and_name();
    return judgement;
  }

  void judge(Row& row, KeptRows& kept, SolverDuets& duets) {
    const auto& baseline = baselines_.at(row.trial->problem->name);
    auto found = compared_by(row, *inputs_);
    if (!found) return tell_failed(row, found.error().text());
    HistoryRecord record = begin_record(row, std::move(*found), baseline, kept);
    if (terminal_.stop) return;
    if (!record.no_pin.empty()) return tell_unknown(row, std::move(record), "no ratio: " + record.no_pin);
    const auto pin = kept.row(record.pin_sha256, row);
    if (!pin) return;  // begin_record found it, so only Ctrl-C can be why
    const auto ratio = duets.ratio({**pin, "pin"}, {row, row.measurement.solver});
    if (!ratio) {
      if (ratio.error().kind == NoProcess::Kind::kInterrupted) return;
      if (ratio.error().kind == NoProcess::Kind::kFailed) return tell_failed(row, ratio.error().reason);
      return tell_unknown(row, std::move(record), ratio.error().reason);
    }
    fill(record.run, row, *ratio);
    record.processes = ratio->processes;
    const auto* history = record.judged_against ? &*record.judged_against : nullptr;
    auto rule = rule_;
    constexpr double kClockSeconds = 25e-9, kSlice = 100e-6;
    rule.timer_resolution = kClockSeconds / std::max(kSlice, row.examined.seconds_per_call);
    record.rule = rule;
    record.judgement =
        compare::judge(history, record.compared_by, record.run, row.trial->solver->benchmark.tolerances, rule);
    auto names = about(row);
    record.judgement.problem = names.problem;
    record.judgement.solver = names.solver;
    record.judgement.case_name = names.case_name;
    for (const auto& warning : row.measurement.warnings) record.judgement.warnings.push_back(warning);
    if (!record.run.allocs && history != nullptr && !history->runs.empty() && history->runs.back().allocs) {
      record.judgement.warnings.push_back("memory was not measured this time: it is not held against the history");
    }
    if (record.begins && !record.begins_because.empty()) record.judgement.warnings.push_back(record.begins_because);
    if (record.judgement.needs_rerun) {
      auto again = rerun(row, *history, record.judgement, kept, duets);
      if (terminal_.stop) return;
      compare::settle(record.judgement, again);
    }
    doubt_memory(row, record.judgement);
    find_out_why(row, history, kept, *ratio, record);
    if (terminal_.stop) return;
    record.recordable = true;
    record.settled = record.judgement;
    auto copy = baseline;  // what it would be: the streak and the alert are known by it
    apply(copy, record);
    tell(row, std::move(record));
  }

  // What became worse is profiled beside last good, a case a solver; else what --profile asks for: the dearest case of
  // each solver, so that a fingerprint that changed is seen where time did not move.
  void find_out_why(const Row& row, const CaseHistory* history, KeptRows& kept, const SolverDuets::Ratio& ratio,
                    HistoryRecord& record) {
    const auto kinds = run_.profile.value_or(ProfileKinds{true, true});
    auto& judgement = record.judgement;
    const bool worse = judgement.verdict == Verdict::kSlower || judgement.verdict == Verdict::kAlert || judgement.memory_worse();
    if (!kinds.any() || (!worse && !(run_.profile && is_dearest(row)))) return;
    if (!profiling_) {
      profiling_.emplace(kinds, settings_, value_of(context_, "run_id"), [this](const std::string& line) { say(line); });
    }
    const auto roots = roots_here();
    // Without the growth, which depends on the cases that were asked for.
    const Profiling::Side now{row, row.measurement.solver, roots, "", ratio.real_seconds_per_call};
    progress_.restate(row.trial->name() + " (profiling)");
    const auto* good = history != nullptr ? compare::last_good(*history) : nullptr;
    const auto reference = worse && good != nullptr ? kept.row(good->library_sha256, row) : tl::unexpected(NotKept{});
    std::optional<model::CaseProfile> profile;
    if (reference && explained_.insert(row.trial->solver->name()).second) {
      const auto name = fmt::format("{}@{}", good->solver, good->git_sha.empty() ? good->date.substr(0, 10) : good->git_sha.substr(0, 7));
      const bool differs = judgement.rerun && judgement.rerun->verdict == Verdict::kSlower;
      const double change = differs ? std::exp(judgement.rerun->log_ratio) : 1;
      auto explained = profiling_->explain({**reference, name, {}, "", 0}, now, change);
      if (!explained) return;
      judgement.why = std::move(explained->lines);
      profile = std::move(explained->now);
    } else if (!worse) {
      profile = profiling_->profile(now);
    }
    if (!profile) return;
    // Hashes are compared: of what was profiled in part there is none.
    const bool is_whole = profile->heap && profile->cpu && profile->cpu->samples >= model::kLeastSamples;
    if (is_whole) record.run.fingerprint = profile->fingerprint.sha256;
    judgement.warnings.insert(judgement.warnings.end(), profile->warnings.begin(), profile->warnings.end());
    const auto last = last_fingerprint(history);
    if (judgement.why.empty() && !last.empty() && !record.run.fingerprint.empty() && last != record.run.fingerprint) {
      judgement.why.push_back(fmt::format("the fingerprint changed: {} -> {}", last.substr(0, 8), record.run.fingerprint.substr(0, 8)));
    }
  }

  static std::string last_fingerprint(const CaseHistory* history) {
    if (history == nullptr) return {};
    for (auto run = history->runs.rbegin(); run != history->runs.rend(); ++run) {
      if (!run->fingerprint.empty()) return run->fingerprint;
    }
    return {};
  }

  bool is_dearest(const Row& row) const {
    return std::none_of(rows_.begin(), rows_.end(), [&](const auto& other) {
      return other.trial->solver->name() == row.trial->solver->name() && other.measurement.state == State::kMeasured &&
             other.examined.seconds_per_call > row.examined.seconds_per_call;
    });
  }

  void fill(model::RecordedRun& run, const Row& row, const SolverDuets::Ratio& ratio) const {
    run.run_id = value_of(context_, "run_id");
    run.date = date_of(run.run_id);
    run.git_sha = value_of(context_, "git_sha");
    run.git_dirty = value_of(context_, "git_dirty") == "true";
    run.ratio_to_pin = std::exp(ratio.log_ratio);
    run.ratio_error = ratio.standard_error;
    run.real_seconds_per_call = ratio.real_seconds_per_call;
    run.cpu_seconds_per_call = ratio.cpu_seconds_per_call;
    if (const auto& latency = row.measurement.latency) run.p95_seconds = compare::percentiles_of(*latency).p95;
    if (const auto& memory = row.measurement.memory) {
      run.allocs = memory->allocs;
      run.alloc_bytes = memory->alloc_bytes;
      run.peak_heap_bytes = memory->peak_heap_bytes;
      run.heap_growths = memory->heap_growths;
    }
  }

  // A solver that does not agree with itself in another process is no regression.
  void doubt_memory(const Row& row, model::CaseJudgement& judgement) {
    if (!judgement.memory_worse() || agrees_with_itself(row, settings_)) return;
    for (auto& metric : judgement.metrics) {
      if (model::is_exact(metric.metric)) metric.beyond = false;
    }
    judgement.warnings.push_back("its memory differs from run to run: more than before says nothing");
  }

  // Against last good; where only drift is in doubt, against the pin, which knows where the level began.
  model::Rerun rerun(const Row& row, const CaseHistory& history, const model::CaseJudgement& judgement, KeptRows& kept,
                     SolverDuets& duets) {
    model::Rerun again;
    std::string sha256;
    double expected = 0;
    if (judgement.drifted) {
      sha256 = history.segments.back().pin_sha256;
      expected = std::log(history.level_began_at.value_or(1));
      again.against = fmt::format("the pin, {} of {}", history.segments.back().pin_solver,
                                  history.segments.back().begun.substr(0, 10));
    } else {
      const auto* good = compare::last_good(history);
      if (good == nullptr) {
        again.words = "no earlier run counts";
        return again;
      }
      again.against = fmt::format("{} of {}", good->solver, good->date.substr(0, 10));
      if (good->code_hash == row.library->identity.code_hash) {
        again.verdict = Verdict::kSame;
        again.words = "the code is that of " + again.against;
        return again;
      }
      sha256 = good->library_sha256;
    }
    const auto reference = kept.row(sha256, row);
    if (!reference) {
      again.words = fmt::format("{}: {}", again.against, reference.error().words);
      return again;
    }
    model::Comparison comparison;
    comparison.problem = judgement.problem;
    comparison.case_name = judgement.case_name;
    comparison.reference = again.against;
    comparison.candidate = judgement.solver;
    duets.measure({**reference, comparison.reference}, {row, comparison.candidate}, comparison, expected);
    again.verdict = comparison.verdict;
    again.log_ratio = comparison.log_ratio;
    again.words = comparison.reason;
    return again;
  }

  void tell(const Row& row, HistoryRecord record) {
    progress_.clear();
    if (to_console()) {
      terminal_.out << report::judgement_text(record.judgement, options()) << std::flush;
      if (!terminal_.out) terminal_.stop = true;
    }
    records_.emplace_back(&row, std::move(record));
  }

  // In the history, asked for, and not there any more: renamed, or taken away.
  void say_missing() {
    if (terminal_.stop) return;
    const auto filter = bench::Filter::parse(run_.flags.filter);
    std::set<std::string> here, solvers;
    for (const auto& trial : selection_.trials) {
      here.insert(trial.name());
      solvers.insert(trial.solver->name());
    }
    for (const auto& [problem, baseline] : baselines_) {
      for (const auto& history : baseline.cases) {
        const auto name = problem + "/" + history.solver + "/" + history.case_name;
        const auto dataset = history.case_name.substr(0, history.case_name.find('/'));
        if (here.contains(name) || !solvers.contains(problem + "/" + history.solver)) continue;
        if (!filter || !filter->matches(name) || !case_matches(run_.case_glob, dataset, history.case_name)) continue;
        ++missing_;
        say(
            fmt::format("missing: {} has a history, but is in no dataset: renamed, or taken away; `harness baseline "
                        "prune` forgets it",
                        name));
      }
    }
  }

  void record() {
    if (!request_.record) return;
    for (const auto& entry : baselines_) {
      const auto& problem = entry.first;
      const auto is_its = [&](const auto& each) {
        return each.second.recordable && each.second.judgement.problem == problem;
      };
      if (std::none_of(records_.begin(), records_.end(), is_its)) continue;
      if (auto kept = keep_libraries(problem); !kept) {
        say("harness: not recorded: " + kept.error().text());
        unwritten_ = true;
        continue;
      }
      const auto written = store_.change(problem, [&](model::Baseline& baseline) -> Result<void> {
        for (auto& [row, record] : records_) {
          if (!record.recordable || record.judgement.problem != problem) continue;
          if (!apply(baseline, record))
            say(fmt::format("not recorded: {}: another run gave its history another pin meanwhile",
                            row->trial->name()));
        }
        return {};
      });
      if (written) {
        recorded_in_.push_back(store_.file_of(problem).string());
      } else {
        say("harness: not recorded: " + written.error().text());
        unwritten_ = true;
      }
    }
  }

  Result<void> keep_libraries(const std::string& problem) {
    std::set<std::string> done;
    for (const auto& [row, record] : records_) {
      const auto& sha256 = row->library->identity.file_sha256;
      if (!record.recordable || record.judgement.problem != problem || !done.insert(sha256).second) continue;
      const auto bytes = library::read_library_bytes(row->trial->solver->file);
      if (!bytes) return tl::unexpected(bytes.error());
      if (auto kept = libraries_.keep(sha256, *bytes); !kept) return kept;
    }
    return {};
  }

  void tell_alerts() {
    for (const auto& [row, record] : records_) {
      const auto& judgement = record.judgement;
      if (judgement.recovered) say_out(fmt::format("recovered: {} is within its history again\n", row->trial->name()));
      if (!judgement.alert) continue;
      report::AlertContext context;
      std::error_code ignored;
      if (const auto range = store::commits_between(std::filesystem::current_path(ignored),
                                                    judgement.alert->last_good_sha, judgement.alert->first_bad_sha)) {
        for (const auto& commit : range->commits) context.commits.push_back({commit.sha, commit.subject});
        context.more_commits = range->more;
        context.files = range->files;
      }
      say_out(report::alert_text(judgement, record.run, context, options()));
    }
  }

  void say_out(const std::string& text) {
    progress_.clear();
    (to_console() ? terminal_.out : terminal_.err) << text << std::flush;
  }

  void summarise() {
    if (!to_console()) return;
    std::map<Verdict, std::size_t> counts;
    for (const auto& [row, record] : records_) ++counts[record.judgement.verdict];
    std::string line;
    for (const auto verdict : {Verdict::kSame, Verdict::kFaster, Verdict::kSlower, Verdict::kAlert, Verdict::kSuspect,
                               Verdict::kNew, Verdict::kIncomparable, Verdict::kCannotTell, Verdict::kFailed}) {
      if (counts.contains(verdict))
        line += fmt::format("{}{} {}", line.empty() ? "" : ", ", counts[verdict], model::verdict_word(verdict));
    }
    if (skipped_ > 0) line += fmt::format("{}{} skipped", line.empty() ? "" : ", ", skipped_);
    const auto worse = std::count_if(records_.begin(), records_.end(),
                                     [](const auto& each) { return each.second.judgement.memory_worse(); });
    if (worse > 0) line += fmt::format("; {} worse in memory", worse);
    terminal_.out << fmt::format("\n{} case{}: {}\n", records_.size() + skipped_,
                                 records_.size() + skipped_ == 1 ? "" : "s", line.empty() ? "nothing measured" : line);
    if (!request_.record) {
      terminal_.out << "not recorded (--no-record)\n";
    } else if (!recorded_in_.empty()) {
      terminal_.out << fmt::format("recorded in {}\n",
                                   report::printable(fmt::format("{}", fmt::join(recorded_in_, ", "))));
    }
    terminal_.out.flush();
  }

  void write_report() {
    if (terminal_.stop) context_.emplace_back("interrupted", "true");
    if (to_console() && run_.flags.out.empty()) return;
    const auto text = baseline_report(context_, records_);
    if (!to_console()) terminal_.out << text << std::flush;
    if (run_.flags.out.empty()) return;
    if (auto written = store::write_atomically(run_.flags.out, text, 0644); !written) {
      say("harness: " + written.error().text());
      unwritten_ = true;
    }
  }

  Exit exit_code() const {
    const auto any = [&](const auto& holds) {
      return std::any_of(records_.begin(), records_.end(),
                         [&](const auto& each) { return holds(each.second.judgement); });
    };
    if (terminal_.stop) return Exit::kInterrupted;
    if (unwritten_ || problem_at_fault_) return Exit::kUsage;
    const bool strict = request_.strict;
    if (any([&](const auto& judgement) {
          return judgement.verdict == Verdict::kSlower || judgement.memory_worse() ||
                 (judgement.alert && (judgement.alert->confirmed || strict));
        })) {
      return Exit::kRegression;
    }
    if (any([](const auto& judgement) { return judgement.verdict == Verdict::kFailed; })) return Exit::kSolverFailed;
    if (missing_ > 0 || (strict && skipped_with_history_ > 0)) return Exit::kIncomplete;
    if (strict && any([](const auto& judgement) {
          return judgement.verdict == Verdict::kSuspect || judgement.verdict == Verdict::kCannotTell ||
                 judgement.verdict == Verdict::kNew || judgement.verdict == Verdict::kIncomparable;
        })) {
      return Exit::kIncomplete;
    }
    return machine_at_fault_ ? Exit::kIncomplete : Exit::kFine;
  }

  const BaselineRequest& request_;
  RunRequest run_;
  const Terminal& terminal_;
  Selection selection_;
  worker::Settings settings_;
  Trace trace_;
  std::optional<Profiling> profiling_;
  std::set<std::string> explained_;  // solvers of which a case was held against last good
  store::Baselines store_;
  store::LibraryCache libraries_;
  report::Progress progress_;
  compare::HistoryRule rule_;
  std::map<std::string, model::Baseline> baselines_;  // by problem, as they were when the run began
  std::unique_ptr<trial::Inputs> inputs_;
  std::vector<Row> rows_;
  model::Context context_;
  std::vector<std::pair<const Row*, HistoryRecord>> records_;
  std::vector<std::string> recorded_in_;
  std::size_t skipped_ = 0, skipped_with_history_ = 0, missing_ = 0;
  bool problem_at_fault_ = false, machine_at_fault_ = false, unwritten_ = false;
};

}  // namespace

Exit baseline(const BaselineRequest& request, const Terminal& terminal) {
  const auto filter = bench::Filter::parse(request.run.flags.filter);
  auto selection = filter ? select(request.run.places, *filter, request.run.case_glob) : tl::unexpected(filter.error());
  if (!selection) {
    terminal.err << "harness: " << report::printable(selection.error().text()) << std::endl;
    return selection.error().exit;
  }
  return BaselineRun(request, terminal, std::move(*selection)).execute();
}

}  // namespace harness::experiment

#include <harness/experiment/run.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/bench/driver.hpp>
#include <harness/compare/latency.hpp>
#include <harness/compare/limits.hpp>
#include <harness/compare/ranking.hpp>
#include <harness/experiment/findings.hpp>
#include <harness/experiment/loading.hpp>
#include <harness/experiment/preparation.hpp>
#include <harness/experiment/profiling.hpp>
#include <harness/experiment/report_context.hpp>
#include <harness/experiment/rollback.hpp>
#include <harness/experiment/row.hpp>
#include <harness/experiment/trace.hpp>
#include <harness/machine/identity.hpp>
#include <harness/model/profile_json.hpp>
#include <harness/report/console.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/histogram.hpp>
#include <harness/report/limits.hpp>
#include <harness/report/profile_list.hpp>
#include <harness/report/progress.hpp>
#include <harness/store/atomic_file.hpp>
#include <harness/trial/input.hpp>
#include <harness/trial/pilot.hpp>

namespace harness::experiment {
namespace {

using model::Measurement;
using State = Measurement::State;

class Run {
 public:
  Run(const RunRequest& request, const Terminal& terminal, Selection selection)
      : request_(request),
        terminal_(terminal),
        selection_(std::move(selection)),
        settings_(worker_settings(request, terminal)),
        trace_(request.trace, settings_, [this](const std::string& line) { say(line); }),
        console_(terminal.out, console_options()),
        progress_(terminal.err, terminal.err_is_terminal, terminal.utf8, terminal.columns, terminal.clock) {}

  Exit execute() {
    for (const auto& warning : selection_.warnings) say("warning: " + warning);
    for (const auto& [flag, file] : {std::pair{"--benchmark_out", request_.flags.out}, {"--export-markdown", request_.export_markdown}, {"--trace", request_.trace}}) {
      if (!can_write(flag, file)) return Exit::kUsage;
    }
    if (!load()) return Exit::kUsage;
    if (to_console()) console_.begin(console_context());
    terminal_.out.flush();
    plan(false);
    Preparation preparation(request_, terminal_, settings_, *inputs_, progress_);
    preparation.prepare(rows_);
    problem_at_fault_ = preparation.problem_at_fault();
    machine_at_fault_ = preparation.machine_at_fault();
    for (const auto& reason : preparation.unavailable()) say("note: " + reason);
    context_ = report_context(request_, rows_);
    profile_all();
    if (auto driven = drive(); !driven) {
      say("harness: " + driven.error().text());
      usage_error_ = true;  // what was measured is still shown
    }
    finish();
    if (!trace_.write(context_)) usage_error_ = true;
    return exit_code();
  }

 private:
  bool to_console() const { return request_.flags.format == "console"; }

  void say(const std::string& line) {
    progress_.clear();
    terminal_.err << report::printable(line) << std::endl;
  }

  // Before anything is measured for it.
  bool can_write(const char* flag, const std::string& file) {
    const auto why = file.empty() ? "" : store::why_not_writable(file);
    if (!why.empty()) say(fmt::format("harness: {}={}: cannot be written: {}; name a file in a directory that exists and is yours", flag, file, why));
    return why.empty();
  }

  report::ConsoleOptions console_options() const {
    report::ConsoleOptions options;
    options.colour = terminal_.colour;
    options.utf8 = terminal_.utf8;
    options.columns = terminal_.out_is_terminal ? terminal_.columns : 0;
    for (const auto& trial : selection_.trials) options.name_width = std::max(options.name_width, trial.name().size());
    const auto& passed = request_.flags.passed;
    options.columns_shown = request_.columns;
    options.columns_expected = expected_columns();
    options.grouped = std::find(passed.begin(), passed.end(), "--benchmark_enable_random_interleaving=true") == passed.end();
    return options;
  }

  // What the passes will fill, as far as the problems' descriptions tell before the first row.
  std::vector<std::string> expected_columns() const {
    std::vector<std::string> columns;
    const auto& trials = selection_.trials;
    const auto any = [&](const auto& has) { return std::any_of(trials.begin(), trials.end(), has); };
    if (request_.latency_pass && any([](const auto& trial) { return trial.limits().p95_latency_seconds.has_value(); })) {
      columns.push_back("p95");
    }
    if (request_.memory_pass) columns.insert(columns.end(), {"allocs", "peak"});
    if (any([](const auto& trial) { return trial.problem->items_parameter.has_value(); })) columns.push_back("items/s");
    if (any([](const auto& trial) { return trial.problem->bytes_parameter.has_value(); })) columns.push_back("bytes/s");
    if (request_.count_instructions) columns.push_back("instructions");
    return columns;
  }

  model::Context console_context() const {
    const auto machine = machine::identify();
    const auto& flags = request_.flags;
    return {{"cpu", machine.cpu},
            {"cores", std::to_string(machine.logical_cores)},
            {"repetitions", std::to_string(flags.repetitions)},
            {"min_time", flags.fixed_calls ? fmt::format("{}x", *flags.fixed_calls) : fmt::format("{}s", flags.min_time_seconds)}};
  }

  // Reads each library once; builds a row for each trial.
  bool load() {
    auto loaded = load_rows(selection_, request_.timeout_seconds, settings_, [this](const std::string& line) { say("warning: " + line); });
    if (!loaded) {
      say("harness: " + loaded.error().text());
      return false;
    }
    rows_ = std::move(loaded->rows);
    inputs_ = std::move(loaded->inputs);
    return true;
  }

  // Before the timing, in workers of their own: what is found stands in the report's context.
  void profile_all() {
    const auto kinds = request_.profile.value_or(ProfileKinds{});
    if (kinds.any() && request_.flags.dry_run) say("note: a dry run profiles nothing");
    if (!kinds.any() || request_.flags.dry_run) return;
    Profiling profiling(kinds, settings_, value_of(context_, "run_id"), [this](const std::string& line) { say(line); });
    const auto roots = roots_here();
    const double seconds = Profiling::predict_seconds(kinds);
    const auto count = std::count_if(rows_.begin(), rows_.end(), [](const auto& row) { return row.measurement.state == State::kMeasured; });
    progress_.plan(seconds * static_cast<double>(count));
    for (const auto& row : rows_) {
      if (terminal_.stop) break;
      if (row.measurement.state != State::kMeasured) continue;
      progress_.step(row.trial->name() + " (profiling)", seconds);
      auto profile = profiling.profile({row, row.measurement.solver, roots, growth_of(family_of(row, rows_))});
      progress_.done_step();
      if (!profile) continue;
      context_.emplace_back("fingerprint:" + row.trial->name(), model::fingerprint_line(profile->fingerprint));
      profiles_.push_back(std::move(*profile));
    }
    profile_folder_ = profiling.folder();
    if (profiling.failed()) usage_error_ = true;  // it was asked for
  }

  double expected_seconds(const Row& row) const {
    const auto calls = bench::calls_for(request_.flags, row.examined.seconds_per_call);
    return static_cast<double>(calls) * row.examined.seconds_per_call + trial::kSecondsAroundCalls;
  }

  // Before the pilots have run, every trial counts with its time at the least.
  void plan(bool costs_known) {
    double seconds = 0;
    const auto repetitions = static_cast<double>(request_.flags.repetitions);
    for (const auto& row : rows_) {
      if (row.measurement.state != State::kMeasured) continue;
      if (costs_known) {
        seconds += repetitions * expected_seconds(row);
      } else {
        seconds += seconds_to_prepare(request_) + repetitions * (request_.flags.min_time_seconds + trial::kSecondsAroundCalls);
      }
    }
    progress_.plan(seconds);
  }

  Result<void> drive() {
    std::vector<bench::Entry> entries;
    std::vector<Row*> driven;
    for (auto& row : rows_) {
      if (row.measurement.state == State::kSkipped) continue;
      bench::Entry entry;
      entry.name = row.trial->name();
      entry.calls = row.measurement.state == State::kMeasured ? bench::calls_for(request_.flags, row.examined.seconds_per_call) : 1;
      if (row.measurement.state == State::kFailed) entry.failure = row.measurement.note;
      if (row.measurement.state == State::kInterrupted) entry.failure = bench::kInterrupted;
      row.measurement.calls = entry.calls;
      entry.counters = pass_counters(row.measurement);
      if (const auto items = row.measurement.items_per_call) entry.amounts.emplace_back("items_per_second", *items);
      if (const auto bytes = row.measurement.bytes_per_call) entry.amounts.emplace_back("bytes_per_second", *bytes);
      entries.push_back(std::move(entry));
      driven.push_back(&row);
    }
    plan(true);
    const auto timing = [&](std::size_t index, std::uint64_t calls) -> tl::expected<bench::Timed, std::string> {
      auto& row = *driven[index];
      progress_.step(row.trial->name(), expected_seconds(row));
      const auto& flags = request_.flags;
      const double warm_up = flags.dry_run ? 0 : trial::warm_up_seconds(row.examined.seconds_per_call, flags.min_warmup_seconds);
      auto timed = trial::time_calls(*row.trial, *row.library, *row.input, row.examined, calls, warm_up, *inputs_, row.limits,
                                     of_row(settings_, row));
      progress_.done_step();
      if (!timed) return tl::unexpected(timed.error());
      return bench::Timed{timed->real_seconds, timed->cpu_seconds};
    };
    const auto finished = [&](std::size_t index, const std::vector<model::Sample>& samples, const std::string& failure) {
      auto& row = *driven[index];
      if (failure == bench::kInterrupted) {
        row.mark(State::kInterrupted, "");
      } else if (!failure.empty()) {
        row.mark(State::kFailed, failure);
      } else {
        row.measurement.samples = samples;
        // A dry run's one cold call says nothing of a rate.
        const auto broken = request_.flags.dry_run ? std::vector<model::BrokenLimit>{}
                                                   : compare::broken_limits(row.trial->limits(), row.measurement);
        row.measurement.broken_limits.insert(row.measurement.broken_limits.end(), broken.begin(), broken.end());
      }
      print_up_to(row);
    };
    const auto late = [&](std::size_t index) { return findings().by_trial[driven[index]->measurement.name()]; };
    return bench::drive(entries, timing, finished, late, request_.flags, context_, terminal_.out, terminal_.stop);
  }

  // Once all have been timed.
  Findings& findings() {
    if (!findings_) findings_ = find_out(rows_, request_.stability_threshold);
    return *findings_;
  }

  // Skipped trials are not known to Google Benchmark; they are printed in their place, before the next one that is.
  void print_up_to(Row& row) {
    for (; next_to_print_ < rows_.size() && &rows_[next_to_print_] != &row; ++next_to_print_) {
      auto& earlier = rows_[next_to_print_];
      if (earlier.measurement.state == State::kSkipped) print(earlier);
      if (!earlier.printed) break;  // a shuffled order: its turn comes
    }
    print(row);
  }

  void print(Row& row) {
    if (row.printed) return;
    row.printed = true;
    progress_.clear();
    if (to_console()) {
      console_.trial(row.measurement);
      if (request_.histogram) print_histogram(row.measurement);
      terminal_.out.flush();
      if (!terminal_.out) terminal_.stop = true;  // `| head`: no one is left to measure for
    } else if (row.measurement.state == State::kFailed) {
      say(fmt::format("FAILED {}: {}", row.trial->name(), row.measurement.note));
    } else if (row.measurement.state == State::kSkipped) {
      say(fmt::format("skipped {}: {}", row.trial->name(), row.measurement.note));
    }
  }

  // A limit whose figure is missing must not pass for one that is kept.
  void say_what_was_not_judged() {
    std::map<std::string, std::size_t> trials;
    for (const auto& row : rows_) {
      if (row.measurement.state != State::kMeasured) continue;
      const auto limits = row.trial->limits();
      if (limits.mem_bytes_max && !row.measurement.memory) ++trials["mem_mb_max"];
      if (limits.p95_latency_seconds && !row.measurement.latency) ++trials["p95_latency_ms"];
      if (limits.qps_target && request_.flags.dry_run) ++trials["qps_target"];
    }
    for (const auto& [limit, count] : trials) {
      say(fmt::format("note: {} of {} trial{} was not judged: its figure was not measured", limit, count, count == 1 ? "" : "s"));
    }
  }

  void print_histogram(const Measurement& measurement) {
    if (!measurement.latency) return;
    constexpr std::size_t kMostBuckets = 24;
    const auto& seconds = measurement.latency->seconds_per_call;
    std::vector<report::HistogramBucket> buckets;
    const auto histogram = compare::histogram_of(seconds, compare::buckets_per_octave_for(seconds, kMostBuckets));
    if (histogram.below_clock > 0) {
      buckets.push_back({0, histogram.buckets.empty() ? 1e-12 : histogram.buckets.front().low_seconds, histogram.below_clock});
    }
    for (const auto& bucket : histogram.buckets) {
      buckets.push_back({bucket.low_seconds, bucket.high_seconds, bucket.count});
    }
    terminal_.out << report::histogram(measurement.name(), *measurement.latency, buckets, console_options());
  }

  void finish() {
    for (auto& row : rows_) print(row);
    progress_.clear();
    say_what_was_not_judged();
    std::vector<Measurement> all;
    for (const auto& row : rows_) all.push_back(row.measurement);
    if (to_console()) {
      console_.skipped(selection_.catalog.skipped);
      console_.summary(all, compare::rank_versions(all), findings().extras);
      terminal_.out << report::profile_list(profiles_, profile_folder_.string(), profile_folder_.filename().string(), console_options());
      terminal_.out.flush();
    } else {
      for (const auto& measurement : all) {
        for (const auto& broken : measurement.broken_limits) {
          say(fmt::format("limit broken {}: {} {}", measurement.name(), broken.limit, report::broken_limit_text(broken)));
        }
      }
      for (const auto& library : selection_.catalog.skipped) {
        say(fmt::format("skipped {}: {}", library.file.filename().string(), library.reason));
      }
    }
    if (!request_.export_markdown.empty()) {
      std::ofstream file(request_.export_markdown, std::ios::trunc);
      file << report::markdown(all, console_context());
      file.flush();
      if (!file) {
        say(fmt::format("harness: --export-markdown={}: cannot be written; name a file on a disk that has room", request_.export_markdown));
        usage_error_ = true;
      }
    }
  }

  // When several hold, the first of these; each has been named in the output above.
  Exit exit_code() const {
    const auto any = [&](State state) {
      return std::any_of(rows_.begin(), rows_.end(), [&](const auto& row) { return row.measurement.state == state; });
    };
    if (terminal_.stop) return Exit::kInterrupted;
    if (usage_error_ || problem_at_fault_) return Exit::kUsage;
    const bool limit_broken = std::any_of(rows_.begin(), rows_.end(), [](const auto& row) { return !row.measurement.broken_limits.empty(); });
    if (limit_broken) return Exit::kRegression;
    if (any(State::kFailed)) return Exit::kSolverFailed;
    return machine_at_fault_ ? Exit::kIncomplete : Exit::kFine;
  }

  const RunRequest& request_;
  const Terminal& terminal_;
  Selection selection_;
  worker::Settings settings_;
  Trace trace_;
  report::Console console_;
  report::Progress progress_;
  std::unique_ptr<trial::Inputs> inputs_;
  std::vector<Row> rows_;
  model::Context context_;
  std::vector<model::CaseProfile> profiles_;
  std::filesystem::path profile_folder_;
  std::size_t next_to_print_ = 0;  // all rows before it have been printed
  std::optional<Findings> findings_;
  bool problem_at_fault_ = false;
  bool machine_at_fault_ = false;
  bool usage_error_ = false;
};

Result<Selection> select_for(const RunRequest& request, const Terminal& terminal) {
  const auto filter = bench::Filter::parse(request.flags.filter);
  if (!filter) return tl::unexpected(filter.error());
  if (!request.rollback) return select(request.places, *filter, request.case_glob);

  auto catalog = library::find_libraries(request.places.plugin_directories);
  if (!catalog) return tl::unexpected(catalog.error());
  const auto rolled = roll_back(*catalog, *request.rollback, loads_in_a_worker(request, terminal));
  if (!rolled) return tl::unexpected(rolled.error());
  for (const auto& library : rolled->passed_over) {
    terminal.err << report::printable(fmt::format("passed over {}: {}", library.file.filename().string(), library.reason)) << std::endl;
  }
  auto selection = select(request.places, only_rolled_back(std::move(*catalog), rolled->solver, !request.flags.filter.empty()), *filter,
                          request.case_glob);
  // json, csv and lists of names are read by programs.
  const bool for_people = request.flags.format == "console" && !request.flags.list_tests;
  if (selection) {
    (for_people ? terminal.out : terminal.err) << "loaded: " << report::printable(rolled->solver.file.filename().string()) << std::endl;
  }
  return selection;
}

}  // namespace

Exit run(const RunRequest& request, const Terminal& terminal) {
  auto selection = select_for(request, terminal);
  if (!selection) {
    terminal.err << "harness: " << report::printable(selection.error().text()) << std::endl;
    return selection.error().exit;
  }
  if (request.flags.list_tests) {
    for (const auto& trial : selection->trials) terminal.out << trial.name() << '\n';
    return Exit::kFine;
  }
  return Run(request, terminal, std::move(*selection)).execute();
}

}  // namespace harness::experiment

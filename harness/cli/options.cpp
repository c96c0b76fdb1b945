#include <harness/cli/options.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <harness/cli/quantities.hpp>
#include <harness/report/console.hpp>

namespace harness::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIntroduction =
    R"(Benchmarks solvers: algorithms in versioned shared libraries.

  harness --benchmark_filter=two-sum    measure every trial whose name matches
  harness --ab=two-sum-v1,two-sum-v2    is the second slower or faster than the first?
  harness --ab=./old_bench,./new_bench  the same of two Google Benchmark programs
  harness --baseline                    has any of them become slower than its history?
  harness gate                          has anything become slower since the base of this change?
  harness baseline show two-sum         that history; also list, pin, accept, prune
  harness diff OLD NEW                  what differs between two reports
  harness explain FILE CASE             what a verdict of --ab --benchmark_out=FILE rests on
  harness explain RUN CASE              where the time of a run with --profile went
  harness list                          what was found, and what was skipped and why
  harness doctor                        what of this machine spoils measuring

A trial is named <problem>/<solver>/<dataset>/<case>: two-sum/v2.0.0/uniform/65536)";

constexpr const char* kEnding = R"(
Google Benchmark's flags, as they are there:
  --benchmark_filter=REGEX         trials by name; a leading - negates
  --benchmark_list_tests           only print the names
  --benchmark_repetitions=N        processes a trial (3)
  --benchmark_min_time=T           seconds (0.05, 0.05s) or calls (30x) a process
  --benchmark_min_warmup_time=T    untimed seconds in each process
  --benchmark_format=F             console, json, csv: what stdout gets
  --benchmark_out=FILE             the report; --benchmark_out_format=json|csv
  --benchmark_enable_random_interleaving, --benchmark_report_aggregates_only,
  --benchmark_display_aggregates_only, --benchmark_color, --benchmark_counters_tabular,
  --benchmark_context=KEY=VALUE, --benchmark_time_unit, --benchmark_dry_run, --v

Exit codes: 0 fine, or cannot tell; 1 confirmed slower, or a declared limit is not kept; 2 usage, a bad file,
nothing matched; 3 a solver failed; 4 incomplete; 5 nothing to roll back to; 130 interrupted.)";

// `-plugin-dir=DIR` is the design's spelling; a single dash before a word of letters means the same as two.
void accept_one_dash(std::vector<std::string>& arguments) {
  for (auto& argument : arguments) {
    if (argument.size() < 3 || argument[0] != '-' || argument[1] == '-') continue;
    const auto word = argument.substr(1, argument.find('=') - 1);
    const bool is_word = word.size() > 1 && std::all_of(word.begin(), word.end(), [](unsigned char c) {
      return std::islower(c) || std::isdigit(c) || c == '-' || c == '_';
    });
    if (is_word) argument.insert(0, "-");
  }
}

// What of Google Benchmark's flags a command can do something with that decides by itself how often to measure.
Result<void> fits_duets(const std::string& command, const std::vector<std::string>& benchmark_flags, const bench::Flags& flags) {
  constexpr std::string_view kKnown[] = {"--benchmark_filter", "--benchmark_out", "--benchmark_out_format", "--benchmark_format",
                                         "--benchmark_color"};
  for (const auto& flag : benchmark_flags) {
    const auto name = flag.substr(0, flag.find('='));
    if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown)) {
      return fail(name, fmt::format("means nothing to {}, which decides by itself how often to measure", command), "leave it out; see --budget and --min-effect");
    }
  }
  if (flags.format == "csv") return fail("--benchmark_format", command + " prints console or json, not csv");
  if (!flags.out.empty() && flags.out_format != "json") return fail("--benchmark_out_format", command + " writes json", "leave it out");
  return {};
}

std::vector<fs::path> plugin_directories(const std::vector<std::string>& asked, const Surroundings& surroundings) {
  if (!asked.empty()) return {asked.begin(), asked.end()};
  if (const char* directory = surroundings.environment("HARNESS_PLUGIN_DIR"); directory != nullptr && *directory != '\0') {
    return {directory};
  }
  std::error_code ignored;
  if (!surroundings.executable_directory.empty()) {
    for (const auto* beside : {"plugins", "../lib/harness/plugins"}) {
      const auto directory = (fs::path(surroundings.executable_directory) / beside).lexically_normal();
      if (fs::is_directory(directory, ignored)) return {directory};
    }
  }
  return {"plugins"};
}

fs::path dataset_directory(const std::string& asked, const Surroundings& surroundings) {
  if (!asked.empty()) return asked;
  std::error_code ignored;
  if (!surroundings.executable_directory.empty()) {
    for (const auto* beside : {"datasets", "../share/harness/datasets"}) {
      const auto directory = (fs::path(surroundings.executable_directory) / beside).lexically_normal();
      if (fs::is_directory(directory, ignored)) return directory;
    }
  }
  return "datasets";
}

// In the directory that the program is called in, as a repository keeps it.
fs::path baseline_directory(const std::string& asked, const Surroundings& surroundings) {
  if (!asked.empty()) return asked;
  const char* directory = surroundings.environment("HARNESS_BASELINE_DIR");
  return directory != nullptr && *directory != '\0' ? directory : "baselines";
}

}  // namespace

Result<Options> read_options(std::vector<std::string> arguments, const Surroundings& surroundings) {
  accept_one_dash(arguments);
  std::vector<std::string> benchmark_flags;
  const auto is_ours = [](const std::string& argument) { return !bench::is_benchmark_flag(argument); };
  const auto theirs = std::stable_partition(arguments.begin(), arguments.end(), is_ours);
  benchmark_flags.assign(theirs, arguments.end());
  arguments.erase(theirs, arguments.end());

  CLI::App app(kIntroduction, "harness");
  app.footer(kEnding);
  app.set_help_flag("-h,--help", "this text");
  app.get_formatter()->column_width(34);
  bool version = false;
  std::vector<std::string> plugins;
  std::string datasets, case_glob, isolation = "process", markdown, metric = "time", min_effect, budget;
  std::vector<std::string> passes = {"time", "memory", "latency"}, profile;
  Options options;
  std::optional<double> timeout;
  app.add_flag("--version", version, "the program's version");
  app.add_option("--plugin-dir", plugins, "where libraries are, repeatable ($HARNESS_PLUGIN_DIR; plugins/)")->option_text("DIR");
  app.add_option("--dataset-dir", datasets, "where problems and datasets are (datasets/)")->option_text("DIR");
  app.add_option("--case", case_glob, "only these cases: leetcode-1, uniform/65*")->option_text("GLOB");
  app.add_option("--rollback", options.run.rollback, "measure this version in its problem's place: two-sum-v0.8.3, two-sum@prev")
      ->option_text("VERSION");
  app.add_option("--timeout", timeout, "seconds that a call may take (the problem's time_limit_s; 10)")
      ->option_text("SECONDS")
      ->check(CLI::Range(1e-3, 86400.0));
  app.add_option("--isolation", isolation, "process, or none: in a thread of this program, for debuggers")
      ->option_text("LEVEL")
      ->check(CLI::IsMember({"process", "none"}));
  app.add_option("--passes", passes, "what is measured besides time: memory, latency; time alone: --passes=time")
      ->option_text("LIST")
      ->delimiter(',')
      ->check(CLI::IsMember({"time", "memory", "latency"}));
  app.add_option("--metric", metric, "instructions: count those of a call, exactly, where the machine can")
      ->option_text("NAME")
      ->check(CLI::IsMember({"time", "instructions"}));
  app.add_option("--profile", profile, "where time and memory go: cpu, heap; none: also not of what is slower")
      ->option_text("LIST")
      ->delimiter(',')
      ->check(CLI::IsMember({"cpu", "heap", "none"}));
  app.add_option("--trace", options.run.trace, "what the workers did when, for Perfetto")->option_text("FILE");
  app.add_option("--columns", options.run.columns, "which figures a row shows: all, or some of p95, allocs, peak, ...")
      ->option_text("LIST")
      ->delimiter(',');
  app.add_flag("--histogram", options.run.histogram, "how the times of single calls spread, a block a trial");
  app.add_option("--stability-threshold", options.run.stability_threshold, "least AC stability score (80)")
      ->option_text("0-100")
      ->check(CLI::Range(0.0, 100.0));
  app.add_option("--export-markdown", markdown, "also write the table to this file")->option_text("FILE");

  app.add_option("--ab", options.ab.sides, "compare with the first of these: solvers, or Google Benchmark programs")
      ->option_text("A,B[,C...]")
      ->delimiter(',');
  app.add_option("--min-effect", min_effect, "the least difference that matters (--ab: 2%, of programs 5%; --baseline, gate: 3%)")->option_text("PERCENT");
  app.add_option("--budget", budget, "time for a case (5s; 10s for calls above 50 ms); of a gate for all (60s)")->option_text("TIME");
  app.add_flag("--untrusted", options.ab.untrusted, "with --ab: sides never share a process");

  bool baseline = false, no_record = false, diff_baseline = false;
  std::string baseline_dir, diff_new, diff_format = "jsonl", diff_by;
  app.add_flag("--baseline", baseline, "compare each solver with its stored history, and record the run");
  app.add_flag("--no-record", no_record, "with --baseline: only compare");
  app.add_flag("--strict", options.baseline.strict, "with --baseline, gate: what is in doubt is no success either");
  app.add_option("--baseline-dir", baseline_dir, "where histories are ($HARNESS_BASELINE_DIR; baselines/)")->option_text("DIR");

  auto* histories = app.add_subcommand("baseline", "the stored histories: list, show, pin, accept, prune");
  histories->require_subcommand(1);
  histories->fallthrough();
  auto* list_histories = histories->add_subcommand("list", "a line a case");
  auto* show = histories->add_subcommand("show", "the runs of a history, drawn");
  show->add_option("--svg", options.histories.svg, "draw them into this file instead")->option_text("FILE");
  auto* accept = histories->add_subcommand("accept", "the present level is right: compare with it from now on");
  accept->add_option("--why", options.histories.why, "kept with the run")->required()->option_text("TEXT");
  auto* prune = histories->add_subcommand("prune", "forget cases that are gone, and libraries that nothing names");
  auto* pin = histories->add_subcommand("pin", "measure a solver's histories against this library from now on");
  pin->add_option("solver", options.pin.solver, "two-sum-v2.0.0")->required()->option_text("SOLVER");
  for (auto* each : {list_histories, show, accept, prune}) {
    auto* what = each->add_option("what", options.histories.what, "a problem, a solver, a trial, a glob; without it all")->option_text("WHAT");
    if (each == accept) what->required();
    each->fallthrough();
  }
  pin->fallthrough();

  std::vector<std::string> fail_on;
  auto* gate = app.add_subcommand("gate", "has anything become slower since a revision? The old code is built and run beside the new");
  gate->add_option("--base", options.gate.base, "the revision to compare with (the pull request's base; else the merge base)")->option_text("REF");
  gate->add_option("--base-dir", options.gate.base_directory, "built libraries in its place")->option_text("DIR");
  gate->add_option("--fail-on", fail_on, "what makes it fail: time, memory, p95, growth, limits (all but p95)")->option_text("LIST")->delimiter(',');
  gate->add_option("--junit", options.gate.junit, "also write JUnit XML")->option_text("FILE");
  gate->add_option("--summary", options.gate.summary, "also write a Markdown summary")->option_text("FILE");
  gate->add_option("--comment", options.gate.comment, "also write Markdown that fits into a comment")->option_text("FILE");
  gate->add_option("--evidence", options.gate.evidence, "also write a zip of all that the decision rests on")->option_text("FILE");
  gate->fallthrough();
  auto* calibrate = app.add_subcommand("calibrate", "what this machine would notice, case by case");
  calibrate->fallthrough();

  auto* diff = app.add_subcommand("diff", "what differs between two reports of Google Benchmark");
  diff->add_option("old", options.diff.old_file, "the report to compare with; with --baseline the only one")->required()->option_text("OLD");
  diff->add_option("new", diff_new, "the report to compare")->option_text("NEW");
  diff->add_flag("--baseline", diff_baseline, "compare with the stored history instead: harness diff --baseline NEW");
  diff->add_option("--format", diff_format, "jsonl, json, table, markdown")->option_text("NAME")->check(CLI::IsMember({"jsonl", "json", "table", "markdown"}));
  diff->add_option("--by", diff_by, "case: two versions of a solver are one entry")->option_text("case")->check(CLI::IsMember({"case"}));
  diff->fallthrough();

  auto* list = app.add_subcommand("list", "what was found, and what was skipped and why");
  list->add_flag("--long,-l", options.long_form, "everything that each library says of itself");
  list->fallthrough();
  auto* doctor = app.add_subcommand("doctor", "what of this machine spoils measuring, and how to mend it");
  doctor->fallthrough();

  auto* explain = app.add_subcommand("explain", "what a verdict rests on: every number, and the rule");
  explain->add_option("file", options.explain.file, "the report of --ab --benchmark_out=FILE, or a run with profiles")->required()->option_text("FILE|RUN");
  explain->add_option("case", options.explain.case_name, "as in the report: uniform/64; without it the cases are listed")->option_text("CASE");
  explain->add_flag("--rerun", options.explain.rerun, "of the evidence of a gate: compare the case again, here and now");
  explain->add_flag("--source", options.explain.source, "the solver's lines with their share of samples, old beside new");
  explain->fallthrough();

  // CLI11 would take the next argument for the missing value.
  if (std::find(arguments.begin(), arguments.end(), "--rollback=") != arguments.end()) {
    return fail("--rollback", "expected a version, found nothing", "write --rollback=two-sum-v0.8.3");
  }
  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    options.command = Options::Command::kShown;
    options.shown = app.help();
    return options;
  } catch (const CLI::ParseError& error) {
    const auto flag = std::find_if(benchmark_flags.begin(), benchmark_flags.end(),
                                   [](const std::string& text) { return text.find('=') == std::string::npos; });
    if (flag != benchmark_flags.end()) return fail(*flag, "takes its value after a `=`", "write " + *flag + "=VALUE");
    return fail("", error.what(), "see harness --help");
  }
  if (timeout && !std::isfinite(*timeout)) return fail("--timeout", "expected seconds from 0.001 to 86400, found no number");
  if (!std::isfinite(options.run.stability_threshold)) return fail("--stability-threshold", "expected 0 to 100, found no number");
  if (version) {
    options.command = Options::Command::kShown;
    options.shown = "harness " HARNESS_VERSION "\n";
    return options;
  }
  if (list->parsed()) options.command = Options::Command::kList;
  if (doctor->parsed()) options.command = Options::Command::kDoctor;
  if (explain->parsed()) options.command = Options::Command::kExplain;
  if (histories->parsed()) options.command = pin->parsed() ? Options::Command::kPin : Options::Command::kHistories;
  if (show->parsed()) options.histories_do = Options::Histories::kShow;
  if (accept->parsed()) options.histories_do = Options::Histories::kAccept;
  if (prune->parsed()) options.histories_do = Options::Histories::kPrune;
  if (accept->parsed() && options.histories.why.empty()) return fail("--why", "says nothing", "write why the new level is right");
  if (gate->parsed()) options.command = Options::Command::kGate;
  if (calibrate->parsed()) options.command = Options::Command::kCalibrate;
  if (diff->parsed()) {
    options.command = diff_baseline ? Options::Command::kDiffBaseline : Options::Command::kDiff;
    if (diff_baseline && !diff_new.empty()) return fail("harness diff --baseline", "takes one report", "leave out " + diff_new);
    if (!diff_baseline && diff_new.empty()) return fail("harness diff", "takes two reports", "write harness diff OLD NEW, or harness diff --baseline NEW");
    if (diff_baseline && !diff_by.empty()) return fail("--by", "means nothing to --baseline: a history is a solver's", "leave it out");
    options.diff.new_file = diff_new;
    options.diff.format = diff_format;
    options.diff.by_case = !diff_by.empty();
    options.diff_baseline.file = options.diff.old_file;
    using report::DiffFormat;
    options.diff_baseline.format = diff_format == "json" ? DiffFormat::kJson : diff_format == "table" ? DiffFormat::kTable
                                   : diff_format == "markdown" ? DiffFormat::kMarkdown : DiffFormat::kJsonl;
  }
  if (explain->parsed() && options.explain.source && (options.explain.rerun || options.explain.case_name.empty())) {
    return fail("--source", options.explain.rerun ? "and --rerun are two questions" : "needs a case", "write harness explain RUN CASE --source");
  }
  const bool measures = gate->parsed() || calibrate->parsed();
  if (!app.get_subcommands().empty() && !measures && !benchmark_flags.empty()) {
    return fail(benchmark_flags.front(), fmt::format("means nothing to `harness {}`", app.get_subcommands().front()->get_name()),
                "leave it out");
  }
  if (gate->parsed()) {
    if (options.ab.sides.size() == 1 || options.ab.sides.size() > 2) return fail("--ab", "a gate takes two programs, the old and the new", "write --ab=./old_bench,./new_bench");
    if (!options.ab.sides.empty() && (!options.gate.base.empty() || !options.gate.base_directory.empty())) {
      return fail("--ab", "names the old program itself", "leave out --base and --base-dir");
    }
    if (!options.gate.base.empty() && !options.gate.base_directory.empty()) return fail("--base-dir", "and --base are two ways to say what to compare with", "leave one of them out");
    if (!options.ab.sides.empty() && !options.gate.evidence.empty()) return fail("--evidence", "keeps libraries and inputs of solvers; of programs --benchmark_out has all numbers", "leave it out");
    options.gate.programs = std::exchange(options.ab.sides, {});
    if (!fail_on.empty()) options.gate.fail_on.clear();
    for (const auto& word : fail_on) {
      const auto cause = model::cause_of(word);
      if (!cause) return fail("--fail-on", "expected some of time, memory, p95, growth, limits, found \"" + word + "\"");
      if (!options.gate.programs.empty() && *cause != model::Cause::kTime) return fail("--fail-on=" + word, "of programs only the time is compared", "leave it out");
      options.gate.fail_on.push_back(*cause);
    }
  }
  // A flag that is taken and does nothing would be believed.
  const auto refuse_others = [&](const CLI::App* command, const std::vector<std::string_view>& known) -> Result<void> {
    if (!command->parsed()) return {};
    for (const auto* option : app.get_options()) {
      const auto name = option->get_name();
      if (option->count() > 0 && std::find(known.begin(), known.end(), name) == known.end()) {
        return fail(name, "means nothing to harness " + command->get_name(), "leave it out");
      }
    }
    return {};
  };
  const std::vector<std::string_view> places = {"--plugin-dir", "--dataset-dir", "--baseline-dir"};
  auto of_pin = places;
  of_pin.insert(of_pin.end(), {"--case", "--timeout"});
  for (const auto& [command, known] : {std::pair{static_cast<const CLI::App*>(histories), pin->parsed() ? of_pin : places}, {diff, places}, {list, places}, {explain, places}}) {
    if (auto taken = refuse_others(command, known); !taken) return tl::unexpected(taken.error());
  }
  if (measures) {
    for (const auto* flag : {"--export-markdown", "--histogram", "--columns", "--stability-threshold", "--passes", "--untrusted"}) {
      if (app.count(flag) > 0) return fail(flag, "means nothing to harness " + app.get_subcommands().front()->get_name(), "leave it out");
    }
    if (isolation != "process") return fail("--isolation", "a verdict needs fresh processes", "leave it out");
  }
  if (!options.ab.sides.empty()) {
    if (!app.get_subcommands().empty()) return fail("--ab", "is a command of its own", "leave out " + app.get_subcommands().front()->get_name());
    if (options.ab.sides.size() < 2) return fail("--ab", "needs two sides or more", "write --ab=two-sum-v1,two-sum-v2");
    for (const auto* flag : {"--export-markdown", "--histogram", "--columns", "--stability-threshold", "--passes"}) {
      if (app.count(flag) > 0) return fail(flag, "means nothing to --ab", "leave it out");
    }
    options.command = Options::Command::kAb;
  }
  if (baseline) {
    if (!options.ab.sides.empty()) return fail("--baseline", "and --ab are two commands", "leave one of them out");
    if (!app.get_subcommands().empty()) return fail("--baseline", "is a command of its own", "leave out " + app.get_subcommands().front()->get_name());
    for (const auto* flag : {"--export-markdown", "--histogram", "--columns", "--stability-threshold", "--passes"}) {
      if (app.count(flag) > 0) return fail(flag, "means nothing to --baseline", "leave it out");
    }
    if (isolation != "process") return fail("--isolation", "a verdict needs fresh processes", "leave it out");
    options.command = Options::Command::kBaseline;
    options.baseline.record = !no_record;
  }
  if (!baseline && no_record) return fail("--no-record", "goes with --baseline");
  if (!baseline && !gate->parsed() && options.baseline.strict) return fail("--strict", "goes with --baseline and gate");
  if (options.ab.sides.empty() && options.ab.untrusted) return fail("--untrusted", "goes with --ab", "name two sides with --ab");
  if (options.ab.sides.empty() && !baseline && !measures && (!min_effect.empty() || !budget.empty())) {
    return fail(!min_effect.empty() ? "--min-effect" : "--budget", "goes with --ab, --baseline, gate and calibrate", "name two sides with --ab");
  }
  if (!min_effect.empty()) {
    const auto share = read_percent("--min-effect", min_effect);
    if (!share) return tl::unexpected(share.error());
    options.ab.min_effect = *share;
    options.baseline.min_effect = options.gate.min_effect = options.calibrate.min_effect = *share;
  }
  if (!budget.empty()) {
    const auto seconds = read_seconds("--budget", budget);
    if (!seconds) return tl::unexpected(seconds.error());
    options.ab.budget_seconds = *seconds;
    options.baseline.budget_seconds = options.calibrate.budget_seconds = *seconds;
    options.gate.budget_seconds = *seconds;
  }
  if (options.run.rollback && options.command != Options::Command::kRun) {
    return fail("--rollback", "goes with a run", "leave it out");
  }
  for (const auto& column : options.run.columns) {
    if (report::is_column(column)) continue;
    return fail("--columns", fmt::format("expected some of {}, or counter:NAME, found \"{}\"",
                                         fmt::join(report::known_columns(), ", "), column));
  }

  // BENCHMARK_... of the environment mean nothing to the other commands either, and must not break them.
  const std::function<const char*(const char*)> nothing = [](const char*) -> const char* { return nullptr; };
  auto flags = bench::parse_flags(benchmark_flags,
                                  options.command == Options::Command::kRun ? surroundings.environment : nothing);
  if (!flags) return tl::unexpected(flags.error());
  if (options.command == Options::Command::kAb) {
    if (auto fits = fits_duets("--ab", benchmark_flags, *flags); !fits) return tl::unexpected(fits.error());
  }
  if (measures) {
    if (auto fits = fits_duets("harness " + app.get_subcommands().front()->get_name(), benchmark_flags, *flags); !fits) return tl::unexpected(fits.error());
    if (calibrate->parsed() && (!flags->out.empty() || flags->format != "console")) return fail("--benchmark_out", "means nothing to harness calibrate", "leave it out");
  }
  if (options.command == Options::Command::kBaseline) {
    if (auto fits = fits_duets("--baseline", benchmark_flags, *flags); !fits) return tl::unexpected(fits.error());
  }
  options.run.flags = std::move(*flags);
  options.run.places.plugin_directories = plugin_directories(plugins, surroundings);
  options.run.places.dataset_directory = dataset_directory(datasets, surroundings);
  options.run.case_glob = case_glob;
  options.run.timeout_seconds = timeout;
  options.run.isolation = isolation == "none" ? worker::Isolation::kNone : worker::Isolation::kProcess;
  options.run.export_markdown = markdown;
  const auto has_pass = [&](const char* name) { return std::find(passes.begin(), passes.end(), name) != passes.end(); };
  options.run.memory_pass = has_pass("memory");
  options.run.latency_pass = has_pass("latency");
  if (!profile.empty()) {
    const auto has = [&](const char* kind) { return std::find(profile.begin(), profile.end(), kind) != profile.end(); };
    if (has("none") && profile.size() > 1) return fail("--profile", "expected some of cpu, heap, or none alone, found both", "write --profile=cpu,heap");
    options.run.profile = experiment::ProfileKinds{has("cpu"), has("heap")};
    if (isolation == "none") return fail("--profile", "needs workers of its own", "leave out --isolation=none");
    if (calibrate->parsed()) return fail("--profile", "means nothing to harness calibrate", "leave it out");
    if (gate->parsed() && !options.gate.programs.empty()) return fail("--profile", "is of solvers: a program has no library to profile", "leave it out");
  }
  if (!options.run.trace.empty() && (calibrate->parsed() || (gate->parsed() && !options.gate.programs.empty()))) {
    return fail("--trace", "means nothing to this command", "leave it out");
  }
  options.run.count_instructions = metric == "instructions";
  if (!markdown.empty() && markdown == options.run.flags.out) {
    return fail("--export-markdown", "names the same file as --benchmark_out", "give each a file of its own");
  }
  if (options.run.histogram && !options.run.latency_pass) {
    return fail("--histogram", "needs the latency pass", "leave --passes out, or add latency to it");
  }
  for (const auto* other : {&options.run.flags.out, &options.run.export_markdown, &options.gate.junit, &options.gate.summary,
                            &options.gate.comment, &options.gate.evidence}) {
    if (!options.run.trace.empty() && options.run.trace == *other)
      return fail("--trace", "names the same file as another result", "give each a file of its own");
  }
  if (!options.run.trace.empty() && options.command == Options::Command::kDoctor) return fail("--trace", "means nothing to harness doctor", "leave it out");
  if (options.run.profile && options.command == Options::Command::kDoctor) return fail("--profile", "means nothing to harness doctor", "leave it out");
  options.ab.run = options.baseline.run = options.pin.run = options.gate.run = options.calibrate.run = options.run;
  options.gate.plugins_given = !plugins.empty();
  options.gate.strict = options.baseline.strict;
  options.gate.environment = surroundings.environment;
  options.histories.places = options.run.places;
  const auto histories_directory = baseline_directory(baseline_dir, surroundings);
  options.baseline.directory = options.histories.directory = options.pin.directory = options.diff_baseline.directory =
      options.gate.history_directory = options.calibrate.directory = histories_directory;
  return options;
}

}  // namespace harness::cli

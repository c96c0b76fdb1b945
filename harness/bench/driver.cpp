#include <harness/bench/driver.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <harness/bench/reporter.hpp>
#include <harness/store/atomic_file.hpp>

namespace harness::bench {
namespace {

// What the bodies leave behind and the reporters read.
struct Progress {
  std::vector<std::vector<model::Sample>> samples;
  std::vector<std::string> failures;  // sticky
  std::vector<bool> announced;
};

std::unique_ptr<benchmark::BenchmarkReporter> inner_reporter(const std::string& format) {
  if (format == "json") return std::make_unique<benchmark::JSONReporter>();
  BENCHMARK_DISABLE_DEPRECATED_WARNING
  if (format == "csv") return std::make_unique<benchmark::CSVReporter>();
  BENCHMARK_RESTORE_DEPRECATED_WARNING
  return std::make_unique<benchmark::ConsoleReporter>(benchmark::ConsoleReporter::OO_Tabular);
}

void body(benchmark::State& state, std::size_t index, const Entry& entry, const Timing& timing, Progress& progress,
          const std::atomic<bool>& stop) {
  const auto calls = static_cast<std::uint64_t>(state.max_iterations);
  double cpu_seconds_per_call = 0;
  while (state.KeepRunningBatch(state.max_iterations)) {
    auto& failure = progress.failures[index];
    if (failure.empty() && stop) failure = kInterrupted;
    if (failure.empty()) {
      const auto timed = timing(index, calls);
      if (timed) {
        state.SetIterationTime(timed->real_seconds);
        const auto n = static_cast<double>(calls);
        cpu_seconds_per_call = timed->cpu_seconds / n;
        progress.samples[index].push_back({timed->real_seconds / n, cpu_seconds_per_call});
        continue;
      }
      failure = stop ? std::string(kInterrupted) : timed.error();
    }
    state.SkipWithError(failure.c_str());
  }
  state.counters[kCpuCounter] = cpu_seconds_per_call;
  for (const auto& [name, value] : entry.counters) state.counters[name] = value;
  for (const auto& [name, value] : entry.amounts) {
    state.counters[name] = benchmark::Counter(value * static_cast<double>(calls), benchmark::Counter::kIsRate);
  }
}

Result<void> initialize(const Flags& flags) {
  // All of them, so that neither the environment nor an earlier run in this process says anything behind our back.
  std::vector<std::string> arguments = {"harness", fmt::format("--benchmark_repetitions={}", flags.repetitions),
                                        "--benchmark_filter=^", "--benchmark_format=console",
                                        // Google Benchmark only calls a file reporter when there is a file; ours keeps the text.
                                        flags.out.empty() ? "--benchmark_out=" : "--benchmark_out=/dev/null",
                                        "--benchmark_out_format=json",
                                        "--benchmark_list_tests=false", "--benchmark_perf_counters=",
                                        "--benchmark_enable_random_interleaving=false",
                                        "--benchmark_report_aggregates_only=false",
                                        "--benchmark_display_aggregates_only=false"};
  arguments.insert(arguments.end(), flags.passed.begin(), flags.passed.end());
  static std::vector<std::string> kept;  // Google Benchmark keeps a pointer to argv[0]
  kept = std::move(arguments);
  std::vector<char*> argv;
  for (auto& argument : kept) argv.push_back(argument.data());
  int argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  benchmark::Initialize(&argc, argv.data());
  if (argc > 1) return fail(argv[1], "is not taken by the Google Benchmark that this program was built with");
  return {};
}

// In one piece, and only once there is a whole report: a run that is killed leaves what was there before.
Result<void> write_report(const std::string& file, const std::string& text) {
  std::error_code ignored;
  const auto status = std::filesystem::status(file, ignored);
  if (std::filesystem::is_regular_file(status) && store::write_atomically(file, text, 0644)) return {};
  errno = 0;
  std::ofstream stream(file, std::ios::trunc);  // a device, a pipe, or a directory in which nothing new may be made
  stream << text;
  stream.close();
  if (stream) return {};
  return fail("--benchmark_out=" + file, fmt::format("cannot be written: {}", std::strerror(errno)),
              "name a file on a disk that has room");
}

}  // namespace

Result<void> drive(const std::vector<Entry>& entries, const Timing& timing, const Finished& finished,
                   const LateCounters& late, const Flags& flags, const model::Context& context, std::ostream& out, const std::atomic<bool>& stop) {
  if (auto initialized = initialize(flags); !initialized) return initialized;
  for (const auto& [key, value] : context) benchmark::AddCustomContext(key, value);

  Progress progress{std::vector<std::vector<model::Sample>>(entries.size()), {}, std::vector<bool>(entries.size(), false)};
  std::map<std::string, std::size_t> index_of;
  benchmark::ClearRegisteredBenchmarks();
  for (std::size_t index = 0; index < entries.size(); ++index) {
    const auto& entry = entries[index];
    progress.failures.push_back(entry.failure);
    index_of[entry.name] = index;
    benchmark::RegisterBenchmark(entry.name.c_str(),
                                 [index, &entry, &timing, &progress, &stop](benchmark::State& state) {
                                   body(state, index, entry, timing, progress, stop);
                                 })
        ->UseManualTime()
        ->Iterations(static_cast<benchmark::IterationCount>(entry.failure.empty() ? entry.calls : 1));
  }

  const auto failure_of = [&](const std::string& name) { return progress.failures[index_of.at(name)]; };
  const auto through = [&](const std::string& name) {
    const auto index = index_of.at(name);
    if (progress.announced[index]) return;
    progress.announced[index] = true;
    finished(index, progress.samples[index], progress.failures[index]);
  };
  const auto late_of = [&](const std::string& name) {
    return late ? late(index_of.at(name)) : std::vector<std::pair<std::string, double>>{};
  };
  const bool to_console = flags.format == "console";
  ForwardingReporter display(to_console ? nullptr : inner_reporter(flags.format), flags.format == "csv", failure_of, through, late_of);
  display.SetOutputStream(&out);
  std::ostringstream report;
  ForwardingReporter file(inner_reporter(flags.out_format), flags.out_format == "csv", failure_of, {}, late_of, &report);

  if (entries.empty()) {
    // Google Benchmark writes nothing at all when there is nothing to run; a reader wants a valid, empty report.
    const benchmark::BenchmarkReporter::Context nothing;
    display.ReportContext(nothing);
    display.Finalize();
    if (!flags.out.empty()) {
      file.ReportContext(nothing);
      file.Finalize();
      return write_report(flags.out, report.str());
    }
    return {};
  }
  benchmark::RunSpecifiedBenchmarks(&display, flags.out.empty() ? nullptr : &file, "^");
  benchmark::ClearRegisteredBenchmarks();
  if (!flags.out.empty()) return write_report(flags.out, report.str());
  return {};
}

}  // namespace harness::bench

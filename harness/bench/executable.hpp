// Speaking to programs that use Google Benchmark, of any version from 1.5 on: their cases, and one run of one case.
//
// Only what all those versions understand alike is asked of them: --benchmark_list_tests, --benchmark_filter,
// --benchmark_min_time as a bare number of seconds (1.7.1 refuses the suffix that 1.9.1 would like to see), and a report
// by --benchmark_out, which stays clean where a program prints text of its own or has a reporter of its own. They get the
// caller's environment and directory, as they would from a shell, without the variables BENCHMARK_* that stand for flags.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <harness/model/benchmark_report.hpp>
#include <harness/model/error.hpp>
#include <harness/worker/command.hpp>

namespace harness::bench {

// The clock that a benchmark's name declares, as Google Benchmark appends it: `.../real_time`, `/manual_time`,
// `/process_time`, `/process_time/real_time`; without one it is the CPU time of the main thread.
enum class DeclaredClock { kCpu, kReal, kManual, kProcess };
DeclaredClock declared_clock(const std::string& benchmark_name);
// `cpu`, `real`, `manual`, `process CPU`
std::string clock_word(DeclaredClock clock);

// `BM_x/8` -> `^BM_x/8$` with everything escaped that a POSIX extended expression could take for more.
std::string exact_filter(const std::string& benchmark_name);

struct ProgramRun {
  double real_seconds = 0, cpu_seconds = 0;  // per iteration; with manual time the former is the manual one. 0 = none
  std::uint64_t iterations = 0;              // of one repetition
  std::string error;                         // of the benchmark itself (SkipWithError); "" = none
  std::string skipped;                       // the same of SkipWithMessage
  std::vector<std::pair<std::string, double>> counters;  // user counters, and Google Benchmark's memory fields by their names
  double wall_seconds = 0;                   // of the whole process

  double seconds_by(DeclaredClock clock) const {
    return clock == DeclaredClock::kReal || clock == DeclaredClock::kManual ? real_seconds : cpu_seconds;
  }
};

// What the rows of a report say of a benchmark: of several repetitions the median, memory by the last (Google Benchmark
// gives the others none that is right); where a program keeps its repetitions to itself, the median that it printed. The
// error is one line: there is no row of it.
tl::expected<ProgramRun, std::string> run_of(const std::vector<model::BenchmarkEntry>& rows, const std::string& benchmark_name);

class Program {
 public:
  using RunCommand = std::function<worker::Outcome<worker::Finished>(const worker::Command&)>;

  // A regular file that may be executed; it has not run yet. Tests hand in a `run` of their own.
  static Result<Program> open(const std::filesystem::path& file, RunCommand run = worker::run_command);

  const std::filesystem::path& file() const { return file_; }  // as given

  // Names by --benchmark_list_tests, all of them, in the program's order; a name that it registered twice comes twice.
  // Lines that it prints whatever it is asked are left out. A program that does not answer like Google Benchmark is an
  // error that says what it did instead; after Ctrl-C the error's exit is kInterrupted.
  Result<std::vector<std::string>> list(double timeout_seconds, const std::atomic<bool>* stop) const;

  // One process: this case alone, at least `min_time_seconds` of it, its report read back. Failures are kinds of
  // worker::Failure; kExited: with a status other than 0; kProtocol: it wrote no report, or one without this case.
  worker::Outcome<ProgramRun> run(const std::string& benchmark_name, double min_time_seconds, std::optional<int> core,
                                  double timeout_seconds, const std::atomic<bool>* stop) const;

 private:
  struct Workspace;  // a directory for reports that ends with the last copy
  worker::Outcome<worker::Finished> ask(std::vector<std::string> flags, std::optional<int> core, double timeout_seconds,
                                        const std::atomic<bool>* stop) const;

  std::filesystem::path file_, absolute_;
  RunCommand run_;
  std::shared_ptr<const Workspace> workspace_;
};

}  // namespace harness::bench

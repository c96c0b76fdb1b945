// Speaking to programs that use Google Benchmark, of any version from 1.5 on: their cases, and one run of one case.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <harness/bench/flags.hpp>
#include <harness/model/error.hpp>
#include <harness/worker/worker.hpp>

namespace harness::bench {

// The clock that a benchmark's name declares, as Google Benchmark appends it: `.../real_time`, `/manual_time`,
// `/process_time`, `/process_time/real_time`; without one it is CPU time.
enum class DeclaredClock { kCpu, kReal, kManual, kProcess };
DeclaredClock declared_clock(const std::string& benchmark_name);

// `BM_x/8` -> `^BM_x/8$` with everything escaped that a POSIX extended expression could take for more.
std::string exact_filter(const std::string& benchmark_name);

struct ProgramRun {
  double real_seconds = 0, cpu_seconds = 0;  // per iteration; with manual time the former is the manual one
  std::uint64_t iterations = 0;
  std::string error;                         // of the benchmark itself (SkipWithError); "" = none
  std::vector<std::pair<std::string, double>> counters;  // user counters, and Google Benchmark's memory fields by their names
  double wall_seconds = 0;                   // of the whole process
};

class Program {
 public:
  // A regular file that may be executed; it has not run yet.
  static Result<Program> open(const std::filesystem::path& file);

  const std::filesystem::path& file() const { return file_; }

  // Names by --benchmark_list_tests, with the user's filter. A program that does not answer like Google Benchmark is an
  // error that says what it wrote.
  Result<std::vector<std::string>> list(const std::string& filter, double timeout_seconds, const std::atomic<bool>* stop) const;

  // One process: this case alone, at least `min_time_seconds` of it, JSON read back. Failures are kinds of worker::Failure;
  // kProtocol: what it wrote is no report, or another case's.
  worker::Outcome<ProgramRun> run(const std::string& benchmark_name, double min_time_seconds, std::optional<int> core,
                                  double timeout_seconds, const std::atomic<bool>* stop) const;

 private:
  std::filesystem::path file_;
};

}  // namespace harness::bench

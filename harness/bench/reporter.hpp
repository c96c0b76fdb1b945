// Between Google Benchmark and its own JSON and CSV reporters: names become bare, the worker's CPU time takes the place
// of the parent's, failed entries lose their aggregates, and nothing that is not a number reaches the file.
// Private to `bench`: it shows Google Benchmark's types.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace harness::bench {

// The counter under which a body hands over CPU seconds per call: no name that a solver could give to one of its own.
inline constexpr const char* kCpuCounter = "harness:cpu";

// The two generations of the interface: 1.7 has `error_occurred` and `error_message`, 1.8 and later `skipped` and
// `skip_message`.
template <class Run>
bool run_failed(const Run& run) {
  if constexpr (requires { run.error_occurred; }) {
    return run.error_occurred;
  } else {
    return static_cast<int>(run.skipped) != 0;
  }
}

template <class Run>
void set_failed(Run& run, const std::string& message) {
  if constexpr (requires { run.error_occurred; }) {
    run.error_occurred = true;
    run.error_message = message;
  } else {
    run.skipped = static_cast<decltype(run.skipped)>(2);  // SkippedWithError
    run.skip_message = message;
  }
}

class ForwardingReporter : public benchmark::BenchmarkReporter {
 public:
  using Run = benchmark::BenchmarkReporter::Run;
  // Both are asked for each entry as its runs arrive. `failure` of a bare name: "" = none.
  using FailureOf = std::function<std::string(const std::string& name)>;
  using Through = std::function<void(const std::string& name)>;
  // Asked for each entry once all have been run.
  using LateOf = std::function<std::vector<std::pair<std::string, double>>(const std::string& name)>;

  // `inner` may be null: then runs are only announced through `through` (which may be empty). `own`: where the inner one
  // writes; null = this reporter's output stream.
  ForwardingReporter(std::unique_ptr<benchmark::BenchmarkReporter> inner, bool inner_is_csv, FailureOf failure,
                     Through through, LateOf late, std::ostream* own = nullptr);

  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  std::unique_ptr<benchmark::BenchmarkReporter> inner_;
  bool inner_is_csv_;
  FailureOf failure_;
  Through through_;
  LateOf late_;
  std::ostream* own_;
  std::vector<Run> kept_;  // until Finalize
  std::set<std::string> failure_reported_;
  std::ostringstream swallowed_;  // Google Benchmark's warnings about its own build
};

}  // namespace harness::bench

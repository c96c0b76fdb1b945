#include <harness/bench/reporter.hpp>

#include <cmath>
#include <utility>

namespace harness::bench {
namespace {

using Run = benchmark::BenchmarkReporter::Run;

void make_finite(double& value) {
  if (!std::isfinite(value)) value = 0;
}

bool is_percentage(const Run& run) {
  return run.run_type == Run::RT_Aggregate && run.aggregate_unit == benchmark::StatisticUnit::kPercentage;
}

void make_bare(Run& run) {
  run.run_name.time_type.clear();
  run.run_name.iterations.clear();
  run.run_name.min_time.clear();
  run.run_name.min_warmup_time.clear();
  run.run_name.repetitions.clear();
}

void take_cpu_time(Run& run) {
  const auto cpu = run.counters.find(kCpuCounter);
  if (cpu == run.counters.end()) return;
  const double scale = is_percentage(run) || run.iterations == 0 ? 1.0 : static_cast<double>(run.iterations);
  run.cpu_accumulated_time = cpu->second.value * scale;
  run.counters.erase(cpu);
}

// 1.7.1 multiplies a coefficient of variation by the time unit when it writes CSV; whether this build does is tried once.
bool csv_scales_percentages() {
  static const bool scales = [] {
    std::ostringstream text;
    BENCHMARK_DISABLE_DEPRECATED_WARNING
    benchmark::CSVReporter reporter;
    BENCHMARK_RESTORE_DEPRECATED_WARNING
    reporter.SetOutputStream(&text);
    Run run;
    run.run_type = Run::RT_Aggregate;
    run.aggregate_unit = benchmark::StatisticUnit::kPercentage;
    run.run_name.function_name = "probe";
    run.iterations = 1;
    run.time_unit = benchmark::kNanosecond;
    run.real_accumulated_time = 0.5;
    reporter.ReportRuns({run});
    return text.str().find("5e+08") != std::string::npos;
  }();
  return scales;
}

void prepare_for_csv(Run& run) {
  if (!is_percentage(run) || !csv_scales_percentages()) return;
  const double scale = (run.iterations == 0 ? 1.0 : static_cast<double>(run.iterations)) /
                       benchmark::GetTimeUnitMultiplier(run.time_unit);
  run.real_accumulated_time *= scale;
  run.cpu_accumulated_time *= scale;
}

}  // namespace

ForwardingReporter::ForwardingReporter(std::unique_ptr<benchmark::BenchmarkReporter> inner, bool inner_is_csv,
                                       FailureOf failure, Through through, LateOf late, std::ostream* own)
    : inner_(std::move(inner)),
      inner_is_csv_(inner_is_csv),
      failure_(std::move(failure)),
      through_(std::move(through)),
      late_(std::move(late)),
      own_(own) {}

bool ForwardingReporter::ReportContext(const Context& context) {
  if (!inner_) return true;
  inner_->SetOutputStream(own_ != nullptr ? own_ : &GetOutputStream());
  inner_->SetErrorStream(&swallowed_);
  const bool go_on = inner_->ReportContext(context);
  inner_->SetErrorStream(&GetErrorStream());
  return go_on;
}

void ForwardingReporter::ReportRuns(const std::vector<Run>& runs) {
  for (auto run : runs) {
    make_bare(run);
    const auto name = run.run_name.str();
    if (const auto failure = failure_(name); !failure.empty()) {
      // One error row an entry, however many repetitions it had and whichever rows were asked for.
      if (!failure_reported_.insert(name).second) continue;
      run.run_type = Run::RT_Iteration;
      run.aggregate_name.clear();
      run.real_accumulated_time = run.cpu_accumulated_time = 0;
      run.counters.clear();
      set_failed(run, failure);
      if (run.repetition_index < 0) run.repetition_index = 0;
    } else {
      take_cpu_time(run);
      make_finite(run.real_accumulated_time);
      make_finite(run.cpu_accumulated_time);
      for (auto& [key, counter] : run.counters) make_finite(counter.value);
      if (inner_is_csv_) prepare_for_csv(run);
    }
    kept_.push_back(std::move(run));
  }
  if (through_ && !runs.empty()) {
    auto first = runs.front();
    make_bare(first);
    through_(first.run_name.str());
  }
}

void ForwardingReporter::Finalize() {
  if (!inner_) return;
  for (auto& run : kept_) {
    if (run_failed(run)) continue;
    const bool is_spread = run.aggregate_name == "stddev" || run.aggregate_name == "cv";
    for (const auto& [key, value] : late_(run.run_name.str())) {
      run.counters[key] = is_spread || !std::isfinite(value) ? 0 : value;
    }
  }
  if (!kept_.empty()) inner_->ReportRuns(kept_);
  inner_->Finalize();
}

}  // namespace harness::bench

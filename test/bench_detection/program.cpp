// The functions as a program that uses Google Benchmark: a side of `--ab=./a,./b`, and what the rivals' rules measure.
#include <benchmark/benchmark.h>

#include "functions.hpp"
#include "inputs.hpp"

int main(int argc, char** argv) {
  for (const auto& [name, function] : detection::kFunctions) {
    benchmark::RegisterBenchmark(name, [name = name, function = function](benchmark::State& state) {
      const std::vector<int> nums = detection::input_of(name);
      for (auto _ : state) benchmark::DoNotOptimize(function(nums));
    });
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

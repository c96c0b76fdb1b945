// The twins as a Google Benchmark program; names are those of harness's trials.
#include <string>

#include "cases.hpp"
#include "twins.hpp"

int main(int argc, char** argv) {
  using namespace overhead;
  for (const auto& [name, rounds] : kSpinCases)
    benchmark::RegisterBenchmark((std::string("overhead/v1.0.0/") + name).c_str(), twin_spin, kSpinSeed, rounds);
  benchmark::RegisterBenchmark((std::string("overhead-vector/v1.0.0/") + kPairCase).c_str(),
                               [](benchmark::State& state) { twin_find_pair(state, kPairNumbers, kPairTarget); });
  for (const auto& [name, size] : kSortCases) {
    const auto sort = [numbers = numbers_to_sort(size)](benchmark::State& state) {
      twin_sort_in_place(state, numbers);
    };
    benchmark::RegisterBenchmark((std::string("overhead-sort/v1.0.0/") + name).c_str(), sort)->UseManualTime();
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}

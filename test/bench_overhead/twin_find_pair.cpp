#include "measured.hpp"
#include "twins.hpp"

void overhead::twin_find_pair(benchmark::State& state, const std::vector<int>& nums, int target) {
  const int* argument = &target;
  benchmark::DoNotOptimize(argument);
  for (auto _ : state) {
    auto result = find_pair(nums, target);
    benchmark::DoNotOptimize(result);
    benchmark::ClobberMemory();
  }
}

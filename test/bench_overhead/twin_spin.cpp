#include "measured.hpp"
#include "twins.hpp"

void overhead::twin_spin(benchmark::State& state, int seed, int rounds) {
  const int* arguments[] = {&seed, &rounds};
  benchmark::DoNotOptimize(arguments);  // from here on ClobberMemory may have changed both
  for (auto _ : state) {
    auto result = spin(seed, rounds);
    benchmark::DoNotOptimize(result);
    benchmark::ClobberMemory();  // without it the call is the same in every turn and moves out of the loop
  }
}

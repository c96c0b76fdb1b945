// A program that uses Google Benchmark as people do. Built several times: WORK_PERCENT is what `slowed` does, in percent
// of what the first build does; WITHOUT_REMOVED, WITH_ADDED change the list of cases; BUILD changes nothing but bytes.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#ifndef WORK_PERCENT
#define WORK_PERCENT 100
#endif

namespace {

std::uint64_t spin(std::uint64_t turns) {
  std::uint64_t state = 88172645463325252U;
  for (std::uint64_t i = 0; i < turns; ++i) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    benchmark::DoNotOptimize(state);
  }
  return state;
}

void slowed(benchmark::State& state) {
  const auto turns = static_cast<std::uint64_t>(state.range(0)) * WORK_PERCENT / 100;
  for (auto _ : state) benchmark::DoNotOptimize(spin(turns));
  state.counters["turns"] = static_cast<double>(turns);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(slowed)->Arg(10)->Arg(1000)->Arg(100000);

void hashed(benchmark::State& state) {
  std::vector<std::uint64_t> slots(256);
  for (auto _ : state) {
    std::uint64_t key = 1;
    for (int i = 0; i < 200; ++i) {
      key = key * 6364136223846793005U + 1442695040888963407U;
      slots[key >> 56] += key;
    }
    benchmark::DoNotOptimize(slots.data());
  }
}
BENCHMARK(hashed);
BENCHMARK(hashed)->Name("hashed, by the wall")->UseRealTime();
BENCHMARK(hashed)->Name("hashed, all threads")->MeasureProcessCPUTime();

void by_hand(benchmark::State& state) {
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(spin(1000));
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    benchmark::DoNotOptimize(spin(300));
  }
}
BENCHMARK(by_hand)->UseManualTime();

template <class Number>
void converted(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(static_cast<Number>(spin(100)));
}
BENCHMARK_TEMPLATE(converted, std::vector<double>::value_type);
BENCHMARK(converted<float>)->Name("^odd (name) [a-z]+ a|b \\d {2} $5.*?/\"quoted\"")->Arg(7)->ArgName("n");

void refuses(benchmark::State& state) {
  state.SkipWithError("the \"file\" is not there");
  for (auto _ : state) {
  }
}
BENCHMARK(refuses);

void takes_long(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(spin(50'000'000));
}
BENCHMARK(takes_long)->Unit(benchmark::kSecond)->Iterations(1);

#ifndef WITHOUT_REMOVED
void removed(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(spin(100));
}
BENCHMARK(removed)->Unit(benchmark::kMicrosecond);
#endif
#ifdef WITH_ADDED
void added(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(spin(100));
}
BENCHMARK(added)->Unit(benchmark::kMillisecond);
#endif

}  // namespace

#ifdef BUILD
// Other bytes, the same cases and costs.
extern const int kBuild;
const int kBuild = BUILD;
#endif

BENCHMARK_MAIN();

// The hand-written side: the loops that a careful author of a Google Benchmark would write, each in a shared library of
// its own (twin_<function>.cpp), because a function called from many places is inlined differently.
#pragma once

#include <vector>

#include <benchmark/benchmark.h>

// All else is hidden, as in a solver: what may be replaced from outside is called through a table and inlined less.
#define OVERHEAD_EXPORT __attribute__((visibility("default")))

namespace overhead {

OVERHEAD_EXPORT void twin_spin(benchmark::State& state, int seed, int rounds);
OVERHEAD_EXPORT void twin_find_pair(benchmark::State& state, const std::vector<int>& nums, int target);

// Copies are made while the clock stands, as many at once as take half of the second-level cache, and the clock is read
// once for all of them (PauseTiming around each call costs more than sorting 64 numbers).
OVERHEAD_EXPORT void twin_sort_in_place(benchmark::State& state, const std::vector<int>& nums);

}  // namespace overhead

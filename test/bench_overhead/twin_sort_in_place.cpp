#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "measured.hpp"
#include "twins.hpp"

void overhead::twin_sort_in_place(benchmark::State& state, const std::vector<int>& nums) {
  const long cache = sysconf(_SC_LEVEL2_CACHE_SIZE);
  const std::size_t half = cache > 0 ? static_cast<std::size_t>(cache) / 2 : 256 * 1024;
  const std::size_t batch = std::max<std::size_t>(1, half / (nums.size() * sizeof(int) + sizeof(nums)));
  std::vector<std::vector<int>> copies;
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(batch))) {
    copies.clear();
    copies.resize(batch, nums);
    const auto begin = std::chrono::steady_clock::now();
    for (auto& copy : copies) {
      sort_in_place(copy);
      benchmark::ClobberMemory();
    }
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
}

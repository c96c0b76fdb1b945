// The functions whose cost is measured twice: by harness as solvers, by hand-written Google Benchmark twins. Each
// library includes this file and calls one of them from one place, so that both sides let the compiler inline alike.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace overhead {

// A chain of divisions, each of which waits for the one before. The divider is what is busy, not the front of the
// processor: neither the alignment of a loop nor two instructions more around a call change the time of a call, only
// work that the call waits for does. Two divisions a round keep the loops short enough for their ends to be predicted.
// `rounds` sets how long a call takes.
inline int spin(int seed, int rounds) {
  const auto next = [](std::uint32_t state) { return (state * 0x9E3779B9u) ^ (0xFFFFFFFFu / (state | 1)); };
  auto state = static_cast<std::uint32_t>(seed);
  for (int i = 0; i < rounds; ++i) state = next(next(state));
  return static_cast<int>(state);
}

// Few numbers in, a vector from the heap out: the shape of most solvers on their published examples.
inline std::vector<int> find_pair(const std::vector<int>& nums, int target) {
  for (int i = 0; i < static_cast<int>(nums.size()); ++i)
    for (int j = i + 1; j < static_cast<int>(nums.size()); ++j)
      if (std::int64_t{nums[i]} + nums[j] == target) return {i, j};
  return {};
}

// Changes its argument: each call needs an array of its own, made while the clock stands. Never inlined: the layout of a
// sort's branches moves its time by 20 %, and inlined into two loops it has two layouts.
[[gnu::noinline]] inline void sort_in_place(std::vector<int>& nums) { std::sort(nums.begin(), nums.end()); }

}  // namespace overhead

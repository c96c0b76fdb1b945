// About 20 ms: a walk over 64 MiB from place to place, each of which only the last one names.
#pragma once

#include <span>

#include "units.hpp"

namespace detection {

// `next` is one cycle over all places. A unit is 1,000 steps; each call goes on where the last one ended, so that no call
// finds its places in a cache.
inline int memory_walk(std::span<const int> next) {
  constexpr int kSteps = 1000;
  static std::uint32_t place = 0;
  const std::uint64_t count = units();
  for (std::uint64_t i = 0; i < count; ++i) {
    for (int step = 0; step < kSteps; ++step) place = static_cast<std::uint32_t>(next[place]);
    look_at(place);
  }
  return static_cast<int>(place & 1);
}

}  // namespace detection

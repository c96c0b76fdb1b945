// About 20 ms: a walk over 64 MiB from place to place, each of which only the last one names.
#pragma once

#include <span>

#include "units.hpp"

namespace detection {

// `next` is one cycle over all places. A unit is 1,000 steps; each call goes on where the last one ended, so that no call
// finds its places in a cache; and each copy of the code in each process begins somewhere else, so that none follows the
// other's way through places which that one has just brought in.
inline int memory_walk(std::span<const int> next) {
  constexpr int kSteps = 1000;
  static std::uint32_t place = 0;
  static bool begun = false;
  if (!begun) {
    begun = true;
    place = static_cast<std::uint32_t>((reinterpret_cast<std::uintptr_t>(&place) >> 4) * 0x9e3779b97f4a7c15u >> 20) %
            static_cast<std::uint32_t>(next.size());
  }
  const std::uint64_t count = units();
  for (std::uint64_t i = 0; i < count; ++i) {
    for (int step = 0; step < kSteps; ++step) place = static_cast<std::uint32_t>(next[place]);
    look_at(place);
  }
  return static_cast<int>(place & 1);
}

}  // namespace detection

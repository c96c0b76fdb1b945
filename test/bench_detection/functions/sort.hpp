// About 5 ms: sorting, whose branches no processor can foresee.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "units.hpp"

namespace detection {

// A unit copies 1,750 numbers and sorts them.
inline int sort(std::span<const int> nums) {
  constexpr std::size_t kNumbers = 1750;
  static std::vector<int> room(kNumbers);
  static Portions portions;
  int middle = 0;
  const std::uint64_t count = units();
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto part = nums.subspan(portions.next() * kNumbers, kNumbers);
    std::copy(part.begin(), part.end(), room.begin());
    std::sort(room.begin(), room.end());
    middle = room[kNumbers / 2];
    look_at(middle);
  }
  return middle;
}

}  // namespace detection

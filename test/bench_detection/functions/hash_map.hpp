// About 100 us: hash maps that are filled, asked and thrown away; most of it is the allocator's.
#pragma once

#include <span>
#include <unordered_map>

#include "units.hpp"

namespace detection {

// A unit makes a map of 34 numbers and looks each of them up.
inline int fill_once(std::span<const int> keys) {
  std::unordered_map<int, int> places;
  for (std::size_t i = 0; i < keys.size(); ++i) places.emplace(keys[i], static_cast<int>(i));
  int sum = 0;
  for (const int key : keys) sum += places.find(key)->second;
  look_at(sum);
  return sum;
}

inline int hash_map(std::span<const int> nums) {
  constexpr std::size_t kKeys = 34;
  static Portions portions;
  int sum = 0;
  const std::uint64_t count = units();
  for (std::uint64_t i = 0; i < count; ++i) sum = fill_once(nums.subspan(portions.next() * kKeys, kKeys));
  return sum;
}

}  // namespace detection

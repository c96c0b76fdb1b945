// The functions' inputs for programs that have no datasets: of the same kind and size.
#pragma once

#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace detection {

inline std::vector<int> input_of(const std::string& function) {
  std::uint64_t state = 12;
  const auto draw = [&state](std::uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int>((state >> 33) % below);
  };
  const bool is_walk = function == "memory-walk";
  const std::size_t size = is_walk ? 16777216 : function == "sort" ? 175000 : function == "hash-map" ? 3400 : function == "edit-distance" ? 1700 : 16;
  std::vector<int> nums(size);
  if (is_walk) {
    std::iota(nums.begin(), nums.end(), 0);
    for (std::size_t i = size - 1; i > 0; --i) std::swap(nums[i], nums[static_cast<std::size_t>(draw(i))]);
    return nums;
  }
  for (int& n : nums) n = function == "edit-distance" ? draw(26) : draw(1'000'000'000) + 1;
  return nums;
}

}  // namespace detection

// The right answer, by trying all pairs: what the solvers of this folder do beside their one peculiarity.
#pragma once

#include <vector>

inline std::vector<int> pair_in(const std::vector<int>& nums, int target) {
  for (int i = 0; i < static_cast<int>(nums.size()); ++i)
    for (int j = i + 1; j < static_cast<int>(nums.size()); ++j)
      if (static_cast<long>(nums[i]) + nums[j] == target) return {i, j};
  return {};
}

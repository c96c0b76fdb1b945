// Sort, then close in from both ends: where the sum is too small only the lower number can be the wrong one, where it
// is too large only the higher. The time is in the sorting.
#include <harness/sdk/solver.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace {

struct Entry {
  int value;
  int index;  // the answer is made of places, and sorting loses them
};

}  // namespace

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  std::vector<Entry> sorted;
  sorted.reserve(nums.size());
  for (int i = 0; i < static_cast<int>(nums.size()); ++i) sorted.push_back({nums[i], i});
  std::sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) { return a.value < b.value; });

  for (std::size_t low = 0, end = sorted.size(); low + 1 < end;) {
    const Entry& smaller = sorted[low];
    const Entry& larger = sorted[end - 1];
    const std::int64_t sum = std::int64_t{smaller.value} + larger.value;  // two ints may not fit into one
    if (sum == target) return {smaller.index, larger.index};
    if (sum < target)
      ++low;
    else
      --end;
  }
  return {};
}

HARNESS_SOLVER("two-sum", two_sum);

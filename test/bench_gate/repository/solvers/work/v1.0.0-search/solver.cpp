// About 10 us: a number is looked for in a sorted list of 4,096.
#define DETECTION_PERCENT 0
#include "../../functions/units.hpp"

#include <harness/sdk/solver.hpp>

#include <algorithm>
#include <span>
#include <vector>

int work(std::span<const int> nums) {
  static const std::vector<int> sorted = [&] {
    std::vector<int> all(nums.begin(), nums.end());
    std::sort(all.begin(), all.end());
    return all;
  }();
  static detection::Portions portions;
  int sum = 0;
  const std::uint64_t count = detection::units();
  for (std::uint64_t i = 0; i < count; ++i) {
    const int wanted = nums[portions.next() * 40];
    sum += static_cast<int>(std::lower_bound(sorted.begin(), sorted.end(), wanted) - sorted.begin());
    detection::look_at(sum);
  }
  return sum;
}
HARNESS_SOLVER("work", work);

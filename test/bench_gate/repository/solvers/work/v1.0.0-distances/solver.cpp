// About 1 ms: the edit distance of two texts of 64 letters, in two rows.
#define DETECTION_PERCENT 0
#include "../../functions/units.hpp"

#include <harness/sdk/solver.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace {

constexpr std::size_t kLetters = 64;

int distance(std::span<const int> a, std::span<const int> b) {
  std::array<int, kLetters + 1> above, row;
  for (std::size_t j = 0; j <= kLetters; ++j) row[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= kLetters; ++i) {
    std::swap(above, row);
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= kLetters; ++j) {
      const int changed = above[j - 1] + ((a[i - 1] & 3) == (b[j - 1] & 3) ? 0 : 1);
      row[j] = std::min(std::min(above[j], row[j - 1]) + 1, changed);
    }
  }
  return row[kLetters];
}

}  // namespace

int work(std::span<const int> nums) {
  static detection::Portions portions;
  int sum = 0;
  const std::uint64_t count = detection::units();
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto at = portions.next() * 40;
    sum += distance(nums.subspan(at, kLetters), nums.subspan(at + kLetters, kLetters));
    detection::look_at(sum);
  }
  return sum;
}
HARNESS_SOLVER("work", work);

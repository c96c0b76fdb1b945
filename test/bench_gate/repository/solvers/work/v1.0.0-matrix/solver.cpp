// About 50 us: products of two matrices of 8 times 8 numbers.
#define DETECTION_PERCENT 0
#include "../../functions/units.hpp"

#include <harness/sdk/solver.hpp>

#include <span>

namespace {

constexpr std::size_t kSide = 8;

unsigned trace(std::span<const int> a, std::span<const int> b) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < kSide; ++i) {
    for (std::size_t j = 0; j < kSide; ++j) {
      unsigned cell = 0;
      for (std::size_t k = 0; k < kSide; ++k) {
        cell += static_cast<unsigned>(a[i * kSide + k]) * static_cast<unsigned>(b[k * kSide + j]);
      }
      sum += i == j ? cell : cell >> 31;
    }
  }
  return sum;
}

}  // namespace

int work(std::span<const int> nums) {
  static detection::Portions portions;
  unsigned sum = 0;
  const std::uint64_t count = detection::units();
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto at = portions.next() * 40;
    sum += trace(nums.subspan(at, kSide * kSide), nums.subspan(at + kSide * kSide, kSide * kSide));
    detection::look_at(sum);
  }
  return static_cast<int>(sum);
}
HARNESS_SOLVER("work", work);

// About 20 us: how often each of 16 letters stands in 128 of them.
#define DETECTION_PERCENT 0
#include "../../functions/units.hpp"

#include <harness/sdk/solver.hpp>

#include <array>
#include <span>

namespace {

int most(std::span<const int> letters) {
  std::array<int, 16> counts{};
  for (const int letter : letters) ++counts[static_cast<std::size_t>(letter) & 15];
  int most = 0;
  for (const int count : counts) most = count > most ? count : most;
  return most;
}

}  // namespace

int work(std::span<const int> nums) {
  static detection::Portions portions;
  int sum = 0;
  const std::uint64_t count = detection::units();
  for (std::uint64_t i = 0; i < count; ++i) {
    sum += most(nums.subspan(portions.next() * 40, 128));
    detection::look_at(sum);
  }
  return sum;
}
HARNESS_SOLVER("work", work);

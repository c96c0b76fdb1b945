// About 200 us: a heap of 32 numbers that is filled and emptied.
#define DETECTION_PERCENT 0
#include "../../functions/units.hpp"

#include <harness/sdk/solver.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace {

int drain(std::span<const int> numbers) {
  std::array<int, 32> room;
  std::copy(numbers.begin(), numbers.end(), room.begin());
  std::make_heap(room.begin(), room.end());
  int sum = 0;
  for (auto end = room.end(); end != room.begin(); --end) {
    sum = 3 * sum + room[0] % 7;
    std::pop_heap(room.begin(), end);
  }
  return sum;
}

}  // namespace

int work(std::span<const int> nums) {
  static detection::Portions portions;
  int sum = 0;
  const std::uint64_t count = detection::units();
  for (std::uint64_t i = 0; i < count; ++i) {
    sum ^= drain(nums.subspan(portions.next() * 40, 32));
    detection::look_at(sum);
  }
  return sum;
}
HARNESS_SOLVER("work", work);

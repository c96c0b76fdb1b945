// Least significant digit first, a byte at a time: no comparisons, so that the order of the numbers costs nothing. A
// stable pass for each byte leaves the order of the bytes below it alone, hence the last pass leaves everything sorted.
#include <harness/sdk/solver.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

constexpr int kDigits = 4;         // of 8 bits: 256 destinations fit the first-level cache, 2048 (3 digits) do not
constexpr std::size_t kFew = 512;  // below this, clearing and adding up the counts costs more than comparing

// The bytes of `number` in an order in which negative numbers come first: two's complement with the sign turned round.
std::size_t digit_of(int number, int digit) {
  return ((static_cast<std::uint32_t>(number) ^ 0x80000000u) >> (8 * digit)) & 0xFF;
}

}  // namespace

void sort_numbers(std::vector<int>& nums) {
  if (nums.size() < kFew) {
    std::sort(nums.begin(), nums.end());
    return;
  }

  // Digits do not change when numbers move, so one pass counts for all four.
  std::array<std::array<std::size_t, 256>, kDigits> counts{};
  for (const int number : nums)
    for (int digit = 0; digit < kDigits; ++digit) ++counts[digit][digit_of(number, digit)];

  std::vector<int> moved(nums.size());
  for (int digit = 0; digit < kDigits; ++digit) {
    auto& places = counts[digit];
    if (places[digit_of(nums[0], digit)] == nums.size()) continue;  // all alike here: small numbers need fewer passes
    std::size_t next = 0;
    for (std::size_t& place : places) {
      const std::size_t count = place;
      place = next;
      next += count;
    }
    for (const int number : nums) moved[places[digit_of(number, digit)]++] = number;
    nums.swap(moved);
  }
}

HARNESS_SOLVER("sort-numbers", sort_numbers);

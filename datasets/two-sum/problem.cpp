// LeetCode 1, Two Sum: which two places hold numbers that add up to the target? Exactly one pair does.
#include <harness/sdk/problem.hpp>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace {

using Arguments = std::tuple<std::vector<int>, int>;

constexpr std::int64_t kMost = 1'000'000'000;  // LeetCode's bound, either side of zero, for the numbers and the target

// The two places may come in either order.
std::string adds_up(const std::vector<int>& nums, int target, const std::vector<int>& answer) {
  if (answer.size() != 2) return "expected 2 places, got " + std::to_string(answer.size());
  for (const int place : answer)
    if (place < 0 || static_cast<std::size_t>(place) >= nums.size())
      return "expected places from 0 to " + std::to_string(nums.size() - 1) + ", got " + std::to_string(place);
  if (answer[0] == answer[1]) return "expected 2 different places, got " + std::to_string(answer[0]) + " twice";
  const std::int64_t sum = std::int64_t{nums[answer[0]]} + nums[answer[1]];
  if (sum == target) return "";
  return "expected numbers that add up to " + std::to_string(target) + ", got " + std::to_string(nums[answer[0]]) +
         " and " + std::to_string(nums[answer[1]]);
}

// Scrambles the bits of `number` (the finaliser of splitmix64).
std::uint64_t mixed(std::uint64_t number) {
  number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
  number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
  return number ^ (number >> 31);
}

// Random numbers of which only those at `first` and `second` add up to the target. Of any other two numbers that would,
// one is never used: which of them, a hash of the two decides. That needs no memory of what was drawn before, and
// leaves no pattern, such as one parity or one half of the range, that a solver's hash or sort could live off.
Arguments pair_at(std::uint64_t size, std::uint64_t first, std::uint64_t second, harness::Random& random) {
  const std::int64_t target = random.between(-kMost, kMost);
  const std::int64_t one = random.between(std::max(-kMost, target - kMost), std::min(kMost, target + kMost));
  const std::uint64_t salt = random.next();

  std::vector<int> nums;
  nums.reserve(size);
  while (nums.size() < size) {
    const std::int64_t number = random.between(-kMost, kMost);
    const std::int64_t partner = target - number;
    if (number == partner || number == one || partner == one) continue;
    const bool lower = mixed(static_cast<std::uint64_t>(std::min(number, partner)) ^ salt) % 2 == 0;
    const bool has_partner = partner >= -kMost && partner <= kMost;
    const std::int64_t used = lower ? std::min(number, partner) : std::max(number, partner);
    nums.push_back(static_cast<int>(has_partner ? used : number));
  }
  nums[first] = static_cast<int>(one);
  nums[second] = static_cast<int>(target - one);
  return {std::move(nums), static_cast<int>(target)};
}

void require_a_pair(std::uint64_t size) {
  if (size < 2) throw std::invalid_argument("two-sum needs a size of at least 2");
}

// The earlier number of the pair lies near the middle, the later one in the last sixteenth, at random within these.
// Were both anywhere, one size would by chance be solved at its tenth number and the next at its last, and the times
// would show the dice instead of the algorithm's growth.
Arguments uniform(std::uint64_t size, harness::Random& random) {
  require_a_pair(size);
  const std::uint64_t least = size * 7 / 16;
  const std::uint64_t first = least + random.below(std::max<std::uint64_t>(1, size / 8));
  const std::uint64_t second = size - 1 - random.below(std::max<std::uint64_t>(1, size / 16));
  return pair_at(size, first, second, random);
}

// The pair comes last: whoever goes from front to back has to see everything.
Arguments worst(std::uint64_t size, harness::Random& random) {
  require_a_pair(size);
  return pair_at(size, size - 2, size - 1, random);
}

// Answers published cases that come without one. Quadratic: none of them is large.
std::vector<int> every_pair(const std::vector<int>& nums, int target) {
  for (std::size_t i = 0; i < nums.size(); ++i)
    for (std::size_t j = i + 1; j < nums.size(); ++j)
      if (std::int64_t{nums[i]} + nums[j] == target) return {static_cast<int>(i), static_cast<int>(j)};
  return {};
}

}  // namespace

HARNESS_PROBLEM("two-sum")  // one part a line
    .check(adds_up)
    .generate("uniform", uniform)
    .generate("worst", worst)
    .reference(every_pair);

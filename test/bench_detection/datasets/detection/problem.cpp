// Nothing is to be found out: only how long it takes counts.
#include <harness/sdk/problem.hpp>

#include <cstdint>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace {

bool any(std::span<const int>, int) { return true; }

std::tuple<std::vector<int>> numbers(std::uint64_t size, harness::Random& random) {
  std::vector<int> nums(size);
  for (auto& n : nums) n = static_cast<int>(random.between(1, 1'000'000'000));
  return {std::move(nums)};
}

std::tuple<std::vector<int>> letters(std::uint64_t size, harness::Random& random) {
  std::vector<int> nums(size);
  for (auto& n : nums) n = static_cast<int>(random.between(0, 25));
  return {std::move(nums)};
}

// One cycle over all places (Sattolo).
std::tuple<std::vector<int>> cycle(std::uint64_t size, harness::Random& random) {
  std::vector<int> next(size);
  for (std::uint64_t i = 0; i < size; ++i) next[i] = static_cast<int>(i);
  for (std::uint64_t i = size - 1; i > 0; --i) {
    std::swap(next[i], next[static_cast<std::uint64_t>(random.between(0, static_cast<std::int64_t>(i) - 1))]);
  }
  return {std::move(next)};
}

}  // namespace

HARNESS_PROBLEM("detection").check(any).generate("numbers", numbers).generate("letters", letters).generate("cycle", cycle);

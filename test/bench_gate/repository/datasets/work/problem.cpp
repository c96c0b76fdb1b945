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

}  // namespace

HARNESS_PROBLEM("work").check(any).generate("numbers", numbers);

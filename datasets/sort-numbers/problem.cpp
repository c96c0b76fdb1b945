// LeetCode 912, Sort an Array, in place.
#include <harness/sdk/problem.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

namespace {

using Arguments = std::tuple<std::vector<int>>;

int any_number(harness::Random& random) {
  return static_cast<int>(random.between(std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

// Any order, any int: nothing to make use of.
Arguments uniform(std::uint64_t size, harness::Random& random) {
  std::vector<int> nums(size);
  for (int& number : nums) number = any_number(random);
  return {std::move(nums)};
}

// In order already: what a sort saves by looking first.
Arguments sorted(std::uint64_t size, harness::Random& random) {
  Arguments made = uniform(size, random);
  std::sort(std::get<0>(made).begin(), std::get<0>(made).end());
  return made;
}

// Sixteen values, as in a column of categories: what a sort saves by keeping equal numbers together.
Arguments few_distinct(std::uint64_t size, harness::Random& random) {
  std::array<int, 16> values;
  for (int& value : values) value = any_number(random);
  std::vector<int> nums(size);
  for (int& number : nums) number = values[random.below(values.size())];
  return {std::move(nums)};
}

void by_the_standard_library(std::vector<int>& nums) { std::sort(nums.begin(), nums.end()); }

}  // namespace

HARNESS_PROBLEM("sort-numbers")
    .generate("uniform", uniform)
    .generate("sorted", sorted)
    .generate("few-distinct", few_distinct)
    .reference(by_the_standard_library);

// Every sort-numbers against insertion into a sorted array, the plainest way of sorting.
#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "../catch.hpp"

// The solvers' own sources, each compiled under a name of its own (CMakeLists.txt).
void sort_numbers_v1_0_0(std::vector<int>&);
void sort_numbers_v1_1_0(std::vector<int>&);
void sort_numbers_v2_0_0(std::vector<int>&);

namespace {

struct Solver {
  const char* name;
  void (*sort)(std::vector<int>&);
};
constexpr Solver kSolvers[] = {
    {"v1.0.0", sort_numbers_v1_0_0}, {"v1.1.0", sort_numbers_v1_1_0}, {"v2.0.0", sort_numbers_v2_0_0}};

std::vector<int> plainly_sorted(const std::vector<int>& nums) {
  std::vector<int> sorted;
  for (const int number : nums) sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), number), number);
  return sorted;
}

void check_all(const std::vector<int>& nums) {
  const std::vector<int> expected = plainly_sorted(nums);
  for (const Solver& solver : kSolvers) {
    CAPTURE(solver.name, nums.size());
    std::vector<int> sorted = nums;
    solver.sort(sorted);
    CHECK((sorted == expected));
  }
}

// The radix sort hands arrays of fewer than 512 numbers to std::sort: both sides of that line matter.
constexpr std::size_t kSizes[] = {0, 1, 2, 3, 16, 511, 512, 513, 5000};

std::vector<int> random_numbers(std::size_t size, int least, int most) {
  std::mt19937 random(static_cast<unsigned>(size));
  std::uniform_int_distribution<int> number(least, most);
  std::vector<int> nums(size);
  for (int& value : nums) value = number(random);
  return nums;
}

constexpr int kLeast = std::numeric_limits<int>::min();
constexpr int kMost = std::numeric_limits<int>::max();

}  // namespace

TEST_CASE("random numbers of either sign come out in order") {
  for (const std::size_t size : kSizes) check_all(random_numbers(size, kLeast, kMost));
}

TEST_CASE("numbers that differ in one byte only come out in order") {
  for (const std::size_t size : kSizes)
    for (const int byte : {0, 1, 2, 3}) {
      std::vector<int> nums = random_numbers(size, 0, 127);
      for (int& number : nums) number <<= 8 * byte;
      check_all(nums);
    }
}

TEST_CASE("equal numbers stay as many as they were") {
  for (const std::size_t size : kSizes) {
    check_all(std::vector<int>(size, -7));
    check_all(random_numbers(size, -1, 1));
  }
}

TEST_CASE("the ends of int are sorted like any other number") {
  for (const std::size_t size : kSizes) {
    std::vector<int> nums = random_numbers(size, -3, 3);
    for (std::size_t i = 0; i < nums.size(); i += 3) nums[i] = i % 2 == 0 ? kLeast : kMost;
    check_all(nums);
  }
}

TEST_CASE("arrays in order and in reverse order come out in order") {
  for (const std::size_t size : kSizes) {
    std::vector<int> nums(size);
    for (std::size_t i = 0; i < size; ++i) nums[i] = static_cast<int>(i) - 1000;
    check_all(nums);
    std::reverse(nums.begin(), nums.end());
    check_all(nums);
  }
}

// Every two-sum against every pair of the input, written out once more in the plainest way.
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "../catch.hpp"

// The solvers' own sources, each compiled under a name of its own (CMakeLists.txt).
std::vector<int> two_sum_v0_8_3(const std::vector<int>&, int);
std::vector<int> two_sum_v1_0_0(const std::vector<int>&, int);
std::vector<int> two_sum_v2_0_0(const std::vector<int>&, int);
std::vector<int> two_sum_v2_1_0(const std::vector<int>&, int);

namespace {

struct Solver {
  const char* name;
  std::vector<int> (*solve)(const std::vector<int>&, int);
};
constexpr Solver kSolvers[] = {
    {"v0.8.3", two_sum_v0_8_3}, {"v1.0.0", two_sum_v1_0_0}, {"v2.0.0", two_sum_v2_0_0}, {"v2.1.0", two_sum_v2_1_0}};

constexpr int kLeast = std::numeric_limits<int>::min();
constexpr int kMost = std::numeric_limits<int>::max();

bool has_pair(const std::vector<int>& nums, int target) {
  for (std::size_t i = 0; i < nums.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (std::int64_t{nums[i]} + nums[j] == target) return true;
  return false;
}

// Two different places whose numbers add up where there are such, nothing where there are none.
void check_all(const std::vector<int>& nums, int target) {
  const bool solvable = has_pair(nums, target);
  for (const Solver& solver : kSolvers) {
    CAPTURE(solver.name, nums, target);
    const std::vector<int> answer = solver.solve(nums, target);
    if (!solvable) {
      CHECK(answer.empty());
      continue;
    }
    REQUIRE(answer.size() == 2);
    REQUIRE(answer[0] != answer[1]);
    for (const int place : answer) REQUIRE((place >= 0 && place < static_cast<int>(nums.size())));
    CHECK(std::int64_t{nums[answer[0]]} + nums[answer[1]] == target);
  }
}

}  // namespace

TEST_CASE("arrays too short for a pair have no answer") {
  check_all({}, 0);
  check_all({0}, 0);
  check_all({4}, 8);
}

TEST_CASE("a number pairs with its equal but never with itself") {
  check_all({3, 3}, 6);
  check_all({3, 4, 5}, 6);
  check_all({0, 1, 0}, 0);
  check_all({-2, -2, 7}, -4);
}

TEST_CASE("sums that no int can hold do not wrap round to the target") {
  check_all({kMost, 1}, kLeast);
  check_all({kLeast, kLeast}, 0);
  check_all({kMost, kMost}, -2);
  check_all({kLeast, -1}, kMost);
  check_all({kMost, 5, -5}, -5);
}

TEST_CASE("the ends of int are numbers like any other") {
  check_all({1, kLeast, 2, kMost}, -1);
  check_all({kLeast, 0}, kLeast);
  check_all({0, 7, kMost}, kMost);
  check_all({kLeast, 5, 5, kMost}, 10);
}

TEST_CASE("many equal numbers without a pair end in linear time") {
  const std::vector<int> sevens(200'000, 7);
  for (const Solver& solver : kSolvers) {
    if (solver.solve == two_sum_v0_8_3) continue;  // quadratic by nature
    CAPTURE(solver.name);
    CHECK(solver.solve(sevens, 13).empty());
  }
}

TEST_CASE("numbers that lie close together or far apart by powers of two are all found") {
  for (const int step : {1, 16, 1 << 12, 1 << 20}) {
    std::vector<int> nums;
    for (int i = 0; i < 1000; ++i) nums.push_back(i * step);
    check_all(nums, nums[997] + nums[999]);
    check_all(nums, 1);
  }
}

TEST_CASE("random arrays with and without a pair are answered right") {
  std::mt19937 random(20261124);
  for (int round = 0; round < 3000; ++round) {
    const int spread = round % 3 == 0 ? 4 : round % 3 == 1 ? 60 : kMost;
    std::uniform_int_distribution<int> number(spread == kMost ? kLeast : -spread, spread);
    std::vector<int> nums(random() % 24);
    for (int& value : nums) value = number(random);
    check_all(nums, number(random));
  }
}

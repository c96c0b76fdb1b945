// The problems' libraries as they are shipped: what their generators promise, and what the checker of two-sum refuses.
#include <dlfcn.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <harness/sdk/abi.h>
#include <harness/sdk/codec.hpp>
#include <harness/sdk/struct.hpp>

#include "../catch.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

struct TwoSumInput {
  std::tuple<std::vector<int>, int> args;
};
HARNESS_STRUCT(TwoSumInput, args);

struct SortInput {
  std::tuple<std::vector<int>> args;
};
HARNESS_STRUCT(SortInput, args);

const harness_problem& problem(const std::string& name) {
  const std::string file = HARNESS_TEST_PLUGINS "/" + name + ".problem.so";
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed: its table is used to the end
  INFO(file);
  REQUIRE(library);
  const auto entry = reinterpret_cast<harness_problem_entry>(dlsym(library, HARNESS_PROBLEM_ENTRY));
  REQUIRE(entry);
  return *entry();
}

template <class T>
Bytes encoded(const T& value) {
  Bytes bytes;
  harness::sdk::cbor::Writer writer(bytes);
  harness::sdk::Codec<T>::encode(writer, value);
  return bytes;
}

template <class T>
T decoded(harness_bytes bytes) {
  T value{};
  harness::sdk::Decoder decoder({bytes.data, bytes.size}, "input");
  INFO(decoder.error());
  REQUIRE(decoder.decode(value));
  return value;
}

harness_bytes generated(const harness_problem& from, const char* generator, std::uint64_t size, std::uint64_t seed) {
  harness_bytes made{};
  INFO(generator << " of size " << size << ": " << from.last_error());
  REQUIRE(from.generate(generator, size, seed, &made) == HARNESS_OK);
  return made;
}

std::uint64_t fnv1a(harness_bytes bytes) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (std::size_t i = 0; i < bytes.size; ++i) hash = (hash ^ bytes.data[i]) * 0x100000001B3;
  return hash;
}

std::vector<std::pair<int, int>> pairs_of(const std::vector<int>& nums, int target) {
  std::vector<std::pair<int, int>> pairs;
  for (int i = 0; i < static_cast<int>(nums.size()); ++i)
    for (int j = i + 1; j < static_cast<int>(nums.size()); ++j)
      if (std::int64_t{nums[i]} + nums[j] == target) pairs.emplace_back(i, j);
  return pairs;
}

// "" when the checker of two-sum accepts, else its reason.
std::string checked(const std::vector<int>& nums, int target, const std::vector<int>& answer) {
  const Bytes args = encoded(std::tuple(nums, target)), given = encoded(answer);
  std::uint32_t accepted = 2;
  REQUIRE(problem("two-sum").check(args.data(), args.size(), given.data(), given.size(), &accepted) == HARNESS_OK);
  return accepted == 1 ? "" : problem("two-sum").last_error();
}

}  // namespace

TEST_CASE("two-sum's inputs hold exactly one pair, of any size and seed") {
  for (const char* generator : {"uniform", "worst"})
    for (const std::uint64_t size : {2, 3, 4, 5, 8, 16, 31, 64, 700, 2000})
      for (const std::uint64_t seed : {0, 7, 8}) {
        CAPTURE(generator, size, seed);
        const auto input = decoded<TwoSumInput>(generated(problem("two-sum"), generator, size, seed));
        const auto& [nums, target] = input.args;
        CHECK(nums.size() == size);
        CHECK(pairs_of(nums, target).size() == 1);
      }
}

TEST_CASE("two-sum's worst input has its pair in the last two places") {
  for (const int size : {2, 16, 500}) {
    const auto [nums, target] = decoded<TwoSumInput>(generated(problem("two-sum"), "worst", size, 7)).args;
    CHECK((pairs_of(nums, target) == std::vector{std::pair(size - 2, size - 1)}));
  }
}

TEST_CASE("two-sum's uniform input makes every size do the same share of the work") {
  for (const int size : {64, 256, 1000})
    for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
      const auto [nums, target] = decoded<TwoSumInput>(generated(problem("two-sum"), "uniform", size, seed)).args;
      const auto [first, second] = pairs_of(nums, target).at(0);
      CAPTURE(size, seed, first, second);
      CHECK((first >= size * 7 / 16 && first < size * 9 / 16));
      CHECK(second >= size - size / 16);
    }
}

TEST_CASE("two-sum's large inputs stay within the published bounds and are not all alike") {
  const auto [nums, target] = decoded<TwoSumInput>(generated(problem("two-sum"), "uniform", 100'000, 7)).args;
  CHECK(*std::min_element(nums.begin(), nums.end()) >= -1'000'000'000);
  CHECK(*std::max_element(nums.begin(), nums.end()) <= 1'000'000'000);
  CHECK(std::set<int>(nums.begin(), nums.end()).size() > 99'000);
  const auto odd = std::count_if(nums.begin(), nums.end(), [](int number) { return number % 2 != 0; });
  CHECK((odd > 49'000 && odd < 51'000));
}

TEST_CASE("two-sum has no input of fewer than two numbers") {
  for (const std::uint64_t size : {0, 1}) {
    harness_bytes made{};
    CHECK(problem("two-sum").generate("uniform", size, 7, &made) == HARNESS_SOLVER_THREW);
    CHECK_THAT(problem("two-sum").last_error(), ContainsSubstring("size of at least 2"));
  }
}

TEST_CASE("the same size and seed make the same bytes with every compiler and library") {
  // A change here makes every stored input and every baseline of these datasets incomparable.
  CHECK(fnv1a(generated(problem("two-sum"), "uniform", 64, 7)) == 0x9f3e3058465421c3);
  CHECK(fnv1a(generated(problem("two-sum"), "worst", 64, 7)) == 0x70cd1b477bddbad4);
  CHECK(fnv1a(generated(problem("sort-numbers"), "uniform", 64, 7)) == 0x2ef0bac2e04b1d41);
  CHECK(fnv1a(generated(problem("sort-numbers"), "sorted", 64, 7)) == 0xc2d41d2f55a83f29);
  CHECK(fnv1a(generated(problem("sort-numbers"), "few-distinct", 64, 7)) == 0x87931aec39fa7dc1);
}

TEST_CASE("another seed makes another input") {
  for (const char* generator : {"uniform", "worst"})
    CHECK(fnv1a(generated(problem("two-sum"), generator, 64, 7)) !=
          fnv1a(generated(problem("two-sum"), generator, 64, 8)));
}

TEST_CASE("two-sum's checker takes the two places in either order") {
  CHECK(checked({2, 7, 11, 15}, 9, {0, 1}).empty());
  CHECK(checked({2, 7, 11, 15}, 9, {1, 0}).empty());
  CHECK(checked({3, 3}, 6, {1, 0}).empty());
}

TEST_CASE("two-sum's checker says what is wrong with an answer") {
  CHECK(checked({2, 7, 11, 15}, 9, {}) == "expected 2 places, got 0");
  CHECK(checked({2, 7, 11, 15}, 9, {0, 1, 2}) == "expected 2 places, got 3");
  CHECK(checked({2, 7, 11, 15}, 9, {0, 4}) == "expected places from 0 to 3, got 4");
  CHECK(checked({2, 7, 11, 15}, 9, {-1, 1}) == "expected places from 0 to 3, got -1");
  CHECK(checked({3, 2, 4}, 6, {0, 0}) == "expected 2 different places, got 0 twice");
  CHECK(checked({2, 7, 11, 15}, 9, {0, 2}) == "expected numbers that add up to 9, got 2 and 11");
  CHECK(checked({2147483647, 1}, -2147483647 - 1, {0, 1}) ==
        "expected numbers that add up to -2147483648, got 2147483647 and 1");
}

TEST_CASE("the references answer the published examples") {
  harness_bytes answer{};
  const Bytes two_sum = encoded(std::tuple(std::vector{3, 2, 4}, 6));
  REQUIRE(problem("two-sum").reference(two_sum.data(), two_sum.size(), &answer) == HARNESS_OK);
  CHECK((decoded<std::vector<int>>(answer) == std::vector{1, 2}));
  const Bytes sorting = encoded(std::tuple(std::vector{5, 1, 1, 2, 0, 0}));
  REQUIRE(problem("sort-numbers").reference(sorting.data(), sorting.size(), &answer) == HARNESS_OK);
  CHECK((decoded<std::vector<int>>(answer) == std::vector{0, 0, 1, 1, 2, 5}));
}

TEST_CASE("sort-numbers' inputs are what their names say") {
  const auto numbers = [](const char* generator) {
    return std::get<0>(decoded<SortInput>(generated(problem("sort-numbers"), generator, 5000, 7)).args);
  };
  const auto distinct = [](const std::vector<int>& nums) { return std::set<int>(nums.begin(), nums.end()).size(); };

  const auto uniform = numbers("uniform");
  CHECK_FALSE(std::is_sorted(uniform.begin(), uniform.end()));
  CHECK(distinct(uniform) > 4990);
  const auto sorted = numbers("sorted");
  CHECK(std::is_sorted(sorted.begin(), sorted.end()));
  CHECK(distinct(sorted) > 4990);
  CHECK(distinct(numbers("few-distinct")) == 16);
}

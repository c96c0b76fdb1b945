#include <harness/sdk/problem.hpp>

#include "../catch.hpp"

using namespace harness::sdk;
using Bytes = std::vector<uint8_t>;

namespace {

std::string adds_up(const std::vector<int>& nums, int target, std::span<const int> answer) {
  if (answer.size() != 2) return "expected two places";
  for (const int place : answer) {
    if (place < 0 || place >= static_cast<int>(nums.size())) return "a place outside of the numbers";
  }
  return nums[answer[0]] + nums[answer[1]] == target ? "" : "the two do not add up";
}

std::tuple<std::vector<int>, int> one_pair(uint64_t size, harness::Random& random) {
  if (size == 13) throw std::runtime_error("unlucky");
  std::vector<int> nums(size);
  for (int& value : nums) value = static_cast<int>(random.between(-1000, 1000));
  return {nums, nums.front() + nums.back()};
}

auto with_answer(uint64_t size, uint64_t seed) {
  return harness::Generated{std::tuple{std::vector<int>(size, 1), static_cast<int>(seed)}, std::vector<int>{0, 1}};
}

std::vector<int> brute_force(const std::vector<int>& nums, int target) {
  for (int i = 0; i < static_cast<int>(nums.size()); ++i) {
    for (int j = i + 1; j < static_cast<int>(nums.size()); ++j) {
      if (nums[i] + nums[j] == target) return {i, j};
    }
  }
  return {};
}

template <class T>
Bytes encoded(const T& value) {
  Bytes out;
  cbor::Writer writer(out);
  Codec<T>::encode(writer, value);
  return out;
}

const std::tuple<std::vector<int>, int> kArguments{{2, 7, 11, 15}, 9};

}  // namespace

HARNESS_PROBLEM("two-sum")
    .check(adds_up)
    .generate("uniform", one_pair)
    .generate("ones", with_answer)
    .reference(brute_force);

TEST_CASE("a problem says what it has") {
  const harness_problem* problem = harness_problem_v1();
  CHECK(problem->size == sizeof(harness_problem));
  CHECK(problem->boundary == HARNESS_BOUNDARY_VERSION);
  CHECK(std::string(problem->problem) == "two-sum");
  CHECK(std::string(problem->signature) == "(integer[], integer) -> integer[]");
  CHECK(std::string(problem->generators) == "uniform\nones");
  CHECK(problem->has_checker == 1);
  CHECK(problem->has_reference == 1);
}

TEST_CASE("a checker accepts, or refuses with its reason") {
  const harness_problem* problem = harness_problem_v1();
  const auto check = [&](const Bytes& args, const Bytes& answer, uint32_t& accepted) {
    return problem->check(args.data(), args.size(), answer.data(), answer.size(), &accepted);
  };
  uint32_t accepted = 7;
  CHECK(check(encoded(kArguments), encoded(std::vector<int>{1, 0}), accepted) == HARNESS_OK);
  CHECK(accepted == 1);
  CHECK(check(encoded(kArguments), encoded(std::vector<int>{0, 2}), accepted) == HARNESS_OK);
  CHECK(accepted == 0);
  CHECK(std::string(problem->last_error()) == "the two do not add up");
  CHECK(check(encoded(kArguments), encoded(std::vector<int>{0, 9}), accepted) == HARNESS_OK);
  CHECK(accepted == 0);

  accepted = 7;
  CHECK(check(encoded(kArguments), encoded(std::string("none")), accepted) == HARNESS_BAD_INPUT);
  CHECK(accepted == 0);
  CHECK(std::string(problem->last_error()) == "answer: expected an array, got the string \"none\"");
  CHECK(check(encoded(std::tuple{1}), encoded(std::vector<int>{0, 1}), accepted) == HARNESS_BAD_INPUT);
  CHECK(std::string(problem->last_error()) == "argument: expected 2 arguments, got 1 argument");
}

TEST_CASE("a generator gives the same bytes for the same seed, others for another") {
  const harness_problem* problem = harness_problem_v1();
  const auto made = [&](const char* name, uint64_t size, uint64_t seed) {
    harness_bytes bytes{};
    REQUIRE(problem->generate(name, size, seed, &bytes) == HARNESS_OK);
    return Bytes(bytes.data, bytes.data + bytes.size);
  };
  const Bytes first = made("uniform", 100, 7);
  CHECK(cbor::well_formed(first));
  CHECK(made("uniform", 100, 7) == first);
  CHECK(made("uniform", 100, 8) != first);

  cbor::Reader reader(first);
  uint64_t count = 0;
  std::string_view key;
  REQUIRE(reader.map(count));
  CHECK(count == 1);
  REQUIRE(reader.text(key));
  CHECK(key == "args");
  REQUIRE(reader.array(count));
  CHECK(count == 2);
  cbor::Numbers nums;
  REQUIRE(reader.numbers(nums));
  CHECK(nums.count == 100);
  CHECK((nums.data - first.data()) % sizeof(int) == 0);
}

TEST_CASE("a generator may give the expected answer with the arguments") {
  harness_bytes bytes{};
  REQUIRE(harness_problem_v1()->generate("ones", 3, 2, &bytes) == HARNESS_OK);
  cbor::Reader reader({bytes.data, bytes.size});
  uint64_t count = 0;
  std::string_view key;
  REQUIRE(reader.map(count));
  CHECK(count == 2);
  REQUIRE(reader.skip());
  REQUIRE(reader.skip());
  REQUIRE(reader.text(key));
  CHECK(key == "expect");
}

TEST_CASE("unknown generators and generators that throw are statuses with words") {
  const harness_problem* problem = harness_problem_v1();
  harness_bytes bytes{};
  CHECK(problem->generate("worst", 3, 1, &bytes) == HARNESS_BAD_INPUT);
  CHECK(std::string(problem->last_error()) == "no generator \"worst\"");
  CHECK(problem->generate("uniform", 13, 1, &bytes) == HARNESS_SOLVER_THREW);
  CHECK(std::string(problem->last_error()) == "unlucky");
}

TEST_CASE("the reference answers the arguments") {
  const harness_problem* problem = harness_problem_v1();
  const Bytes args = encoded(kArguments);
  harness_bytes answer{};
  REQUIRE(problem->reference(args.data(), args.size(), &answer) == HARNESS_OK);
  CHECK(Bytes(answer.data, answer.data + answer.size) == encoded(std::vector<int>{0, 1}));
  CHECK(problem->reference(args.data(), args.size() - 1, &answer) == HARNESS_BAD_INPUT);
}

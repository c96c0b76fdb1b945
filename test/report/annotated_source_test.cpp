#include <algorithm>
#include <optional>
#include <sstream>
#include <string>

#include <harness/report/figures.hpp>
#include <harness/report/profile.hpp>

#include "../catch.hpp"

using namespace harness::report;

namespace {

SourceSide after() {
  SourceSide side;
  side.file = "two-sum-v2.1.0/hash_map.cpp";
  side.solver = "v2.1.0";
  side.samples = 790;
  side.rows = {{10, "std::vector<int> twoSum(const std::vector<int>& nums, int target) {", {}, {}},
               {11, "\tstd::unordered_map<int, int> seen;", 0.0, 0.004},
               {12, "  for (std::size_t i = 0; i < nums.size(); ++i) {", 0.31, 0.99},
               {13, "    const auto found = seen.find(target - nums[i]);", 0.12, 0.38},
               {14, "    seen.emplace(nums[i], i);", 0.07, 0.45},
               {40, "  }", {}, {}},
               {41, "  return {};", {}, {}}};
  return side;
}

SourceSide before() {
  SourceSide side = after();
  side.file = "two-sum-v2.0.0/hash_map.cpp";
  side.solver = "v2.0.0";
  side.samples = 812;
  side.rows.erase(side.rows.begin() + 4);
  for (std::size_t i = 1; i < side.rows.size(); ++i) ++side.rows[i].line;
  side.rows.insert(side.rows.begin() + 1, {11, "  std::vector<int> sorted = nums;", 0.01, 0.02});
  return side;
}

std::string shown(const std::optional<SourceSide>& old_side, const SourceSide& side, std::size_t columns = 0,
                  bool utf8 = true, bool colour = false) {
  ConsoleOptions options;
  options.columns = columns;
  options.utf8 = utf8;
  options.colour = colour;
  return "\n" + annotated_source(old_side, side, options);
}

}  // namespace

TEST_CASE("source of one side: shares before the lines, dots where lines are left out, tabs spread") {
  CHECK(shown(std::nullopt, after()) == R"(
v2.1.0 two-sum-v2.1.0/hash_map.cpp (n=790)
 own  total  line  source
               10  std::vector<int> twoSum(const std::vector<int>& nums, int target) {
        <1%    11      std::unordered_map<int, int> seen;
 31%    99%    12    for (std::size_t i = 0; i < nums.size(); ++i) {
 12%    38%    13      const auto found = seen.find(target - nums[i]);
  7%    45%    14      seen.emplace(nums[i], i);
              ...
               40    }
               41    return {};
)");
}

TEST_CASE("on a wide terminal old stands beside new, equal lines in one row") {
  CHECK(shown(before(), after(), 120) == R"(
v2.0.0 two-sum-v2.0.0/hash_map.cpp (n=812)                 │ v2.1.0 two-sum-v2.1.0/hash_map.cpp (n=790)
 own  total  line  source                                  │  own  total  line  source
               10  std::vector<int> twoSum(const std::vec… │                10  std::vector<int> twoSum(const std::vec…
  1%     2%    11    std::vector<int> sorted = nums;       │
        <1%    12      std::unordered_map<int, int> seen;  │         <1%    11      std::unordered_map<int, int> seen;
 31%    99%    13    for (std::size_t i = 0; i < nums.siz… │  31%    99%    12    for (std::size_t i = 0; i < nums.siz…
 12%    38%    14      const auto found = seen.find(targe… │  12%    38%    13      const auto found = seen.find(targe…
                                                           │   7%    45%    14      seen.emplace(nums[i], i);
              ...                                          │               ...
               41    }                                     │                40    }
               42    return {};                            │                41    return {};
)");
}

TEST_CASE("on a narrow one they follow each other, cut to its width, in ASCII where it has no UTF-8") {
  CHECK(shown(before(), after(), 60, false) == R"(
v2.0.0 two-sum-v2.0.0/hash_map.cpp (n=812)
 own  total  line  source
               10  std::vector<int> twoSum(const std::vec...
  1%     2%    11    std::vector<int> sorted = nums;
        <1%    12      std::unordered_map<int, int> seen;
 31%    99%    13    for (std::size_t i = 0; i < nums.siz...
 12%    38%    14      const auto found = seen.find(targe...
              ...
               41    }
               42    return {};

v2.1.0 two-sum-v2.1.0/hash_map.cpp (n=790)
 own  total  line  source
               10  std::vector<int> twoSum(const std::vec...
        <1%    11      std::unordered_map<int, int> seen;
 31%    99%    12    for (std::size_t i = 0; i < nums.siz...
 12%    38%    13      const auto found = seen.find(targe...
  7%    45%    14      seen.emplace(nums[i], i);
              ...
               40    }
               41    return {};
)");
  CHECK_THAT(shown(before(), after(), 120, false), ContainsSubstring(" (n=812)                 | v2.1.0"));
  CHECK_THAT(shown(before(), after(), 119), !ContainsSubstring("│"));
}

TEST_CASE("a thin side marks lines with samples, and shows no share of them") {
  SourceSide thin = after();
  thin.samples = 212;
  thin.rows.resize(4);
  CHECK(shown(std::nullopt, thin) == R"(
v2.1.0 two-sum-v2.1.0/hash_map.cpp (n=212)
  too thin for shares: 212 samples, 400 are needed; * marks lines with a sample
 own  total  line  source
               10  std::vector<int> twoSum(const std::vector<int>& nums, int target) {
          *    11      std::unordered_map<int, int> seen;
   *      *    12    for (std::size_t i = 0; i < nums.size(); ++i) {
   *      *    13      const auto found = seen.find(target - nums[i]);
)");
  CHECK_THAT(shown(before(), thin, 120),
             ContainsSubstring("\nv2.1.0: too thin for shares: 212 samples, 400 are needed;") &&
                 ContainsSubstring(" 31%    99%    13  ") && ContainsSubstring("│    *      *    12  "));
}

TEST_CASE("where a source is missing that is said, and the other side stands alone") {
  SourceSide missing = before();
  missing.rows.clear();
  missing.missing = "the source is not at two-sum-v2.0.0/hash_map.cpp";
  CHECK_THAT(
      shown(missing, after(), 160),
      StartsWith(
          "\nv2.0.0 two-sum-v2.0.0/hash_map.cpp (n=812)\n"
          "  the source is not at two-sum-v2.0.0/hash_map.cpp\n\nv2.1.0 two-sum-v2.1.0/hash_map.cpp (n=790)\n") &&
          !ContainsSubstring("│"));
  missing.missing = "";
  CHECK(shown(std::nullopt, missing) == R"(
v2.0.0 two-sum-v2.0.0/hash_map.cpp (n=812)
  no line of it has a sample
)");
}

TEST_CASE("hot lines are coloured, warm ones less") {
  const std::string text = shown(std::nullopt, after(), 0, true, true);
  CHECK_THAT(text, ContainsSubstring(
                       "\n\x1b[1;31m 31%    99%    12    for (std::size_t i = 0; i < nums.size(); ++i) {\x1b[0m\n") &&
                       ContainsSubstring("\n\x1b[33m  7%    45%    14      seen.emplace(nums[i], i);\x1b[0m\n") &&
                       ContainsSubstring("\n        <1%    11  "));
  CHECK_THAT(shown(before(), after(), 120, true, true), ContainsSubstring("siz…\x1b[0m │ \x1b[1;31m 31%    99%    12"));
}

TEST_CASE("a source cannot write to the terminal, and no line of it is wider than that") {
  SourceSide hostile = after();
  hostile.file = hostile.solver = "\x1b[2J\xff\n";
  for (SourceRow& row : hostile.rows) row.text = "\t\x1b[2J\r\xff\xe2\x80\xae\t" + std::string(100'000, 'x') + "\t";
  hostile.rows[0].line = 4'000'000'000;
  for (const std::size_t columns : {0, 60, 80, 120, 200}) {
    const std::string text = shown(hostile, hostile, columns, columns != 80);
    CHECK(text.find_first_of("\x1b\r\t\xff") == std::string::npos);
    CHECK(text.size() < 20'000);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      INFO(line);
      CHECK((columns == 0 || characters_in(line) <= columns));
    }
  }
}

TEST_CASE("sides too long to align stand row by row") {
  SourceSide old_side = before(), side = after();
  old_side.rows.clear();
  side.rows.clear();
  for (std::uint32_t i = 1; i <= 3000; ++i) {
    old_side.rows.push_back({i, "old " + std::to_string(i), 0.1, 0.1});
    side.rows.push_back({i, "new " + std::to_string(i), 0.1, 0.1});
  }
  const std::string text = shown(old_side, side, 120);
  CHECK_THAT(text, ContainsSubstring("  3000  old 3000 ") && ContainsSubstring("  3000  new 3000\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 3003);
}

#include <limits>
#include <sstream>

#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>

#include "../catch.hpp"
#include "comparisons.hpp"

using namespace harness::report;
using comparisons::Comparison;
using comparisons::of;
using comparisons::Verdict;

namespace {

std::string shown(const std::vector<Comparison>& all, std::size_t columns = 0, bool utf8 = true,
                  const std::vector<CrossoverLine>& crossovers = {}) {
  ConsoleOptions options;
  options.columns = columns;
  options.utf8 = utf8;
  return ab_summary(comparisons::report(all), crossovers, options);
}

Comparison renamed(Comparison one, const std::string& case_name) {
  one.case_name = case_name;
  return one;
}

const std::vector<Comparison> kMixed{comparisons::faster(), comparisons::slower(), comparisons::same(),
                                     comparisons::unknown(), comparisons::failed()};

}  // namespace

TEST_CASE("two sides: how many cases went which way, what stands out, the mean, the crossover and a sentence") {
  CHECK(shown(kMixed, 0, true, {{"v2.0.0", "uniform", true, 48}, {"v2.0.0", "worst", false, 1000}}) == R"(
5 cases: 1 faster, 1 SLOWER, 1 no difference of 2 % or more, 1 cannot tell, 1 FAILED
v2.0.0 is SLOWER, confirmed, in 1 case: uniform/16 +2.2%
FAILED in 1 case: worst/2048
geometric mean of 4 measured cases: v2.0.0 takes 0.93 times as long as v1.0.0 (-6.6%)
v2.0.0 is faster from n >= 48 (uniform)
v2.0.0 is slower from n >= 1000 (worst)
two-sum v2.0.0 ran 1.07 ± 0.01 times faster than v1.0.0 on the whole, but slower in 1 of 5 cases
)");
}

TEST_CASE("a narrow terminal without UTF-8 gets the same in shorter lines of ASCII") {
  CHECK(shown(kMixed, 60, false, {{"v2.0.0", "uniform", true, 48}}) == R"(
5 cases: 1 faster, 1 SLOWER, 1 no difference of 2 % or more,
1 cannot tell, 1 FAILED
v2.0.0 is SLOWER, confirmed, in 1 case: uniform/16 +2.2%
FAILED in 1 case: worst/2048
geometric mean of 4 measured cases: v2.0.0 takes 0.93 times
  as long as v1.0.0 (-6.6%)
v2.0.0 is faster from n >= 48 (uniform)
two-sum v2.0.0 ran 1.07 +- 0.01 times faster than v1.0.0 on
  the whole, but slower in 1 of 5 cases
)");
}

TEST_CASE("a single case needs the sentence alone, and one that failed nothing") {
  CHECK(shown({comparisons::faster()}) == "\ntwo-sum v2.0.0 ran 1.393 ± 0.004 times faster than v1.0.0\n");
  CHECK(shown({comparisons::failed()}).empty());
  CHECK(shown({}).empty());
}

TEST_CASE("the slower candidate makes the reference the one that ran faster") {
  CHECK(shown({comparisons::slower()}) == "\ntwo-sum v1.0.0 ran 1.022 ± 0.001 times faster than v2.0.0\n");
}

TEST_CASE("± is half of the interval of the mean: errors of different cases average out") {
  const auto alone = comparisons::measured("a", Verdict::kFaster, 2, 1, -0.6931, 0.1, 0.1);
  CHECK(shown({alone}) == "\ntwo-sum v2.0.0 ran 2.00 ± 0.20 times faster than v1.0.0\n");
  CHECK_THAT(shown({alone, renamed(alone, "b"), renamed(alone, "c"), renamed(alone, "d")}),
             EndsWith("two-sum v2.0.0 ran 2.00 ± 0.10 times faster than v1.0.0\n"));
}

TEST_CASE("where the mean's interval holds 1, or its direction was never confirmed, nobody is in front") {
  const auto up = comparisons::measured("a", Verdict::kSlower, 1, 1.1, 0.1, 0.02, 0.02);
  const auto down = comparisons::measured("b", Verdict::kFaster, 1.1, 1, -0.105, 0.02, 0.02);
  CHECK_THAT(
      shown({up, down}),
      EndsWith(
          "two-sum v2.0.0 is faster than v1.0.0 in 1 and slower in 1 of 2 cases: on the whole neither is in front\n"));
  auto unconfirmed = comparisons::measured("b", Verdict::kCannotTell, 1.2, 1, -0.2, 0.02, 0.02);
  CHECK_THAT(shown({up, unconfirmed}),
             EndsWith("faster than v1.0.0 in 0 and slower in 1 of 2 cases: on the whole neither is in front\n"));
}

TEST_CASE("no difference and cannot tell end in different sentences") {
  CHECK_THAT(shown({comparisons::same(), renamed(comparisons::same(), "b")}),
             EndsWith("\ntwo-sum v2.0.0 ran as fast as v1.0.0\n"));
  CHECK_THAT(shown({comparisons::unknown(), renamed(comparisons::unknown(), "b")}),
             EndsWith("\nwhether two-sum v2.0.0 is faster than v1.0.0 cannot be told\n"));
  CHECK_THAT(shown({comparisons::same(), comparisons::unknown()}), !ContainsSubstring("two-sum"));
}

TEST_CASE("equal code is counted, and ranks nowhere") {
  const auto equal = comparisons::named("a", Verdict::kSame);
  CHECK(shown({equal, renamed(equal, "b")}) == "\n2 cases: 2 same code\n");
}

TEST_CASE("programs go by their own names") {
  auto one = comparisons::faster();
  one.problem.clear();
  one.reference = "old_bench";
  one.candidate = "new_bench";
  CHECK(shown({one}) == "\nnew_bench ran 1.393 ± 0.004 times faster than old_bench\n");
}

TEST_CASE("a case of one process has no interval and stays out of the mean") {
  auto one = comparisons::unknown();
  one.log_ratio_high = std::numeric_limits<double>::infinity();
  CHECK_THAT(shown({one, comparisons::faster(), comparisons::same()}),
             ContainsSubstring("geometric mean of 2 measured cases"));
}

TEST_CASE("slower cases are listed worst first, the first ten of them") {
  std::vector<Comparison> all;
  for (int i = 1; i <= 15; ++i) {
    all.push_back(comparisons::measured("case-" + std::to_string(i), Verdict::kSlower, 1, 1.1, 0.01 * i, 0.001, 0.01));
  }
  CHECK_THAT(shown(all), ContainsSubstring(
                             "v2.0.0 is SLOWER, confirmed, in 15 cases: case-15 +16%, case-14 +15%, case-13 +14%, ") &&
                             ContainsSubstring("case-6 +6.2%, and 5 more\n"));
}

TEST_CASE("more sides are ranked against the first, over the cases that all of them ran") {
  const std::vector<Comparison> all{comparisons::faster(),
                                    comparisons::slower(),
                                    comparisons::failed(),
                                    of(renamed(comparisons::same(), "uniform/4096"), "v3.0.0"),
                                    of(renamed(comparisons::slower(), "uniform/16"), "v3.0.0"),
                                    of(renamed(comparisons::unknown(), "worst/2048"), "v3.0.0")};
  CHECK(shown(all, 80, true, {{"v2.0.0", "uniform", true, 48}}) == R"(
time in units of v1.0.0's, geometric mean of the 2 cases that all sides ran:
  side    ratio to v1.0.0  faster  same  slower  cannot tell  not measured
  v2.0.0    0.857 ± 0.001       1     0       1            0             1
  v1.0.0                1       -     -       -            -             -
  v3.0.0    1.013 ± 0.002       0     1       1            1             0
v2.0.0 is SLOWER, confirmed, in 1 case: uniform/16 +2.2%
v2.0.0 against v1.0.0: FAILED in 1 case: worst/2048
v3.0.0 is SLOWER, confirmed, in 1 case: uniform/16 +2.2%
v2.0.0 is faster from n >= 48 (uniform)
two-sum v2.0.0 ran 1.167 ± 0.002 times faster than v1.0.0 on the whole, but
  slower in 1 of 3 cases
)");
}

TEST_CASE("a side that ran nothing has no ratio and does not take the others' cases away") {
  const std::vector<Comparison> all{comparisons::faster(),
                                    of(renamed(comparisons::failed(), "uniform/4096"), "v3.0.0")};
  CHECK(shown(all) == R"(
time in units of v1.0.0's, geometric mean of the 1 case that all sides ran:
  side    ratio to v1.0.0  faster  same  slower  cannot tell  not measured
  v2.0.0    0.718 ± 0.002       1     0       0            0             0
  v1.0.0                1       -     -       -            -             -
  v3.0.0                -       0     0       0            0             1
two-sum v2.0.0 ran 1.393 ± 0.004 times faster than v1.0.0
)");
  CHECK_THAT(shown({comparisons::failed(), of(comparisons::failed(), "v3.0.0")}),
             ContainsSubstring("no case was measured with all sides"));
}

TEST_CASE("a side of equal code stands beside the first with exactly its time") {
  const std::vector<Comparison> all{comparisons::faster(),
                                    of(comparisons::named("uniform/4096", Verdict::kSame), "v1.0.1")};
  CHECK_THAT(shown(all), ContainsSubstring("  v1.0.1    1 (same code)       0     1       0            0\n"));
}

TEST_CASE("a summary keeps within the terminal, and names cannot write to it") {
  auto hostile = kMixed;
  for (Comparison& one : hostile) one.problem = one.candidate = one.case_name = "\x1b[2J\xff\n";
  for (std::size_t columns = 60; columns <= 120; columns += 5) {
    for (const auto& all : {kMixed, hostile}) {
      std::istringstream lines(shown(all, columns, true, {{"\x1b[2J", "\x1b[2J", true, 1}}));
      for (std::string line; std::getline(lines, line);) {
        INFO(columns << ": " << line);
        CHECK(characters_in(line) <= columns);
        CHECK(line.find_first_of("\x1b\xff") == std::string::npos);
      }
    }
  }
}

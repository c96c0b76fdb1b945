#include <harness/report/summary.hpp>

#include <sstream>

#include "../catch.hpp"
#include "rows.hpp"

using namespace harness::report;
using harness::model::Ranking;

namespace {

std::string summary(const std::vector<rows::Measurement>& all, const std::vector<Ranking>& rankings,
                    std::size_t columns = 100, bool utf8 = true) {
  ConsoleOptions options;
  options.columns = columns;
  options.utf8 = utf8;
  std::ostringstream out;
  Console(out, options).summary(all, rankings);
  return out.str();
}

}  // namespace

TEST_CASE("the end of a run: what was skipped, doubtful and failed, then who is faster where") {
  CHECK(summary(rows::run(), rows::rankings()) == R"(
1 skipped:
  two-sum/v0.8.3/uniform/1048576       size 1048576 is above max_size 100000

noisy: processes more than ±5 % apart; end what else runs on this machine, or take more processes
  (--benchmark_repetitions=9):
  two-sum/v1.0.0/uniform/16            ±12.3 %

waits: less CPU time than real time; the solver sleeps, reads, takes locks, has threads of its own,
  or had to share the processor:
  two-sum/v2.0.0/uniform/65536         CPU 62 % of real time

warning: predicted 40 ms, took 75 ms:
  two-sum/v1.0.0/uniform/1048576

1 FAILED:
  two-sum/v1.0.0/leetcode-1/example-1  wrong answer: [1]: expected 2, got 3

two-sum: times the fastest   fastest   v0.8.3    v1.0.0    v2.0.0
  leetcode-1/example-1       5.17 ns     1.00    FAILED      7.62
  uniform/16                 91.6 ns     1.00      2.61      1.01~
  uniform/65536               202 μs  6111        15.5       1.00
  uniform/1048576            3.24 ms  skipped     23.3       1.00
  ~ as fast as the fastest, within the spread of their processes

two-sum: v2.0.0 ran fastest, over the 2 cases that all 3 versions ran
      6.33 ± 0.12 times faster than v1.0.0
      77.9 ± 0.8  times faster than v0.8.3
  not counted, as some version did not run it: leetcode-1/example-1, uniform/1048576
  in front, or tied with who is:
    leetcode-1  v0.8.3 at example-1
    uniform     v2.0.0 in all 3 cases

12 trials: 10 measured, 1 FAILED, 1 skipped
)");
}

TEST_CASE("the end of a run on 60 columns without UTF-8") {
  CHECK(summary(rows::run(), rows::rankings(), 60, false) == R"(
1 skipped:
  two-sum/v0.8.3/uniform/1048576       size 1048576 is ab...

noisy: processes more than +-5 % apart; end what else runs
  on this machine, or take more processes
  (--benchmark_repetitions=9):
  two-sum/v1.0.0/uniform/16            +-12.3 %

waits: less CPU time than real time; the solver sleeps,
  reads, takes locks, has threads of its own, or had to
  share the processor:
  two-sum/v2.0.0/uniform/65536         CPU 62 % of real time

warning: predicted 40 ms, took 75 ms:
  two-sum/v1.0.0/uniform/1048576

1 FAILED:
  two-sum/v1.0.0/leetcode-1/example-1  wrong answer: [1]:...

two-sum: v2.0.0 ran fastest, over the 2 cases that all 3
  versions ran
      6.33 +- 0.12 times faster than v1.0.0
      77.9 +- 0.8  times faster than v0.8.3
  not counted, as some version did not run it:
    leetcode-1/example-1, uniform/1048576
  in front, or tied with who is:
    leetcode-1  v0.8.3 at example-1
    uniform     v2.0.0 in all 3 cases

12 trials: 10 measured, 1 FAILED, 1 skipped
)");
}

TEST_CASE("a single good trial needs no summary") {
  CHECK(summary({rows::measured("v1.0.0", "uniform", "16", 1e-6)}, {}).empty());
  CHECK(summary({}, {}).empty());
}

TEST_CASE("long lists end in a count, the worst first") {
  std::vector<rows::Measurement> all;
  for (int i = 0; i < 30; ++i) {
    all.push_back(rows::measured("v1.0.0", "uniform", std::to_string(i), 1e-6, 0.06 + 0.01 * i));
    all.push_back(rows::failed("v2.0.0", "uniform", std::to_string(i), "crashed: SIGSEGV"));
  }
  const std::string text = summary(all, {});
  CHECK_THAT(text, ContainsSubstring("  two-sum/v1.0.0/uniform/29  ±35.0 %\n"));
  CHECK(text.find("two-sum/v1.0.0/uniform/20  ±") == std::string::npos);
  CHECK_THAT(text, ContainsSubstring("  and 25 more, above\n"));
  CHECK_THAT(text, ContainsSubstring("30 FAILED:\n"));
  CHECK_THAT(text, ContainsSubstring("  and 10 more, above\n"));
  CHECK_THAT(text, EndsWith("\n60 trials: 30 measured, 30 FAILED\n"));
}

TEST_CASE("a warning that many trials carry is said once") {
  auto all = rows::run();
  for (auto& row : all) {
    row.warnings = {"the clock is coarse"};
  }
  const std::string text = summary(all, {});
  CHECK(text.find("the clock is coarse") == text.rfind("the clock is coarse"));
  CHECK_THAT(text, ContainsSubstring("  and 7 more, above\n"));
}

TEST_CASE("more CPU time than real time is a matter of the clocks") {
  const std::string text = summary({rows::measured("v1.0.0", "uniform", "16", 1e-6, 0.01, 1.4), rows::run()[0]}, {});
  CHECK_THAT(text, ContainsSubstring("clocks: more CPU time than real time"));
  CHECK_THAT(text, ContainsSubstring("CPU 140 % of real time\n"));
  CHECK(text.find("waits:") == std::string::npos);
}

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

TEST_CASE("the end of a run with all passes: tails, leaks, broken limits, growth and indicators") {
  ConsoleOptions options;
  SummaryExtras extras;
  extras.growth = {{"two-sum/v2.0.0/uniform", "time", "O(n)", "O(n)", 0.12, 0.04, "", false}};
  extras.indicators = {{"two-sum/v1.0.0", 0.04, 0.0, 99, "", ""}, {"two-sum/v2.0.0", 0.04, 0.21, 64, "frozen", ""}};
  std::ostringstream out;
  Console(out, options).summary(rows::measured_run(), {}, extras);
  CHECK(out.str() == R"(
waits: less CPU time than real time; the solver sleeps, reads, takes locks, has threads of its own,
  or had to share the processor:
  two-sum/v2.0.0/worst/65536    CPU 60 % of real time

uneven: one sample in 20 takes more than 1.5 times the median; it may meet a cold cache, a growing
  container, a lock, or other programs:
  two-sum/v2.0.0/worst/65536    p50 9.00 ms  p95 18.1 ms  p99 36.2 ms  100 samples

leaks: memory that each call leaves behind:
  two-sum/v1.0.0/uniform/65536  24B a call

1 FAILED:
  two-sum/v2.0.0/uniform/256    crashed: SIGSEGV

3 declared limits broken:
  two-sum/v2.0.0/uniform/65536  p95_latency_ms  at most 10, measured 12.4 (+24 %)
  two-sum/v2.0.0/worst/65536    qps_target      at least 300, measured 280 (-6.7 %)
  two-sum/v2.0.0/worst/65536    mem_mb_max      at most 64, passed it and was stopped

two-sum: times the fastest   fastest   v1.0.0    v2.0.0
  uniform/16                 70.7 ns     1.00      2.32
  uniform/65536               477 μs     1.00     19.8
  uniform/256                               -    FAILED
  worst/65536                9.60 ms        -      1.00

growth: the class that fits, and how far the largest size lies from what the declared one predicts
  two-sum/v2.0.0/uniform  O(n) ± 12 %  declared O(n), +4.0 %

indicators over a threshold:
  two-sum/v2.0.0  frozen  time deviation +4 %  memory volatility 21.0 %  AC score  64

6 trials: 5 measured, 1 FAILED, 2 break a declared limit
)");
}

TEST_CASE("a single trial that breaks a limit says so at the end") {
  CHECK(summary({rows::measured_run()[4]}, {}) == R"(
1 declared limit broken:
  two-sum/v2.0.0/uniform/65536  p95_latency_ms  at most 10, measured 12.4 (+24 %)

1 trial: 1 measured, 1 breaks a declared limit
)");
}

TEST_CASE("where percentiles are shown without their samples, the summary says how many they are") {
  ConsoleOptions options;
  const auto said = [&](std::vector<std::string> shown, std::vector<std::string> expected) {
    options.columns_shown = std::move(shown);
    options.columns_expected = std::move(expected);
    std::ostringstream out;
    Console(out, options).summary(rows::measured_run(), {});
    return out.str();
  };
  const std::string sentence =
      "\npercentiles: of 100 samples a trial, each of 1 to 283 calls (--columns=samples has them a row)\n";
  CHECK_THAT(said({"p95"}, {}), ContainsSubstring(sentence));
  CHECK_THAT(said({}, {"p95"}), ContainsSubstring(sentence));
  auto few = rows::measured_run()[0];
  few.latency->batch = 1;
  few.latency->seconds_per_call.resize(16);
  options.columns_shown = {"p95"};
  std::ostringstream out;
  Console(out, options).summary({few}, {});
  CHECK_THAT(out.str(), ContainsSubstring("percentiles: of 16 samples a trial, each of one call"));
  CHECK_THAT(out.str(), ContainsSubstring("; of fewer\n  than 59 samples a p95 is a lower bound\n"));
  for (const std::string& text : {said({}, {}), said({"p95", "samples"}, {}), said({"all"}, {}), said({"peak"}, {})}) {
    CHECK(text.find("percentiles:") == std::string::npos);
  }
}

TEST_CASE("all indicators stand in the summary when all columns are shown") {
  ConsoleOptions options;
  options.columns_shown = {"all"};
  SummaryExtras extras;
  extras.indicators = {{"two-sum/v1.0.0", 0.04, 0.0, 99, "", ""}};
  std::ostringstream out;
  Console(out, options).summary({rows::measured("v1.0.0", "uniform", "16", 1e-6)}, {}, extras);
  CHECK_THAT(out.str(), StartsWith("\nindicators:\n  two-sum/v1.0.0  time deviation +4 %"));
}

#include <harness/report/console.hpp>

#include <algorithm>

#include "../catch.hpp"
#include "rows.hpp"

using harness::report::markdown;

TEST_CASE("a run is a table that GitHub renders, with failed and skipped trials in place") {
  const std::vector<rows::Measurement> all{
      rows::measured("v2.0.0", "uniform", "16", 89e-9, 0.012),
      rows::failed("v1.0.0", "uniform", "16", "wrong answer: [1]: expected 2, got 3"),
      rows::skipped("v0.8.3", "uniform", "65536", "size 65536 is above max_size 20000")};
  CHECK(markdown(all, {{"cpu", "AMD EPYC"}, {"other", "not shown"}, {"git_sha", "abc123f"}}) ==
        R"(cpu: AMD EPYC, revision: abc123f

| trial | time per call | spread | processes | calls per second | CPU time |
|:--|--:|--:|--:|--:|--:|
| two-sum/v2.0.0/uniform/16 | 89.0 ns | ± 1.2 % | 3 | 11.2M/s | 89.0 ns |
| two-sum/v1.0.0/uniform/16 | **FAILED**: wrong answer: \[1\]: expected 2, got 3 | | | | |
| two-sum/v0.8.3/uniform/65536 | skipped: size 65536 is above max\_size 20000 | | | | |
)");
}

TEST_CASE("pipes, line ends and markup in names and notes stay text of one cell") {
  const auto row = rows::failed("v1|x", "a`b", "c\nd", "got <b>|*|\n\\|");
  const std::string text = markdown({row}, {});
  CHECK_THAT(text, EndsWith("| two-sum/v1\\|x/a\\`b/c d | **FAILED**: got &lt;b>\\|\\*\\| \\\\\\| | | | | |\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
}

TEST_CASE("an interrupted trial without a figure says so, one with figures shows them") {
  auto row = rows::trial("v1.0.0", "uniform", "16");
  row.state = rows::Measurement::State::kInterrupted;
  CHECK_THAT(markdown({row}, {}), EndsWith("| two-sum/v1.0.0/uniform/16 | interrupted | | | | |\n"));
  row.samples.push_back({1e-6, 1e-6});
  CHECK_THAT(markdown({row}, {}), EndsWith("| two-sum/v1.0.0/uniform/16 | 1.00 μs | | 1 | 1.00M/s | 1.00 μs |\n"));
}

TEST_CASE("columns that any row has a figure for are in the table, and broken limits in words") {
  CHECK(
      markdown({rows::measured_run()[0], rows::measured_run()[3], rows::measured_run()[5]}, {}) ==
      R"(| trial | time per call | spread | processes | calls per second | CPU time | p50 | p95 | p99 | samples | allocs | allocated | peak | leaked | growths | items/s | comparisons | swaps | limits broken |
|:--|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|:--|
| two-sum/v1.0.0/uniform/16 | 70.7 ns | ± 1.0 % | 3 | 14.1M/s | 70.7 ns | 70.0 ns | 72.0 ns | 144 ns | 100x283 | 1 | 16B | 128B | 0B | 3 | 226M/s | 15 | 2.50 | |
| two-sum/v2.0.0/uniform/256 | **FAILED**: crashed: SIGSEGV | | | | | | | | | | | | | | | | | |
| two-sum/v2.0.0/worst/65536 | 9.60 ms | ± 1.0 % | 3 | 104/s | 5.76 ms | 9.00 ms | 18.1 ms | 36.2 ms | 100 | 45875 | 734KB | 2.6MB | 0B | 3 | | | | qps\_target at least 300, measured 280 (-6.7 %); mem\_mb\_max at most 64, passed it and was stopped |
)");
}

TEST_CASE("a counter's name is text of its cell") {
  auto row = rows::measured("v1.0.0", "uniform", "16", 1e-6);
  row.counters = {{"a|b", 3}};
  CHECK_THAT(markdown({row}, {}), ContainsSubstring("| CPU time | a\\|b |\n"));
}

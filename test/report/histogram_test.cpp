#include <harness/report/histogram.hpp>

#include <sstream>

#include "../catch.hpp"

using namespace harness::report;
using harness::model::Latency;

namespace {

Latency latency() {
  Latency calls;
  calls.batch = 32;
  calls.clock_seconds = 41e-9;
  calls.seconds_per_call.insert(calls.seconds_per_call.end(), 30, 1.1e-6);
  calls.seconds_per_call.insert(calls.seconds_per_call.end(), 62, 1.3e-6);
  calls.seconds_per_call.insert(calls.seconds_per_call.end(), 7, 1.5e-6);
  calls.seconds_per_call.push_back(9e-6);
  return calls;
}

const std::vector<HistogramBucket> kBuckets{{1.0e-6, 1.2e-6, 30}, {1.2e-6, 1.44e-6, 62}, {1.44e-6, 1.73e-6, 7},
                                            {1.73e-6, 2.1e-6, 0}, {2.1e-6, 3.0e-6, 0},   {3.0e-6, 5.0e-6, 0},
                                            {5.0e-6, 8.0e-6, 0},  {8.0e-6, 10.0e-6, 1}};

std::string drawn(std::size_t columns, bool utf8 = true) {
  ConsoleOptions options;
  options.columns = columns;
  options.utf8 = utf8;
  return histogram("two-sum/v1.0.0/uniform/64", latency(), kBuckets, options);
}

}  // namespace

TEST_CASE("a histogram says what a sample is, and where the percentiles lie") {
  CHECK(drawn(90) ==
        R"(two-sum/v1.0.0/uniform/64: 100 samples of 32 calls; reading the clock takes 41.0 ns, which
  was subtracted from each
  1.00 μs – 1.20 μs  30  ██████████████████▉
  1.20 μs – 1.44 μs  62  ███████████████████████████████████████  p50 1.30 μs
  1.44 μs – 1.73 μs   7  ████▍                                    p95 1.50 μs, p99 1.50 μs
          ⋮
  8.00 μs – 10.0 μs   1  ▋
)");
}

TEST_CASE("without UTF-8 on a narrow terminal the bars are ASCII and the upper bounds make room") {
  CHECK(drawn(50, false) == R"(two-sum/v1.0.0/uniform/64: 100 samples of 32
  calls; reading the clock takes 41.0 ns, which
  was subtracted from each
  1.00 us  30  #####
  1.20 us  62  ##########  p50 1.30 us
  1.44 us   7  #           p95 1.50 us, p99 1.50 us
          :
  8.00 us   1  #
)");
}

TEST_CASE("no line of a histogram is wider than the terminal, as long as the narrowest bar fits") {
  for (const bool utf8 : {true, false}) {
    for (std::size_t width = 51; width < 200; ++width) {
      std::istringstream lines(drawn(width, utf8));
      for (std::string line; std::getline(lines, line);) {
        CAPTURE(width, line);
        CHECK(characters_in(line) <= width);
      }
    }
  }
}

TEST_CASE("no samples, no histogram") {
  CHECK(histogram("a", Latency{}, kBuckets, {}).empty());
  CHECK(histogram("a", latency(), {}, {}).empty());
}

TEST_CASE("percentiles beyond the buckets stand at the nearer end, and an unread clock is not mentioned") {
  Latency calls = latency();
  calls.clock_seconds = 0;
  const std::string text = histogram("a\x1b", calls, {{1e-7, 2e-7, 3}}, {});
  CHECK_THAT(text, ContainsSubstring("p50 1.30 μs, p95 1.50 μs, p99 1.50 μs\n"));
  CHECK_THAT(text, StartsWith("a\\x1b: 100 samples of 32 calls\n"));
}

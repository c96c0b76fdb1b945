// How the calls of a trial are spread over time, as bars in the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/report/console.hpp>

namespace harness::report {

// Samples of at least `low_seconds` and less than `high_seconds` a call. Buckets are ascending and touch; on a
// logarithmic scale they are of one width.
struct HistogramBucket {
  double low_seconds = 0, high_seconds = 0;
  std::size_t count = 0;
};

// A title that says how many samples of how many calls there are and what of the clock was subtracted; a line a bucket
// with its bounds, count and bar, p50, p95 and p99 with their values where they fall. Three and more empty buckets in a
// row take one line, and a bucket with any sample has a bar that can be seen. At most 60 columns of bar. "" for no
// samples.
std::string histogram(const std::string& name, const model::Latency& latency,
                      const std::vector<HistogramBucket>& buckets, const ConsoleOptions& options);

}  // namespace harness::report

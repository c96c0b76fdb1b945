#include <harness/report/limits.hpp>

#include <limits>

#include "../catch.hpp"
#include "rows.hpp"

using namespace harness::report;

namespace {

std::string broken(const std::vector<rows::Measurement>& all, std::size_t columns) {
  ConsoleOptions options;
  options.columns = columns;
  Page page(options);
  print_broken_limits(page, all);
  std::string text;
  for (const std::string& line : std::move(page).lines()) {
    text += line + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("a broken limit is told with its direction, its measure and by how much") {
  CHECK(broken_limit_text({"p95_latency_ms", 10, 12.4}) == "at most 10, measured 12.4 (+24 %)");
  CHECK(broken_limit_text({"qps_target", 300, 280}) == "at least 300, measured 280 (-6.7 %)");
  CHECK(broken_limit_text({"qps_target", 2'000'000, 48'120.4}) == "at least 2000000, measured 48120 (41.56 times too few)");
  CHECK(broken_limit_text({"qps_target", 1e6, 500}) == "at least 1000000, measured 500 (2000 times too few)");
  CHECK(broken_limit_text({"p95_latency_ms", 0.5, 25}) == "at most 0.5, measured 25 (50 times too much)");
  CHECK(broken_limit_text({"mem_mb_max", 64, std::numeric_limits<double>::infinity()}) == "at most 64, passed it and was stopped");
  CHECK(broken_limit_text({"mem_mb_max", 0, 0.5}) == "at most 0, measured 0.5");
}

TEST_CASE("a line a broken limit, in the order of the rows") {
  CHECK(broken(rows::measured_run(), 100) == R"(
3 declared limits broken:
  two-sum/v2.0.0/uniform/65536  p95_latency_ms  at most 10, measured 12.4 (+24 %)
  two-sum/v2.0.0/worst/65536    qps_target      at least 300, measured 280 (-6.7 %)
  two-sum/v2.0.0/worst/65536    mem_mb_max      at most 64, passed it and was stopped
)");
}

TEST_CASE("on a narrow terminal the figures go below, whole") {
  CHECK(broken({rows::measured_run()[4]}, 60) == R"(
1 declared limit broken:
  two-sum/v2.0.0/uniform/65536  p95_latency_ms
    at most 10, measured 12.4 (+24 %)
)");
}

TEST_CASE("limits that were kept have no lines") { CHECK(broken(rows::run(), 100).empty()); }

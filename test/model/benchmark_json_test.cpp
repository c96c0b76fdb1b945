#include <string>
#include <vector>

#include <test/catch.hpp>

#include <harness/model/document.hpp>

using namespace harness;
using namespace harness::model;

namespace {

Result<BenchmarkSpec> read(const std::string& text) {
  std::vector<std::string> warnings;
  return read_benchmark_json(text, "benchmark.json", warnings);
}

std::string fault(const std::string& text) {
  const auto spec = read(text);
  return spec ? "no fault" : spec.error().text();
}

}  // namespace

TEST_CASE("benchmark.json becomes limits in base units, tolerances and overrides") {
  const auto spec = read(R"({"qps_target": 50000, "p95_latency_ms": 0.5, "mem_mb_max": 64, "max_size": 20000,
    "tolerance": {"time": 0.02, "p95": 0.10, "allocations": 0, "peak_heap_bytes": 5e-2},
    "cases": {"uniform/65536": {"qps_target": 300, "p95_latency_ms": 10}, "uniform/*": {"max_size": 1e3}}})");
  REQUIRE(spec);
  CHECK(spec->limits.qps_target == 50000);
  CHECK(spec->limits.p95_latency_seconds == 0.0005);
  CHECK(spec->limits.mem_bytes_max == 64u * 1024 * 1024);
  CHECK(spec->limits.max_size == 20000u);
  CHECK(spec->tolerances.time == 0.02);
  CHECK(spec->tolerances.p95 == 0.10);
  CHECK(spec->tolerances.allocations == 0);
  CHECK(spec->tolerances.peak_heap_bytes == 0.05);
  REQUIRE(spec->case_limits.size() == 2);
  CHECK(spec->case_limits[0].first == "uniform/65536");
  CHECK(spec->case_limits[0].second.p95_latency_seconds == 0.01);
  CHECK(spec->case_limits[1].second.max_size == 1000u);
}

TEST_CASE("an empty benchmark.json promises nothing") {
  const auto spec = read("{}");
  REQUIRE(spec);
  CHECK_FALSE(spec->limits.qps_target);
  CHECK_FALSE(spec->tolerances.time);
  CHECK(spec->case_limits.empty());
}

TEST_CASE("an unknown key of benchmark.json is a warning with a guess") {
  std::vector<std::string> warnings;
  const auto spec = read_benchmark_json(
      R"({"qps_taget": 1, "comment": "x", "tolerance": {"tme": 1}, "cases": {"a/b": {"tolerance": 1}}})",
      "benchmark.json", warnings);
  REQUIRE(spec);
  REQUIRE(warnings.size() == 4);
  CHECK(warnings[0] == "benchmark.json: /qps_taget: unknown key \"qps_taget\"; did you mean \"qps_target\"?");
  CHECK(warnings[1] == "benchmark.json: /comment: unknown key \"comment\"");
  CHECK(warnings[2] == "benchmark.json: /tolerance/tme: unknown key \"tme\"; did you mean \"time\"?");
  CHECK(warnings[3] == "benchmark.json: /cases/a~1b/tolerance: unknown key \"tolerance\"");
}

TEST_CASE("each fault of benchmark.json is one line with place, expected and found") {
  CHECK(fault("") == "benchmark.json: byte 0: expected the rest of the JSON document, found the end of the file");
  CHECK(fault("{\"qps_target\": 1") ==
        "benchmark.json: byte 16: expected the rest of the JSON document, found the end of the file");
  CHECK(fault("[]") == "benchmark.json: /: expected an object, found an array");
  CHECK(fault("{} {}") == "benchmark.json: byte 3: expected the end of the file, found more after the JSON document");
  CHECK(fault("qps: 1") == "benchmark.json: byte 0: expected JSON, found \"qps: 1\"");
  CHECK(fault(R"({"qps_target": NaN})") == "benchmark.json: byte 15: expected JSON, found \"NaN}\"");
  CHECK(fault(R"({"qps_target": "50"})") ==
        "benchmark.json: /qps_target: expected a number of calls per second above 0, found \"50\"");
  CHECK(fault(R"({"qps_target": -1})") ==
        "benchmark.json: /qps_target: expected a number of calls per second above 0, found -1");
  CHECK(fault(R"({"qps_target": 0})") ==
        "benchmark.json: /qps_target: expected a number of calls per second above 0, found 0");
  CHECK(fault(R"({"qps_target": 1e999})") ==
        "benchmark.json: /qps_target: expected a number of calls per second above 0, found 1e999");
  CHECK(fault(R"({"p95_latency_ms": null})") ==
        "benchmark.json: /p95_latency_ms: expected a number of milliseconds above 0, found null");
  CHECK(fault(R"({"mem_mb_max": true})") ==
        "benchmark.json: /mem_mb_max: expected a number of MiB above 0, found true");
  CHECK(fault(R"({"mem_mb_max": 1e300})") ==
        "benchmark.json: /mem_mb_max: expected a number of MiB up to 1e12, found 1e300");
  CHECK(fault(R"({"max_size": 1.5})") ==
        "benchmark.json: /max_size: expected a whole number from 0 to 1e15, found 1.5");
  CHECK(fault(R"({"max_size": -1})") == "benchmark.json: /max_size: expected a whole number from 0 to 1e15, found -1");
  CHECK(fault(R"({"max_size": 18446744073709551615})") ==
        "benchmark.json: /max_size: expected a whole number from 0 to 1e15, found 18446744073709551615");
  CHECK(fault(R"({"tolerance": {"time": -0.1}})") ==
        "benchmark.json: /tolerance/time: expected a relative tolerance of at least 0, such as 0.02, found -0.1");
  CHECK(fault(R"({"tolerance": 0.1})") == "benchmark.json: /tolerance: expected an object, found 0.1");
  CHECK(fault(R"({"cases": []})") ==
        "benchmark.json: /cases: expected an object of globs over <dataset>/<case>, found an array");
  CHECK(fault(R"({"cases": {"a/b": 1}})") == "benchmark.json: /cases/a~1b: expected an object of limits, found 1");
  CHECK(fault(R"({"cases": {"a/~": {"qps_target": "x"}}})") ==
        "benchmark.json: /cases/a~1~0/qps_target: expected a number of calls per second above 0, found \"x\"");
  CHECK(fault(R"({"qps_target": 1, "qps_target": 2})") ==
        "benchmark.json: /qps_target: expected each key once, found it again");
  CHECK(fault("{\"a\": \"\xff\"}") == "benchmark.json: byte 7: expected JSON, found \"\\xff\\\"}\"");
}

TEST_CASE("nesting of 100,000 in benchmark.json is one clear line") {
  CHECK_THAT(fault("{\"cases\": " + std::string(100'000, '[')), EndsWith("expected nesting of at most 64, found more"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  CHECK_THAT(fault(deep), EndsWith("expected nesting of at most 64, found more"));
}

TEST_CASE("benchmark.json beyond 1 MiB or 10,000 values is refused") {
  CHECK(fault(std::string((1 << 20) + 1, ' ')) ==
        "benchmark.json: expected at most 1 MiB of text, found 1048577 bytes");
  std::string wide = "[1";
  for (int i = 0; i < 20'000; ++i) wide += ",1";
  CHECK(fault(wide + "]") == "benchmark.json: /9999: expected at most 10000 values, found more");
}

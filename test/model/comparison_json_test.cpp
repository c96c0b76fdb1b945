#include <harness/model/comparison_json.hpp>

#include <bit>
#include <limits>
#include <string>

#include "../catch.hpp"
#include "ab_reports.hpp"

using namespace harness::model;

namespace {

// Member by member; a new member of a value does not compile before it is compared here.
bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }
bool same(std::uint64_t a, std::uint64_t b) { return a == b; }
bool same(int a, int b) { return a == b; }
bool same(bool a, bool b) { return a == b; }
bool same(Verdict a, Verdict b) { return a == b; }
bool same(const std::string& a, const std::string& b) { return a == b; }
bool same(const DuetProcess& a, const DuetProcess& b);
bool same(const DuetStep& a, const DuetStep& b);
bool same(const Duet& a, const Duet& b);
bool same(const Memory& a, const Memory& b);
bool same(const SideFigures& a, const SideFigures& b);
bool same(const Comparison& a, const Comparison& b);
template <class A, class B>
bool same(const std::pair<A, B>& a, const std::pair<A, B>& b) {
  return same(a.first, b.first) && same(a.second, b.second);
}
template <class T>
bool same(const std::optional<T>& a, const std::optional<T>& b) {
  return a.has_value() == b.has_value() && (!a || same(*a, *b));
}
template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const T& x, const T& y) { return same(x, y); });
}

bool same(const DuetProcess& a, const DuetProcess& b) {
  const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15] = a;
  const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15] = b;
  return same(a1, b1) && same(a2, b2) && same(a3, b3) && same(a4, b4) && same(a5, b5) && same(a6, b6) && same(a7, b7) &&
         same(a8, b8) && same(a9, b9) && same(a10, b10) && same(a11, b11) && same(a12, b12) && same(a13, b13) &&
         same(a14, b14) && same(a15, b15);
}
bool same(const DuetStep& a, const DuetStep& b) {
  const auto& [a1, a2, a3, a4, a5] = a;
  const auto& [b1, b2, b3, b4, b5] = b;
  return same(a1, b1) && same(a2, b2) && same(a3, b3) && same(a4, b4) && same(a5, b5);
}
bool same(const Duet& a, const Duet& b) {
  const auto& [a1, a2, a3, a4, a5] = a;
  const auto& [b1, b2, b3, b4, b5] = b;
  return same(a1, b1) && same(a2, b2) && same(a3, b3) && same(a4, b4) && same(a5, b5);
}
bool same(const Memory& a, const Memory& b) {
  const auto& [a1, a2, a3, a4, a5, a6] = a;
  const auto& [b1, b2, b3, b4, b5, b6] = b;
  return same(a1, b1) && same(a2, b2) && same(a3, b3) && same(a4, b4) && same(a5, b5) && same(a6, b6);
}
bool same(const SideFigures& a, const SideFigures& b) {
  const auto& [a1, a2, a3] = a;
  const auto& [b1, b2, b3] = b;
  return same(a1, b1) && same(a2, b2) && same(a3, b3);
}
bool same(const Comparison& a, const Comparison& b) {
  const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22,
               a23, a24, a25] = a;
  const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16, b17, b18, b19, b20, b21, b22,
               b23, b24, b25] = b;
  return same(a1, b1) && same(a2, b2) && same(a3, b3) && same(a4, b4) && same(a5, b5) && same(a6, b6) && same(a7, b7) &&
         same(a8, b8) && same(a9, b9) && same(a10, b10) && same(a11, b11) && same(a12, b12) && same(a13, b13) &&
         same(a14, b14) && same(a15, b15) && same(a16, b16) && same(a17, b17) && same(a18, b18) && same(a19, b19) &&
         same(a20, b20) && same(a21, b21) && same(a22, b22) && same(a23, b23) && same(a24, b24) && a25 == b25;
}
bool same(const AbReport& a, const AbReport& b) {
  const auto& [a1, a2, a3, a4, a5] = a;
  const auto& [b1, b2, b3, b4, b5] = b;
  return same(a1, b1) && same(a2, b2) && same(a3, b3) && same(a4, b4) && same(a5, b5);
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// The error of the small report with one change.
std::string fault(const std::string& from, const std::string& to) {
  const auto read = read_ab_report(with(write_ab_report(ab_reports::small_report()), from, to), "ab.json");
  REQUIRE_FALSE(read);
  CHECK(read.error().exit == harness::Exit::kUsage);
  return read.error().text();
}

}  // namespace

TEST_CASE("what is written is read back as the same value, whatever it holds") {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto report = ab_reports::Random(seed).report();
    const auto text = write_ab_report(report);
    const auto read = read_ab_report(text, "ab.json");
    INFO("seed " << seed << (read ? "" : read.error().text()));
    REQUIRE(read);
    REQUIRE(same(*read, report));
    REQUIRE(write_ab_report(*read) == text);
  }
}

TEST_CASE("the document stands in a stable order, a process and a step of the rule a line") {
  auto report = ab_reports::small_report();
  report.comparisons[0].duets.pop_back();
  report.comparisons[0].duets[0].processes.resize(2);
  report.comparisons[0].duets[0].path.resize(1);
  CHECK(write_ab_report(report) == R"({
  "context": {
    "date": "2026-11-24T10:00:00+00:00",
    "machine": "a \"quoted\" machine",
    "harness_ab_schema": 1,
    "kind": "solvers",
    "sides": ["v1.0.0", "v2.0.0"],
    "files": ["plugins/two-sum-v1.0.0.so", "plugins/two-sum-v2.0.0.so"]
  },
  "benchmarks": [
    {"name": "two-sum/v1.0.0/uniform/4096", "run_name": "two-sum/v1.0.0/uniform/4096", "run_type": "iteration", "repetitions": 1, "repetition_index": 0, "threads": 1, "iterations": 200, "real_time": 124000, "cpu_time": 123500, "time_unit": "ns", "allocs": 10010, "alloc_bytes": 480480, "peak_heap_bytes": 410000, "leaked_bytes": 0, "heap_growths": 3, "instructions": 10345},
    {"name": "two-sum/v2.0.0/uniform/4096", "run_name": "two-sum/v2.0.0/uniform/4096", "run_type": "iteration", "repetitions": 1, "repetition_index": 0, "threads": 1, "iterations": 200, "real_time": 89250, "cpu_time": 89000, "time_unit": "ns", "allocs": 4, "alloc_bytes": 81920, "peak_heap_bytes": 80000, "leaked_bytes": 0, "instructions": 9000}
  ],
  "comparisons": [
    {
      "problem": "two-sum",
      "case_name": "uniform/4096",
      "size": 4096,
      "reference": "v1.0.0",
      "candidate": "v2.0.0",
      "verdict": "faster",
      "reason": "two duets saw it faster",
      "min_effect": 0.02,
      "budget_seconds": 5,
      "mode": "one process, strictly alternating calls",
      "own_heaps": false,
      "clock": "real",
      "log_ratio": -0.3275,
      "log_ratio_low": -0.3285,
      "log_ratio_high": -0.3265,
      "would_notice": 0.003,
      "second_look_processes": 0,
      "reference_figures": {"memory": {"allocs": 10010, "alloc_bytes": 480480, "peak_heap_bytes": 410000, "leaked_bytes": 0, "heap_growths": 3, "peaks_bytes": [410000, 409000]}, "instructions_per_call": 10345, "counters": {}},
      "candidate_figures": {"memory": {"allocs": 4, "alloc_bytes": 81920, "peak_heap_bytes": 80000, "leaked_bytes": 0, "peaks_bytes": [80000, 80000]}, "instructions_per_call": 9000, "counters": {}},
      "warnings": [
        "layout not spanned: other links of the same source can differ by about 1 %"
      ],
      "duets": [
        {
          "verdict": "faster",
          "ended_by": "evidence 30.2 >= 6.2 that it is faster, after 3 processes",
          "seconds": 0.21,
          "processes": [
            {"log_ratio": -0.3285, "standard_error": 0.0008, "pairs": 100, "reference_seconds_per_call": 0.000124, "candidate_seconds_per_call": 8.925e-05, "reference_real_seconds_per_call": 0.000124, "candidate_real_seconds_per_call": 8.925e-05, "reference_cpu_seconds_per_call": 0.0001235, "candidate_cpu_seconds_per_call": 8.9e-05, "trimmed_log_ratio": -0.3275, "drift": -0.0004, "reference_first": true, "core": 0, "seconds": 0.0703125},
            {"log_ratio": -0.3275, "standard_error": 0.0008, "pairs": 100, "reference_seconds_per_call": 0.000124, "candidate_seconds_per_call": 8.925e-05, "reference_real_seconds_per_call": 0.000124, "candidate_real_seconds_per_call": 8.925e-05, "reference_cpu_seconds_per_call": 0.0001235, "candidate_cpu_seconds_per_call": 8.9e-05, "trimmed_log_ratio": -0.3265, "drift": -0.0004, "reference_first": false, "core": 1, "seconds": 0.0703125}
          ],
          "path": [
            {"processes": 1, "centre": -0.3285, "scale": 0.00495, "evidence_slower": -10.1, "evidence_faster": 10.1}
          ]
        }
      ]
    }
  ]
}
)");
}

TEST_CASE("rows are medians over all processes in which the side ran, once a side and case") {
  auto report = ab_reports::small_report();
  report.sides.push_back("v3.0.0");
  report.files.push_back("plugins/two-sum-v3.0.0.so");
  report.comparisons.push_back(report.comparisons[0]);
  report.comparisons[1].candidate = "v3.0.0";
  for (auto& process : report.comparisons[1].duets[0].processes) process.reference_real_seconds_per_call = 126e-6;
  report.comparisons[1].duets.pop_back();
  const auto text = write_ab_report(report);
  const auto rows = text.substr(0, text.find("\"comparisons\""));
  std::size_t count = 0;
  for (auto at = rows.find("\"name\""); at != std::string::npos; at = rows.find("\"name\"", at + 1)) ++count;
  CHECK(count == 3);
  CHECK_THAT(
      rows, ContainsSubstring("\"name\": \"two-sum/v1.0.0/uniform/4096\"") && ContainsSubstring("\"iterations\": 900"));
  CHECK_THAT(
      rows, ContainsSubstring("\"name\": \"two-sum/v3.0.0/uniform/4096\"") && ContainsSubstring("\"iterations\": 300"));
}

TEST_CASE(
    "a row of a program has the benchmark's name, its side as a label, and counters that take no member's place") {
  auto report = ab_reports::small_report();
  report.kind = "programs";
  auto& one = report.comparisons[0];
  one.problem.clear();
  one.case_name = "BM_sort/1000/real_time";
  one.reference_figures.counters = {{"real_time", 1}, {"items_per_second", 2.5e6}};
  const auto text = write_ab_report(report);
  CHECK_THAT(text, ContainsSubstring("{\"name\": \"BM_sort/1000/real_time\"") &&
                       ContainsSubstring("\"label\": \"v1.0.0\"") &&
                       ContainsSubstring("\"items_per_second\": 2500000}") &&
                       ContainsSubstring("\"counters\": {\"real_time\": 1, \"items_per_second\": 2500000}"));
  CHECK_THAT(text.substr(0, text.find("\"comparisons\"")), !ContainsSubstring("\"real_time\": 1,"));
}

TEST_CASE("a side of which no process ran has no row") {
  auto report = ab_reports::small_report();
  report.comparisons[0].duets.clear();
  report.comparisons[0].verdict = Verdict::kFailed;
  CHECK_THAT(write_ab_report(report), ContainsSubstring("\"benchmarks\": [\n  ]"));
}

TEST_CASE(
    "the interval of one process is unbounded, which is null; other numbers that are none are read as undefined") {
  auto report = ab_reports::small_report();
  auto& one = report.comparisons[0];
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  one.log_ratio_low = -kInfinity;
  one.log_ratio_high = one.would_notice = kInfinity;
  one.duets[0].path[0].scale = std::nan("");
  const auto text = write_ab_report(report);
  CHECK_THAT(text, ContainsSubstring("\"log_ratio_low\": null") && ContainsSubstring("\"scale\": null"));
  const auto read = read_ab_report(text, "ab.json");
  REQUIRE(read);
  CHECK(read->comparisons[0].log_ratio_low == -kInfinity);
  CHECK(read->comparisons[0].log_ratio_high == kInfinity);
  CHECK(read->comparisons[0].would_notice == kInfinity);
  CHECK(std::isnan(read->comparisons[0].duets[0].path[0].scale));
}

TEST_CASE("names of the context that are the report's own or come again give way, bytes that are no text are marked") {
  auto report = ab_reports::small_report();
  report.context = {{"sides", "mine"},
                    {"a",
                     "\xff"
                     "b"},
                    {"a", "again"}};
  const auto read = read_ab_report(write_ab_report(report), "ab.json");
  REQUIRE(read);
  CHECK(read->context == Context{{"a",
                                  "\xef\xbf\xbd"
                                  "b"}});
  CHECK(read->sides == report.sides);
}

TEST_CASE("a fault is named with its place, what was expected and what was found") {
  CHECK(fault("\"log_ratio\": -0.3275,\n", "\"log_ratio\": \"fast\",\n") ==
        "ab.json: /comparisons/0/log_ratio: expected a number, found \"fast\"");
  CHECK(fault("      \"clock\": \"real\",\n", "") ==
        "ab.json: /comparisons/0/clock: expected a text, found no such key");
  CHECK(fault("\"pairs\": 100", "\"pairs\": -1") ==
        "ab.json: /comparisons/0/duets/0/processes/0/pairs: expected a whole number from 0 to 18446744073709551615, "
        "found -1");
  CHECK(fault("\"core\": 0", "\"core\": 0.5") ==
        "ab.json: /comparisons/0/duets/0/processes/0/core: expected a core's number, found 0.5");
  CHECK(fault("\"verdict\": \"faster\"", "\"verdict\": \"quick\"") ==
        "ab.json: /comparisons/0/verdict: expected one of slower, faster, same, cannot-tell, new, missing, "
        "incomparable, failed, "
        "found \"quick\"");
  CHECK(fault("\"reference_first\": true", "\"reference_first\": 1") ==
        "ab.json: /comparisons/0/duets/0/processes/0/reference_first: expected true or false, found 1");
  CHECK(fault("\"counters\": {}", "\"counters\": {\"a/b\": \"x\"}") ==
        "ab.json: /comparisons/0/reference_figures/counters/a~1b: expected a number, found \"x\"");
  CHECK(fault("\"min_effect\": 0.02", "\"min_effect\": 0") ==
        "ab.json: /comparisons/0/min_effect: expected a number above 0, found 0");
  CHECK(fault("\"seconds\": 0.21", "\"seconds\": 1e999") ==
        "ab.json: /comparisons/0/duets/0/seconds: expected a number that a double can hold, found a larger one");
  CHECK(fault("\"problem\": \"two-sum\"", "\"problem\": \"two-sum\", \"problem\": \"x\"") ==
        "ab.json: /comparisons/0: expected each key once, found \"problem\" again");
  CHECK(fault("\"kind\": \"solvers\"", "\"kind\": \"people\"") ==
        "ab.json: /context/kind: expected solvers or programs, found \"people\"");
  CHECK(fault("\"sides\": [\"v1.0.0\", ", "\"sides\": [") ==
        "ab.json: /context/files: expected 1 files, one a side, found 2");
  CHECK(fault("\"harness_ab_schema\": 1", "\"harness_ab_schema\": 2") ==
        "ab.json: /context/harness_ab_schema: expected 1, found 2; a newer harness wrote it, and reads it");
  CHECK(fault("\"comparisons\": [", "\"comparisons\": [7, ") == "ab.json: /comparisons/0: expected an object, found 7");
}

TEST_CASE("what is no report of an A/B is called by its name") {
  const auto error = [](const std::string& text) {
    const auto read = read_ab_report(text, "x.json");
    REQUIRE_FALSE(read);
    return read.error().text();
  };
  CHECK(error("[]") == "x.json: /: expected an object, found an array");
  CHECK(error("7") == "x.json: /: expected an object, found 7");
  CHECK(error("{}") ==
        "x.json: /comparisons: expected the comparisons of an A/B, found no such key; harness --ab=A,B "
        "--benchmark_out=FILE makes one");
  CHECK(error(R"({"context": {"harness_schema": "1"}, "benchmarks": []})") ==
        "x.json: /context/harness_ab_schema: expected the schema of an A/B's report, found a report of a run, which "
        "has no "
        "comparisons; harness --ab=A,B --benchmark_out=FILE makes one");
  CHECK_THAT(error(R"({"benchmarks": [], "context": {"date": "today"}})"), ContainsSubstring("found no such key"));
  CHECK_THAT(error(R"({"benchmarks": []})"), ContainsSubstring("found a Google Benchmark report, which has none"));
  CHECK_THAT(error(R"({"comparisons": {}})"), ContainsSubstring("/comparisons: expected an array, found an object"));
  CHECK_THAT(error(R"({"comparisons": 7})"), ContainsSubstring("/comparisons: expected an array, found 7"));
  CHECK_THAT(error(R"({"comparisons": [], "comparisons": []})"), ContainsSubstring("expected each key once"));
  CHECK_THAT(error(R"({"comparisons": []})"), ContainsSubstring("/context: expected an object, found no such key"));
  CHECK_THAT(error("{\"comparisons\": ["),
             ContainsSubstring("x.json: byte 17: expected the rest of the JSON document"));
}

TEST_CASE("members that are not known are passed over, wherever they stand") {
  auto text = write_ab_report(ab_reports::small_report());
  text = with(text, "{\n", "{\n\"comparison\": [{\"problem\": 1}], \"notes\": {\"comparisons\": [1, {\"a\": []}]},");
  text = with(text, "\"problem\": \"two-sum\"", "\"later\": [[], {}], \"problem\": \"two-sum\"");
  const auto read = read_ab_report(text, "ab.json");
  REQUIRE(read);
  CHECK(same(*read, ab_reports::small_report()));
}

TEST_CASE("a comparison of too many values ends the reading before they fill the memory") {
  std::string many = "\"warnings\": [";
  for (int i = 0; i < 100'001; ++i) many += "[],";
  CHECK_THAT(fault("\"warnings\": [", many),
             ContainsSubstring("/comparisons/0: expected at most 100000 values, found more"));
  std::string some = "\"warnings\": [";
  for (int i = 0; i < 100; ++i) some += "\"\",";
  CHECK_THAT(fault("\"warnings\": [", some),
             ContainsSubstring("/comparisons/0/warnings: expected at most 100 texts, found 101"));
  CHECK_THAT(read_ab_report(std::string(kAbReportMostBytes + 1, ' '), "x.json").error().text(),
             ContainsSubstring("x.json: expected at most 256 MiB of text, found 268435457 bytes"));
}

#include <harness/model/benchmark_report.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>

#include "../catch.hpp"

using namespace harness;
using model::BenchmarkEntry;
using model::BenchmarkReport;
using model::read_benchmark_report;

namespace {

// What a real program of each version wrote: repetitions, aggregates, big-O, an error, memory, threads, manual time.
BenchmarkReport written_by(const std::string& version) {
  const std::string file = HARNESS_SOURCE_DIR "/test/model/corpus/benchmark_report/google-benchmark-" + version + ".json";
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  auto report = read_benchmark_report(text, file);
  INFO((report ? "" : report.error().text()));
  REQUIRE(report);
  return *report;
}

const BenchmarkEntry& named(const BenchmarkReport& report, const std::string& name) {
  const auto found = std::find_if(report.entries.begin(), report.entries.end(), [&](const auto& each) { return each.name == name; });
  REQUIRE(found != report.entries.end());
  return *found;
}

double counter(const BenchmarkEntry& entry, const std::string& name) {
  for (const auto& [key, value] : entry.counters) {
    if (key == name) return value;
  }
  FAIL("no counter " << name);
  return 0;
}

BenchmarkReport of_entries(const std::string& entries) {
  const auto report = read_benchmark_report("{\"benchmarks\": [" + entries + "]}", "r.json");
  INFO((report ? "" : report.error().text()));
  REQUIRE(report);
  return *report;
}

std::string refused(const std::string& text) {
  const auto report = read_benchmark_report(text, "r.json");
  REQUIRE_FALSE(report);
  CHECK(report.error().exit == Exit::kUsage);
  return report.error().text();
}

std::string refused_entry(const std::string& entry) { return refused("{\"benchmarks\": [{\"name\": \"fine\"}, " + entry + "]}"); }

}  // namespace

TEST_CASE("reports of both versions are read whole, in one form") {
  for (const auto* version : {"1.7.1", "1.9.1"}) {
    INFO(version);
    const auto report = written_by(version);
    CHECK(std::count(report.context.begin(), report.context.end(), std::pair<std::string, std::string>("flavour", "vanilla")) == 1);
    CHECK(std::count(report.context.begin(), report.context.end(), std::pair<std::string, std::string>("num_cpus", "2")) == 1);

    const auto& repetition = report.entries.at(1);
    CHECK(repetition.name == "work/64/repeats:2");
    CHECK(repetition.run_name == repetition.name);
    CHECK_FALSE(repetition.is_aggregate());
    CHECK(repetition.repetition_index == 1U);
    CHECK(repetition.repetitions == 2U);
    CHECK(repetition.real_seconds.value() == Approx(20e-9).epsilon(0.1));
    CHECK(repetition.label == "a \"label\"\n\xc3\xa4");
    CHECK(counter(repetition, "allocs_per_iter") == 20);
    CHECK(counter(repetition, "max_bytes_used") == 4096);
    CHECK(counter(repetition, "rate") > 1000);

    const auto& median = named(report, "work/64/repeats:2_median");
    CHECK(median.aggregate_name == "median");
    CHECK(median.run_name == "work/64/repeats:2");
    CHECK(median.cpu_seconds.value() == Approx(20e-9).epsilon(0.1));
    const auto& cv = named(report, "work/64/repeats:2_cv");
    CHECK(cv.percentage);
    CHECK(cv.real_seconds.value() > 1e-5);  // a share: not scaled
    CHECK(cv.real_seconds.value() < 1);

    const auto& growth = named(report, "work/repeats:2_BigO");
    CHECK(growth.big_o == "N");
    CHECK_FALSE(growth.real_seconds);
    CHECK(counter(growth, "cpu_coefficient") > 0);

    CHECK(named(report, "fails").error == std::string("no \"file\""));
    CHECK(named(report, "manual/manual_time").real_seconds.value() == Approx(1e-6));
    const auto& threads = named(report, "th/real_time/threads:2");
    CHECK(threads.threads == 2U);
    CHECK(threads.real_seconds.value() == Approx(3e-10).epsilon(0.9));
  }
}

TEST_CASE("a bare NaN, which 1.7.1 prints, is undefined; infinities are infinite") {
  CHECK(std::isnan(counter(named(written_by("1.7.1"), "work/64/repeats:2_cv"), "zero")));
  const auto report = of_entries(R"({"name": "a", "x": -Infinity, "y": inf, "z": -nan, "NaN": 3})");
  CHECK(counter(report.entries[0], "x") == -HUGE_VAL);
  CHECK(counter(report.entries[0], "y") == HUGE_VAL);
  CHECK(std::isnan(counter(report.entries[0], "z")));
  CHECK(counter(report.entries[0], "NaN") == 3);
}

TEST_CASE("a skipped case is told from a failed one, with and without words") {
  CHECK(named(written_by("1.9.1"), "skips").skipped == std::string("needs 4 cores"));
  CHECK_FALSE(named(written_by("1.9.1"), "skips").error);
  const auto report = of_entries(R"({"name": "a", "error_occurred": true}, {"name": "b", "skipped": true},
                                    {"name": "c", "error_occurred": false, "error_message": "", "skipped": false})");
  CHECK(report.entries[0].error == std::string());
  CHECK(report.entries[1].skipped == std::string());
  CHECK_FALSE(report.entries[2].error);
  CHECK_FALSE(report.entries[2].skipped);
}

TEST_CASE("times come in seconds from every unit, and ns is meant where none stands") {
  const auto report = of_entries(R"({"name": "a", "real_time": 2}, {"name": "b", "real_time": 2, "time_unit": "us"},
      {"name": "c", "time_unit": "ms", "real_time": 2.5e0, "cpu_time": 4}, {"name": "d", "real_time": 3, "time_unit": "s"})");
  CHECK(report.entries[0].real_seconds.value() == Approx(2e-9));
  CHECK(report.entries[1].real_seconds.value() == Approx(2e-6));
  CHECK(report.entries[2].real_seconds.value() == Approx(2.5e-3));
  CHECK(report.entries[2].cpu_seconds.value() == Approx(4e-3));
  CHECK(report.entries[3].real_seconds.value() == Approx(3));
  CHECK_FALSE(report.entries[3].cpu_seconds);
}

TEST_CASE("of a key that comes twice the first counts, and a counter may have the name of a text") {
  const auto report = of_entries(R"({"name": "a", "iterations": 7, "time_unit": "ns", "label": 4, "iterations": 9, "hits": 1, "hits": 2,
                                     "skipped": 12, "nested": {"name": "b", "deep": [1, {"hits": 3}]}, "note": "x", "none": null})");
  const auto& entry = report.entries.at(0);
  CHECK(entry.name == "a");
  CHECK(entry.iterations == 7U);
  CHECK(entry.counters == std::vector<std::pair<std::string, double>>{{"label", 4}, {"hits", 1}, {"skipped", 12}});
  CHECK_FALSE(entry.skipped);
}

TEST_CASE("the numbers of times stay as they were written, beside the seconds") {
  const auto report = of_entries(R"({"name": "a", "time_unit": "us", "real_time": 0.3, "cpu_time": 7},
      {"name": "a_cv", "run_type": "aggregate", "aggregate_name": "cv", "time_unit": "us", "cpu_time": 0.25})");
  CHECK(report.entries[0].real_time == 0.3);
  CHECK(report.entries[0].cpu_time == 7.0);
  CHECK(report.entries[1].cpu_time == 0.25);
  CHECK(report.entries[1].cpu_seconds == 0.25);
  CHECK_FALSE(report.entries[1].real_time);
}

TEST_CASE("nothing of an entry is left in the next one") {
  const auto report = of_entries(R"({"name": "a_mean", "run_name": "a", "run_type": "aggregate", "aggregate_name": "mean", "aggregate_unit": "percentage", "time_unit": "ms",
      "label": "l", "big_o": "N", "family_index": 1, "repetition_index": 2, "repetitions": 3, "threads": 4, "iterations": 5, "real_time": 1, "cpu_time": 2,
      "error_occurred": true, "error_message": "e", "skipped": true, "skip_message": "s", "hits": 1, "note": "x"}, {"name": "b", "note": 3, "hits": 2})");
  const auto& entry = report.entries.at(1);
  CHECK(entry.run_name == "b");
  CHECK(entry.aggregate_name + entry.time_unit + entry.label + entry.big_o == "");
  CHECK_FALSE(entry.percentage);
  CHECK_FALSE((entry.family_index || entry.repetition_index || entry.repetitions || entry.threads || entry.iterations));
  CHECK_FALSE((entry.real_seconds || entry.cpu_seconds || entry.real_time || entry.cpu_time || entry.error || entry.skipped));
  CHECK(entry.counters == std::vector<std::pair<std::string, double>>{{"note", 3}, {"hits", 2}});
}

TEST_CASE("the first of a key counts among few counters and among many, and where it is no number") {
  CHECK(of_entries(R"({"name": "a", "note": "x", "note": 3, "label": 4, "label": "l"})").entries[0].counters ==
        std::vector<std::pair<std::string, double>>{{"label", 4}});
  std::string crowd = R"({"name": "a", "note": "x")";
  for (int twice = 0; twice < 2; ++twice) {
    for (int i = 0; i < 100; ++i) crowd += ", \"c" + std::to_string(i) + "\": " + std::to_string(i + 1000 * twice);
  }
  const auto report = of_entries(crowd + R"(, "note": 3, "late": 1})");
  const auto& counters = report.entries[0].counters;
  REQUIRE(counters.size() == 101);
  for (int i = 0; i < 100; ++i) CHECK(counters[static_cast<std::size_t>(i)].second == i);
  CHECK(counters[100] == std::pair<std::string, double>("late", 1));
}

TEST_CASE("an old report without run_name and run_type is read") {
  const auto report = of_entries(R"({"name": "BM_x/8", "iterations": 100, "real_time": 1.5, "cpu_time": 1.4, "time_unit": "ns"})");
  const auto& entry = report.entries.at(0);
  CHECK(entry.run_name == "BM_x/8");
  CHECK_FALSE(entry.is_aggregate());
}

TEST_CASE("what is no report is refused with its place") {
  CHECK_THAT(refused("hello"), StartsWith("r.json: byte 0"));
  CHECK_THAT(refused(""), ContainsSubstring("found the end of the file"));
  CHECK_THAT(refused("[]"), ContainsSubstring("expected an object, found an array"));
  CHECK_THAT(refused("12"), ContainsSubstring("expected an object, found 12"));
  CHECK_THAT(refused("{}"), ContainsSubstring("is no report of Google Benchmark"));
  CHECK_THAT(refused("{\"benchmarks\": {}}"), ContainsSubstring("/benchmarks: expected an array, found an object"));
  CHECK_THAT(refused("{\"benchmarks\": 4}"), ContainsSubstring("/benchmarks: expected an array, found 4"));
  CHECK_THAT(refused("{\"benchmarks\": [], \"benchmarks\": []}"), ContainsSubstring("a second time"));
  CHECK_THAT(refused("{\"benchmarks\": [{\"name\": \"a\"}"), ContainsSubstring("found the end of the file"));
  CHECK_THAT(refused("{\"benchmarks\": [{\"name\": \"\xff\"}]}"), StartsWith("r.json: byte 26"));
  CHECK_THAT(refused("{\"benchmarks\": [{\"name\": \"a\", \"x\": NaN, \"y\": nope}]}"), StartsWith("r.json: byte 45"));
  CHECK_THAT(refused(std::string(100, '[')), ContainsSubstring("expected an object, found an array"));
  CHECK_THAT(refused("{\"x\": " + std::string(100, '[')), ContainsSubstring("nesting of at most 64"));
}

TEST_CASE("an entry that says nonsense is refused with its number") {
  CHECK_THAT(refused_entry("[]"), StartsWith("r.json: /benchmarks/1: expected an object, found an array"));
  CHECK_THAT(refused_entry("7"), StartsWith("r.json: /benchmarks/1: expected an object, found 7"));
  CHECK_THAT(refused_entry("{}"), StartsWith("r.json: /benchmarks/1: expected a name"));
  CHECK_THAT(refused_entry(R"({"name": 3})"), StartsWith("r.json: /benchmarks/1/name: expected a text, found 3"));
  CHECK_THAT(refused_entry(R"({"name": "a", "real_time": "fast"})"), ContainsSubstring("/benchmarks/1/real_time: expected a number, found \"fast\""));
  CHECK_THAT(refused_entry(R"({"name": "a", "iterations": -1})"), ContainsSubstring("/iterations: expected a whole number, found -1"));
  CHECK_THAT(refused_entry(R"({"name": "a", "time_unit": "fortnight"})"), ContainsSubstring("ns, us, ms or s, found \"fortnight\""));
  CHECK_THAT(refused_entry(R"({"name": "a", "run_type": "aggregate"})"), ContainsSubstring("expected an aggregate_name"));
  std::string crowd = "{\"name\": \"a\"";
  for (int i = 0; i < 10'001; ++i) crowd += ", \"c" + std::to_string(i) + "\": 1";
  CHECK_THAT(refused_entry(crowd + "}"), ContainsSubstring("at most 10000 members"));
}

TEST_CASE("a report is streamed entry by entry, and reading ends when nobody wants more") {
  std::uint64_t served = 0;
  const auto endless = [&served](char* buffer, std::size_t capacity) {
    static const std::string kHead = "{\"context\": {\"date\": \"today\"}, \"benchmarks\": [{\"name\": \"a\"}";
    static const std::string kMore = ",{\"name\": \"a\"}";
    std::size_t size = 0;
    if (served == 0) {
      std::memcpy(buffer, kHead.data(), kHead.size());
      size = kHead.size();
    }
    for (; size + kMore.size() <= capacity; size += kMore.size()) std::memcpy(buffer + size, kMore.data(), kMore.size());
    served += size;
    return size;
  };
  int entries = 0;
  const auto context = model::stream_benchmark_report(endless, [&](const BenchmarkEntry&) { return ++entries < 100'000; }, "r.json");
  REQUIRE(context);
  CHECK(*context == model::Context{{"date", "today"}});
  CHECK(entries == 100'000);
  CHECK(served < 2'000'000);
}

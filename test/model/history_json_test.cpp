#include <harness/model/history_json.hpp>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "../catch.hpp"
#include "histories.hpp"
#include "schema_check.hpp"

using namespace harness::model;
using histories::hash;

namespace {

std::string fault_of(const std::string& text) {
  const auto read = read_baseline(text, "b.json");
  return read ? "" : read.error().text();
}

// `what` once replaced by `by` in the small baseline's text.
std::string with(const std::string& what, const std::string& by) {
  std::string text = write_baseline(histories::small_baseline());
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

TEST_CASE("a history is written a run a line, rounded, without what has nothing to say") {
  CHECK(
      write_baseline(histories::small_baseline()) ==
      R"({
  "harness_baseline_schema": 1,
  "machine": "Intel(R) Xeon(R) Processor, 2 cores, glibc 2.36, Linux 6",
  "problem": "two-sum",
  "cases": [
    {
      "solver": "v2.0.0",
      "line": "v2",
      "case": "uniform/65536",
      "input": ")" +
          hash(7) + R"(",
      "checker": "unordered",
      "engine": "duet/1",
      "allocator": "system",
      "level_began_at": 1.00046,
      "segments": [
        {"begun": "2026-11-01T00:00:00Z", "why": "history begins", "pin_solver": "v2.0.0", "pin": ")" +
          hash(1) + R"(", "pin_code": ")" + hash(2) + R"("},
        {"begun": "2026-11-01T00:05:00Z", "why": "pinned v2.1.0", "chain": 0.987654, "pin_solver": "v2.1.0", "pin": ")" +
          hash(3) + R"(", "pin_code": ")" + hash(4) + R"("}
      ],
      "runs": [
        {"date": "2026-11-01T00:00:00Z", "run_id": "20261124T101500Z-000000", "solver": "v2.0.0", "ratio_to_pin": 1.001, "ratio_error": 0.0008, "cpu_seconds": 1.24e-06, "real_seconds": 1.25e-06, "segment": 0},
        {"date": "2026-11-01T00:06:00Z", "run_id": "20261124T101500Z-000006", "solver": "v2.1.0-rc.1", "git_sha": ")" +
          histories::commit(3006) +
          R"(", "git_dirty": true, "ratio_to_pin": 1.07123, "ratio_error": 0.00123457, "cpu_seconds": 1.235e-08, "real_seconds": 0.0001235, "p95_seconds": 0.00015, "allocs": 3, "alloc_bytes": 1234567, "peak_heap_bytes": 1048576.5, "heap_growths": 0, "z": -2.346, "segment": 1, "library": ")" +
          hash(1006) + R"(", "code": ")" + hash(2006) + R"(", "fingerprint": ")" + hash(9) +
          R"(", "beyond": ["time", "peak_heap_bytes"], "confirmed": true, "new_level": true, "alert": true, "note": "accepted: the \"new\" table\nis larger"}
      ]
    }
  ]
}
)");
}

TEST_CASE("what was written is read as it was, up to its rounding") {
  const auto read = read_baseline(write_baseline(histories::small_baseline()), "b.json");
  REQUIRE(read);
  CHECK(read->machine == histories::small_baseline().machine);
  const CaseHistory* one = read->find("v2.0.0", "uniform/65536");
  REQUIRE(one != nullptr);
  CHECK(one->line == "v2");
  CHECK(one->compared_by == histories::small_baseline().cases[0].compared_by);
  CHECK(*one->level_began_at == 1.00046);
  REQUIRE(one->segments.size() == 2);
  CHECK_FALSE(one->segments[0].chain);
  CHECK(*one->segments[1].chain == 0.987654);
  CHECK(one->segments[1].pin_code_hash == hash(4));
  REQUIRE(one->runs.size() == 2);
  CHECK_FALSE(one->runs[0].git_dirty);
  CHECK_FALSE(one->runs[0].p95_seconds);
  CHECK_FALSE(one->runs[0].z);
  const RecordedRun& run = one->runs[1];
  CHECK(run.git_dirty);
  CHECK(run.ratio_to_pin == 1.07123);
  CHECK(*run.peak_heap_bytes == 1048576.5);
  CHECK(*run.heap_growths == 0);
  CHECK(run.beyond == std::vector{Metric::kTime, Metric::kPeakHeapBytes});
  CHECK(run.segment == 1);
  CHECK(run.note == "accepted: the \"new\" table\nis larger");
}

TEST_CASE("written, read and written again it is the same text, whatever the numbers") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::string text = write_baseline(histories::Random(seed).baseline());
    INFO("seed " << seed);
    const auto read = read_baseline(text, "b.json");
    REQUIRE(read);
    REQUIRE(write_baseline(*read) == text);
  }
}

TEST_CASE("an empty history is a document, too") {
  Baseline empty;
  empty.machine = "m";
  empty.problem = "two-sum";
  const std::string text = write_baseline(empty);
  CHECK(
      text ==
      "{\n  \"harness_baseline_schema\": 1,\n  \"machine\": \"m\",\n  \"problem\": \"two-sum\",\n  \"cases\": []\n}\n");
  REQUIRE(read_baseline(text, "b.json"));
  empty.cases.push_back(histories::history("v1.0.0", "v1", "uniform/16"));
  CHECK_THAT(write_baseline(empty), ContainsSubstring("\"runs\": []\n"));
  REQUIRE(read_baseline(write_baseline(empty), "b.json"));
}

TEST_CASE("cases stand by version, then by name, in whichever order they came") {
  Baseline baseline;
  baseline.machine = "m";
  baseline.problem = "two-sum";
  for (const auto& [solver, name] : std::vector<std::pair<std::string, std::string>>{{"v10.0.0", "uniform/16"},
                                                                                     {"v2.0.0", "worst/16"},
                                                                                     {"v2.0.0", "uniform/16"},
                                                                                     {"v2.0.0-rc.1", "uniform/16"}}) {
    baseline.cases.push_back(histories::history(solver, "v2", name));
  }
  const auto read = read_baseline(write_baseline(baseline), "b.json");
  REQUIRE(read);
  std::vector<std::string> order;
  for (const CaseHistory& one : read->cases) order.push_back(one.solver + " " + one.case_name);
  CHECK(order == std::vector<std::string>{"v2.0.0-rc.1 uniform/16", "v2.0.0 uniform/16", "v2.0.0 worst/16",
                                          "v10.0.0 uniform/16"});
}

TEST_CASE("one more run is one more line, and one line that gained a comma") {
  Baseline baseline = histories::small_baseline();
  const auto before = lines_of(write_baseline(baseline));
  baseline.cases[0].runs.push_back(histories::run(9));
  const auto after = lines_of(write_baseline(baseline));
  REQUIRE(after.size() == before.size() + 1);
  std::size_t differing = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    differing +=
        std::count(after.begin(), after.end(), before[i]) < std::count(before.begin(), before.end(), before[i]);
  }
  CHECK(differing == 1);
}

TEST_CASE("a file that was cut short anywhere is refused") {
  const std::string text = write_baseline(histories::small_baseline());
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    INFO(size);
    const auto read = read_baseline(std::string_view(text).substr(0, size), "b.json");
    REQUIRE_FALSE(read);
    REQUIRE(read.error().exit == harness::Exit::kUsage);
    REQUIRE_THAT(read.error().text(), StartsWith("b.json: "));
  }
}

TEST_CASE("a merge conflict that was left in a file is told with its line") {
  const std::string run = "        {\"date\": \"2026-11-01T00:06:00Z\"";
  CHECK(fault_of(with(run, "<<<<<<< HEAD\n" + run)) ==
        "b.json: line 21: a merge conflict was left in it; resolve it, keeping the runs of both sides, and remove the "
        "markers");
  CHECK_THAT(fault_of(with(run, "=======\n" + run)), StartsWith("b.json: line 21: a merge conflict"));
  CHECK_THAT(fault_of(with(run, "||||||| 1a2b3c4\n" + run)), StartsWith("b.json: line 21: a merge conflict"));
  CHECK_THAT(fault_of(write_baseline(histories::small_baseline()) + ">>>>>>> theirs\n"),
             StartsWith("b.json: line 26: a merge conflict"));
}

TEST_CASE("a newer schema names both versions, whatever else the file holds") {
  const std::string words = "b.json: written by a newer harness (baseline schema 2, this one reads 1); update harness";
  CHECK(fault_of(with("schema\": 1,", "schema\": 2,")) == words);
  CHECK(fault_of(R"({"harness_baseline_schema": 2, "unknown": {"to": ["us"]}})") == words);
  CHECK(fault_of(with("schema\": 1,", "schema\": 0,")) == "b.json: /harness_baseline_schema: expected 1, found 0");
  CHECK(fault_of(R"({"machine": "m"})") ==
        "b.json: /: expected harness_baseline_schema as the first key, found \"machine\"");
}

TEST_CASE("each fault is told with its place, what was expected and what was found") {
  const std::string name = "expected a name of at most 300 bytes without spaces, found ";
  const std::vector<std::array<std::string, 3>> faults = {
      {"\"problem\": \"two-sum\"", "\"problem\": \"Two Sum\"",
       "/problem: expected a problem's name such as two-sum, found \"Two Sum\""},
      {"\"problem\": \"two-sum\"", "\"problem\": \"../../etc\"",
       "/problem: expected a problem's name such as two-sum, found \"../../etc\""},
      {"\"machine\": \"Intel", "\"machine\": \"\\u001b[31mIntel",
       "/machine: expected a text without control characters, found \"\\x1b[31mIntel(R) Xeon(R) Processor, 2 cores, "
       "glibc 2.36, Linux ...\""},
      {"\"problem\": \"two-sum\",", "\"problem\": \"two-sum\", \"problem\": \"two-sum\",",
       "/problem: expected each key once, found it again"},
      {"\"problem\": \"two-sum\",", "", "/problem: expected a problem's name such as two-sum, found no such key"},
      {"\"line\"", "\"lime\"", "/cases/0: expected no unknown key, found \"lime\"; was line meant?"},
      {"\"solver\": \"v2.0.0\"", "\"solver\": \"2.0.0\"",
       "/cases/0/solver: expected a solver's name such as v2.0.0, found \"2.0.0\""},
      {"\"solver\": \"v2.0.0\"", "\"solver\": \"v2\"",
       "/cases/0/solver: expected a solver's name such as v2.0.0, found \"v2\""},
      {"\"case\": \"uniform/65536\"", "\"case\": \"\"", "/cases/0/case: " + name + "\"\""},
      {"\"case\": \"uniform/65536\"", "\"case\": 7", "/cases/0/case: " + name + "7"},
      {"\"level_began_at\": 1.00046", "\"level_began_at\": 0",
       "/cases/0/level_began_at: expected a number above 0, at most 1e300, found 0"},
      {"\"input\": \"0", "\"input\": \"X", ""},
      {"\"begun\": \"2026-11-01T", "\"begun\": \"2026-11-01 ",
       "/cases/0/segments/0/begun: expected a date such as 2026-11-24T10:15:00Z, found \"2026-11-01 00:00:00Z\""},
      {"\"why\": \"history begins\"", "\"why\": null",
       "/cases/0/segments/0/why: expected a text without control characters, found null"},
      {"\"why\": \"history begins\"", "\"why\": \"history begins\", \"chain\": 1.5",
       "/cases/0/segments/0/chain: expected no such key in the first segment, found it"},
      {"\"chain\": 0.987654", "\"chain\": -1",
       "/cases/0/segments/1/chain: expected a number above 0, at most 1e300, found -1"},
      {"\"segment\": 1", "\"segment\": 2",
       "/cases/0/runs/1/segment: expected one of the 2 segments, counted from 0, found 2"},
      {"\"segment\": 1", "\"segment\": -1", "/cases/0/runs/1/segment: expected a whole number from 0, found -1"},
      {"\"segment\": 1", "\"segment\": 1.5", "/cases/0/runs/1/segment: expected a whole number from 0, found 1.5"},
      {", \"segment\": 1", "", "/cases/0/runs/1/segment: expected a whole number from 0, found no such key"},
      {"\"ratio_to_pin\": 1.07123", "\"ratio_to_pin\": 0",
       "/cases/0/runs/1/ratio_to_pin: expected a number above 0, at most 1e300, found 0"},
      {"\"ratio_to_pin\": 1.07123", "\"ratio_to_pin\": 1e999",
       "/cases/0/runs/1/ratio_to_pin: expected a number above 0, at most 1e300, found 1e999"},
      {"\"ratio_to_pin\": 1.07123", "\"ratio_to_pin\": \"1\"",
       "/cases/0/runs/1/ratio_to_pin: expected a number above 0, at most 1e300, found \"1\""},
      {"\"ratio_error\": 0.00123457", "\"ratio_error\": -0.1",
       "/cases/0/runs/1/ratio_error: expected a number from 0 to 1e300, found -0.1"},
      {"\"allocs\": 3", "\"allocs\": {}", "/cases/0/runs/1/allocs: expected a number from 0 to 1e300, found an object"},
      {"\"allocs\": 3", "\"allocs\": [3]", "/cases/0/runs/1/allocs: expected a number from 0 to 1e300, found an array"},
      {"\"z\": -2.346", "\"z\": true", "/cases/0/runs/1/z: expected a number from -1e300 to 1e300, found true"},
      {"\"git_dirty\": true", "\"git_dirty\": 1", "/cases/0/runs/1/git_dirty: expected true or false, found 1"},
      {"\"git_sha\": \"0", "\"git_sha\": \"", ""},
      {"[\"time\", ", "[\"speed\", ",
       "/cases/0/runs/1/beyond/0: expected one of time, p95, allocs, alloc_bytes, peak_heap_bytes, heap_growths, found "
       "\"speed\""},
      {"[\"time\", ", "[\"peak_heap_bytes\", ",
       "/cases/0/runs/1/beyond/1: expected each metric once, found \"peak_heap_bytes\" again"},
      {"[\"time\", ", "[[], ",
       "/cases/0/runs/1/beyond/0: expected one of time, p95, allocs, alloc_bytes, peak_heap_bytes, heap_growths, found "
       "an array"},
      {"[\"time\", ", "[{}, ",
       "/cases/0/runs/1/beyond/0: expected one of time, p95, allocs, alloc_bytes, peak_heap_bytes, heap_growths, found "
       "an object"},
      {"\"runs\": [", "\"runs\": [7, ", "/cases/0/runs/0: expected an object, found 7"},
      {"\"cases\": [", "\"cases\": [[], ", "/cases/0: expected an object, found an array"}};
  for (const auto& [what, by, words] : faults) {
    INFO(what << " -> " << by);
    const std::string fault = fault_of(with(what, by));
    if (words.empty()) {
      CHECK_THAT(fault, ContainsSubstring("lower case hexadecimal digits, found "));
    } else {
      CHECK(fault == "b.json: " + words);
    }
  }
  CHECK(fault_of("[]") == "b.json: /: expected an object, found an array");
  CHECK(fault_of("7") == "b.json: /: expected an object, found 7");
  CHECK_THAT(fault_of("{}"), StartsWith("b.json: /harness_baseline_schema: expected "));
  CHECK_THAT(fault_of(with("two-sum", "two\xff-sum")), StartsWith("b.json: byte "));
  CHECK_THAT(fault_of(with("1.07123", "NaN")), StartsWith("b.json: byte "));
}

TEST_CASE("a case without a segment, and the same solver and case twice, are refused") {
  Baseline baseline = histories::small_baseline();
  baseline.cases.push_back(baseline.cases[0]);
  CHECK(fault_of(write_baseline(baseline)) ==
        "b.json: /cases: expected each solver and case once, found v2.0.0 uniform/65536 again");
  baseline.cases.pop_back();
  baseline.cases[0].runs.clear();
  baseline.cases[0].segments.clear();
  CHECK(fault_of(write_baseline(baseline)) == "b.json: /cases/0/segments: expected at least one segment, found none");
}

TEST_CASE("a number that is none is never read back as one") {
  Baseline baseline = histories::small_baseline();
  baseline.cases[0].runs[0].ratio_to_pin = std::numeric_limits<double>::quiet_NaN();
  CHECK(fault_of(write_baseline(baseline)) ==
        "b.json: /cases/0/runs/0/ratio_to_pin: expected a number above 0, at most 1e300, found null");
}

TEST_CASE("nesting and size have their limits") {
  CHECK_THAT(fault_of(R"({"harness_baseline_schema": )" + std::string(1000, '[')), StartsWith("b.json: "));
  CHECK(fault_of(std::string(kBaselineMostBytes + 1, ' ')) ==
        "b.json: expected at most 64 MiB of text, found 67108865 bytes");
}

TEST_CASE("docs/schema/baseline.json describes every member that a history has, and no other") {
  namespace json = boost::json;
  const auto rules = schema_check::schema("baseline.json");
  const schema_check::Check check(rules);
  CHECK(check.fault(json::parse(write_baseline(histories::small_baseline()))) == "");
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    INFO("seed " << seed);
    REQUIRE(check.fault(json::parse(write_baseline(histories::Random(seed).baseline()))) == "");
  }
  auto document = json::parse(write_baseline(histories::small_baseline()));
  document.at("cases").at(0).at("runs").at(0).as_object()["ratio_to_pin"] = 0;
  CHECK(check.fault(document) == "/cases/*/runs/*/ratio_to_pin: 0 breaks exclusiveMinimum 0");
}

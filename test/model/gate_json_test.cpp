#include <harness/model/gate_json.hpp>

#include <bit>
#include <fstream>
#include <limits>
#include <string>

#include <harness/model/comparison_json.hpp>

#include "../catch.hpp"
#include "gate_reports.hpp"
#include "schema_check.hpp"

using namespace harness::model;
namespace json = boost::json;

namespace {

// Member by member; a new member of a value does not compile before it is compared here.
bool same(const GateFigure& a, const GateFigure& b) {
  const auto& [a1, a2, a3, a4, a5, a6] = a;
  const auto& [b1, b2, b3, b4, b5, b6] = b;
  return a1 == b1 && a2 == b2 && a3 == b3 && a4 == b4 && a5 == b5 && a6 == b6;
}
bool same(const Change& a, const Change& b) {
  const auto& [a1, a2, a3, a4] = a;
  const auto& [b1, b2, b3, b4] = b;
  return a1 == b1 && a2 == b2 && a3 == b3 && a4 == b4;
}
// A comparison is compared member by member in comparison_json_test.cpp: its text is the same where it is the same.
bool same(const Comparison& a, const Comparison& b) {
  const auto text_of = [](const Comparison& one) {
    AbReport report;
    report.kind = "solvers";
    report.comparisons = {one};
    return write_ab_report(report);
  };
  return text_of(a) == text_of(b);
}
bool same(const GateCase& a, const GateCase& b);
template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const T& x, const T& y) { return same(x, y); });
}
bool same(const GateCase& a, const GateCase& b) {
  const auto& [a1, a2, a3, a4, a5] = a;
  const auto& [b1, b2, b3, b4, b5] = b;
  return a1 == b1 && same(a2, b2) && same(a3, b3) && a4 == b4 && a5 == b5;
}
bool same(const GateReport& a, const GateReport& b) {
  const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21] = a;
  const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16, b17, b18, b19, b20, b21] = b;
  return a1 == b1 && a2 == b2 && a3 == b3 && a4 == b4 && a5 == b5 && a6 == b6 && a7 == b7 && a8 == b8 && a9 == b9 &&
         a10 == b10 && same(a11, b11) && same(a12, b12) && a13 == b13 && a14 == b14 && a15 == b15 && a16 == b16 &&
         a17 == b17 && a18 == b18 && a19 == b19 && a20 == b20 && a21 == b21;
}

std::string small_text() { return write_gate_report(gate_reports::small_report()); }

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string fault_of(const std::string& text) {
  const auto read = read_gate_report(text, "gate.json");
  REQUIRE_FALSE(read);
  CHECK(read.error().exit == harness::Exit::kUsage);
  return read.error().text();
}
// The error of the small report with one change.
std::string fault(const std::string& from, const std::string& to) { return fault_of(with(small_text(), from, to)); }

// docs/schema/gate.json takes the members of a comparison from ab.json.
json::value gate_schema() {
  std::string text = json::serialize(schema_check::schema("gate.json"));
  const std::string file = "ab.json#";
  for (auto at = text.find(file); at != std::string::npos; at = text.find(file)) text.replace(at, file.size(), "#");
  json::value schema = json::parse(text);
  const json::value ab = schema_check::schema("ab.json");
  for (const auto& [name, rules] : ab.at("$defs").as_object()) {
    REQUIRE_FALSE(schema.at("$defs").as_object().contains(name));
    schema.at("$defs").as_object()[name] = rules;
  }
  return schema;
}

}  // namespace

TEST_CASE("a gate's report is read back as the same value, whatever it holds") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const auto report = gate_reports::Random(seed).report();
    const auto text = write_gate_report(report);
    const auto read = read_gate_report(text, "gate.json");
    INFO("seed " << seed << (read ? "" : read.error().text()));
    REQUIRE(read);
    REQUIRE(same(*read, report));
    REQUIRE(write_gate_report(*read) == text);
  }
}

TEST_CASE("a gate's document stands in a stable order, one change, figure and reason a line") {
  auto report = gate_reports::small_report();
  const auto text = write_gate_report(report);
  CHECK_THAT(text, StartsWith(R"json({
  "harness_gate_schema": 1,
  "context": {
    "machine": "a \"quoted\" machine",
    "run_id": "r1"
  },
  "exit": 1,
  "exit_because": "1 case is slower",
  "base": "origin/main",
  "base_sha": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "head_sha": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
  "dirty": false,
  "commits": [
    {"sha": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "subject": "Copy the table\nfor every call"},
    {"sha": "cccccccccccccccccccccccccccccccccccccccc", "subject": "Add v2.0.0"}
  ],
  "more_commits": false,
  "min_effect": 0.03,
  "budget_seconds": 60,
  "fail_on": ["time", "memory"],
  "changes": [
    {"kind": "new version", "problem": "two-sum", "candidate": "v2.0.0", "reference": "v1.0.0"},
    {"kind": "removed", "problem": "two-sum", "candidate": "", "reference": "v0.9.0"}
  ],
  "not_measured": [
    {"what": "two-sum/v2.0.0/worst/64", "why": "the budget of 60 s was used up"}
  ],
  "incomparable": [],
  "control_log_ratio": 0.001,
  "control_case": "two-sum/v1.0.0/uniform/4096",
  "control_holds": true,
  "seconds": 12.5,
  "command": "harness gate --base=aaaaaaa",
  "cases": [
    {
      "name": "two-sum/v2.0.0/uniform/4096",
      "failed": ["time", "memory"],
      "because": "allocations 2 -> 10010",
      "figures": [
        {"cause": "memory", "name": "allocs", "old_text": "2", "new_text": "10010", "change": 5004, "worse": true},
        {"cause": "growth", "name": "growth_class", "old_text": "O(n)", "new_text": "O(n^2)", "worse": true}
      ],
      "comparison": {
        "problem": "two-sum",
        "case_name": "uniform/4096",
        "size": 4096,
)json"));
  CHECK_THAT(text, EndsWith("\n      }\n    }\n  ]\n}\n"));
}

TEST_CASE("a comparison stands in a gate's document as it does in that of an A/B") {
  AbReport ab = ab_reports::small_report();
  GateReport gate = gate_reports::small_report();
  gate.cases.front().comparison = ab.comparisons.front();
  const auto of_gate = json::parse(write_gate_report(gate)), of_ab = json::parse(write_ab_report(ab));
  CHECK(of_gate.at("cases").at(0).at("comparison") == of_ab.at("comparisons").at(0));
}

TEST_CASE("texts that are no UTF-8 and keys of the context that come again do not spoil a gate's document") {
  GateReport report = gate_reports::small_report();
  report.context = {{"a", "1"}, {"a", "2"}, {"b\xff", "3\xff"}, {"b\xfe", "4"}};
  report.exit_because = "odd\xc3";
  const auto read = read_gate_report(write_gate_report(report), "gate.json");
  REQUIRE(read);
  CHECK(read->context == Context{{"a", "1"}, {"b\xef\xbf\xbd", "3\xef\xbf\xbd"}});
  CHECK(read->exit_because == "odd\xef\xbf\xbd");
}

TEST_CASE("numbers that are no numbers are null, and read back as such") {
  GateReport report = gate_reports::small_report();
  report.seconds = std::numeric_limits<double>::infinity();
  report.cases.front().comparison.would_notice = std::numeric_limits<double>::infinity();
  report.cases.front().comparison.log_ratio_low = -std::numeric_limits<double>::infinity();
  const auto text = write_gate_report(report);
  CHECK_THAT(text, ContainsSubstring("\"seconds\": null"));
  const auto read = read_gate_report(text, "gate.json");
  REQUIRE(read);
  CHECK(std::isnan(read->seconds));
  CHECK(std::isinf(read->cases.front().comparison.would_notice));
  CHECK(read->cases.front().comparison.log_ratio_low < 0);
}

TEST_CASE("what is wrong in a gate's document is told with its place") {
  const auto [from, to, message] = GENERATE(table<std::string, std::string, std::string>({
      {"\"exit\": 1", "\"exit\": 7", "/exit: expected one of 0, 1, 2, 3, 4, 5, 130, found 7"},
      {"\"exit\": 1", "\"exit\": -1", "/exit: expected one of 0, 1, 2, 3, 4, 5, 130, found -1"},
      {"\"exit\": 1,", "", "/exit: expected one of 0, 1, 2, 3, 4, 5, 130, found no such key"},
      {"\"new version\"", "\"newer\"",
       "/changes/0/kind: expected one of same, edited, new version, new, removed, found \"newer\""},
      {"[\"time\", \"memory\"]", "[\"time\", \"luck\"]",
       "/fail_on/1: expected one of time, memory, p95, growth, limits, found \"luck\""},
      {"\"cause\": \"growth\"", "\"cause\": 3",
       "/cases/0/figures/1/cause: expected one of time, memory, p95, growth, limits, found 3"},
      {"\"dirty\": false", "\"dirty\": 0", "/dirty: expected true or false, found 0"},
      {"\"dirty\": false,", "", "/dirty: expected true or false, found no such key"},
      {"\"dirty\": false", "\"dirty\": false, \"dirty\": true", "/dirty: expected each key once, found it again"},
      {"\"run_id\": \"r1\"", "\"run_id\": 1", "/context/run_id: expected a text, found 1"},
      {"\"run_id\"", "\"machine\"", "/context: expected each key once, found \"machine\" again"},
      {"\"because\": ", "\"name\": ", "/cases/0: expected each key once, found \"name\" again"},
      {"\"subject\": \"Add", "\"text\": \"Add", "/commits/1/subject: expected a text, found no such key"},
      {"{\"what\": \"two-sum/v2.0.0/worst/64\", \"why\": \"the budget of 60 s was used up\"}", "\"x\"",
       "/not_measured/0: expected an object, found \"x\""},
      {"\"incomparable\": []", "\"incomparable\": {}", "/incomparable: expected an array, found an object"},
      {"\"min_effect\": 0.03", "\"min_effect\": 0", "/min_effect: expected a number above 0, found 0"},
      {"\"min_effect\": 0.02", "\"min_effect\": -1",
       "/cases/0/comparison/min_effect: expected a number above 0, found -1"},
      {"\"seconds\": 12.5", "\"seconds\": 1e999",
       "/seconds: expected a number that a double can hold, found a larger one"},
      {"\"size\": 4096", "\"size\": -4",
       "/cases/0/comparison/size: expected a whole number from 0 to 18446744073709551615, found -4"},
      {"\"cases\": [", "\"cases\": [3, ", "/cases/0: expected an object, found 3"},
      {"\"cases\": [", "\"CASES\": [", "/cases: expected an array, found no such key"},
  }));
  CHECK(fault(from, to) == "gate.json: " + message);
}

TEST_CASE("cases that are no list of cases are refused") {
  const std::string begin = "{\"harness_gate_schema\": 1, \"cases\": ";
  CHECK(fault_of(begin + "{}}") == "gate.json: /cases: expected an array, found an object");
  CHECK(fault_of(begin + "true}") == "gate.json: /cases: expected an array, found true");
  CHECK(fault_of(begin + "[], \"cases\": []}") == "gate.json: /cases: expected each key once, found it again");
}

TEST_CASE("what is no gate's report is told by what it is") {
  const std::string next = "; harness gate writes one";
  CHECK(fault_of("[]") == "gate.json: /: expected an object, found an array");
  CHECK(fault_of("3") == "gate.json: /: expected an object, found 3");
  CHECK_THAT(fault_of("{\"a\": "), StartsWith("gate.json: byte "));
  CHECK_THAT(fault_of(""), StartsWith("gate.json: "));
  CHECK(fault_of("{}") ==
        "gate.json: /harness_gate_schema: expected the schema of a gate's report, found no such key" + next);
  CHECK(fault_of(write_ab_report(ab_reports::small_report())) ==
        "gate.json: /harness_gate_schema: expected the schema of a gate's report, found a report of an A/B" + next);
  CHECK(fault_of("{\"context\": {\"harness_schema\": 1}, \"benchmarks\": []}") ==
        "gate.json: /harness_gate_schema: expected the schema of a gate's report, found a report of a run" + next);
  CHECK(fault_of("{\"harness_gate_schema\": 2, \"exit\": \"by word\"}") ==
        "gate.json: /harness_gate_schema: expected 1, found 2; a newer harness wrote it, and reads it");
}

TEST_CASE("members that are not known are passed over, however large") {
  std::string many = "[";
  for (int i = 0; i < 150'000; ++i) many += "0, ";
  const auto read = read_gate_report(
      with(small_text(), "\"exit\": 1", "\"later\": {\"x\": " + many + "{}]}, \"exit\": 1"), "gate.json");
  REQUIRE(read);
  CHECK(same(*read, gate_reports::small_report()));
}

TEST_CASE("a gate's document cannot take more memory than its limits allow") {
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "\"time\", ";
  CHECK(fault("\"fail_on\": [", "\"fail_on\": [" + many) ==
        "gate.json: /fail_on: expected at most 100000 values, found more");
  CHECK(fault("\"failed\": [", "\"failed\": [" + many) ==
        "gate.json: /cases/0: expected at most 100000 values, found more");
  std::string warnings;
  for (int i = 0; i < 100; ++i) warnings += "\"w\", ";
  CHECK(fault("\"warnings\": []", "\"warnings\": [" + warnings + "\"w\"]") ==
        "gate.json: /cases/0/comparison/warnings: expected at most 100 texts, found 101");
  CHECK_THAT(fault("\"incomparable\": []", "\"incomparable\": " + std::string(100, '[') + std::string(100, ']')),
             ContainsSubstring("gate.json: byte "));
  CHECK(fault_of(std::string((std::size_t{256} << 20) + 1, ' ')) ==
        "gate.json: expected at most 256 MiB of text, found 268435457 bytes");
}

TEST_CASE("docs/schema/gate.json describes every member that a gate's report has, and no other") {
  const auto rules = gate_schema();
  CHECK(schema_check::Check(rules).fault(json::parse(small_text())) == "");
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    auto report = gate_reports::Random(seed).report();
    report.context.clear();
    for (auto& one : report.cases)
      one.comparison.reference_figures.counters = one.comparison.candidate_figures.counters = {};
    INFO("seed " << seed);
    REQUIRE(schema_check::Check(rules).fault(json::parse(write_gate_report(report))) == "");
  }
}

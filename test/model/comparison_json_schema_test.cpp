// docs/schema/ab.json against what is written.
#include <harness/model/comparison_json.hpp>

#include "../catch.hpp"
#include "ab_reports.hpp"
#include "schema_check.hpp"

using schema_check::Check;
using schema_check::schema;
namespace json = boost::json;

TEST_CASE("docs/schema/ab.json describes every member that a report has, and no other") {
  const auto rules = schema("ab.json");
  auto report = ab_reports::small_report();
  report.context.clear();
  CHECK(Check(rules).fault(json::parse(harness::model::write_ab_report(report))) == "");
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    report = ab_reports::Random(seed).report();
    report.context.clear();
    for (auto& one : report.comparisons) one.reference_figures.counters = one.candidate_figures.counters = {};
    INFO("seed " << seed);
    REQUIRE(Check(rules).fault(json::parse(harness::model::write_ab_report(report))) == "");
  }
}

TEST_CASE("a report that breaks the schema is found by this test's own check") {
  const auto rules = schema("ab.json");
  auto document = json::parse(harness::model::write_ab_report(ab_reports::small_report()));
  document.at("context").as_object().erase("date");
  document.at("context").as_object().erase("machine");
  REQUIRE(Check(rules).fault(document) == "");
  auto& one = document.at("comparisons").at(0);
  one.as_object()["size"] = -1;
  CHECK(Check(rules).fault(document) == "/comparisons/*/size: -1 breaks minimum 0");
  one.as_object()["size"] = "large";
  CHECK(Check(rules).fault(document) == "/comparisons/*/size: \"large\" breaks type \"integer\"");
  one.as_object().erase("size");
  one.as_object()["verdict"] = "quick";
  CHECK_THAT(Check(rules).fault(document), StartsWith("/comparisons/*/verdict: \"quick\" breaks enum"));
  one.as_object().erase("verdict");
  CHECK(Check(rules).fault(document) == "/comparisons/*: no verdict");
}

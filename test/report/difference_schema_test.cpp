// docs/schema/diff.json against what is written.
#include <harness/report/difference.hpp>

#include <limits>
#include <sstream>

#include "../catch.hpp"
#include "../model/schema_check.hpp"

using namespace harness;
using report::DiffRow;
using schema_check::Check;
using schema_check::schema;
namespace json = boost::json;

namespace {

json::array written(const std::vector<DiffRow>& rows) {
  std::ostringstream out;
  report::DiffWriter writer(out, report::DiffFormat::kJson, {});
  for (const DiffRow& row : rows) writer.row(row);
  writer.finish();
  return json::parse(out.str()).as_array();
}

std::vector<DiffRow> every_kind() {
  DiffRow modify{"modify", "/a~1b~0/cpu_time", 1.0, 1.5, 50, model::Verdict::kSuspect, "ns", 2.5, 1.0, 0.2};
  DiffRow text{"modify", "/a/label", std::string("x"), std::string("y")};
  DiffRow undefined{"modify", "/a/", std::numeric_limits<double>::quiet_NaN(), 0.0, {}, model::Verdict::kCannotTell};
  DiffRow add{"add", "/a", {}, report::DiffObject{{"label", "x"}, {"real_time", 2.0}}, {}, model::Verdict::kNew};
  DiffRow remove{"remove", "/", report::DiffObject{}, {}, {}, model::Verdict::kMissing};
  DiffRow same{"modify", "/a/real_time", 1.0, 1.01, 1, model::Verdict::kSame};
  return {modify, text, undefined, add, remove, same};
}

}  // namespace

TEST_CASE("docs/schema/diff.json describes every key that a row has, and no other, in their order") {
  const auto rules = schema("diff.json");
  std::string keys;
  for (const auto& row : written(every_kind())) CHECK(Check(rules).fault(row) == "");
  for (const auto& key : rules.at("properties").as_object()) keys += std::string(key.key()) + " ";
  const auto full = written(every_kind()).at(0).as_object();
  std::string of_row;
  for (const auto& key : full) of_row += std::string(key.key()) + " ";
  CHECK(of_row == keys);
}

TEST_CASE("a row that breaks the schema is found by this test's own check") {
  const auto rules = schema("diff.json");
  auto row = written(every_kind()).at(0);
  row.as_object()["path"] = "/a~2/b";
  CHECK_THAT(Check(rules).fault(row), StartsWith("/path: "));
  row.as_object()["path"] = "/a/b/c";
  CHECK_THAT(Check(rules).fault(row), StartsWith("/path: "));
  row.as_object()["path"] = "/a";
  row.as_object()["op"] = "replace";
  CHECK_THAT(Check(rules).fault(row), StartsWith("/op: "));
  row.as_object()["op"] = "add";
  row.as_object()["verdict"] = "slower";
  CHECK_THAT(Check(rules).fault(row), StartsWith("/verdict: "));
  row.as_object().erase("verdict");
  row.as_object()["more"] = 1;
  CHECK(Check(rules).fault(row) == ": the schema does not know more");
}

#include <harness/report/difference.hpp>

#include <algorithm>
#include <limits>
#include <sstream>

#include "../catch.hpp"

using namespace harness;
using model::Verdict;
using report::DiffFormat;
using report::DiffObject;
using report::DiffRow;

namespace {

std::string written(const std::vector<DiffRow>& rows, DiffFormat format, report::ConsoleOptions options = {}) {
  std::ostringstream out;
  report::DiffWriter writer(out, format, options);
  for (const DiffRow& row : rows) writer.row(row);
  writer.finish();
  return out.str();
}

DiffRow modify(const std::string& path, report::DiffValue before, report::DiffValue after) {
  DiffRow row;
  row.op = "modify";
  row.path = path;
  row.old_value = std::move(before);
  row.new_value = std::move(after);
  return row;
}

std::vector<DiffRow> some_rows() {
  DiffRow slower = modify("/two-sum~1v2.0.0~1uniform~164/cpu_time", 89.0, 124.0);
  slower.percent = 39.32584269662921;
  slower.verdict = Verdict::kSuspect;
  slower.time_unit = "ns";
  DiffRow hits = modify("/two-sum~1v2.0.0~1uniform~164/hits", 1'000'000.0, 1'000'001.0);
  hits.percent = 0.0001;
  DiffRow label = modify("/two-sum~1v2.0.0~1uniform~164/label", std::string("layout 1"), std::string("layout 2"));
  DiffRow fresh;
  fresh.op = "add";
  fresh.path = "/two-sum~1v3.0.0~1uniform~164";
  fresh.new_value = DiffObject{{"cpu_time", 10.5}, {"real_time", 12.0}, {"time_unit", "us"}};
  fresh.verdict = Verdict::kNew;
  fresh.time_unit = "us";
  DiffRow gone;
  gone.op = "remove";
  gone.path = "/z";
  gone.old_value = DiffObject{{"error_message", "no | pipe"}};
  gone.verdict = Verdict::kMissing;
  return {slower, hits, label, fresh, gone};
}

}  // namespace

TEST_CASE("tokens of a path are escaped and read back") {
  CHECK(report::pointer_token("a/b~c") == "a~1b~0c");
  CHECK(report::pointer_token("~1") == "~01");
  for (const std::string name : {"", "a", "/", "~", "~1", "a/~0/b~", "\xc3\xa4"}) {
    CHECK(report::tokens_of("/" + report::pointer_token(name) + "/x") == std::vector<std::string>{name, "x"});
  }
  CHECK(report::tokens_of("").empty());
}

TEST_CASE("JSONL has a row a line, its keys in one order, and nothing where nothing differs") {
  CHECK(written(some_rows(), DiffFormat::kJsonl) ==
        R"({"op":"modify","path":"/two-sum~1v2.0.0~1uniform~164/cpu_time","old":89,"new":124,"pct":39.32584269662921,"verdict":"suspect"})" "\n"
        R"({"op":"modify","path":"/two-sum~1v2.0.0~1uniform~164/hits","old":1000000,"new":1000001,"pct":0.0001})" "\n"
        R"({"op":"modify","path":"/two-sum~1v2.0.0~1uniform~164/label","old":"layout 1","new":"layout 2"})" "\n"
        R"({"op":"add","path":"/two-sum~1v3.0.0~1uniform~164","new":{"cpu_time":10.5,"real_time":12,"time_unit":"us"},"verdict":"new"})" "\n"
        R"({"op":"remove","path":"/z","old":{"error_message":"no | pipe"},"verdict":"missing"})" "\n");
  CHECK(written({}, DiffFormat::kJsonl).empty());
}

TEST_CASE("what a stored history knows follows behind the verdict") {
  DiffRow row = modify("/a/cpu_time", 1.0, 1.25);
  row.verdict = Verdict::kSuspect;
  row.z = 2.5;
  row.mean = 1.0;
  row.sigma = 0.1;
  CHECK(written({row}, DiffFormat::kJsonl) == R"({"op":"modify","path":"/a/cpu_time","old":1,"new":1.25,"verdict":"suspect","z":2.5,"mean":1,"sigma":0.1})" "\n");
  CHECK(written({row}, DiffFormat::kTable) == "            old   new  sigmas  verdict\na\n  cpu_time    1  1.25    +2.5  suspect\n\n1 difference: 1 suspect\n");
}

TEST_CASE("numbers are as short as they can be and still be read back; what is not finite is null") {
  const double infinite = std::numeric_limits<double>::infinity();
  CHECK(written({modify("/a/x", 0.1 + 0.2, 1e21)}, DiffFormat::kJsonl) == R"({"op":"modify","path":"/a/x","old":0.30000000000000004,"new":1e+21})" "\n");
  CHECK(written({modify("/a/x", 0.0, -5e-324)}, DiffFormat::kJsonl) == R"({"op":"modify","path":"/a/x","old":0,"new":-5e-324})" "\n");
  CHECK(written({modify("/a/x", infinite, -0.0)}, DiffFormat::kJsonl) == R"({"op":"modify","path":"/a/x","old":null,"new":-0.0})" "\n");
  CHECK(written({modify("/a/x", -2.2250738585072014e-308, 1.0)}, DiffFormat::kJsonl) ==
        R"({"op":"modify","path":"/a/x","old":-2.2250738585072014e-308,"new":1})" "\n");
}

TEST_CASE("texts of others are JSON, whatever bytes they have") {
  CHECK(written({modify("/a\"\n/label", std::string("tab\t \\ \x7f"), std::string("\xff\xc3\xa4"))}, DiffFormat::kJsonl) ==
        R"({"op":"modify","path":"/a\"\n/label","old":"tab\u0009 \\ \u007f","new":")" "\xef\xbf\xbd\xc3\xa4" R"("})" "\n");
}

TEST_CASE("JSON is an array of the same rows") {
  CHECK(written({modify("/a/x", 1.0, 2.0), modify("/a/y", 1.0, 3.0)}, DiffFormat::kJson) ==
        R"([
{"op":"modify","path":"/a/x","old":1,"new":2},
{"op":"modify","path":"/a/y","old":1,"new":3}
]
)");
  CHECK(written({}, DiffFormat::kJson) == "[]\n");
}

TEST_CASE("a table has a name above its members and counts the verdicts") {
  CHECK(written(some_rows(), DiffFormat::kTable) ==
        R"(                old      new  change  verdict
two-sum/v2.0.0/uniform/64
  cpu_time     89ns    124ns    +39%  suspect
  hits      1000000  1000001    0.0%
  label  "layout 1" -> "layout 2"
two-sum/v3.0.0/uniform/64  new (real_time 12.0μs)
z  missing (error_message "no | pipe")

5 differences: 1 suspect, 1 new, 1 missing
)");
  CHECK(written({}, DiffFormat::kTable) == "no differences\n");
}

TEST_CASE("a table on a terminal folds long texts, marks verdicts and lets nobody write to the terminal") {
  report::ConsoleOptions options;
  options.columns = 40;
  options.utf8 = false;
  DiffRow label = modify("/a/label", std::string("one two three four five"), std::string("six \x1b[31m seven eight nine ten"));
  for (std::istringstream lines(written({label}, DiffFormat::kTable, options)); lines;) {
    std::string line;
    std::getline(lines, line);
    CHECK(line.size() <= 40);
    CHECK(line.find('\x1b') == std::string::npos);
  }
  options.colour = true;
  CHECK_THAT(written(some_rows(), DiffFormat::kTable, options), ContainsSubstring("\x1b[33msuspect\x1b[0m"));
}

TEST_CASE("Markdown has a line a difference, in which nothing of others is markup") {
  CHECK(written(some_rows(), DiffFormat::kMarkdown) ==
        R"(| benchmark | member | old | new | change | verdict |
|:--|:--|--:|--:|--:|:--|
| two-sum/v2.0.0/uniform/64 | cpu\_time | 89ns | 124ns | +39% | suspect |
| two-sum/v2.0.0/uniform/64 | hits | 1000000 | 1000001 | 0.0% | |
| two-sum/v2.0.0/uniform/64 | label | "layout 1" | "layout 2" | | |
| two-sum/v3.0.0/uniform/64 | | | real\_time 12.0μs | | new |
| z | | error\_message "no \| pipe" | | | missing |

5 differences: 1 suspect, 1 new, 1 missing
)");
  CHECK(written({}, DiffFormat::kMarkdown) == "no differences\n");
}

TEST_CASE("a change of all, of more than all, and of what has no percentage is shown as such") {
  DiffRow gone = modify("/a/x", 4.0, 0.0), negative = modify("/a/y", 4.0, -4.0), large = modify("/a/z", 1.0, 5.0);
  gone.percent = -100;
  negative.percent = -200;
  large.percent = 400;
  CHECK(written({gone, negative, large, modify("/b/x", 0.001, 0.002)}, DiffFormat::kTable) ==
        R"(       old    new  change  verdict
a
  x      4      0   -100%
  y      4     -4   -200%
  z      1      5    x5.0
b
  x  0.001  0.002

4 differences
)");
}

TEST_CASE("many rows are written as they come, and none is lost between two writes") {
  std::ostringstream out;
  report::DiffWriter writer(out, DiffFormat::kJsonl, {});
  for (int i = 0; i < 5'000; ++i) writer.row(modify("/a/x" + std::to_string(i), 1.0, 2.0));
  CHECK(out.str().size() > 100'000);
  writer.finish();
  const std::string text = out.str();
  CHECK(std::count(text.begin(), text.end(), '\n') == 5'000);
}

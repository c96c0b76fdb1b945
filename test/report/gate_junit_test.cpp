#include <harness/report/ci.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <harness/model/text.hpp>

#include "../catch.hpp"
#include "gate_reports.hpp"

using namespace harness::report;

namespace {

struct Element {
  std::string name, text;
  std::map<std::string, std::string> attributes;
  std::vector<Element> children;

  std::size_t count(const std::string& child) const {
    std::size_t found = 0;
    for (const Element& one : children) found += one.name == child;
    return found;
  }
};

// XML as far as these documents may use it: elements, attributes in double quotes, text, the five entities and decimal
// references. Everything else is a fault.
class Xml {
 public:
  explicit Xml(const std::string& text) : text_(text) {}

  Element document() {
    take("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    REQUIRE(harness::model::is_utf8(text_));
    REQUIRE(text_.find("\xef\xbf\xbe") == std::string::npos);
    REQUIRE(text_.find("\xef\xbf\xbf") == std::string::npos);
    Element root = element();
    take("\n");
    REQUIRE(at_ == text_.size());
    return root;
  }

 private:
  void take(const std::string& what) {
    INFO("at byte " << at_);
    REQUIRE(text_.compare(at_, what.size(), what) == 0);
    at_ += what.size();
  }
  bool next_is(const std::string& what) const { return text_.compare(at_, what.size(), what) == 0; }

  std::string name() {
    const std::size_t end = text_.find_first_not_of("abcdefghijklmnopqrstuvwxyz", at_);
    REQUIRE(end != std::string::npos);
    REQUIRE(end > at_);
    return text_.substr(std::exchange(at_, end), end - at_);
  }

  // Up to `end`, which stays.
  std::string characters(char end) {
    std::string value;
    while (at_ < text_.size() && text_[at_] != end) {
      const char c = text_[at_];
      const bool is_own = static_cast<unsigned char>(c) >= 0x20 || (c == '\n' && end == '<');
      if (c == '<' || !is_own) FAIL("a character that may not stand at byte " << at_);
      if (c != '&') {
        value += c;
        ++at_;
        continue;
      }
      const std::size_t semicolon = text_.find(';', at_);
      REQUIRE(semicolon != std::string::npos);
      static const std::map<std::string, std::string> kEntities{
          {"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"quot", "\""}, {"#9", "\t"}, {"#10", "\n"}, {"#13", "\r"}};
      const auto entity = kEntities.find(text_.substr(at_ + 1, semicolon - at_ - 1));
      REQUIRE(entity != kEntities.end());
      value += entity->second;
      at_ = semicolon + 1;
    }
    REQUIRE(at_ < text_.size());
    return value;
  }

  Element element() {
    take("<");
    Element one;
    one.name = name();
    while (next_is(" ")) {
      take(" ");
      const std::string key = name();
      take("=\"");
      REQUIRE(one.attributes.emplace(key, characters('"')).second);
      take("\"");
    }
    if (next_is("/>")) {
      take("/>");
      return one;
    }
    take(">");
    for (;;) {
      one.text += characters('<');
      if (next_is("</")) break;
      one.children.push_back(element());
    }
    take("</" + one.name + ">");
    return one;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

std::size_t number(const Element& one, const std::string& key) { return std::stoul(one.attributes.at(key)); }

// What GitLab and Jenkins read: counts that are true, a text wherever something did not pass, a suite and a class a case.
Element junit_of(const harness::model::GateReport& report) {
  const std::string text = junit_xml(report);
  const Element root = Xml(text).document();
  CHECK(root.name == "testsuites");
  std::map<std::string, std::size_t> sums;
  for (const Element& suite : root.children) {
    CHECK(suite.name == "testsuite");
    std::map<std::string, std::size_t> counts;
    for (const Element& test : suite.children) {
      CHECK(test.name == "testcase");
      CHECK(test.children.size() <= 1);
      for (const char* key : {"classname", "name", "time"}) CHECK(test.attributes.count(key) == 1);
      CHECK(std::stod(test.attributes.at("time")) >= 0);
      for (const Element& outcome : test.children) {
        CHECK_FALSE(outcome.text.empty());
        CHECK(outcome.attributes.count("message") == 1);
        CHECK(outcome.attributes.count("type") == (outcome.name == "skipped" ? 0U : 1U));
        ++counts[outcome.name];
      }
    }
    CHECK(number(suite, "tests") == suite.children.size());
    CHECK(number(suite, "failures") == counts["failure"]);
    CHECK(number(suite, "errors") == counts["error"]);
    CHECK(number(suite, "skipped") == counts["skipped"]);
    for (const char* key : {"tests", "failures", "errors", "skipped"}) sums[key] += number(suite, key);
  }
  for (const auto& [key, sum] : sums) CHECK(number(root, key) == sum);
  return root;
}

}  // namespace

TEST_CASE("a green gate as JUnit has it") {
  CHECK(junit_xml(gate_reports::green()) == R"golden(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="harness gate" tests="25" failures="0" errors="0" skipped="0" time="12.400">
  <testsuite name="two-sum/v1.0.0" tests="8" failures="0" errors="0" skipped="0" time="1.640">
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/uniform/16" time="0.205"/>
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/uniform/64" time="0.205"/>
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/uniform/256" time="0.205"/>
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/uniform/1024" time="0.205"/>
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/uniform/4096" time="0.205"/>
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/uniform/16384" time="0.205"/>
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/uniform/65536" time="0.205"/>
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/uniform/262144" time="0.205"/>
  </testsuite>
  <testsuite name="two-sum/v2.0.0" tests="8" failures="0" errors="0" skipped="0" time="1.640">
    <testcase classname="two-sum.v2_0_0" name="two-sum/v2.0.0/uniform/16" time="0.205"/>
    <testcase classname="two-sum.v2_0_0" name="two-sum/v2.0.0/uniform/64" time="0.205"/>
    <testcase classname="two-sum.v2_0_0" name="two-sum/v2.0.0/uniform/256" time="0.205"/>
    <testcase classname="two-sum.v2_0_0" name="two-sum/v2.0.0/uniform/1024" time="0.205"/>
    <testcase classname="two-sum.v2_0_0" name="two-sum/v2.0.0/uniform/4096" time="0.205"/>
    <testcase classname="two-sum.v2_0_0" name="two-sum/v2.0.0/uniform/16384" time="0.205"/>
    <testcase classname="two-sum.v2_0_0" name="two-sum/v2.0.0/uniform/65536" time="0.205"/>
    <testcase classname="two-sum.v2_0_0" name="two-sum/v2.0.0/uniform/262144" time="0.205"/>
  </testsuite>
  <testsuite name="two-sum/v3.0.0" tests="8" failures="0" errors="0" skipped="0" time="1.640">
    <testcase classname="two-sum.v3_0_0" name="two-sum/v3.0.0/uniform/16" time="0.205"/>
    <testcase classname="two-sum.v3_0_0" name="two-sum/v3.0.0/uniform/64" time="0.205"/>
    <testcase classname="two-sum.v3_0_0" name="two-sum/v3.0.0/uniform/256" time="0.205"/>
    <testcase classname="two-sum.v3_0_0" name="two-sum/v3.0.0/uniform/1024" time="0.205"/>
    <testcase classname="two-sum.v3_0_0" name="two-sum/v3.0.0/uniform/4096" time="0.205"/>
    <testcase classname="two-sum.v3_0_0" name="two-sum/v3.0.0/uniform/16384" time="0.205"/>
    <testcase classname="two-sum.v3_0_0" name="two-sum/v3.0.0/uniform/65536" time="0.205"/>
    <testcase classname="two-sum.v3_0_0" name="two-sum/v3.0.0/uniform/262144" time="0.205"/>
  </testsuite>
  <testsuite name="harness gate" tests="1" failures="0" errors="0" skipped="0" time="0.000">
    <testcase classname="harness.gate" name="the gate ran to its end" time="0.000"/>
  </testsuite>
</testsuites>
)golden");
}

TEST_CASE("a gate that finds 5 % in one of ten solvers as JUnit has it") {
  CHECK(junit_xml(gate_reports::five_percent()) == R"golden(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="harness gate" tests="11" failures="1" errors="0" skipped="0" time="41.200">
  <testsuite name="two-sum/v1.0.0" tests="1" failures="0" errors="0" skipped="0" time="0.205">
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/uniform/4096" time="0.205"/>
  </testsuite>
  <testsuite name="two-sum/v2.0.0" tests="1" failures="0" errors="0" skipped="0" time="0.205">
    <testcase classname="two-sum.v2_0_0" name="two-sum/v2.0.0/uniform/4096" time="0.205"/>
  </testsuite>
  <testsuite name="two-sum/v3.0.0" tests="1" failures="0" errors="0" skipped="0" time="0.205">
    <testcase classname="two-sum.v3_0_0" name="two-sum/v3.0.0/uniform/4096" time="0.205"/>
  </testsuite>
  <testsuite name="two-sum/v4.0.0" tests="1" failures="1" errors="0" skipped="0" time="0.410">
    <testcase classname="two-sum.v4_0_0" name="two-sum/v4.0.0/uniform/4096" time="0.410">
      <failure message="SLOWER: 1.02μs -&gt; 1.07μs (+5.1% [+4.9, +5.3], 3 + 3 processes, would notice &gt;= 0.9%); allocations 2 -&gt; 10010 (x5005); since abc1234..def5678 (3 commits)" type="gate.time">SLOWER: 1.02μs -&gt; 1.07μs (+5.1% [+4.9, +5.3], 3 + 3 processes, would notice &gt;= 0.9%); allocations 2 -&gt; 10010 (x5005); since abc1234..def5678 (3 commits)&#10;again: harness gate --base=abc1234</failure>
    </testcase>
  </testsuite>
  <testsuite name="two-sum/v5.0.0" tests="1" failures="0" errors="0" skipped="0" time="0.205">
    <testcase classname="two-sum.v5_0_0" name="two-sum/v5.0.0/uniform/4096" time="0.205"/>
  </testsuite>
  <testsuite name="two-sum/v6.0.0" tests="1" failures="0" errors="0" skipped="0" time="0.205">
    <testcase classname="two-sum.v6_0_0" name="two-sum/v6.0.0/uniform/4096" time="0.205"/>
  </testsuite>
  <testsuite name="two-sum/v7.0.0" tests="1" failures="0" errors="0" skipped="0" time="0.205">
    <testcase classname="two-sum.v7_0_0" name="two-sum/v7.0.0/uniform/4096" time="0.205"/>
  </testsuite>
  <testsuite name="two-sum/v8.0.0" tests="1" failures="0" errors="0" skipped="0" time="0.205">
    <testcase classname="two-sum.v8_0_0" name="two-sum/v8.0.0/uniform/4096" time="0.205"/>
  </testsuite>
  <testsuite name="two-sum/v9.0.0" tests="1" failures="0" errors="0" skipped="0" time="0.205">
    <testcase classname="two-sum.v9_0_0" name="two-sum/v9.0.0/uniform/4096" time="0.205"/>
  </testsuite>
  <testsuite name="two-sum/v10.0.0" tests="1" failures="0" errors="0" skipped="0" time="0.205">
    <testcase classname="two-sum.v10_0_0" name="two-sum/v10.0.0/uniform/4096" time="0.205"/>
  </testsuite>
  <testsuite name="harness gate" tests="1" failures="0" errors="0" skipped="0" time="0.000">
    <testcase classname="harness.gate" name="the gate ran to its end" time="0.000"/>
  </testsuite>
</testsuites>
)golden");
}

TEST_CASE("a gate that finds a wrong answer as JUnit has it") {
  CHECK(junit_xml(gate_reports::wrong_answer()) == R"golden(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="harness gate" tests="3" failures="0" errors="1" skipped="0" time="3.100">
  <testsuite name="two-sum/v1.0.0" tests="2" failures="0" errors="1" skipped="0" time="0.205">
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/uniform/16" time="0.205"/>
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/uniform/64" time="0.000">
      <error message="FAILED; v1.0.0: wrong answer: /0: expected 3, found 4; since abc1234..def5678 (1 commit: Copy the table for every call)" type="gate.failed">FAILED; v1.0.0: wrong answer: /0: expected 3, found 4; since abc1234..def5678 (1 commit: Copy the table for every call)&#10;again: harness gate --base=abc1234</error>
    </testcase>
  </testsuite>
  <testsuite name="harness gate" tests="1" failures="0" errors="0" skipped="0" time="0.000">
    <testcase classname="harness.gate" name="the gate ran to its end" time="0.000"/>
  </testsuite>
</testsuites>
)golden");
}

TEST_CASE("a gate whose budget ended as JUnit has it") {
  CHECK(junit_xml(gate_reports::budget_ended()) == R"golden(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="harness gate" tests="8" failures="0" errors="1" skipped="6" time="7.900">
  <testsuite name="two-sum/v1.0.0" tests="2" failures="0" errors="0" skipped="1" time="0.410">
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/uniform/16" time="0.205"/>
    <testcase classname="two-sum.v1_0_0" name="two-sum/v1.0.0/worst/65536" time="0.205">
      <skipped message="cannot tell: 4.70ms -&gt; 4.85ms (+3.1% [-1.9, +8.4], 3 processes, would notice &gt;= 6.9%); the budget of 5 s was used up after 3 processes; since abc1234 (local changes)">cannot tell: 4.70ms -&gt; 4.85ms (+3.1% [-1.9, +8.4], 3 processes, would notice &gt;= 6.9%); the budget of 5 s was used up after 3 processes; since abc1234 (local changes)&#10;again: harness gate --budget=5s</skipped>
    </testcase>
  </testsuite>
  <testsuite name="two-sum/v2.0.0" tests="2" failures="0" errors="0" skipped="2" time="0.000">
    <testcase classname="two-sum.v2_0_0" name="two-sum/v2.0.0/uniform/16" time="0.000">
      <skipped message="not measured: the budget of 5 s was used up">not measured: the budget of 5 s was used up&#10;again: harness gate --budget=5s</skipped>
    </testcase>
    <testcase classname="two-sum.v2_0_0" name="two-sum/v2.0.0/uniform/65536" time="0.000">
      <skipped message="not measured: the budget of 5 s was used up">not measured: the budget of 5 s was used up&#10;again: harness gate --budget=5s</skipped>
    </testcase>
  </testsuite>
  <testsuite name="two-sum/v3.0.0" tests="2" failures="0" errors="0" skipped="2" time="0.000">
    <testcase classname="two-sum.v3_0_0" name="two-sum/v3.0.0/uniform/16" time="0.000">
      <skipped message="not measured: the budget of 5 s was used up">not measured: the budget of 5 s was used up&#10;again: harness gate --budget=5s</skipped>
    </testcase>
    <testcase classname="two-sum.v3_0_0" name="two-sum/v3.0.0/uniform/65536" time="0.000">
      <skipped message="not measured: the budget of 5 s was used up">not measured: the budget of 5 s was used up&#10;again: harness gate --budget=5s</skipped>
    </testcase>
  </testsuite>
  <testsuite name="harness gate" tests="2" failures="0" errors="1" skipped="1" time="0.000">
    <testcase classname="harness.gate" name="worst/1024" time="0.000">
      <skipped message="not comparable: its input changed">not comparable: its input changed&#10;again: harness gate --budget=5s</skipped>
    </testcase>
    <testcase classname="harness.gate" name="the gate ran to its end" time="0.000">
      <error message="exit 4: two-sum/v2.0.0 and two-sum/v3.0.0 were never started" type="gate.incomplete">exit 4: two-sum/v2.0.0 and two-sum/v3.0.0 were never started&#10;again: harness gate --budget=5s</error>
    </testcase>
  </testsuite>
</testsuites>
)golden");
}

TEST_CASE("a gate of two programs as JUnit has it") {
  CHECK(junit_xml(gate_reports::programs()) == R"golden(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="harness gate" tests="5" failures="1" errors="0" skipped="1" time="18.300">
  <testsuite name="new_bench" tests="4" failures="1" errors="0" skipped="0" time="1.025">
    <testcase classname="new_bench" name="BM_Sort&lt;std::vector&lt;int&gt;&gt;/1024" time="0.410">
      <failure message="SLOWER: 3.20μs -&gt; 3.47μs (+8.5% [+8.0, +8.9], 3 + 3 processes, would notice &gt;= 0.9%); against build/old" type="gate.time">SLOWER: 3.20μs -&gt; 3.47μs (+8.5% [+8.0, +8.9], 3 + 3 processes, would notice &gt;= 0.9%); against build/old&#10;again: harness gate --ab=./old_bench,./new_bench</failure>
    </testcase>
    <testcase classname="new_bench" name="BM_Find/8" time="0.410"/>
    <testcase classname="new_bench" name="BM_Find/64" time="0.205"/>
    <testcase classname="new_bench" name="BM_Erase/8" time="0.000"/>
  </testsuite>
  <testsuite name="harness gate" tests="1" failures="0" errors="0" skipped="1" time="0.000">
    <testcase classname="harness.gate" name="the gate ran to its end" time="0.000">
      <skipped message="this machine cannot tell today: the control, BM_Find/8 at the base against itself, differs by -3.1%">this machine cannot tell today: the control, BM_Find/8 at the base against itself, differs by -3.1%&#10;again: harness gate --ab=./old_bench,./new_bench</skipped>
    </testcase>
  </testsuite>
</testsuites>
)golden");
}

TEST_CASE("the counts of a document are those of its cases") {
  for (const auto& report : {gate_reports::green(), gate_reports::five_percent(), gate_reports::wrong_answer(),
                             gate_reports::budget_ended(), gate_reports::programs(), harness::model::GateReport{}}) {
    junit_of(report);
  }
}

TEST_CASE("there is always a test, and no document of a gate that is not fine looks green") {
  harness::model::GateReport report;
  Element root = junit_of(report);
  CHECK(number(root, "tests") == 1);
  CHECK(number(root, "errors") == 0);
  for (const harness::Exit exit : {harness::Exit::kRegression, harness::Exit::kUsage, harness::Exit::kSolverFailed,
                                   harness::Exit::kIncomplete, harness::Exit::kInterrupted}) {
    report.exit = exit;
    root = junit_of(report);
    CHECK(number(root, "errors") == 1);
  }
}

TEST_CASE("what was not measured is skipped where its solver stands, and not at one whose name merely begins alike") {
  auto report = gate_reports::begun("two-sum", 1, 0);
  report.changes.front().candidate = "v1.0.0";
  report.not_measured = {{"two-sum/v1.0.0", "why"}, {"two-sum/v1.0.0/a/b", "why"}, {"two-sum/v1.0.0-fast/a/b", "why"}};
  const Element root = junit_of(report);
  REQUIRE(root.children.size() == 2);
  CHECK(root.children[0].attributes.at("name") == "two-sum/v1.0.0");
  CHECK(root.children[0].children.size() == 2);
  CHECK(root.children[1].attributes.at("name") == "harness gate");
  CHECK(root.children[1].children[0].attributes.at("name") == "two-sum/v1.0.0-fast/a/b");
}

TEST_CASE("a document is XML whatever others wrote, and what XML cannot hold is replaced") {
  for (const std::string& text : gate_reports::hostile_texts()) {
    INFO(text);
    const Element root = junit_of(gate_reports::of_text(text));
    CHECK(number(root, "failures") == 1);
    CHECK(number(root, "errors") == 1);
    const bool is_kept = harness::model::is_utf8(text) && text.find('\0') == std::string::npos &&
                         text.find('\x1b') == std::string::npos && text.find("\xef\xbf") == std::string::npos;
    if (is_kept && !text.empty()) CHECK(root.children.front().children.front().attributes.at("name") == text);
  }
  const auto replaced = junit_xml(gate_reports::of_text(std::string("a\0b\x1b\xff", 5)));
  CHECK_THAT(replaced, ContainsSubstring("name=\"a\xef\xbf\xbd"
                                         "b\xef\xbf\xbd\xef\xbf\xbd\""));
}

TEST_CASE("five thousand red cases of long names are a document of a bounded size") {
  const auto report = gate_reports::many(5000, 100'000);
  CHECK(number(junit_of(report), "failures") == 5000);
  CHECK(junit_xml(report).size() < 50'000'000);
}

#include <string>
#include <vector>

#include <harness/report/history.hpp>

#include "../catch.hpp"
#include "history_views.hpp"
#include "xml.hpp"

using namespace harness::report;
using namespace history_views;
using xml::count_of;
using xml::fault_in;

TEST_CASE("the checker of these tests finds what is not well-formed") {
  CHECK(fault_in("<a b=\"1\"><c/>x &amp; y</a>\n").empty());
  for (const char* broken : {"<a>", "<a></b>", "<a/><b/>", "<a>&nbsp;</a>", "<a>\x01</a>", "<a b=\"1></a>", "x"}) {
    INFO(broken);
    CHECK_FALSE(fault_in(broken).empty());
  }
}

TEST_CASE("a picture is well-formed, and holds every run with its title, the band, the mean and the marks") {
  Recorded recorded;
  eventful(recorded);
  recorded.runs[3].git_sha = "0123456789abcdef";
  recorded.runs[3].git_dirty = true;
  recorded.runs[3].z = -12.5;
  const std::string svg = history_svg({recorded.view});
  CHECK(fault_in(svg) == "");
  CHECK(count_of(svg, "class=\"counts\"") == 6);
  CHECK(count_of(svg, "class=\"old\"") == 3);
  CHECK(count_of(svg, "class=\"beyond\"") == 3);
  CHECK(count_of(svg, "class=\"band\"") == 1);
  CHECK(count_of(svg, "class=\"mean\"") == 1);
  CHECK(count_of(svg, "class=\"alert\"") == 1);
  CHECK(count_of(svg, "class=\"level\"") == 1);
  CHECK(count_of(svg, "class=\"mark\"") == 2);
  CHECK_THAT(svg, ContainsSubstring("<title>2026-11-04T10:00:00Z\nrun-4\nv2.0.0\nratio 1.0000\nz -12.5σ\n"
                                    "commit 0123456789ab, changed</title>"));
}

TEST_CASE("it is one file: no script, no reference to anything outside, colours for a dark page") {
  Recorded recorded;
  eventful(recorded);
  const std::string svg = history_svg({recorded.view, recorded.view});
  CHECK(fault_in(svg) == "");
  CHECK(count_of(svg, "<script") == 0);
  CHECK(count_of(svg, "href") == 0);
  CHECK(count_of(svg, "url(") == 0);
  CHECK(count_of(svg, "http") == 1);  // the namespace
  CHECK(count_of(svg, "@media (prefers-color-scheme: dark)") == 1);
  CHECK(count_of(svg, "class=\"band\"") == 2);
}

TEST_CASE("text of others stays text") {
  Recorded recorded;
  eventful(recorded);
  const std::string hostile = "</title><script>alert(\"1\")</script>&'\x01\xff\xef\xbf\xbf";
  recorded.view.problem = recorded.view.case_name = recorded.view.machine = hostile;
  recorded.segment.why = recorded.segment.pin_solver = recorded.segment.begun = hostile;
  for (RecordedRun& run : recorded.runs) run.note = run.solver = run.date = run.run_id = run.git_sha = hostile;
  const std::string svg = history_svg({recorded.view});
  CHECK(fault_in(svg) == "");
  CHECK(count_of(svg, "<script") == 0);
  CHECK(count_of(svg, "\xef\xbf\xbf") == 0);
}

TEST_CASE("pictures of nothing, of one run, of equal ratios, without a mean and of strays are well-formed") {
  CHECK(fault_in(history_svg({})) == "");
  Recorded none, one, equal, stray;
  CHECK(fault_in(history_svg({none.view})) == "");
  one.add(1);
  CHECK(fault_in(history_svg({one.view})) == "");
  for (int i = 0; i < 60; ++i) equal.add(3);
  equal.level(3, 0);
  CHECK(fault_in(history_svg({equal.view})) == "");
  for (const double ratio : {1.0, 1e9, 1e-9, 1.0}) stray.add(ratio);
  stray.level(1, 0.005);
  const std::string svg = history_svg({stray.view, none.view});
  CHECK(fault_in(svg) == "");
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
}

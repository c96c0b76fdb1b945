#include <algorithm>
#include <string>
#include <vector>

#include <harness/report/history.hpp>

#include "../catch.hpp"
#include "history_views.hpp"

using namespace harness::report;
using namespace history_views;

namespace {

// What of well-formed XML this picture can break: tags that nest, attributes in quotes, only known entities and allowed
// characters, one root. Empty: it is well-formed.
std::string fault_in(const std::string& xml) {
  std::vector<std::string> open;
  std::size_t roots = 0;
  for (std::size_t i = 0; i < xml.size(); ++i) {
    const auto c = static_cast<unsigned char>(xml[i]);
    if (c < 0x20 && c != '\n') return "a control character";
    if (xml[i] == '&') {
      const std::string entity = xml.substr(i, xml.find(';', i) - i + 1);
      if (entity != "&amp;" && entity != "&lt;" && entity != "&gt;" && entity != "&quot;" && entity != "&#39;")
        return entity;
    }
    if (xml[i] == '>') return "a stray >";
    if (xml[i] != '<') {
      if (open.empty() && xml[i] != '\n') return "text outside of the root";
      continue;
    }
    const auto end = xml.find('>', i);
    if (end == std::string::npos) return "an open tag";
    std::string tag = xml.substr(i + 1, end - i - 1);
    if (tag.find('<') != std::string::npos) return "a < inside of a tag";
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return "an open quote";
    i = end;
    if (tag.starts_with("/")) {
      if (open.empty() || open.back() != tag.substr(1)) return "</" + tag.substr(1) + "> closes nothing";
      open.pop_back();
      continue;
    }
    const std::string name = tag.substr(0, tag.find_first_of(" /"));
    if (open.empty() && ++roots > 1) return "a second root";
    if (!tag.ends_with("/")) open.push_back(name);
  }
  return open.empty() && roots == 1 ? "" : "an element that is not closed";
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

}  // namespace

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

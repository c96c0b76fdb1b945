#include <cmath>
#include <string>
#include <vector>

#include <harness/report/flame.hpp>
#include <harness/report/flame_svg.hpp>

#include "../catch.hpp"
#include "profiles.hpp"
#include "xml.hpp"

using namespace harness::report;
using harness::model::CpuProfile;
using Origin = harness::model::CodePlace::Origin;
using profiles::Recorder;
using xml::count_of;
using xml::fault_in;

namespace {

struct Frame {
  std::string style, label, title, text;
  double x = 0, y = 0, width = 0;
  std::uint64_t begin = 0, end = 0;
};

std::string attribute(const std::string& tag, const std::string& name) {
  const auto at = tag.find(" " + name + "=\"");
  if (at == std::string::npos) return "";
  const auto begin = at + name.size() + 3;
  return tag.substr(begin, tag.find('"', begin) - begin);
}

std::string between(const std::string& text, const std::string& open, const std::string& close) {
  const auto begin = text.find(open) + open.size();
  return text.substr(begin, text.find(close, begin) - begin);
}

std::vector<Frame> frames_of(const std::string& svg) {
  std::vector<Frame> frames;
  for (auto at = svg.find("<svg class=\"f "); at != std::string::npos; at = svg.find("<svg class=\"f ", at + 1)) {
    const std::string element = svg.substr(at, svg.find("</svg>", at) - at);
    Frame frame;
    frame.style = attribute(element, "class").substr(2);
    frame.label = attribute(element, "data-l");
    frame.title = between(element, "<title>", "</title>");
    frame.text = between(element, "<text x=\"3\" y=\"13\">", "</text>");
    frame.x = std::stod(attribute(element, "x"));
    frame.y = std::stod(attribute(element, "y"));
    frame.width = std::stod(attribute(element, "width"));
    frame.begin = std::stoull(attribute(element, "data-b"));
    frame.end = std::stoull(attribute(element, "data-e"));
    frames.push_back(frame);
  }
  return frames;
}

// A line a frame: level, units, style, text, title.
std::string drawn(const std::string& svg) {
  std::string text = "\n";
  const std::vector<Frame> frames = frames_of(svg);
  for (const Frame& frame : frames) {
    const auto level = static_cast<int>((frames.front().y - frame.y) / 18);
    text += std::string(static_cast<std::size_t>(2 * level), ' ') + std::to_string(frame.begin) + "-" +
            std::to_string(frame.end) + " " + frame.style + ": " + frame.text + "\n";
  }
  return text;
}

const Frame& named(const std::vector<Frame>& frames, const std::string& label, const std::string& style = "") {
  for (const Frame& frame : frames) {
    if (frame.label == label && (style.empty() || frame.style == style)) return frame;
  }
  FAIL("no frame " << label);
  return frames.front();
}

std::string differential(double ratio) {
  return differential_flame_graph(profiles::before(), profiles::after(), ratio, "v2.0.0", "v2.1.0");
}

}  // namespace

TEST_CASE("stacks are merged from their roots, by name, and widths are samples") {
  CHECK(drawn(flame_graph(profiles::after(), "two-sum/v2.1.0/uniform/65536")) == R"(
0-800 root: all  800 samples
  0-800 solver: two_sum::twoSum  100%
    0-20 library: [l…
    20-220 library: __memmove_avx_unaligned_erms  25%
    220-620 solver inlined: std::_Hashtable::_M_emplace  50%
      220-460 solver: std::_Hashtable::_M_rehash_aux  30%
        220-300 library: operator new
    620-740 solver inlined: std::_Hashtable::find
)");
}

TEST_CASE("a frame's title has its whole name, its hottest line, its samples and its share") {
  const auto frames = frames_of(flame_graph(profiles::after(), "x"));
  CHECK(frames[0].title == "all\n\n800 samples");
  CHECK(named(frames, "two_sum::twoSum").title ==
        "two_sum::twoSum(std::vector&lt;int&gt; const&amp;, int)\ntwo-sum-v2.1.0/hash_map.cpp:14\n"
        "800 of 800 samples, 100.0%; 60 its own");
  CHECK(named(frames, "std::_Hashtable::find").title ==
        "std::_Hashtable&lt;int&gt;::find(int const&amp;) (inlined)\n/usr/include/c++/12/bits/hashtable.h:1644\n"
        "120 of 800 samples, 15.0%; 120 its own");
  CHECK(named(frames, "operator new").title ==
        "operator new(unsigned long)\nlibtcmalloc.so.4\n80 of 800 samples, 10.0%; 80 its own");
  CHECK(named(frames, "[libc.so.6]").title == "[libc.so.6]\nlibc.so.6\n20 of 800 samples, 2.5%; 20 its own");
}

TEST_CASE("a picture is one well-formed file that loads nothing, and the same profile gives the same bytes") {
  CpuProfile reordered = profiles::after();
  std::reverse(reordered.stacks.begin(), reordered.stacks.end());
  for (const std::string& svg : {flame_graph(profiles::after(), "x"), differential(1.25)}) {
    CHECK(fault_in(svg) == "");
    CHECK(count_of(svg, "<script") == 1);
    CHECK(count_of(svg, "href") == 0);
    CHECK(count_of(svg, "src=") == 0);
    CHECK(count_of(svg, "url(") == 0);
    CHECK(count_of(svg, "@import") == 0);
    CHECK(count_of(svg, "http") == 2);  // the two namespaces
    CHECK(count_of(svg, "@media (prefers-color-scheme: dark)") == 1);
    CHECK(count_of(svg, "width=\"1200\"") == 1);
  }
  CHECK(flame_graph(reordered, "x") == flame_graph(profiles::after(), "x"));
  CHECK(std::string(kFlameScript).find("]]>") == std::string::npos);
}

TEST_CASE("the legend names only origins that are there, with samples, calls and what was left out") {
  CpuProfile profile = profiles::after();
  profile.calls = 320;
  profile.outside = 12;
  const std::string svg = flame_graph(profile, "x");
  CHECK_THAT(svg, ContainsSubstring(">800 samples of 4 ms in 320 calls, 12 outside of the solver left out<"));
  CHECK(count_of(svg, "class=\"key solver\"") == 1);
  CHECK(count_of(svg, "class=\"key library\"") == 1);
  CHECK(count_of(svg, "class=\"key kernel\"") == 0);
  CHECK_THAT(svg, ContainsSubstring("paler: inlined"));
}

TEST_CASE("a thin profile is doubted, and one without samples is a picture that says why") {
  CpuProfile profile = profiles::after();
  profile.thin_because = "212 samples in 30 s";
  CHECK_THAT(flame_graph(profile, "x"),
             ContainsSubstring("class=\"doubt\" x=\"10\" y=\"66\">thin: 212 samples in 30 s: its shares are rough<"));
  CpuProfile none;
  CHECK_THAT(flame_graph(none, "x"), ContainsSubstring(">nothing to draw: no sample was in the solver<"));
  none.thin_because = "0 samples in 30 s";
  const std::string svg = flame_graph(none, "x");
  CHECK(fault_in(svg) == "");
  CHECK(count_of(svg, "<script") == 0);
  CHECK_THAT(svg, ContainsSubstring(">nothing to draw: 0 samples in 30 s<") && !ContainsSubstring("class=\"doubt\""));
  CHECK_THAT(differential_flame_graph(none, profile, 1, "a", "b"),
             ContainsSubstring(">nothing to compare: no sample of the old side was in the solver<"));
  CHECK_THAT(differential_flame_graph(profile, none, 1, "a", "b"),
             ContainsSubstring(">nothing to compare: no sample of the new side was in the solver<"));
}

TEST_CASE("names of others stay text, and long ones are cut") {
  Recorder recorder;
  const std::string hostile =
      std::string(10'000, 'x') +
      "</title></script><script>alert(1)</script>]]>\"'&\x01\x1b[2J\n\xe2\x80\xae\xff\xef\xbf\xbf";
  recorder.add(500, {recorder.place(Origin::kSolver, hostile, hostile, 3, hostile)});
  recorder.add(300, {recorder.place(Origin::kLibrary, hostile.substr(9'999), "", 0, hostile.substr(9'999))});
  for (const std::string& svg : {flame_graph(recorder.profile, hostile.substr(9'999)),
                                 differential_flame_graph(recorder.profile, recorder.profile, 1, hostile, hostile)}) {
    CHECK(fault_in(svg) == "");
    CHECK(count_of(svg, "<script") == 1);
    CHECK(count_of(svg, "</script") == 1);
    CHECK(count_of(svg, "]]>") == 1);
    CHECK(count_of(svg, "\xe2\x80\xae") == 0);
    CHECK(svg.find_first_of("\x01\x1b\xff") == std::string::npos);
    CHECK(svg.size() < 60'000);
  }
  for (const Frame& frame : frames_of(flame_graph(recorder.profile, "x"))) {
    CHECK(count_of(frame.title, "\n") == 2);  // no name makes a line of its own
    CHECK(static_cast<double>(frame.text.size()) < frame.width);
  }
}

TEST_CASE("stacks of 254 frames make the picture higher, deeper ones than a thousand are cut and said so") {
  Recorder recorder;
  std::vector<std::uint32_t> stack;
  for (int i = 0; i < 1100; ++i) {
    stack.push_back(recorder.place(Origin::kSolver, "walk" + std::to_string(i) + "()", "a.cpp", 1, "a.so"));
  }
  recorder.add(500, {stack.begin(), stack.begin() + 254});
  std::string svg = flame_graph(recorder.profile, "x");
  CHECK(frames_of(svg).size() == 255);
  CHECK(std::stod(attribute(svg, "height")) > 255 * 18);
  CHECK_THAT(svg, !ContainsSubstring("not drawn"));
  recorder.add(500, stack);
  svg = flame_graph(recorder.profile, "x");
  CHECK(frames_of(svg).size() == 1001);
  CHECK_THAT(svg, ContainsSubstring(">frames beyond 1000 levels not drawn<"));
}

TEST_CASE("frames below 0.1% of the samples are left out, and the legend says how many") {
  Recorder recorder;
  for (int i = 0; i < 20'000; ++i) {
    const auto place = recorder.append(Origin::kSolver, "f" + std::to_string(i) + "()", "a.cpp", 1, "a.so");
    recorder.add(i < 3 ? 20 : 1, {place});
  }
  const std::string svg = flame_graph(recorder.profile, "x");
  CHECK(frames_of(svg).size() == 1);  // 20 of 20,057 are too few
  CHECK_THAT(svg, ContainsSubstring(">20000 frames below 0.1% of the samples not drawn<"));
  recorder.profile.stacks[0].samples = 21;
  CHECK(frames_of(flame_graph(recorder.profile, "x")).size() == 2);
}

TEST_CASE(
    "functions of one name in two files, and in two modules, are two; stacks that were cut have a root of their own") {
  Recorder recorder;
  const auto root = recorder.place(Origin::kSolver, "run()", "a/run.cpp", 1, "a.so");
  recorder.add(100, {root, recorder.place(Origin::kSolver, "step()", "a/one.cpp", 1, "a.so")});
  recorder.add(200, {root, recorder.place(Origin::kSolver, "step()", "a/two.cpp", 1, "a.so")});
  recorder.add(300, {root, recorder.place(Origin::kLibrary, "step()", "", 0, "libz.so")});
  recorder.add(400, {recorder.place(Origin::kSolver, "step()", "a/one.cpp", 1, "a.so")}, true);
  CHECK(drawn(flame_graph(recorder.profile, "x")) == R"(
0-1000 root: all  1000 samples
  0-400 unknown: [outer frames lost]  40%
    0-400 solver: step  40%
  400-1000 solver: run  60%
    400-700 library: step  30%
    700-800 solver: step  10%
    800-1000 solver: step  20%
)");
}

TEST_CASE("indices that point nowhere and counts that overflow draw no frame beyond the picture") {
  CpuProfile profile = profiles::after();
  profile.stacks.push_back({{4'000'000'000, 0}, ~std::uint64_t{0}, false});
  profile.stacks.push_back({{}, ~std::uint64_t{0}, true});
  for (const std::string& svg :
       {flame_graph(profile, "x"), differential_flame_graph(profile, profile, NAN, "a", "b")}) {
    CHECK(fault_in(svg) == "");
    for (const Frame& frame : frames_of(svg)) CHECK(frame.x + frame.width <= 1190.01);
    CHECK_THAT(svg, !ContainsSubstring("nan") && !ContainsSubstring("times as long"));
  }
}

TEST_CASE("a differential picture has the new side by width, what only the old one had beside it, and both n") {
  const std::string svg = differential(1.25);
  CHECK(drawn(svg) == R"(
0-1000000 more3: after  n=800
  0-1000000 more3: two_sum::twoSum  100% → 100%
    0-25000 same: 
    25000-275000 more4: __memmove_avx_unaligned_erms
    275000-775000 more3: std::_Hashtable::_M_emplace  45% → 50%
      275000-575000 more3: std::_Hashtable::_M_rehash_aux
        275000-375000 more2: operator new
    775000-925000 less2: std::_Hashtable::f…
1016666-1216666 context: only before  n=1000
  1016666-1216666 context: two_sum::twoSum
    1016666-1216666 gone: two_sum::reserve
      1016666-1116666 gone: operator new
)");
  CHECK_THAT(svg, ContainsSubstring(">before: v2.0.0, 1000 samples of 4 ms<") &&
                      ContainsSubstring(">after: v2.1.0, 800 samples of 4 ms; a call takes 1.25 times as long<") &&
                      ContainsSubstring("grey: no difference that n=1000/800 can show<"));
  CHECK(count_of(svg, "class=\"key ") == 10);
  CHECK(named(frames_of(svg), "std::_Hashtable::_M_rehash_aux").title ==
        "std::_Hashtable&lt;int&gt;::_M_rehash_aux(unsigned long)\n/usr/include/c++/12/bits/hashtable.h:2532\n"
        "15.0% → 30.0% of samples (150 of 1000 → 240 of 800)\n+22.5% of the old call&#39;s time");
}

TEST_CASE("what a search sums up of the old side counts each of its samples once") {
  const std::string svg = differential(1);
  CHECK_THAT(svg, ContainsSubstring("class=\"f gone\"") &&
                      ContainsSubstring("data-e=\"1216666\" data-o=\"200000\" data-l=\"two_sum::reserve\""));
  const std::string context = between(svg, "class=\"f context\"", "<title>");
  CHECK_THAT(context, !ContainsSubstring("data-o"));
}

TEST_CASE("equal profiles at equal time have no colour, at another time the colour of the ratio") {
  for (const auto& [ratio, style] : {std::pair(1.0, "same"), {1.02, "more1"}, {0.5, "less4"}, {1.05, "more2"}}) {
    const auto frames =
        frames_of(differential_flame_graph(profiles::after(), profiles::after(), ratio, "v2.0.0", "v2.1.0"));
    INFO(ratio);
    CHECK(frames.front().style == style);
    CHECK(named(frames, "two_sum::twoSum").style == style);
    CHECK(frames.size() == 8);
  }
}

TEST_CASE("a difference that so few samples cannot show has no colour") {
  Recorder few, many;
  for (const auto& [recorder, n] : {std::pair(&few, 1), {&many, 100}}) {
    const auto root = recorder->place(Origin::kSolver, "run()", "a.cpp", 1, "a.so");
    recorder->add(static_cast<std::uint64_t>(20 * n),
                  {root, recorder->place(Origin::kSolver, "step()", "a.cpp", 9, "a.so")});
    recorder->add(static_cast<std::uint64_t>(80 * n), {root});
  }
  const auto changed = [](Recorder recorder) {
    recorder.profile.stacks[0].samples = recorder.profile.stacks[0].samples * 5 / 4;
    return recorder.profile;
  };
  const auto style = [](const CpuProfile& before, const CpuProfile& after) {
    return named(frames_of(differential_flame_graph(before, after, 1, "a", "b")), "step").style;
  };
  CHECK(style(few.profile, changed(few)) == "same");
  CHECK(style(many.profile, changed(many)) == "more2");
}

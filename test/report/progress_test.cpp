#include <harness/report/progress.hpp>

#include <sstream>
#include <string>
#include <vector>

#include <harness/report/figures.hpp>

#include "../catch.hpp"

using harness::report::Progress;

namespace {

struct Screen {
  std::ostringstream err;
  double now = 100;
  Progress progress;
  explicit Screen(bool terminal, std::size_t columns = 80, bool utf8 = true)
      : progress(err, terminal, utf8, columns, [this] { return now; }) {}
  std::string taken() {
    std::string text = err.str();
    err.str("");
    return text;
  }
  void run_step(const std::string& what, double expected, double real) {
    progress.step(what, expected);
    now += real;
    progress.done_step();
  }
};

const std::string kWipe = "\r\x1b[K";

}  // namespace

TEST_CASE("a terminal shows a bar, the share, the time left and what runs") {
  Screen screen(true);
  screen.progress.plan(20);
  screen.progress.step("two-sum/v1.0.0/uniform/16", 5);
  CHECK(screen.taken() == kWipe + "░░░░░░░░░░░░░░░░░░░░░░░░   0 %  ETA 0:20  two-sum/v1.0.0/uniform/16");
  screen.now += 5;
  screen.progress.done_step();
  CHECK(screen.taken() == kWipe + "██████░░░░░░░░░░░░░░░░░░  25 %  ETA 0:15");
  screen.progress.step("two-sum/v2.0.0/uniform/16", 5);
  CHECK(screen.taken() == kWipe + "██████░░░░░░░░░░░░░░░░░░  25 %  ETA 0:15  two-sum/v2.0.0/uniform/16");
}

TEST_CASE("without UTF-8 the bar is ASCII") {
  Screen screen(true, 80, false);
  screen.progress.plan(2);
  screen.run_step("a", 1, 1);
  CHECK(screen.taken().find(kWipe + "[############............]  50 %  ETA 0:01") != std::string::npos);
}

TEST_CASE("the time left is stretched by how long finished steps took") {
  Screen screen(true);
  screen.progress.plan(100);
  screen.run_step("a", 10, 20);
  CHECK_THAT(screen.taken(), EndsWith("ETA 3:00"));
  screen.progress.plan(7210);
  screen.progress.step("b", 10);
  CHECK_THAT(screen.taken(), EndsWith("ETA 4:00:00  b"));
}

TEST_CASE("a line on a terminal is never as long as the terminal is wide, and never ends in a line end") {
  for (std::size_t columns = 0; columns < 120; ++columns) {
    for (const bool utf8 : {true, false}) {
      Screen screen(true, columns, utf8);
      screen.progress.plan(10);
      screen.progress.step("two-sum/v2.1.0-optimized/uniform/1048576", 3);
      const std::string text = screen.taken();
      REQUIRE(text.substr(0, kWipe.size()) == kWipe);
      CHECK(harness::report::characters_in(text) - kWipe.size() <= (columns > 0 ? columns - 1 : 0));
      CHECK(text.find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("clearing wipes a drawn bar once, and the next step draws it again") {
  Screen screen(true);
  screen.progress.clear();
  CHECK(screen.taken().empty());
  screen.progress.step("a", 1);
  screen.taken();
  screen.progress.clear();
  CHECK(screen.taken() == kWipe);
  screen.progress.clear();
  CHECK(screen.taken().empty());
  screen.progress.step("b", 1);
  CHECK_THAT(screen.taken(), ContainsSubstring("b"));
}

TEST_CASE("elsewhere a short run says nothing") {
  Screen screen(false);
  screen.progress.plan(9);
  for (int i = 0; i < 9; ++i) {
    screen.run_step("a", 1, 1);
  }
  screen.progress.clear();
  CHECK(screen.taken().empty());
}

TEST_CASE("elsewhere a long run says a line at most every ten seconds") {
  Screen screen(false);
  screen.progress.plan(100);
  std::vector<double> spoken;
  for (int i = 0; i < 100; ++i) {
    screen.progress.step("two-sum/v1.0.0/uniform/" + std::to_string(i), 1);
    if (const std::string text = screen.taken(); !text.empty()) {
      spoken.push_back(screen.now);
      if (i == 10) {
        CHECK(text == "10 %, about 1:30 left: two-sum/v1.0.0/uniform/10\n");
      }
    }
    screen.now += 1;
    screen.progress.done_step();
  }
  REQUIRE(spoken.size() == 9);
  for (std::size_t i = 1; i < spoken.size(); ++i) {
    CHECK(spoken[i] - spoken[i - 1] >= 10);
  }
}

TEST_CASE("elsewhere a step that will take long is named when it begins") {
  Screen screen(false);
  screen.progress.plan(60);
  screen.progress.step("two-sum/v0.8.3/uniform/65536", 30);
  CHECK(screen.taken() == "0 %, about 1:00 left: two-sum/v0.8.3/uniform/65536\n");
}

TEST_CASE("a plan that was too small never shows more than all of it") {
  Screen screen(true);
  screen.progress.plan(1);
  for (int i = 0; i < 5; ++i) {
    screen.run_step("a", 1, 1);
    const std::string text = screen.taken();
    CHECK(text.find("100 %") != std::string::npos);
    CHECK_THAT(text, EndsWith("ETA 0:00"));
  }
}

TEST_CASE("a name with an escape sequence does not reach the terminal as one") {
  Screen screen(true);
  screen.progress.step("a\x1b[2J", 1);
  CHECK(screen.taken().find("\x1b[2J") == std::string::npos);
}

#include <harness/report/console.hpp>

#include <sstream>

#include "../catch.hpp"
#include "rows.hpp"

using namespace harness::report;
using harness::model::Context;

namespace {

const Context kContext{{"cpu", "AMD EPYC 7B13"}, {"cores", "2"}, {"repetitions", "3"}, {"min_time", "0.05s"}};

std::string printed(const std::vector<rows::Measurement>& all, ConsoleOptions options,
                    const Context& context = kContext) {
  std::ostringstream out;
  Console console(out, options);
  console.begin(context);
  for (const rows::Measurement& row : all) {
    console.trial(row);
  }
  return out.str();
}

ConsoleOptions columns(std::size_t count, bool utf8 = true) {
  ConsoleOptions options;
  options.columns = count;
  options.utf8 = utf8;
  options.name_width = 36;
  return options;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE(
    "a run on a terminal of 100 columns: one line a trial, blocks of one case, failed and skipped ones in place") {
  CHECK(printed(rows::run(), columns(100)) == R"(AMD EPYC 7B13, 2 cores; 3 processes a trial, 0.05 s each

trial                                 time/call  spread  procs    calls
two-sum/v0.8.3/leetcode-1/example-1    5.17 ns  ± 1.0 %  n=3     193M/s
two-sum/v1.0.0/leetcode-1/example-1   FAILED   wrong answer: [1]: expected 2, got 3
two-sum/v2.0.0/leetcode-1/example-1    39.4 ns  ± 1.0 %  n=3    25.4M/s

two-sum/v0.8.3/uniform/16              91.6 ns  ± 1.0 %  n=3    10.9M/s
two-sum/v1.0.0/uniform/16               239 ns  ±12.3 %  n=3    4.18M/s
two-sum/v2.0.0/uniform/16              92.3 ns  ± 1.0 %  n=3    10.8M/s

two-sum/v0.8.3/uniform/65536           1.23 s   ± 1.0 %  n=3     0.81/s
two-sum/v1.0.0/uniform/65536           3.13 ms  ± 1.0 %  n=3      319/s
two-sum/v2.0.0/uniform/65536            202 μs  ± 0.4 %  n=3    4.95k/s  CPU 125 μs

two-sum/v0.8.3/uniform/1048576        skipped  size 1048576 is above max_size 100000
two-sum/v1.0.0/uniform/1048576         75.4 ms  ± 1.0 %  n=3     13.3/s
two-sum/v2.0.0/uniform/1048576         3.24 ms  ± 1.0 %  n=3      309/s
)");
}

TEST_CASE("on 60 columns without UTF-8 the rate and the count make room, and notes go on below the name") {
  CHECK(printed(rows::run(), columns(60, false)) == R"(AMD EPYC 7B13, 2 cores; 3 processes a trial, 0.05 s each

trial                                 time/call   spread
two-sum/v0.8.3/leetcode-1/example-1    5.17 ns  +- 1.0 %
two-sum/v1.0.0/leetcode-1/example-1   FAILED   wrong answer:
    [1]: expected 2, got 3
two-sum/v2.0.0/leetcode-1/example-1    39.4 ns  +- 1.0 %

two-sum/v0.8.3/uniform/16              91.6 ns  +- 1.0 %
two-sum/v1.0.0/uniform/16               239 ns  +-12.3 %
two-sum/v2.0.0/uniform/16              92.3 ns  +- 1.0 %

two-sum/v0.8.3/uniform/65536           1.23 s   +- 1.0 %
two-sum/v1.0.0/uniform/65536           3.13 ms  +- 1.0 %
two-sum/v2.0.0/uniform/65536            202 us  +- 0.4 %

two-sum/v0.8.3/uniform/1048576        skipped  size 1048576
    is above max_size 100000
two-sum/v1.0.0/uniform/1048576         75.4 ms  +- 1.0 %
two-sum/v2.0.0/uniform/1048576         3.24 ms  +- 1.0 %
)");
}

TEST_CASE("on 40 columns the figures have a line of their own") {
  CHECK(printed(rows::run(), columns(40)) == R"(AMD EPYC 7B13, 2 cores; 3 processes a
  trial, 0.05 s each

two-sum/v0.8.3/leetcode-1/example-1
   5.17 ns  ± 1.0 %  n=3     193M/s
two-sum/v1.0.0/leetcode-1/example-1   FAILED
    wrong answer: [1]: expected 2, got 3
two-sum/v2.0.0/leetcode-1/example-1
   39.4 ns  ± 1.0 %  n=3    25.4M/s

two-sum/v0.8.3/uniform/16
   91.6 ns  ± 1.0 %  n=3    10.9M/s
two-sum/v1.0.0/uniform/16
    239 ns  ±12.3 %  n=3    4.18M/s
two-sum/v2.0.0/uniform/16
   92.3 ns  ± 1.0 %  n=3    10.8M/s

two-sum/v0.8.3/uniform/65536
   1.23 s   ± 1.0 %  n=3     0.81/s
two-sum/v1.0.0/uniform/65536
   3.13 ms  ± 1.0 %  n=3      319/s
two-sum/v2.0.0/uniform/65536
    202 μs  ± 0.4 %  n=3    4.95k/s

two-sum/v0.8.3/uniform/1048576        skipped
    size 1048576 is above max_size
    100000
two-sum/v1.0.0/uniform/1048576
   75.4 ms  ± 1.0 %  n=3     13.3/s
two-sum/v2.0.0/uniform/1048576
   3.24 ms  ± 1.0 %  n=3      309/s
)");
}

TEST_CASE("no line is longer than the terminal while the longest name and its figures fit") {
  for (std::size_t width = 60; width < 200; ++width) {
    for (const std::string& line : lines_of(printed(rows::run(), columns(width)))) {
      CAPTURE(width, line);
      CHECK(characters_in(line) <= width);
      CHECK_FALSE(line.ends_with(' '));
    }
  }
}

TEST_CASE("every name stands whole in one line, on the narrowest terminal too") {
  for (const std::size_t width : {1, 20, 40, 80, 0}) {
    const std::string text = printed(rows::run(), columns(width));
    for (const rows::Measurement& row : rows::run()) {
      CHECK_THAT(text, ContainsSubstring(row.name()));
    }
  }
}

TEST_CASE("without a terminal a note stays in its line, however long, so that grep finds it") {
  const std::string note = "wrong answer: " + std::string(150, 'x') + " and " + std::string(150, 'y');
  const auto lines = lines_of(printed({rows::failed("v1.0.0", "uniform", "16", note)}, columns(0)));
  CHECK(lines.back() == "two-sum/v1.0.0/uniform/16             FAILED   " + note);
}

TEST_CASE("a solver cannot write to the terminal through its note") {
  const auto text = printed({rows::failed("v1.0.0", "uniform", "16", "threw: \x1b]0;title\x07\x1b[2J")}, columns(100));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
}

TEST_CASE("colour marks what words say already, and changes no character") {
  ConsoleOptions options = columns(100);
  options.colour = true;
  std::string text = printed(rows::run(), options);
  CHECK_THAT(text, ContainsSubstring("\x1b[1;31mFAILED\x1b[0m   wrong answer"));
  CHECK_THAT(text, ContainsSubstring("\x1b[33m±12.3 %\x1b[0m"));
  for (std::size_t at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b')) {
    text.erase(at, text.find('m', at) - at + 1);
  }
  CHECK(text == printed(rows::run(), columns(100)));
}

TEST_CASE("rows that come version by version are grouped by version") {
  const auto lines = lines_of(
      printed({rows::measured("v1.0.0", "uniform", "16", 1e-6), rows::measured("v1.0.0", "uniform", "64", 1e-6),
               rows::measured("v2.0.0", "uniform", "16", 1e-6), rows::measured("v2.0.0", "worst", "16", 1e-6)},
              columns(100)));
  REQUIRE(lines.size() == 9);
  CHECK(lines[5].empty());
  CHECK(lines[7].empty());
}

TEST_CASE("a shuffled run can be printed without blank lines") {
  ConsoleOptions options = columns(100);
  options.grouped = false;
  const auto lines = lines_of(printed(
      {rows::measured("v1.0.0", "uniform", "16", 1e-6), rows::measured("v2.0.0", "worst", "64", 1e-6)}, options));
  REQUIRE(lines.size() == 5);
  CHECK_FALSE(lines[4].empty());
}

TEST_CASE("one process has no spread, and names may grow as they come") {
  auto row = rows::trial("v1.0.0", "uniform", "16");
  row.samples.push_back({1e-6, 1e-6});
  ConsoleOptions options = columns(100);
  options.name_width = 0;
  const auto lines = lines_of(printed({row, rows::measured("v1.0.0", "uniform", "1048576", 1e-6)}, options));
  CHECK(lines[3] == "two-sum/v1.0.0/uniform/16   1.00 μs           n=1    1.00M/s");
  CHECK(lines[4] == "two-sum/v1.0.0/uniform/1048576   1.00 μs  ± 1.0 %  n=3    1.00M/s");
}

TEST_CASE("an interrupted trial says so and shows what was measured") {
  auto row = rows::measured("v1.0.0", "uniform", "16", 1e-6);
  row.state = rows::Measurement::State::kInterrupted;
  const std::string with = printed({row}, columns(100));
  CHECK_THAT(with, ContainsSubstring("1.00 μs"));
  CHECK_THAT(with, EndsWith("two-sum/v1.0.0/uniform/16             interrupted\n"));
  row.samples.clear();
  CHECK(lines_of(printed({row}, columns(100))).size() == 4);
}

TEST_CASE("the CPU's share stands where its time does not fit") {
  const auto row = rows::measured("v2.0.0", "uniform", "65536", 202e-6, 0.01, 0.62);
  CHECK_THAT(printed({row}, columns(83)), EndsWith("4.95k/s  CPU 125 μs\n"));
  CHECK_THAT(printed({row}, columns(81)), EndsWith("4.95k/s  CPU 62 %\n"));
  CHECK_THAT(printed({row}, columns(75)), EndsWith("4.95k/s\n"));
}

TEST_CASE("the header says what it knows") {
  CHECK(printed({}, columns(100), {{"cpu", "ARM"}, {"cores", "1"}, {"repetitions", "1"}, {"min_time", "30x"}}) ==
        "ARM, 1 core; 1 process a trial, 30 calls each\n\n");
  CHECK(printed({}, columns(100), {{"repetitions", "5"}}) == "5 processes a trial\n\n");
  CHECK(printed({}, columns(100), {}).empty());
}

TEST_CASE("libraries that were skipped have a line each, with the reason") {
  std::ostringstream out;
  Console console(out, columns(70));
  console.skipped({});
  CHECK(out.str().empty());
  console.skipped({{"/plugins/two-sum-v3.0.0.so", "built for boundary 2, this harness speaks 1; rebuild it"},
                   {"/plugins/notes\x1b.so", "no ELF file"}});
  CHECK(out.str() ==
        "skipped  two-sum-v3.0.0.so: built for boundary 2, this harness speaks\n"
        "    1; rebuild it\n"
        "skipped  notes\\x1b.so: no ELF file\n\n");
}

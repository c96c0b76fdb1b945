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

namespace {

// The titles over the rows of a run that every pass measured.
std::string titles(const std::vector<rows::Measurement>& all, ConsoleOptions options) {
  for (const std::string& line : lines_of(printed(all, options, {}))) {
    if (line.starts_with("trial ")) {
      return line;
    }
  }
  return {};
}

ConsoleOptions with_columns(std::size_t width, std::vector<std::string> shown) {
  ConsoleOptions options = columns(width);
  options.name_width = 28;
  options.columns_shown = std::move(shown);
  return options;
}

}  // namespace

TEST_CASE("figures of the passes stand beside time, and what matters of single rows behind them") {
  CHECK(printed(rows::measured_run(), with_columns(120, {}), {}) ==
        R"(trial                         time/call  spread  procs    calls  allocs    peak  items/s
two-sum/v1.0.0/uniform/16      70.7 ns  ± 1.0 %  n=3    14.1M/s       1    128B   226M/s  comparisons=15  swaps=2.50
two-sum/v1.0.0/uniform/65536    477 μs  ± 1.0 %  n=3    2.10k/s       1   524KB   137M/s  leaks 24B

two-sum/v2.0.0/uniform/16       164 ns  ± 1.0 %  n=3    6.10M/s       -       -  97.6M/s
two-sum/v2.0.0/uniform/256    FAILED   crashed: SIGSEGV
two-sum/v2.0.0/uniform/65536 ! 9.44 ms  ± 1.0 %  n=3      106/s   45875   2.6MB  6.94M/s  breaks p95_latency_ms

two-sum/v2.0.0/worst/65536   ! 9.60 ms  ± 1.0 %  n=3      104/s   45875   2.6MB        -  breaks 2 limits  p95 18.1 ms
)");
}

TEST_CASE("on 80 columns repeated figures make room for remarks") {
  CHECK(printed(rows::measured_run(), with_columns(80, {}), {}) ==
        R"(trial                         time/call  spread  allocs    peak
two-sum/v1.0.0/uniform/16      70.7 ns  ± 1.0 %       1    128B  comparisons=15
two-sum/v1.0.0/uniform/65536    477 μs  ± 1.0 %       1   524KB  leaks 24B

two-sum/v2.0.0/uniform/16       164 ns  ± 1.0 %       -       -
two-sum/v2.0.0/uniform/256    FAILED   crashed: SIGSEGV
two-sum/v2.0.0/uniform/65536 ! 9.44 ms  ± 1.0 %   45875   2.6MB  breaks limit

two-sum/v2.0.0/worst/65536   ! 9.60 ms  ± 1.0 %   45875   2.6MB  breaks 2 limits
)");
}

TEST_CASE("as the terminal narrows, columns make room in the order that is documented") {
  auto all = rows::measured_run();
  for (auto& row : all) {
    row.bytes_per_call = 64;
    row.instructions_per_call = 1200;
  }
  ConsoleOptions options = with_columns(0, {});
  options.columns_expected = {"p95"};
  std::vector<std::string> left{"calls", "procs", "bytes/s", "items/s", "peak", "allocs", "p95", "instructions"};
  CHECK(titles(all, options) ==
        "trial                         time/call  spread  procs    calls       p95  allocs    peak  items/s   bytes/s  "
        "instructions");
  for (std::size_t width = 160; width >= 48; --width) {
    options.columns = width;
    const std::string over = titles(all, options);
    CAPTURE(width, over);
    while (!left.empty() && over.find(" " + left.front()) == std::string::npos) {
      left.erase(left.begin());
    }
    for (const std::string& name : left) {
      CHECK(over.find(" " + name) != std::string::npos);
    }
    CHECK(characters_in(over) <= width);
  }
  CHECK(left.empty());
}

TEST_CASE("a run with all passes keeps to the terminal and keeps its names") {
  for (std::size_t width = 40; width < 200; ++width) {
    for (const std::vector<std::string>& shown : {std::vector<std::string>{}, {"all"}, {"p99", "counters", "peak"}}) {
      const std::string text = printed(rows::measured_run(), with_columns(width, shown), {});
      for (const std::string& line : lines_of(text)) {
        CAPTURE(width, line);
        CHECK(characters_in(line) <= width);
        CHECK_FALSE(line.ends_with(' '));
      }
      for (const rows::Measurement& row : rows::measured_run()) {
        CHECK_THAT(text, ContainsSubstring(row.name()));
      }
    }
  }
}

TEST_CASE("columns that were asked for stand beside time alone, in the order asked for") {
  CHECK(printed(rows::measured_run(), with_columns(100, {"allocs", "p95", "counter:swaps"}), {}) ==
        R"(trial                         time/call  spread  allocs       p95   swaps
two-sum/v1.0.0/uniform/16      70.7 ns  ± 1.0 %       1   72.0 ns    2.50
two-sum/v1.0.0/uniform/65536    477 μs  ± 1.0 %       1    490 μs       -

two-sum/v2.0.0/uniform/16       164 ns  ± 1.0 %       -    170 ns       -
two-sum/v2.0.0/uniform/256    FAILED   crashed: SIGSEGV
two-sum/v2.0.0/uniform/65536 ! 9.44 ms  ± 1.0 %   45875   12.4 ms       -

two-sum/v2.0.0/worst/65536   ! 9.60 ms  ± 1.0 %   45875   18.1 ms       -
)");
}

TEST_CASE("all columns, where they do not fit, go on below the name with their labels") {
  CHECK(printed({rows::measured_run()[0], rows::measured_run()[2]}, with_columns(72, {"all"}), {}) ==
        R"(trial                         time/call  spread  procs    calls
two-sum/v1.0.0/uniform/16      70.7 ns  ± 1.0 %  n=3    14.1M/s
    CPU 70.7 ns  p50 70.0 ns  p95 72.0 ns  p99 144 ns
    100 samples of 283 calls  allocs 1  alloc_bytes 16B  peak 128B
    leaked 0B  growths 3  226M items/s  comparisons=15  swaps=2.50
two-sum/v2.0.0/uniform/16       164 ns  ± 1.0 %  n=3    6.10M/s
    CPU 164 ns  p50 160 ns  p95 170 ns  p99 340 ns
    100 samples of 128 calls  allocs -  alloc_bytes -  peak -  leaked -
    growths -  97.6M items/s  comparisons=-  swaps=-
)");
}

TEST_CASE(
    "a run that begins with a failure has its titles again once its columns are known, unless they were expected") {
  const std::vector<rows::Measurement> all{rows::failed("v0.9.0", "uniform", "16", "crashed"), rows::measured_run()[0]};
  const auto unforeseen = lines_of(printed(all, with_columns(100, {}), {}));
  REQUIRE(unforeseen.size() == 5);
  CHECK(unforeseen[2].empty());
  CHECK_THAT(unforeseen[3], ContainsSubstring("allocs"));
  ConsoleOptions options = with_columns(100, {});
  options.columns_expected = {"allocs", "peak", "items/s"};
  const auto foreseen = lines_of(printed(all, options, {}));
  REQUIRE(foreseen.size() == 3);
  CHECK(foreseen[0] == unforeseen[3]);
}

TEST_CASE("a long tail is a remark, and a column where a limit is declared on it") {
  const auto row = rows::with_latency(rows::measured("v1.0.0", "uniform", "16", 1e-3), 1e-3, 2.5e-3);
  CHECK_THAT(printed({row}, with_columns(100, {}), {}), EndsWith("1.00k/s  p95 2.50 ms\n"));
  ConsoleOptions options = with_columns(100, {});
  options.columns_expected = {"p95"};
  CHECK_THAT(printed({row}, options, {}), EndsWith("1.00k/s   2.50 ms\n"));
  const auto even = rows::with_latency(rows::measured("v1.0.0", "uniform", "16", 1e-3), 1e-3, 1.4e-3);
  CHECK(printed({even}, with_columns(100, {}), {}).find("p95") == std::string::npos);
}

TEST_CASE("a counter's name and value cannot steer the terminal or break its line") {
  auto row = rows::measured("v1.0.0", "uniform", "16", 1e-3);
  row.counters = {{"\x1b[2J\n", 1e300}, {std::string(500, 'x'), 1}};
  for (const std::vector<std::string>& shown : {std::vector<std::string>{}, {"counters"}}) {
    const std::string text = printed({row}, with_columns(100, shown), {});
    CHECK(text.find('\x1b') == std::string::npos);
    for (const std::string& line : lines_of(text)) {
      CHECK(characters_in(line) <= 100);
    }
  }
}

TEST_CASE("marks of colour change no character of a run with all passes") {
  ConsoleOptions options = with_columns(140, {});
  options.colour = true;
  std::string text = printed(rows::measured_run(), options, {});
  CHECK_THAT(text, ContainsSubstring("\x1b[1;31m!\x1b[0m"));
  CHECK_THAT(text, ContainsSubstring("\x1b[33mleaks 24B\x1b[0m"));
  for (std::size_t at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b')) {
    text.erase(at, text.find('m', at) - at + 1);
  }
  CHECK(text == printed(rows::measured_run(), with_columns(140, {}), {}));
}

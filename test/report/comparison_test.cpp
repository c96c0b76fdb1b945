#include <harness/report/comparison.hpp>

#include <cmath>
#include <limits>
#include <sstream>

#include <harness/report/figures.hpp>

#include "../catch.hpp"
#include "comparisons.hpp"

using namespace harness::report;
using comparisons::Comparison;
using comparisons::Verdict;

namespace {

ConsoleOptions wide(std::size_t columns, bool utf8 = true) {
  ConsoleOptions options;
  options.columns = columns;
  options.utf8 = utf8;
  return options;
}

std::string shown(const Comparison& one, std::size_t columns = 0, bool utf8 = true) {
  return "\n" + comparison_text(one, wide(columns, utf8));
}

}  // namespace

TEST_CASE("a faster case: the line of both sides, and under it what it rests on") {
  CHECK(shown(comparisons::faster()) == R"(
uniform/4096  v1.0.0: 124μs, v2.0.0: 89μs (Δ -28%)  faster
    -28.2 % [-28.4, -28.0], 3 + 3 processes in 0.41 s, cpu/real 1.00, would notice >= 0.3 %
    allocs 10010 -> 4, peak 410K -> 80K
)");
}

TEST_CASE("a terminal of 80 columns breaks the lines at commas") {
  CHECK(shown(comparisons::faster(), 80) == R"(
uniform/4096  v1.0.0: 124μs, v2.0.0: 89μs (Δ -28%)  faster
    -28.2 % [-28.4, -28.0], 3 + 3 processes in 0.41 s, cpu/real 1.00,
    would notice >= 0.3 %
    allocs 10010 -> 4, peak 410K -> 80K
)");
}

TEST_CASE("without UTF-8 everything is ASCII") {
  CHECK(shown(comparisons::faster(), 0, false) == R"(
uniform/4096  v1.0.0: 124us, v2.0.0: 89us (d -28%)  faster
    -28.2 % [-28.4, -28.0], 3 + 3 processes in 0.41 s, cpu/real 1.00, would notice >= 0.3 %
    allocs 10010 -> 4, peak 410K -> 80K
)");
}

TEST_CASE("a slower case cries, and tells all that speaks for and against it") {
  Comparison one = comparisons::slower();
  one.reference_figures.instructions_per_call = 10345;
  one.candidate_figures.instructions_per_call = 9000;
  one.second_look_log_ratio = 0.157;
  one.second_look_processes = 3;
  one.p99_log_ratio = 0.3;
  one.trimmed_log_ratio = 0.0402;
  one.warnings = {"layout not spanned: other links of the same source can differ by about 1 %"};
  CHECK(shown(one, 80) == R"(
uniform/16  v1.0.0: 91.6ns, v2.0.0: 93.6ns (Δ +2.2%)  SLOWER
    +2.2 % [+2.1, +2.3], 3 + 3 processes in 0.41 s, cpu/real 1.00,
    would notice >= 0.7 %
    instructions 10345 -> 9000 (-13%)
    with a heap for each side +17.0 %, 3 processes
    the slowest slices differ more: p99 +35 %
    some slices are slower: trimmed mean +4.1 % (not in the verdict)
    warning: layout not spanned: other links of the same source can differ by
      about 1 %
)");
}

TEST_CASE("a case without a difference is quiet: two lines, equal memory only where it costs no third") {
  CHECK(shown(comparisons::same()) == R"(
uniform/64  v1.0.0: 1.02μs, v2.0.0: 1.02μs (Δ +0.4%)  no difference of 2 % or more
    +0.4 % [+0.1, +0.7], 3 processes in 0.20 s, cpu/real 1.00, would notice >= 0.6 %, allocs 4, peak 80K
)");
  CHECK(shown(comparisons::same(), 90) == R"(
uniform/64  v1.0.0: 1.02μs, v2.0.0: 1.02μs (Δ +0.4%)  no difference of 2 % or more
    +0.4 % [+0.1, +0.7], 3 processes in 0.20 s, cpu/real 1.00, would notice >= 0.6 %
)");
}

TEST_CASE("a case without a difference in time still tells one in memory") {
  CHECK_THAT(shown(comparisons::with_memory(comparisons::same(), 4, 80e3, 5, 80e3)),
             EndsWith("    allocs 4 -> 5, peak 80K\n"));
}

TEST_CASE("what cannot be told is no equality: it says what would have been noticed, and why it ended") {
  CHECK(shown(comparisons::unknown(), 80) == R"(
worst/1024  v1.0.0: 4.70ms, v2.0.0: 4.85ms (Δ +3.1%)
    cannot tell (would notice >= 6.9 %)
    +3.1 % [-1.9, +8.4], 3 processes in 0.20 s, cpu/real 1.00
    the budget of 5 s was used up after 3 processes
)");
  Comparison one = comparisons::named("worst/1024", Verdict::kCannotTell);
  one.reason = "5 processes take about 20 s, the budget is 10 s; --budget=24s would do";
  CHECK(shown(one) == R"(
worst/1024  v1.0.0, v2.0.0  cannot tell
    5 processes take about 20 s, the budget is 10 s; --budget=24s would do
)");
}

TEST_CASE("cases that were not measured say why in one line") {
  Comparison one = comparisons::named("uniform/64", Verdict::kSame);
  CHECK(shown(one) == "\nuniform/64  v1.0.0, v2.0.0  same code: nothing to measure\n");
  one.verdict = Verdict::kNew;
  CHECK(shown(one) == "\nuniform/64  new: only v2.0.0 has it\n");
  one.verdict = Verdict::kMissing;
  CHECK(shown(one) == "\nuniform/64  missing: v2.0.0 does not have it\n");
  one.verdict = Verdict::kIncomparable;
  one.reason = "v1.0.0: size 64 is above max_size 32";
  CHECK(shown(one) == "\nuniform/64  not comparable: v1.0.0: size 64 is above max_size 32\n");
  CHECK(shown(comparisons::failed()) == "\nworst/2048  FAILED: v2.0.0: crashed: SIGSEGV\n");
}

TEST_CASE("a case that failed on the way shows no figures of the processes before") {
  Comparison one = comparisons::unknown();
  one.verdict = Verdict::kFailed;
  one.reason = "v2.0.0: crashed: SIGSEGV";
  CHECK(shown(one) == "\nworst/1024  FAILED: v2.0.0: crashed: SIGSEGV\n");
}

TEST_CASE("clock, mode and CPU share are told where they are unusual") {
  Comparison one = comparisons::unknown();
  one.clock = "cpu";
  for (auto& process : one.duets[0].processes) process.candidate_cpu_seconds_per_call *= 0.6;
  CHECK_THAT(shown(one), ContainsSubstring("in 0.20 s, cpu/real 1.00 and 0.60, by CPU time\n"));
  one.mode = "two processes on one core";  // each waits while the other runs: the share says nothing of the code
  CHECK_THAT(shown(one), ContainsSubstring("in 0.20 s, by CPU time, two processes on one core\n"));
  one.clock = "manual";
  one.mode = "pairs of processes";
  one.problem.clear();
  CHECK_THAT(shown(one), ContainsSubstring("3 processes in 0.20 s, by manual time\n"));
  for (auto& process : one.duets[0].processes) process.candidate_real_seconds_per_call = 0;
  CHECK_THAT(shown(one), !ContainsSubstring("cpu/real"));
}

TEST_CASE("memory that grew without an allocation more, leaks and growths have words of their own") {
  Comparison one = comparisons::with_memory(comparisons::faster(), 4, 80e3, 4, 80e3);
  one.candidate_figures.memory->alloc_bytes = 4096;
  one.candidate_figures.memory->leaked_bytes = 24;
  one.candidate_figures.memory->heap_growths = 3;
  CHECK_THAT(shown(one),
             ContainsSubstring("    allocs 4, allocated 192B -> 4.1K, peak 80K, leaks 0B -> 24B, growths 1 -> 3\n"));
  one = comparisons::with_memory(comparisons::faster(), 0, 0, 0, 0);
  CHECK_THAT(shown(one), !ContainsSubstring("allocs"));
  one.candidate_figures.memory.reset();
  CHECK_THAT(shown(one), !ContainsSubstring("allocs"));
}

TEST_CASE("a program's counters are told where they moved by more than the effect, the first four of them") {
  Comparison one = comparisons::faster();
  one.problem.clear();
  one.reference_figures = one.candidate_figures = {};
  one.reference_figures.counters = {{"items_per_second", 1e6}, {"still", 100}, {"gone", 1}, {"from_zero", 0}};
  one.candidate_figures.counters = {{"items_per_second", 1.39e6}, {"still", 101}, {"from_zero", 2}};
  CHECK_THAT(shown(one), ContainsSubstring("    items_per_second 1.00M -> 1.39M (+39%), from_zero 0 -> 2\n"));
  one.reference_figures.counters.clear();
  one.candidate_figures.counters.clear();
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    one.reference_figures.counters.emplace_back(name, 1);
    one.candidate_figures.counters.emplace_back(name, 2);
  }
  CHECK_THAT(shown(one), ContainsSubstring("d 1 -> 2 (+100%), 2 more counters differ\n") && !ContainsSubstring("e 1"));
}

TEST_CASE("the weak signals say in which way they differ from the verdict") {
  Comparison one = comparisons::slower();
  one.log_ratio = 0.2;
  one.p99_log_ratio = 0.05;
  CHECK_THAT(shown(one), ContainsSubstring("    the slowest slices differ less: p99 +5.1 %\n"));
  one.p99_log_ratio = -0.25;
  CHECK_THAT(shown(one), ContainsSubstring("    the slowest slices differ the other way: p99 -22 %\n"));
  one.trimmed_log_ratio = 0.1;
  CHECK_THAT(shown(one), ContainsSubstring("    some slices are faster: trimmed mean +11 % (not in the verdict)\n"));
}

TEST_CASE("a second look that agrees within 2 % is not told") {
  Comparison one = comparisons::faster();
  one.second_look_log_ratio = one.log_ratio + 0.015;
  one.second_look_processes = 3;
  CHECK_THAT(shown(one), !ContainsSubstring("heap for each side"));
}

TEST_CASE("one process has no interval") {
  Comparison one = comparisons::unknown();
  one.duets[0].processes.resize(1);
  one.log_ratio_low = -std::numeric_limits<double>::infinity();
  one.log_ratio_high = one.would_notice = std::numeric_limits<double>::infinity();
  CHECK(shown(one) == R"(
worst/1024  v1.0.0: 4.70ms, v2.0.0: 4.85ms (Δ +3.1%)  cannot tell
    +3.1 %, 1 process in 0.20 s, cpu/real 1.00
    the budget of 5 s was used up after 3 processes
)");
}

TEST_CASE("names are padded to the longest, so that sides stand below each other") {
  ConsoleOptions options = wide(0);
  options.name_width = 14;
  CHECK_THAT(comparison_text(comparisons::slower(), options), StartsWith("uniform/16      v1.0.0: 91.6ns"));
}

TEST_CASE("colour marks the verdict alone, and takes no room") {
  ConsoleOptions options = wide(80);
  options.colour = true;
  CHECK_THAT(comparison_text(comparisons::slower(), options),
             StartsWith("uniform/16  v1.0.0: 91.6ns, v2.0.0: 93.6ns (Δ +2.2%)  \x1b[1;31mSLOWER\x1b[0m\n"));
  CHECK_THAT(comparison_text(comparisons::faster(), options), ContainsSubstring("  \x1b[32mfaster\x1b[0m\n"));
  CHECK_THAT(comparison_text(comparisons::same(), options), !ContainsSubstring("\x1b"));
  options.columns = 30;
  CHECK_THAT(comparison_text(comparisons::failed(), options), ContainsSubstring("\x1b[1;31mFAILED:"));
}

TEST_CASE("no line is wider than the terminal, whatever is told, but for a name that is") {
  Comparison long_sides = comparisons::faster();
  long_sides.reference = "v1.0.0-with-a-long-variant";
  long_sides.candidate = "v2.0.0-with-a-longer-variant";
  for (const bool utf8 : {true, false}) {
    for (std::size_t columns = 60; columns <= 120; columns += 5) {
      for (const Comparison& one : {comparisons::faster(), comparisons::slower(), comparisons::same(),
                                    comparisons::unknown(), comparisons::failed(), long_sides}) {
        std::istringstream lines(comparison_text(one, wide(columns, utf8)));
        for (std::string line; std::getline(lines, line);) {
          INFO(columns << ": " << line);
          CHECK(characters_in(line) <= columns);
        }
      }
    }
  }
  Comparison one = comparisons::faster();
  one.case_name = std::string(100, 'x');
  CHECK(shown(one, 80) == "\n" + one.case_name + R"(
    v1.0.0: 124μs, v2.0.0: 89μs (Δ -28%)  faster
    -28.2 % [-28.4, -28.0], 3 + 3 processes in 0.41 s, cpu/real 1.00,
    would notice >= 0.3 %
    allocs 10010 -> 4, peak 410K -> 80K
)");
}

TEST_CASE("text of others cannot write to the terminal") {
  Comparison one = comparisons::faster();
  one.case_name = one.reference = one.candidate = "\x1b[2J\xff\n";
  one.warnings = {"\x1b[31m", "a\nb"};
  one.clock = one.mode = "\x07";
  one.reference_figures.counters = {{"\x1b[0m", 1}};
  one.candidate_figures.counters = {{"\x1b[0m", 2}};
  for (const Verdict verdict :
       {Verdict::kFaster, Verdict::kCannotTell, Verdict::kFailed, Verdict::kNew, Verdict::kIncomparable}) {
    one.verdict = verdict;
    one.reason = "\x1b[5m\r";
    const std::string text = comparison_text(one, wide(80));
    CHECK(text.find_first_of("\x1b\x07\r\xff") == std::string::npos);
    CHECK_THAT(text, ContainsSubstring("\\x1b[2J\\xff"));
  }
}

TEST_CASE("of many warnings the first five are shown") {
  Comparison one = comparisons::faster();
  one.warnings.assign(100, "w");
  CHECK_THAT(shown(one), EndsWith("    warning: w\n    warning: and 95 more; --benchmark_out=FILE keeps them all\n"));
}

TEST_CASE("progress shows the median closing in: two standard errors of it, by whichever spread is larger") {
  auto duet = comparisons::duet(Verdict::kSlower, 1e-6, 1.1e-6, -0.3327);
  CHECK(closing_in(duet, true) == "n=3, -28.3 % ± 0.1");
  CHECK(closing_in(duet, false) == "n=3, -28.3 % +- 0.1");
  duet.processes[0].log_ratio = -0.34;
  duet.processes[2].log_ratio = -0.325;
  CHECK(closing_in(duet, true) == "n=3, -28.3 % ± 1.1");
  duet.processes.resize(1);
  CHECK(closing_in(duet, true) == "n=1, -28.8 %");
  duet.processes.clear();
  CHECK(closing_in(duet, true) == "n=0");
}

#include <limits>
#include <sstream>

#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>

#include "../catch.hpp"
#include "comparisons.hpp"

using namespace harness::report;
using comparisons::Comparison;
using comparisons::Verdict;

namespace {

std::string shown(const Comparison& one, std::size_t columns = 0, bool utf8 = true) {
  ConsoleOptions options;
  options.columns = columns;
  options.utf8 = utf8;
  return "\n" + explanation(one, options);
}

Comparison explained() {
  Comparison one = comparisons::faster();
  one.reason = "faster in two duets";
  one.duets[1].processes.resize(2);
  one.duets[1].processes[0].core.reset();
  one.duets[1].processes[1].trimmed_log_ratio = -0.3;
  one.duets[1].processes[1].p99_log_ratio = -0.25;
  one.duets[1].path.resize(1);
  one.p99_log_ratio = -0.25;
  one.second_look_log_ratio = -0.2;
  one.second_look_processes = 3;
  one.reference_figures.instructions_per_call = 10345;
  one.candidate_figures.counters = {{"hits", 12}};
  one.warnings = {"layout not spanned"};
  return one;
}

}  // namespace

TEST_CASE("an explanation holds every number: settings, rule, processes, steps, interval, figures, and words") {
  CHECK(shown(explained()) == R"(
two-sum uniform/4096: v2.0.0 against v1.0.0: faster
  faster in two duets

settings
  effect looked for   2 %, d = ln(1 + 0.02) = 1.980 %
  budget              5 s for each duet
  mode                one process, alternating
  clock               real time decides

the rule, after n processes
  X = log ratio of a process, M = pseudomedian (Hodges-Lehmann) of the X
  s = max(d/4 = 0.495 %, median of the standard errors, (1 + 2/n) x spread of the X)
  L = sum of 1.5 ln[(1 + ((X - c0)/s)^2/2) / (1 + ((X - c1)/s)^2/2)], each term from -3 to 3
  c1 = max(d, M), c0 = min(0.3 d = 0.594 %, M)
  slower when L >= 6.2, M > 0.65 d = 1.287 % and n >= 6; not slower when L <= -4.6 and M < 0.65 d
  faster and not faster: the same of -X; no difference: not slower and not faster; else another process

duet 1: faster after 3 processes in 0.20 s
  ended by: evidence 9.0 >= 6.2 that it is so, after 3 processes
  process  log ratio %  +- se  pairs  v1.0.0   v2.0.0   first  core  seconds   cpu/real  drift %  trimmed %  p99 %
  1            -33.180  0.080    100  124 μs  89.0 μs  v1.0.0     0    0.068  1.00 1.00   -0.040          -      -
  2            -33.130  0.080    100  124 μs  89.0 μs  v2.0.0     1    0.068  1.00 1.00   -0.040          -      -
  3            -33.080  0.080    100  124 μs  89.0 μs  v1.0.0     0    0.068  1.00 1.00   -0.040          -      -
  after  centre %    s %  L slower  L faster                      says
  1       -33.130  0.495     -3.00      3.00  slower open, faster open
  2       -33.130  0.495     -6.00      6.00    slower no, faster open
  3       -33.130  0.495     -9.00      9.00     slower no, faster yes

duet 2, in fresh processes, to confirm: faster after 2 processes in 0.20 s
  ended by: evidence 9.0 >= 6.2 that it is so, after 3 processes
  process  log ratio %  +- se  pairs  v1.0.0   v2.0.0   first  core  seconds   cpu/real  drift %  trimmed %    p99 %
  1            -33.180  0.080    100  124 μs  89.0 μs  v1.0.0     -    0.068  1.00 1.00   -0.040          -        -
  2            -33.130  0.080    100  124 μs  89.0 μs  v2.0.0     1    0.068  1.00 1.00   -0.040    -30.000  -25.000
  after  centre %    s %  L slower  L faster                      says
  1       -33.130  0.495     -3.00      3.00  slower open, faster open

both duets together, 5 processes
  ratio               -28.2 % [-28.4, -28.0], the centre of the X = -33.130 %
  interval            95 %: M -+ t(0.975, 4) x 1.0233 e / sqrt(5) = -33.130 -+ 0.280 %, e = max(median of the standard errors, spread of the X)
  would notice        >= 0.3 %: the least effect e for which these processes, moved until their centre is ln(1 + e), would be called slower where e is looked for
  trimmed mean        says no more than the median
  p99                 -22.1 % of the 99th percentiles of the slices: weaker, not in the verdict
  second look         -18.1 % over 3 processes, a heap for each side

figures that decide nothing
  of one call          v1.0.0  v2.0.0
  allocations           10010       4
  bytes asked for       480KB    192B
  peak of the heap      410KB  80.0KB
  leaked                   0B      0B
  growths of the heap       1       1
  instructions          10345       -
  hits                      -      12
warning: layout not spanned

in words
  v2.0.0 is faster than v1.0.0: the evidence reached 6.2 in a first duet and again in a second one, whose processes were all fresh. Each bound stands for 0.2 % false alarms.
)");
}

TEST_CASE("on a narrow terminal tables go on below, and without UTF-8 all is ASCII") {
  CHECK(shown(explained(), 80, false) == R"(
two-sum uniform/4096: v2.0.0 against v1.0.0: faster
  faster in two duets

settings
  effect looked for   2 %, d = ln(1 + 0.02) = 1.980 %
  budget              5 s for each duet
  mode                one process, alternating
  clock               real time decides

the rule, after n processes
  X = log ratio of a process, M = pseudomedian (Hodges-Lehmann) of the X
  s = max(d/4 = 0.495 %, median of the standard errors, (1 + 2/n) x spread of
      the X)
  L = sum of 1.5 ln[(1 + ((X - c0)/s)^2/2) / (1 + ((X - c1)/s)^2/2)], each term
      from -3 to 3
  c1 = max(d, M), c0 = min(0.3 d = 0.594 %, M)
  slower when L >= 6.2, M > 0.65 d = 1.287 % and n >= 6; not slower when L <=
      -4.6 and M < 0.65 d
  faster and not faster: the same of -X; no difference: not slower and not
      faster; else another process

duet 1: faster after 3 processes in 0.20 s
  ended by: evidence 9.0 >= 6.2 that it is so, after 3 processes
  process  log ratio %  +- se  pairs  v1.0.0   v2.0.0   first  core  seconds
  1            -33.180  0.080    100  124 us  89.0 us  v1.0.0     0    0.068
  2            -33.130  0.080    100  124 us  89.0 us  v2.0.0     1    0.068
  3            -33.080  0.080    100  124 us  89.0 us  v1.0.0     0    0.068
  process   cpu/real  drift %  trimmed %  p99 %
  1        1.00 1.00   -0.040          -      -
  2        1.00 1.00   -0.040          -      -
  3        1.00 1.00   -0.040          -      -
  after  centre %    s %  L slower  L faster                      says
  1       -33.130  0.495     -3.00      3.00  slower open, faster open
  2       -33.130  0.495     -6.00      6.00    slower no, faster open
  3       -33.130  0.495     -9.00      9.00     slower no, faster yes

duet 2, in fresh processes, to confirm: faster after 2 processes in 0.20 s
  ended by: evidence 9.0 >= 6.2 that it is so, after 3 processes
  process  log ratio %  +- se  pairs  v1.0.0   v2.0.0   first  core  seconds
  1            -33.180  0.080    100  124 us  89.0 us  v1.0.0     -    0.068
  2            -33.130  0.080    100  124 us  89.0 us  v2.0.0     1    0.068
  process   cpu/real  drift %  trimmed %    p99 %
  1        1.00 1.00   -0.040          -        -
  2        1.00 1.00   -0.040    -30.000  -25.000
  after  centre %    s %  L slower  L faster                      says
  1       -33.130  0.495     -3.00      3.00  slower open, faster open

both duets together, 5 processes
  ratio               -28.2 % [-28.4, -28.0], the centre of the X = -33.130 %
  interval            95 %: M -+ t(0.975, 4) x 1.0233 e / sqrt(5) = -33.130 -+
                      0.280 %, e = max(median of the standard errors, spread of
                      the X)
  would notice        >= 0.3 %: the least effect e for which these processes,
                      moved until their centre is ln(1 + e), would be called
                      slower where e is looked for
  trimmed mean        says no more than the median
  p99                 -22.1 % of the 99th percentiles of the slices: weaker, not
                      in the verdict
  second look         -18.1 % over 3 processes, a heap for each side

figures that decide nothing
  of one call          v1.0.0  v2.0.0
  allocations           10010       4
  bytes asked for       480KB    192B
  peak of the heap      410KB  80.0KB
  leaked                   0B      0B
  growths of the heap       1       1
  instructions          10345       -
  hits                      -      12
warning: layout not spanned

in words
  v2.0.0 is faster than v1.0.0: the evidence reached 6.2 in a first duet and
  again in a second one, whose processes were all fresh. Each bound stands for
  0.2 % false alarms.
)");
}

TEST_CASE("each verdict is explained in words of its own") {
  Comparison one = comparisons::same();
  CHECK_THAT(shown(one),
             ContainsSubstring("two-sum uniform/64: v2.0.0 against v1.0.0: no difference of 2 % or more\n") &&
                 EndsWith("Neither slower nor faster by 2 %: the evidence against both reached -4.6. That was shown, "
                          "and is more than "
                          "that nothing was found.\n"));
  one.duets.clear();
  CHECK_THAT(shown(one), ContainsSubstring("against v1.0.0: same code\n") &&
                             EndsWith("there is nothing to measure.\n") && !ContainsSubstring("settings"));
  one = comparisons::unknown();
  CHECK_THAT(shown(one), ContainsSubstring("Neither a difference of 2 % nor its absence was shown. A larger --budget"));
  one.duets.clear();
  CHECK_THAT(shown(one),
             ContainsSubstring("budget              5 s for each duet") && !ContainsSubstring("the rule, after"));
  one.verdict = Verdict::kNew;
  CHECK_THAT(shown(one), EndsWith("  Only v2.0.0 has this case.\n"));
  one.verdict = Verdict::kMissing;
  CHECK_THAT(shown(one), EndsWith("  Only v1.0.0 has this case.\n"));
  one.verdict = Verdict::kIncomparable;
  CHECK_THAT(shown(one), ContainsSubstring("leaves this case out"));
  CHECK_THAT(shown(comparisons::failed()),
             ContainsSubstring("v2.0.0: crashed: SIGSEGV") && ContainsSubstring("how fast it is does not matter"));
  CHECK_THAT(shown(comparisons::slower()),
             ContainsSubstring("two-sum uniform/16: v2.0.0 against v1.0.0: SLOWER\n") &&
                 ContainsSubstring("  v2.0.0 is slower than v1.0.0: the evidence reached 6.2"));
}

TEST_CASE("numbers that are none, and lists that do not fit together, are told as they are") {
  Comparison one = comparisons::unknown();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  one.log_ratio_low = -kInfinity;
  one.log_ratio_high = one.would_notice = kInfinity;
  one.duets[0].processes.resize(1);
  one.duets[0].processes[0].log_ratio = std::numeric_limits<double>::quiet_NaN();
  one.duets[0].processes[0].reference_real_seconds_per_call = 0;
  one.duets[0].path.clear();
  CHECK_THAT(shown(one), ContainsSubstring("unbounded: one process says nothing about others") &&
                             ContainsSubstring("nothing: too few processes, or too far apart") &&
                             ContainsSubstring("? 1.00") && !ContainsSubstring("nan") && !ContainsSubstring("inf "));
}

TEST_CASE("no line of an explanation is wider than the terminal, and names cannot write to it") {
  Comparison hostile = explained();
  hostile.problem = hostile.case_name = hostile.reference = hostile.candidate = "\x1b[2J\xff\n";
  hostile.mode = hostile.clock = hostile.reason = hostile.duets[0].ended_by = "\x1b[2J";
  hostile.warnings = {"\x1b[2J"};
  hostile.reference_figures.counters = {{"\x1b[2J", 1}};
  for (std::size_t columns = 60; columns <= 120; columns += 5) {
    for (const Comparison& one : {explained(), hostile}) {
      std::istringstream lines(shown(one, columns));
      for (std::string line; std::getline(lines, line);) {
        INFO(columns << ": " << line);
        CHECK(characters_in(line) <= columns);
        CHECK(line.find_first_of("\x1b\xff") == std::string::npos);
      }
    }
  }
}

TEST_CASE("the list of cases has a line for each comparison") {
  ConsoleOptions options;
  auto equal = comparisons::named("x", Verdict::kSame);
  CHECK("\n" + case_list(comparisons::report({comparisons::faster(), comparisons::slower(), comparisons::same(),
                                              comparisons::unknown(), comparisons::failed(), equal}),
                         options) ==
        R"(
case            side  change                       verdict
uniform/4096  v2.0.0    -28%                        faster
uniform/16    v2.0.0   +2.2%                        SLOWER
uniform/64    v2.0.0   +0.4%  no difference of 2 % or more
worst/1024    v2.0.0   +3.1%                   cannot tell
worst/2048    v2.0.0       -                        failed
x             v2.0.0       -                     same code
)");
}

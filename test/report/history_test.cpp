#include <harness/report/history.hpp>

#include <sstream>

#include <harness/report/figures.hpp>
#include <harness/report/history_words.hpp>

#include "../catch.hpp"
#include "history_views.hpp"

using namespace harness::report;
using namespace history_views;

namespace {

std::string shown(const CaseJudgement& one, std::size_t columns = 0, bool utf8 = true) {
  return "\n" + judgement_text(one, wide(columns, utf8));
}

std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) most = std::max(most, characters_in(line));
  return most;
}

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

CaseJudgement faster_with_memory() {
  CaseJudgement one = with_memory(judgement(Verdict::kFaster, 0.93), 0.84e6);
  one.rerun = Rerun{Verdict::kFaster, "v2.0.0 of 2026-11-20", std::log(0.93), ""};
  return one;
}

// The third slower run, with twice the memory.
CaseJudgement alerted(bool confirmed = true) {
  CaseJudgement one = with_memory(judgement(Verdict::kAlert, 1.06), 1.2e6, 1.116e-3);
  one.streak = 3;
  one.alert = Alert{Metric::kTime, {10.1, 9.4, 12},       confirmed, "1111111aaaa", "2026-11-20T10:00:00Z",
                    "2222222bbbb", "2026-11-21T10:00:00Z"};
  return one;
}

RecordedRun timed(double seconds) {
  RecordedRun run;
  run.ratio_to_pin = 1.06;
  run.real_seconds_per_call = seconds;
  return run;
}

}  // namespace

TEST_CASE("a case that is the same takes one line with the deltas in the form that was asked for") {
  CHECK(shown(with_memory(judgement(Verdict::kSame, 1.001), 1.8e6 - 1.2e6)) == R"(
two-sum/v2.0.0/uniform/64  same                      mem_delta: +0B, gc_delta: +0, alloc_delta: +0, p95_delta: -3%
)");
}

TEST_CASE("the deltas of the memory of a call: decimal MB with one digit, KB and B below, always signed") {
  CHECK(bytes_delta_text(1.2e6) == "+1.2MB");
  CHECK(bytes_delta_text(-1.2e6) == "-1.2MB");
  CHECK(bytes_delta_text(1234.56e6) == "+1234.6MB");
  CHECK(bytes_delta_text(410'000) == "+410.0KB");
  CHECK(bytes_delta_text(999'960) == "+1.0MB");
  CHECK(bytes_delta_text(80) == "+80B");
  CHECK(bytes_delta_text(-0.2) == "+0B");
  CHECK(count_delta_text(0) == "+0");
  CHECK(count_delta_text(-3) == "-3");
  CHECK(percent_delta_text(-0.03) == "-3%");
  CHECK(percent_delta_text(-0.004) == "+0%");
  CHECK(percent_delta_text(11) == "x12");
}

TEST_CASE("slower cries, with the history's figures, how many runs were worse, and the duet that confirmed it") {
  CHECK(shown(slower(), 100) == R"(
two-sum/v2.0.0/uniform/64  SLOWER +5.2 % (+10.4σ)
    mem_delta: +0B, gc_delta: +0, alloc_delta: +0, p95_delta: -3%
    ratio to the pin 1.0520, mean 1.0000 ± 0.0100 of 12 runs, none of them was worse
    duet with v2.0.0 of 2026-11-20: slower +5.0 %, both duets agree
)");
  CaseJudgement known = slower();
  known.metrics[0].at_least_as_bad_as = 10;
  CHECK_THAT(shown(known), ContainsSubstring(", 2 of them were worse\n"));
}

TEST_CASE("faster but with more memory is said as such") {
  CHECK(shown(faster_with_memory()) == R"(
two-sum/v2.0.0/uniform/64  faster but +40 % memory   mem_delta: +240.0KB, gc_delta: +0, alloc_delta: +0, p95_delta: -3%
    -7.0 % (-14.0σ), ratio to the pin 0.9300, mean 1.0000 ± 0.0100 of 12 runs
    duet with v2.0.0 of 2026-11-20: faster -7.0 %
    peak heap 600.0KB -> 840.0KB, exact
)");
  CHECK_THAT(shown(with_memory(judgement(Verdict::kSame, 1), 0.3e6)), ContainsSubstring("  same and -50 % memory"));
  CaseJudgement slow = with_memory(judgement(Verdict::kSlower, 1.05), 0.3e6);
  CHECK_THAT(shown(slow), ContainsSubstring("  SLOWER +5.0 % (+10.0σ) but -50 % memory"));
}

TEST_CASE("a suspect says what nobody could confirm, and a cleared one by what") {
  CaseJudgement one = judgement(Verdict::kSuspect, 1.03);
  one.rerun = Rerun{Verdict::kCannotTell, "v2.0.0 of 2026-11-20", 0, "its library is gone"};
  CHECK(shown(one) == R"(
two-sum/v2.0.0/uniform/64  suspect +3.0 % (+6.0σ)
    ratio to the pin 1.0300, mean 1.0000 ± 0.0100 of 12 runs, none of them was worse
    not confirmed: its library is gone
)");
  one.verdict = Verdict::kSame;
  one.metrics[0].beyond = false;
  one.rerun = Rerun{Verdict::kSame, "v2.0.0 of 2026-11-20", 0, "its code is the same"};
  CHECK(shown(one) == R"(
two-sum/v2.0.0/uniform/64  same
    +3.0 % (+6.0σ), ratio to the pin 1.0300, mean 1.0000 ± 0.0100 of 12 runs
    same as v2.0.0 of 2026-11-20: its code is the same
)");
  CHECK_THAT(shown(with_memory(judgement(Verdict::kSuspect, 1), 0.6e6, 1.3e-3)),
             ContainsSubstring("  suspect p95 latency +30 % (+6.0σ)"));
}

TEST_CASE("drift tells where the level began") {
  CaseJudgement one = slower();
  one.drifted = true;
  CHECK_THAT(shown(one), ContainsSubstring("    ratio to the pin 1.0520, the level began at 1.0000, "));
}

TEST_CASE("a new case shows its present values in the place of deltas") {
  CaseJudgement one = with_memory(judgement(Verdict::kNew, 1), 1.2e6);
  one.reason = "history begins";
  for (MetricJudgement& each : one.metrics) each.mean.reset();
  CHECK(shown(one) == R"(
two-sum/v2.0.0/uniform/64  new: history begins       mem: 1.2MB, gc: 1, alloc: 3, p95: 970μs
)");
}

TEST_CASE("what could not be compared says why, and invents no figures") {
  CaseJudgement one = judgement(Verdict::kIncomparable, 1);
  one.metrics.clear();
  one.reason = "input ab instead of cd";
  CHECK(shown(one) == "\ntwo-sum/v2.0.0/uniform/64  not comparable: input ab instead of cd\n");
  one.verdict = Verdict::kFailed;
  one.reason = "crashed: SIGSEGV";
  CHECK(shown(one) == "\ntwo-sum/v2.0.0/uniform/64  FAILED: crashed: SIGSEGV\n");
  one.verdict = Verdict::kCannotTell;
  one.reason = "the budget was used up";
  CHECK(shown(one) == "\ntwo-sum/v2.0.0/uniform/64  cannot tell: the budget was used up\n");
}

TEST_CASE("lines keep to the terminal, and without UTF-8 to ASCII") {
  CaseJudgement warned = slower();
  warned.warnings = {"a new segment begins: of the pin, v1.0.0 of 2026-10-01, the library is not kept here any more"};
  for (const std::size_t columns : {60, 80, 120}) {
    for (const CaseJudgement& one : {warned, faster_with_memory(), alerted()}) {
      INFO(shown(one, columns, false));
      CHECK(widest(shown(one, columns)) <= columns);
      CHECK(widest(shown(one, columns, false)) <= columns);
      CHECK(is_ascii(shown(one, columns, false)));
      CHECK(widest(alert_text(one, timed(1e-3), {}, wide(columns))) <= columns);
    }
  }
}

TEST_CASE("texts of others cannot write to the terminal") {
  CaseJudgement one = slower();
  one.case_name = "a\x1b[2J";
  one.rerun->words = "b\x1b]0;";
  one.warnings = {"c\x1b[1m"};
  CHECK(shown(one).find('\x1b') == std::string::npos);
  AlertContext context;
  context.commits = {{"3333333cccc", "d\x1b[2J"}};
  context.files = {"e\x1b[2J"};
  CHECK(alert_text(alerted(), timed(1e-3), context, wide(80)).find('\x1b') == std::string::npos);
}

TEST_CASE("an alert is a table of what changed, its three z values, the commits in between and their files") {
  AlertContext context;
  context.commits = {{"2222222bbbb", "Take a map"}, {"3333333cccc", "Sort first"}};
  context.files = {"solvers/two-sum/two_sum.cpp", "CMakeLists.txt"};
  CHECK("\n" + alert_text(alerted(), timed(0.142 * 1.06), context, wide(100)) == R"(
ALERT two-sum/v2.0.0/uniform/64: time is worse in 3 runs in a row, each confirmed by a duet
  dimension    current  historical mean  Δσ
  time         151ms    142ms            +12.0σ
  p95 latency  1.12ms   1.00ms           +2.3σ
  peak heap    1.2MB    0.6MB            +100 %, exact
  z of the three runs, oldest first: +10.1, +9.4, +12.0
  last good: 1111111 of 2026-11-20; first bad: 2222222 of 2026-11-21
  commits in between:
    2222222  Take a map
    3333333  Sort first
  files changed: solvers/two-sum/two_sum.cpp, CMakeLists.txt
)");
}

TEST_CASE("an alert that nothing confirmed says that it only warns; unknown commits are said to be so") {
  CaseJudgement one = alerted(false);
  one.alert->last_good_sha.clear();
  const std::string text = alert_text(one, timed(1e-3), {}, wide(0));
  CHECK_THAT(
      text,
      StartsWith("alert two-sum/v2.0.0/uniform/64: time is worse in 3 runs in a row, not confirmed: a warning\n"));
  CHECK_THAT(text, ContainsSubstring("last good: an unknown commit of 2026-11-20"));
  CHECK_THAT(text, !ContainsSubstring("commits in between"));
  CHECK_THAT(shown(one), ContainsSubstring("alert, not confirmed: +6.0 % (+12.0σ)"));
  CHECK(alert_text(slower(), timed(1e-3), {}, wide(0)).empty());
}

TEST_CASE("many commits and files are cut, and said to be more") {
  AlertContext context;
  for (int i = 0; i < 30; ++i) {
    context.commits.push_back({"4444444", "commit"});
    context.files.push_back("file" + std::to_string(i));
  }
  context.more_commits = true;
  const std::string text = alert_text(alerted(), timed(1e-3), context, wide(80));
  CHECK_THAT(text, ContainsSubstring("    and 22 or more"));
  CHECK_THAT(text, ContainsSubstring("and 18 more\n"));
}

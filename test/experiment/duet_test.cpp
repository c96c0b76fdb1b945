#include <harness/experiment/duet.hpp>

#include <cmath>
#include <deque>
#include <string>
#include <vector>

#include <test/catch.hpp>

using namespace harness;
using experiment::decide;
using experiment::DuetPlan;
using experiment::NoProcess;
using model::Verdict;

namespace {

model::DuetProcess process(double ratio, double standard_error = 0.0005, double drift = 0) {
  model::DuetProcess made;
  made.log_ratio = std::log(ratio);
  made.standard_error = standard_error;
  made.pairs = 20;
  made.drift = drift;
  made.reference_seconds_per_call = 1e-6;
  made.candidate_seconds_per_call = 1e-6 * ratio;
  return made;
}

// Processes by a script; each takes `seconds_each` of a clock that only the script moves.
struct Script {
  std::deque<tl::expected<model::DuetProcess, NoProcess>> processes;
  double seconds_each = 0.02;
  double now = 0;
  std::size_t asked = 0;

  experiment::NextProcess next() {
    return [this]() -> tl::expected<model::DuetProcess, NoProcess> {
      ++asked;
      now += seconds_each;
      REQUIRE(!processes.empty());
      auto one = processes.front();
      if (processes.size() > 1) processes.pop_front();  // the last one is repeated
      return one;
    };
  }
  DuetPlan plan() {
    DuetPlan made;
    made.clock = [this] { return now; };
    return made;
  }
};

model::Comparison sides() {
  model::Comparison comparison;
  comparison.reference = "v1.0.0";
  comparison.candidate = "v2.0.0";
  return comparison;
}

tl::unexpected<NoProcess> none(NoProcess::Kind kind, std::string reason) { return tl::unexpected(NoProcess{kind, std::move(reason)}); }

}  // namespace

TEST_CASE("a slowdown is said after a second duet in fresh processes said it too") {
  Script script{{process(1.10)}};
  auto comparison = sides();
  REQUIRE(!decide(script.next(), script.plan(), comparison));
  CHECK(comparison.verdict == Verdict::kSlower);
  REQUIRE(comparison.duets.size() == 2);
  CHECK(comparison.duets[0].processes.size() == 6);
  CHECK(comparison.duets[1].processes.size() == 6);
  CHECK(comparison.duets[0].path.size() == 6);
  CHECK(comparison.log_ratio == Approx(std::log(1.10)));
  CHECK(comparison.log_ratio_low <= comparison.log_ratio);
  CHECK(comparison.log_ratio_high >= comparison.log_ratio);
  CHECK(comparison.would_notice > 0);
}

TEST_CASE("swapping the sides flips the verdict") {
  Script script{{process(1 / 1.10)}};
  auto comparison = sides();
  decide(script.next(), script.plan(), comparison);
  CHECK(comparison.verdict == Verdict::kFaster);
}

TEST_CASE("no difference needs no second duet") {
  Script script{{process(1.0002)}};
  auto comparison = sides();
  decide(script.next(), script.plan(), comparison);
  CHECK(comparison.verdict == Verdict::kSame);
  CHECK(comparison.duets.size() == 1);
  CHECK(script.asked == 3);
}

TEST_CASE("what a second duet does not confirm cannot be told") {
  Script script{{process(1.10), process(1.10), process(1.10), process(1.10), process(1.10), process(1.10), process(1.0)}};
  auto comparison = sides();
  decide(script.next(), script.plan(), comparison);
  CHECK(comparison.verdict == Verdict::kCannotTell);
  CHECK(comparison.duets.size() == 2);
  CHECK(!comparison.reason.empty());
}

TEST_CASE("the budget ends a duet that does not decide, and each duet has its own") {
  Script script{{process(1.01, 0.02), process(0.99, 0.02), process(1.02, 0.02), process(1.01, 0.02)}};
  script.seconds_each = 0.5;
  auto comparison = sides();
  decide(script.next(), script.plan(), comparison);
  CHECK(comparison.verdict == Verdict::kCannotTell);
  REQUIRE(comparison.duets.size() == 1);
  CHECK(comparison.duets[0].processes.size() <= 10);
  CHECK(comparison.duets[0].seconds <= 5.5);
  CHECK(comparison.duets[0].ended_by.find("budget of 5 s") != std::string::npos);
}

TEST_CASE("a duet whose least number of processes does not fit the budget is not begun") {
  Script script{{process(1.10)}};
  auto plan = script.plan();
  plan.least_processes = 5;
  plan.seconds_of_a_process = 18;
  auto comparison = sides();
  decide(script.next(), plan, comparison);
  CHECK(comparison.verdict == Verdict::kCannotTell);
  CHECK(script.asked == 0);
  CHECK(comparison.reason == "5 processes take about 90 s, the budget is 5 s; --budget=135s would do");
}

TEST_CASE("a side that fails ends the comparison with its reason") {
  Script script{{process(1.0), none(NoProcess::Kind::kFailed, "v2.0.0: crashed: SIGSEGV while running")}};
  auto comparison = sides();
  REQUIRE(!decide(script.next(), script.plan(), comparison));
  CHECK(comparison.verdict == Verdict::kFailed);
  CHECK(comparison.reason == "v2.0.0: crashed: SIGSEGV while running");
  CHECK(script.asked == 2);
}

TEST_CASE("a side that fails while its slowdown is being confirmed is no slowdown") {
  Script script{{process(1.1), process(1.1), process(1.1), process(1.1), process(1.1), process(1.1), none(NoProcess::Kind::kFailed, "v2.0.0: crashed")}};
  auto comparison = sides();
  decide(script.next(), script.plan(), comparison);
  CHECK(comparison.verdict == Verdict::kFailed);
  CHECK(comparison.reason == "v2.0.0: crashed");
}

TEST_CASE("a clock that is no good three times in a row ends in cannot tell") {
  Script script{{none(NoProcess::Kind::kUnusable, "the clock stepped back in 12 of 20 pairs")}};
  auto comparison = sides();
  decide(script.next(), script.plan(), comparison);
  CHECK(comparison.verdict == Verdict::kCannotTell);
  CHECK(script.asked == 3);
  CHECK(comparison.reason.find("clock stepped back") != std::string::npos);
}

TEST_CASE("a clock that was no good once costs only that process") {
  Script script{{none(NoProcess::Kind::kUnusable, "clock"), process(1.0)}};
  auto comparison = sides();
  decide(script.next(), script.plan(), comparison);
  CHECK(comparison.verdict == Verdict::kSame);
  CHECK(script.asked == 4);
}

TEST_CASE("a process that could not be started blames no side") {
  Script script{{process(1.1), none(NoProcess::Kind::kNotStarted, "no worker: too many open files")}};
  auto comparison = sides();
  CHECK(!decide(script.next(), script.plan(), comparison));
  CHECK(comparison.verdict == Verdict::kCannotTell);
  CHECK(comparison.reason == "no worker: too many open files");
}

TEST_CASE("an interrupted comparison keeps its processes and says nothing") {
  Script script{{process(1.1), process(1.1), none(NoProcess::Kind::kInterrupted, "interrupted")}};
  auto comparison = sides();
  CHECK(decide(script.next(), script.plan(), comparison));
  CHECK(comparison.verdict == Verdict::kCannotTell);
  CHECK(comparison.duets[0].processes.size() == 2);
}

TEST_CASE("a side that gets slower while it runs gets no verdict where its halves disagree") {
  Script script{{process(1.05, 0.0005, 0.20)}};
  auto comparison = sides();
  decide(script.next(), script.plan(), comparison);
  CHECK(comparison.verdict == Verdict::kCannotTell);
  CHECK(comparison.reason.find("gets slower") != std::string::npos);
}

TEST_CASE("a drift that is small beside the difference is a warning only") {
  Script script{{process(1.50, 0.0005, 0.05)}};
  auto comparison = sides();
  decide(script.next(), script.plan(), comparison);
  CHECK(comparison.verdict == Verdict::kSlower);
  CHECK(comparison.warnings.size() == 1);
}

TEST_CASE("a claim below 2.5 % says that layout was not spanned") {
  Script script{{process(1.021)}};
  auto comparison = sides();
  decide(script.next(), script.plan(), comparison);
  REQUIRE(comparison.verdict == Verdict::kSlower);
  REQUIRE(comparison.warnings.size() == 1);
  CHECK(comparison.warnings[0].starts_with("layout not spanned"));
}

TEST_CASE("progress is told after each process") {
  Script script{{process(1.1)}};
  auto plan = script.plan();
  std::vector<std::size_t> counts;
  plan.progress = [&](const model::Duet& duet) { counts.push_back(duet.processes.size()); };
  auto comparison = sides();
  decide(script.next(), plan, comparison);
  CHECK(counts == std::vector<std::size_t>{1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6});
}

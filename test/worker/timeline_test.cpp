#include "running.hpp"

#include <harness/worker/timeline.hpp>

#include <test/catch.hpp>

using harness::model::TimelineEvent;
using harness::worker::Timeline;
using namespace running;

namespace {

std::vector<std::string> steps_of(const std::vector<TimelineEvent>& events) {
  std::vector<std::string> steps;
  for (const auto& event : events) steps.push_back(event.step);
  return steps;
}

Settings noted_in(Timeline& timeline) {
  Settings settings;
  settings.timeline = &timeline;
  settings.trial = "two-sum/v2.0.0/uniform/64";
  return settings;
}

}  // namespace

TEST_CASE("events are told in the order in which they began, on one clock") {
  Timeline timeline;
  const auto now = Timeline::Clock::now();
  const auto at = [&](int seconds) { return now + std::chrono::seconds(seconds); };
  TimelineEvent later, earlier;
  later.step = "later";
  earlier.step = "earlier";
  timeline.add(later, at(20), at(23));
  timeline.add(earlier, at(10), at(30));
  const auto events = timeline.events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].step == "earlier");
  CHECK(events[0].seconds == Approx(20));
  CHECK(events[1].begin_seconds - events[0].begin_seconds == Approx(10));
  CHECK(events[1].seconds == Approx(3));
}

TEST_CASE("each step of a worker is noted, with its trial, its library and its process") {
  Timeline timeline;
  const auto made = run("good_1", "x", patient_limits(), noted_in(timeline));
  CHECK_FALSE(made.failure);
  const auto events = timeline.events();
  CHECK(steps_of(events) == std::vector<std::string>{"start", "load", "open", "run", "answer", "finish"});
  double end = 0;
  for (const auto& event : events) {
    INFO(event.step);
    CHECK(event.trial == "two-sum/v2.0.0/uniform/64");
    CHECK(event.library == "good_1.so");
    CHECK(event.process == events[0].process);
    CHECK(event.process > 1);
    CHECK(event.failed.empty());
    CHECK(event.begin_seconds >= end);
    CHECK(event.seconds >= 0);
    end = event.begin_seconds + event.seconds;
  }
}

TEST_CASE("a step that fails is noted with the failure's words") {
  Timeline timeline;
  const auto made = run("misbehaves_running", "abort_call", patient_limits(), noted_in(timeline));
  REQUIRE(made.failure);
  const auto events = timeline.events();
  CHECK(steps_of(events) == std::vector<std::string>{"start", "load", "open", "run"});
  CHECK(events.back().failed == made.failure->text);
  CHECK(events.back().process > 1);
  CHECK(events[2].failed.empty());
}

TEST_CASE("a worker that cannot be started is a step that failed") {
  Timeline timeline;
  auto settings = noted_in(timeline);
  settings.executable = "/nonexistent/harness-worker";
  const auto worker = Worker::start(library("good_1"), "good_1.so", patient_limits(), settings);
  REQUIRE_FALSE(worker);
  const auto events = timeline.events();
  REQUIRE(steps_of(events) == std::vector<std::string>{"start"});
  CHECK(events[0].failed == worker.error().text);
  CHECK(events[0].library == "good_1.so");
}

TEST_CASE("the steps of a duet are noted for the library that they mean") {
  Timeline timeline;
  auto worker = Worker::start(library("duets_1"), "duets_1.so", patient_limits(), noted_in(timeline));
  REQUIRE(worker);
  REQUIRE(worker->add(library("duets_2"), "duets_2.so"));
  REQUIRE(worker->open(input("x")));
  REQUIRE(worker->turn_to(1));
  REQUIRE(worker->open(input("x")));
  REQUIRE(worker->alternate({1, 2}, {1, 2}, 0));
  const auto events = timeline.events();
  REQUIRE(steps_of(events) == std::vector<std::string>{"start", "load", "load", "open", "open", "run"});
  CHECK(events[1].library == "duets_1.so");
  CHECK(events[2].library == "duets_2.so");
  CHECK(events[3].library == "duets_1.so");
  CHECK(events[4].library == "duets_2.so");
  CHECK(events[5].library == "duets_1.so, duets_2.so");
}

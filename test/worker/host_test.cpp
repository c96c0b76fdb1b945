#include "running.hpp"

#include <sched.h>
#include <chrono>
#include <csignal>
#include <numeric>
#include <thread>

#include <spawn.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <test/catch.hpp>

using harness::worker::FailureKind;
using harness::worker::Isolation;
using namespace running;

namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::atomic<bool> stop_requested = false;
extern "C" void request_stop(int) { stop_requested = true; }

}  // namespace

TEST_CASE("a good solver is started, given its input, timed, asked and ended") {
  Settings settings;
  settings.isolation = GENERATE(Isolation::kProcess, Isolation::kNone);
  auto worker = Worker::start(library("good_2"), "good_2.so", patient_limits(), settings);
  REQUIRE(worker);
  CHECK(worker->signature() == "() -> integer");
  REQUIRE(worker->open(input("x")));
  const auto timed = worker->time(1000, 0.001, 0.01);
  REQUIRE(timed);
  CHECK(timed->real_seconds >= 0);
  CHECK(timed->real_seconds < 1);
  CHECK(worker->answer().value() == harness::model::Bytes{2});
  REQUIRE(worker->open(input("another")));
  REQUIRE(worker->time(1, 0, 0));
  CHECK(worker->finish());
  CHECK_FALSE(worker->finish());
}

TEST_CASE("a failure that the library reported leaves the worker usable") {
  auto worker = Worker::start(library("misbehaves_running"), "m.so", patient_limits(), {});
  REQUIRE(worker);
  CHECK(worker->time(1, 0, 0).error().kind == FailureKind::kBadState);
  REQUIRE(worker->open(input("throw_number")));
  CHECK(worker->time(1, 0, 0).error().kind == FailureKind::kThrew);
  REQUIRE(worker->open(input("look_around")));
  CHECK(worker->time(1, 0, 0));
  CHECK(worker->finish());
}

TEST_CASE("after its end a worker repeats why it ended") {
  auto worker = Worker::start(library("misbehaves_running"), "m.so", patient_limits(), {});
  REQUIRE(worker);
  REQUIRE(worker->open(input("abort_call")));
  const auto first = worker->time(1, 0, 0);
  REQUIRE_FALSE(first);
  CHECK(worker->answer().error().text == first.error().text);
  CHECK(worker->finish().error().kind == FailureKind::kCrashed);
}

TEST_CASE("a hundred workers leave the descriptors as they were") {
  const auto good = library("good_1");
  const auto before = open_descriptors();
  for (int i = 0; i < 100; ++i) {
    auto worker = Worker::start(good, "good_1.so", patient_limits(), {});
    REQUIRE(worker);
    if (i % 2 == 0) REQUIRE(worker->finish());
  }
  CHECK(open_descriptors() == before);
  CHECK_FALSE(has_children());
}

TEST_CASE("an answer of 40 MB arrives whole") {
  const auto made = run("misbehaves_running", "large_answer", patient_limits());
  REQUIRE_FALSE(made.failure);
  REQUIRE(made.answer.size() == 40'000'000);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < made.answer.size(); ++i) wrong += made.answer[i] != static_cast<std::uint8_t>(i * 7 >> 3);
  CHECK(wrong == 0);
}

TEST_CASE("an input of 100 MiB arrives whole") {
  std::vector<std::uint8_t> bytes(100 << 20);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i >> 5);
  const auto sum = std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0});
  const auto made = run("sums_input", {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, patient_limits());
  REQUIRE_FALSE(made.failure);
  REQUIRE(made.answer.size() == 9);
  std::uint64_t answered = 0;
  for (int i = 1; i < 9; ++i) answered = answered << 8 | made.answer[i];
  CHECK(answered == sum);
}

TEST_CASE("an empty input arrives") { CHECK_FALSE(run("sums_input", "", patient_limits()).failure); }

TEST_CASE("a deadline grows with what is predicted, and the failure says so") {
  auto worker = Worker::start(library("misbehaves_running"), "m.so", short_limits(), {});
  REQUIRE(worker);
  REQUIRE(worker->open(input("sleep_a_second")));
  CHECK(worker->time(1, 0, 2.0));
  REQUIRE(worker->open(input("sleep_for_ever")));
  const auto timed = worker->time(1, 0, 0.05);
  REQUIRE_FALSE(timed);
  CHECK_THAT(timed.error().text,
             ContainsSubstring("did not answer within 1.5 s (limit of a call and 10 times the predicted 0.05 s)"));
}

TEST_CASE("a stop flag set by another thread ends a wait quickly") {
  stop_requested = false;
  Settings settings;
  settings.stop = &stop_requested;
  auto worker = Worker::start(library("misbehaves_running"), "m.so", patient_limits(), settings);
  REQUIRE(worker);
  REQUIRE(worker->open(input("sleep_for_ever")));
  std::thread other([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop_requested = true;
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto timed = worker->time(1, 0, 0);
  other.join();
  REQUIRE_FALSE(timed);
  CHECK(timed.error().kind == FailureKind::kInterrupted);
  CHECK(seconds_since(begin) < 10);  // of 60
  CHECK_FALSE(has_children());
}

TEST_CASE("a stop flag set by a signal handler ends a wait quickly") {
  stop_requested = false;
  Settings settings;
  settings.stop = &stop_requested;
  auto worker = Worker::start(library("misbehaves_running"), "m.so", patient_limits(), settings);
  REQUIRE(worker);
  REQUIRE(worker->open(input("endless_loop")));
  struct sigaction action {
  }, old{};
  action.sa_handler = request_stop;
  ::sigaction(SIGALRM, &action, &old);
  const itimerval soon{{0, 0}, {0, 50'000}};
  ::setitimer(ITIMER_REAL, &soon, nullptr);
  const auto begin = std::chrono::steady_clock::now();
  const auto timed = worker->time(1, 0, 0);
  ::sigaction(SIGALRM, &old, nullptr);
  REQUIRE_FALSE(timed);
  CHECK(timed.error().kind == FailureKind::kInterrupted);
  CHECK(seconds_since(begin) < 10);
}

TEST_CASE("a worker is not started when the run was asked to stop") {
  stop_requested = true;
  Settings settings;
  settings.stop = &stop_requested;
  const auto worker = Worker::start(library("good_1"), "good_1.so", patient_limits(), settings);
  REQUIRE_FALSE(worker);
  CHECK(worker.error().kind == FailureKind::kInterrupted);
  CHECK_FALSE(has_children());
}

TEST_CASE("a host that is killed leaves no orphan") {
  std::string host = ENDLESS_HOST, file = std::string(RUNNING_LIBRARIES) + "/misbehaves_running.so";
  char* words[] = {host.data(), file.data(), nullptr};
  pid_t process = 0;
  REQUIRE(::posix_spawn(&process, host.c_str(), nullptr, nullptr, words, environ) == 0);
  std::vector<int> workers;
  for (int i = 0; i < 500 && workers.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    workers = children_of(process);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // well into its loop
  CHECK(workers.size() == 1);
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
  for (const int worker : workers) CHECK(vanishes(worker));
}

TEST_CASE("a worker program that cannot be started is the system's fault, and named") {
  Settings settings;
  settings.executable = "/nonexistent/harness-worker";
  auto worker = Worker::start(library("good_1"), "good_1.so", patient_limits(), settings);
  REQUIRE_FALSE(worker);
  CHECK(worker.error().kind == FailureKind::kNotStarted);
  CHECK_THAT(worker.error().text, ContainsSubstring("/nonexistent/harness-worker: No such file"));
  settings.executable = "/bin/true";
  worker = Worker::start(library("good_1"), "good_1.so", patient_limits(), settings);
  REQUIRE_FALSE(worker);
  CHECK(worker.error().kind == FailureKind::kNotStarted);
}

TEST_CASE("a child that is given a core runs there and nowhere else") {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  REQUIRE(::sched_getaffinity(0, sizeof allowed, &allowed) == 0);
  int last = 0;
  for (int core = 0; core < 256; ++core)
    if (CPU_ISSET(core, &allowed)) last = core;
  Settings settings;
  settings.core = last;
  const auto made = run("misbehaves_running", "count_processors", patient_limits(), settings);
  CHECK(made.answer == std::vector<std::uint8_t>{static_cast<std::uint8_t>(last)});
}

TEST_CASE("an input that was never made is refused at once") {
  auto worker = Worker::start(library("good_1"), "good_1.so", patient_limits(), {});
  REQUIRE(worker);
  const auto opened = worker->open(MemoryFile());
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == FailureKind::kNotStarted);
}

TEST_CASE("in a thread a solver's exceptions are failures like in a process") {
  Settings settings;
  settings.isolation = Isolation::kNone;
  const auto before = open_descriptors();
  const auto made = run("misbehaves_running", "throw_standard", patient_limits(), settings);
  REQUIRE(made.failure);
  CHECK(made.failure->kind == FailureKind::kThrew);
  CHECK(run("no_entry", "x", patient_limits(), settings).failure->kind == FailureKind::kNotLoaded);
  CHECK(run("misbehaves_running", "large_answer", patient_limits(), settings).answer.size() == 40'000'000);
  // A library that was loaded stays mapped, with the descriptor that keeps its name taken: it may have threads left.
  CHECK(open_descriptors() == before + 2);
}

TEST_CASE("in a thread a solver that hangs is reported and left behind") {
  Settings settings;
  settings.isolation = Isolation::kNone;
  Limits limits;
  limits.seconds_per_call = 0.3;
  const auto made = run("misbehaves_running", "sleep_a_second", limits, settings);
  REQUIRE(made.failure);
  CHECK(made.failure->kind == FailureKind::kTimedOut);
  CHECK_THAT(made.failure->text, ContainsSubstring("still runs in a thread of the harness"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));  // it comes back and finds its channel closed
  CHECK_FALSE(run("good_1", "x", patient_limits(), settings).failure);
}

TEST_CASE("a problem's library describes itself, generates, checks and answers as the reference") {
  Settings settings;
  settings.isolation = GENERATE(Isolation::kProcess, Isolation::kNone);
  auto worker = Worker::start(library("problem"), "problem.so", patient_limits(), settings);
  REQUIRE(worker);
  CHECK(worker->signature() == "(integer, integer) -> integer");

  const auto facts = worker->problem();
  REQUIRE(facts);
  CHECK(facts->problem == "five");
  CHECK(facts->generators == std::vector<std::string>{"pair", "large", "cut"});
  CHECK(facts->has_checker);
  CHECK(facts->has_reference);

  const auto generated = worker->generate("pair", 3, 4);
  REQUIRE(generated);
  CHECK(generated->args == harness::model::Bytes{0x82, 3, 4});
  CHECK(generated->expect == harness::model::Bytes{5});
  const auto large = worker->generate("large", 3'000'000, 9);
  REQUIRE(large);
  CHECK(large->args.size() == 3'000'006);
  CHECK_FALSE(large->expect);
  const auto unknown = worker->generate("other", 1, 1);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().kind == FailureKind::kBadInput);
  CHECK(unknown.error().text == "no generator is called other");

  const std::vector<std::uint8_t> right{5}, wrong{6};
  CHECK(worker->check(input("x"), right).value().empty());
  CHECK(worker->check(input("x"), wrong).value() == "expected 5");
  CHECK(worker->check(input(""), right).error().kind == FailureKind::kBadState);
  CHECK(worker->reference(input("x")).value() == harness::model::Bytes{5});
  CHECK(worker->time(1, 0, 0).error().kind == FailureKind::kBadState);
  CHECK(worker->finish());

  worker = Worker::start(library("problem"), "problem.so", patient_limits(), settings);
  REQUIRE(worker);
  const auto cut = worker->generate("cut", 1, 1);
  REQUIRE_FALSE(cut);
  CHECK(cut.error().kind == FailureKind::kProtocol);
}

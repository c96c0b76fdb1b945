#include "running.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <test/catch.hpp>

using harness::worker::FailureKind;
using harness::worker::Isolation;
using harness::worker::Slicing;
using namespace running;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_UNDEFINED__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

Settings settings_with(Isolation isolation, bool own_heaps = false, std::uint64_t padding = 0) {
  Settings settings;
  settings.isolation = isolation;
  settings.own_heaps = own_heaps;
  settings.heap_padding_bytes = padding;
  return settings;
}

// Both loaded, in this order, and both given the same input.
Worker duet(const std::string& first, const std::string& second, const std::string& wanted,
            const Settings& settings = {}, const Limits& limits = patient_limits()) {
  auto worker = Worker::start(library(first), first + ".so", limits, settings);
  INFO((worker ? "" : worker.error().text));
  REQUIRE(worker);
  const auto added = worker->add(library(second), second + ".so");
  INFO((added ? "" : added.error().text));
  REQUIRE(added);
  for (const int side : {1, 0}) {
    REQUIRE(worker->turn_to(side));
    REQUIRE(worker->open(input(wanted)));
  }
  return std::move(*worker);
}

std::vector<std::uint64_t> numbers(Worker& worker, int side) {
  REQUIRE(worker.turn_to(side));
  const auto bytes = worker.answer();
  REQUIRE(bytes);
  std::vector<std::uint64_t> told(bytes->size() / sizeof(std::uint64_t));
  std::memcpy(told.data(), bytes->data(), told.size() * sizeof told[0]);
  return told;
}
std::uint64_t number(Worker& worker, int side) { return numbers(worker, side).at(0); }

Slicing slicing(std::uint64_t calls, std::uint64_t count) {
  Slicing made;
  made.calls = calls;
  made.count = count;
  made.predicted_seconds = 0.01;
  return made;
}

}  // namespace

TEST_CASE("a fresh copy has the same bytes and name, other pages, and is sealed too") {
  const auto original = input("some bytes");
  const auto copy = original.fresh_copy();
  REQUIRE(copy);
  struct stat first {}, second {};
  REQUIRE(::fstat(original.descriptor(), &first) == 0);
  REQUIRE(::fstat(copy->descriptor(), &second) == 0);
  CHECK(first.st_ino != second.st_ino);
  char bytes[16] = {};
  CHECK(copy->size() == 10);
  CHECK(::pread(copy->descriptor(), bytes, sizeof bytes, 0) == 10);
  CHECK(std::string(bytes) == "some bytes");
  CHECK(::write(copy->descriptor(), "x", 1) == -1);
  CHECK(::fcntl(copy->descriptor(), F_GET_SEALS) == ::fcntl(original.descriptor(), F_GET_SEALS));
  char name[64] = {};
  REQUIRE(::readlink(("/proc/self/fd/" + std::to_string(copy->descriptor())).c_str(), name, sizeof name - 1) > 0);
  CHECK_THAT(name, StartsWith("/memfd:input"));
  CHECK(input("").fresh_copy().value().size() == 0);
  CHECK(MemoryFile().fresh_copy().error().kind == FailureKind::kNotStarted);
}

TEST_CASE("of two libraries in one process each runs its own code and answers its own") {
  const auto isolation = GENERATE(Isolation::kProcess, Isolation::kNone);
  const bool swapped = GENERATE(false, true);
  const std::string first = swapped ? "duets_2" : "duets_1", second = swapped ? "duets_1" : "duets_2";
  auto worker = duet(first, second, "version", settings_with(isolation));
  const auto alternated = worker.alternate(slicing(3, 4), slicing(5, 4), 0);
  REQUIRE(alternated);
  CHECK(alternated->sides[0].size() == 4);
  CHECK(alternated->sides[1].size() == 4);
  CHECK(number(worker, 0) == (swapped ? 2 : 1));
  CHECK(number(worker, 1) == (swapped ? 1 : 2));
  for (const int side : {0, 1}) {
    REQUIRE(worker.turn_to(side));
    REQUIRE(worker.open(input("calls")));
    REQUIRE(worker.slices(slicing(7 + side, 2)));
    CHECK(number(worker, side) == 7u + side);
  }
  CHECK(worker.finish());
}

TEST_CASE("slices of both sides strictly alternate, and the one that is named begins") {
  const int first = GENERATE(0, 1);
  const int second = 1 - first;
  auto worker = duet("duets_1", "duets_2", "times");
  REQUIRE(worker.alternate(slicing(1, 100), slicing(1, 100), first));
  const auto of_first = numbers(worker, first), of_second = numbers(worker, second);
  REQUIRE(of_first.size() == 100);
  REQUIRE(of_second.size() == 100);
  for (std::size_t i = 0; i < 100; ++i) {
    CHECK(of_first[i] < of_second[i]);
    if (i + 1 < 100) CHECK(of_second[i] < of_first[i + 1]);
  }
  CHECK(worker.finish());
}

TEST_CASE("equal bytes are two libraries all the same, with code and state of their own") {
  const auto isolation = GENERATE(Isolation::kProcess, Isolation::kNone);
  const bool same_file = GENERATE(false, true);
  const auto one = library("duets_1");
  const auto other = same_file ? one : one.fresh_copy().value();
  auto worker = Worker::start(one, "one.so", patient_limits(), settings_with(isolation));
  REQUIRE(worker);
  REQUIRE(worker->add(other, "other.so"));
  for (const int side : {0, 1}) {
    REQUIRE(worker->turn_to(side));
    REQUIRE(worker->open(input("runs")));
    REQUIRE(worker->slices(slicing(1, side == 0 ? 5 : 9)));
  }
  CHECK(number(*worker, 0) == 5);
  CHECK(number(*worker, 1) == 9);
  for (const int side : {0, 1}) {
    REQUIRE(worker->turn_to(side));
    REQUIRE(worker->open(input("code")));
  }
  CHECK(number(*worker, 0) != number(*worker, 1));
  CHECK(worker->finish());
}

TEST_CASE("each slice is told with its time per call, on both clocks") {
  auto worker = Worker::start(library("busy"), "busy.so", patient_limits(), {});
  REQUIRE(worker);
  REQUIRE(worker->open(input("x")));
  const auto slices = worker->slices(slicing(10, 30));
  REQUIRE(slices);
  REQUIRE(slices->size() == 30);
  for (const auto& slice : *slices) {
    CHECK(slice.real_seconds_per_call >= 37.9e-6);  // nine calls of 20 us and one of 200
    CHECK(slice.cpu_seconds_per_call > 0);
    CHECK(slice.cpu_seconds_per_call <= slice.real_seconds_per_call);
  }
  CHECK(worker->finish());
}

TEST_CASE("private arguments are prepared for each slice, in a duet too") {
  auto worker = duet("prepared", "duets_1", "runs");
  auto prepared = slicing(100, 20);
  prepared.warmup_seconds = 0.001;
  REQUIRE(worker.alternate(prepared, slicing(1, 20), 1));
  REQUIRE(worker.alternate(slicing(100'000, 3), slicing(1, 3), 0));  // more than a batch
  CHECK(number(worker, 1) == 23);
  CHECK(worker.finish());
}

TEST_CASE("the most slices that there are arrive whole, and one more is refused") {
  auto worker = duet("duets_1", "duets_2", "runs");
  const auto alternated = worker.alternate(slicing(1, 1000), slicing(1, 1000), 0);
  REQUIRE(alternated);
  CHECK(alternated->sides[0].size() == 1000);
  CHECK(alternated->sides[1].size() == 1000);
  CHECK(worker.slices(slicing(1, 1000))->size() == 1000);
  const auto too_many = worker.alternate(slicing(1, 1001), slicing(1, 1001), 0);
  REQUIRE_FALSE(too_many);
  CHECK(too_many.error().kind == FailureKind::kBadState);
  CHECK(too_many.error().text == "1001 slices were asked for; 1 to 1000 can be");
  CHECK(worker.slices(slicing(1, 1001)).error().kind == FailureKind::kBadState);
  CHECK(worker.finish());
}

TEST_CASE("what makes no sense to ask is refused and ends nothing") {
  auto worker = duet("duets_1", "duets_2", "runs");
  CHECK(worker.slices(slicing(0, 1)).error().kind == FailureKind::kBadState);
  CHECK(worker.slices(slicing(1, 0)).error().kind == FailureKind::kBadState);
  CHECK(worker.alternate(slicing(1, 1), slicing(0, 1), 0).error().kind == FailureKind::kBadState);
  CHECK(worker.alternate(slicing(1, 1), slicing(1, 2), 0).error().kind == FailureKind::kBadState);
  CHECK(worker.alternate(slicing(1, 1), slicing(1, 1), 2).error().kind == FailureKind::kBadState);
  CHECK(worker.turn_to(2).error().kind == FailureKind::kBadState);
  CHECK(worker.end_slices().error().kind == FailureKind::kBadState);
  CHECK(worker.add(library("good_1"), "good_1.so").error().kind == FailureKind::kBadState);
  CHECK(worker.slices(slicing(1, 1)));
  CHECK(worker.finish());
}

TEST_CASE("a second side is asked for only where there is one, with its input") {
  auto worker = Worker::start(library("duets_1"), "duets_1.so", patient_limits(), {});
  REQUIRE(worker);
  REQUIRE(worker->open(input("runs")));
  CHECK(worker->turn_to(1).error().kind == FailureKind::kBadState);
  CHECK(worker->alternate(slicing(1, 1), slicing(1, 1), 0).error().kind == FailureKind::kBadState);
  CHECK(worker->add(library("no_entry"), "no_entry.so").error().kind == FailureKind::kNotLoaded);
  CHECK_THAT(worker->add(library("problem"), "problem.so").error().text, StartsWith("only solvers share a process"));
  REQUIRE(worker->add(library("duets_2"), "duets_2.so"));
  CHECK(worker->alternate(slicing(1, 1), slicing(1, 1), 0).error().text == "no input was opened");
  REQUIRE(worker->time(1, 0, 0));
  CHECK(number(*worker, 0) == 1);
  CHECK(worker->finish());
}

TEST_CASE("slices can be asked for and fetched later, from two workers at once") {
  auto one = Worker::start(library("busy"), "busy.so", patient_limits(), {});
  auto other = Worker::start(library("busy"), "busy.so", patient_limits(), {});
  REQUIRE((one && other));
  for (auto* worker : {&*one, &*other}) {
    REQUIRE(worker->open(input("x")));
    REQUIRE(worker->begin_slices(slicing(10, 5)));
    CHECK(worker->begin_slices(slicing(1, 1)).error().kind == FailureKind::kBadState);
    CHECK(worker->answer().error().kind == FailureKind::kBadState);
  }
  Worker moved = std::move(*one);
  CHECK(moved.end_slices()->size() == 5);
  CHECK(other->end_slices()->size() == 5);
  CHECK(other->end_slices().error().kind == FailureKind::kBadState);
  CHECK(moved.finish());
  CHECK(other->finish());
}

TEST_CASE("the deadline of slices runs from the asking, and an answer in time counts whenever it is fetched") {
  Limits limits = short_limits();
  auto worker = Worker::start(library("misbehaves_running"), "m.so", limits, {});
  REQUIRE(worker);
  REQUIRE(worker->open(input("sleep_for_ever")));
  Slicing none;
  REQUIRE(worker->begin_slices(none));
  std::this_thread::sleep_for(std::chrono::milliseconds(900));
  const auto begin = std::chrono::steady_clock::now();
  CHECK(worker->end_slices().error().kind == FailureKind::kTimedOut);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(600));

  auto quick = Worker::start(library("duets_1"), "duets_1.so", limits, {});
  REQUIRE(quick);
  REQUIRE(quick->open(input("runs")));
  REQUIRE(quick->begin_slices(none));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  CHECK(quick->end_slices()->size() == 1);
}

TEST_CASE("of two sides that take turns the one that throws is named") {
  const auto isolation = GENERATE(Isolation::kProcess, Isolation::kNone);
  auto worker = Worker::start(library("duets_1"), "duets_1.so", patient_limits(), settings_with(isolation));
  REQUIRE(worker);
  REQUIRE(worker->add(library("duets_2"), "duets_2.so"));
  const int thrower = GENERATE(0, 1);
  for (const int side : {0, 1}) {
    REQUIRE(worker->turn_to(side));
    REQUIRE(worker->open(input(side == thrower ? "throws_at_third" : "runs")));
  }
  const auto alternated = worker->alternate(slicing(1, 10), slicing(1, 10), GENERATE(0, 1));
  REQUIRE_FALSE(alternated);
  CHECK(alternated.error().kind == FailureKind::kThrew);
  CHECK(alternated.error().text == "threw int in duets_" + std::to_string(thrower + 1) + ".so while both ran in turn");
  CHECK(number(*worker, thrower) == static_cast<std::uint64_t>(thrower + 1));
  CHECK(worker->finish());
}

TEST_CASE("a side that crashes or hangs while both take turns costs that process and leaves nothing behind") {
  const auto before = open_descriptors();
  {
    auto worker = duet("duets_1", "duets_2", "crashes_at_third");
    const auto alternated = worker.alternate(slicing(1, 10), slicing(1, 10), 0);
    REQUIRE_FALSE(alternated);
    CHECK(alternated.error().kind == FailureKind::kCrashed);
    CHECK_THAT(alternated.error().text, ContainsSubstring("SIGABRT"));
    CHECK_THAT(alternated.error().text, ContainsSubstring("while both ran in turn"));
    CHECK(worker.turn_to(0).error().text == alternated.error().text);
  }
  {
    auto worker = duet("duets_1", "duets_2", "hangs_at_third", {}, short_limits());
    const auto alternated = worker.alternate(slicing(1, 10), slicing(1, 10), 0);
    REQUIRE_FALSE(alternated);
    CHECK(alternated.error().kind == FailureKind::kTimedOut);
    CHECK_THAT(alternated.error().text,
               StartsWith("did not answer within 2.2 s (limit of 2 calls and 10 times the predicted 0.02 s)"));
  }
  CHECK(open_descriptors() == before);
  CHECK_FALSE(has_children());
}

TEST_CASE("forged slices are not believed") {
  const std::string behaviour = GENERATE("forged_slices_too_long", "forged_slices_too_few", "forged_slices_negative");
  auto worker = Worker::start(library("misbehaves_running"), "m.so", patient_limits(), {});
  REQUIRE(worker);
  REQUIRE(worker->open(input(behaviour)));
  const auto slices = worker->slices(slicing(1, 2));
  REQUIRE_FALSE(slices);
  INFO(slices.error().text);
  CHECK(slices.error().kind == FailureKind::kProtocol);
  CHECK_THAT(slices.error().text, ContainsSubstring(behaviour == "forged_slices_too_long"  ? "claims 7.2e+03 s"
                                                    : behaviour == "forged_slices_too_few" ? "malformed slices"
                                                                                           : "negative or no number"));
}

TEST_CASE("both sides are ended: destroyed, and waited for") {
  const bool first_hangs = GENERATE(true, false);
  const std::string hangs = "misbehaves_running", ends = "duets_1";
  auto worker = Worker::start(library(first_hangs ? hangs : ends), "first.so", short_limits(), {});
  REQUIRE(worker);
  REQUIRE(worker->add(library(first_hangs ? ends : hangs), "second.so"));
  REQUIRE(worker->turn_to(first_hangs ? 0 : 1));
  REQUIRE(worker->open(input("hang_when_destroyed")));
  REQUIRE(worker->slices(slicing(1, 1)));
  REQUIRE(worker->turn_to(first_hangs ? 1 : 0));
  const auto finished = worker->finish();
  REQUIRE_FALSE(finished);
  CHECK(finished.error().kind == FailureKind::kTimedOut);
}

TEST_CASE("padding is taken from the heap and kept") {
  const auto isolation = GENERATE(Isolation::kProcess, Isolation::kNone);
  const auto in_use = [&](std::uint64_t padding, bool own_heaps) {
    auto worker = duet("duets_1", "duets_2", "heap_in_use", settings_with(isolation, own_heaps, padding));
    const auto told = std::min(number(worker, 0), number(worker, 1));
    REQUIRE(worker.finish());
    return told;
  };
  if (kSanitized) return;  // its heap tells nothing
  if (isolation == Isolation::kProcess) {
    CHECK(in_use(300'000, false) >= in_use(0, false) + 300'000);
    CHECK(in_use(300'000, true) >= in_use(0, true) + 300'000);
  } else {
    CHECK(in_use(30'000'000, false) >= 30'000'000);
    CHECK(in_use(0, false) < 30'000'000);  // given back with the thread
  }
}

TEST_CASE("sides with heaps of their own do not get each other's blocks; others do") {
  const auto blocks = [](bool own_heaps) {
    auto worker = duet("duets_1", "duets_2", "free_block", settings_with(Isolation::kProcess, own_heaps));
    REQUIRE(worker.alternate(slicing(1, 3), slicing(1, 3), 0));
    const auto first = number(worker, 0), second = number(worker, 1), again = number(worker, 0);
    CHECK(first == again);
    CHECK(worker.finish());
    return std::pair(first, second);
  };
  if (!kSanitized) {
    const auto shared = blocks(false), apart = blocks(true);
    CHECK(shared.first == shared.second);
    CHECK(apart.first != apart.second);
  }
}

TEST_CASE("a C library of its own locks no more than the program's, unless the solver has threads") {
  if (kSanitized) return;
  const auto single_threaded = [](const std::string& name, bool own_heaps) {
    auto worker = duet(name, "duets_2", "single_threaded", settings_with(Isolation::kProcess, own_heaps));
    const auto told = number(worker, 0);
    CHECK(worker.finish());
    return told;
  };
  CHECK(single_threaded("duets_1", false) == 1);
  CHECK(single_threaded("duets_1", true) == 1);
  CHECK(single_threaded("duets_threaded", false) == 0);
  CHECK(single_threaded("duets_threaded", true) == 0);
}

TEST_CASE("libraries with heaps of their own run, answer, print and fail like others") {
  if (kSanitized) return;
  const auto own = settings_with(Isolation::kProcess, true);
  auto worker = duet("duets_2", "duets_1", "version", own);
  REQUIRE(worker.alternate(slicing(2, 5), slicing(2, 5), 1));
  CHECK(number(worker, 0) == 2);
  CHECK(number(worker, 1) == 1);
  CHECK(worker.finish());

  const auto with_sdk = run("sdk_vector", std::string_view("\x80", 1), patient_limits(), own);
  INFO((with_sdk.failure ? with_sdk.failure->text : ""));
  CHECK_FALSE(with_sdk.failure);
  const auto crashed = run("misbehaves_running", "print_and_crash", patient_limits(), own);
  REQUIRE(crashed.failure);
  CHECK(crashed.failure->kind == FailureKind::kCrashed);
  CHECK_THAT(crashed.failure->output, StartsWith("first line\nlast words"));
  CHECK(run("misbehaves_running", "report_threw", patient_limits(), own).failure->kind == FailureKind::kThrew);
  CHECK(run("misbehaves_running", "exit_0", patient_limits(), own).failure->kind == FailureKind::kExited);
  CHECK(run("misbehaves_running", "throw_number", patient_limits(), own).failure->kind == FailureKind::kCrashed);
  const auto unloadable = run("undefined_symbol", "x", patient_limits(), own);
  REQUIRE(unloadable.failure);
  CHECK(unloadable.failure->kind == FailureKind::kBadState);
  CHECK_THAT(unloadable.failure->text,
             StartsWith("not available here: undefined symbol: harness_test_nobody_defines_this"));
  CHECK(run("no_entry", "x", patient_limits(), own).failure->kind == FailureKind::kNotLoaded);
}

TEST_CASE("where heaps cannot be apart, it is said before anything is started") {
  auto settings = settings_with(Isolation::kNone, true);
  SECTION("in a thread") {}
  SECTION("where memory is measured") {
    settings.isolation = Isolation::kProcess;
    settings.program = harness::worker::Program::kHeap;
  }
  SECTION("under sanitizers") {
    if (!kSanitized) return;
    settings.isolation = Isolation::kProcess;
  }
  const auto worker = Worker::start(library("duets_1"), "duets_1.so", patient_limits(), settings);
  REQUIRE_FALSE(worker);
  CHECK(worker.error().kind == FailureKind::kBadState);
  CHECK_THAT(worker.error().text, StartsWith("not available: "));
}

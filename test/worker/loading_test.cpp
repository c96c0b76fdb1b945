#include "running.hpp"

#include <fstream>

#include <test/catch.hpp>

using harness::worker::FailureKind;
using harness::worker::Isolation;
using namespace running;

TEST_CASE("two libraries loaded one after another each run their own code") {
  Settings settings;
  settings.isolation = GENERATE(Isolation::kProcess, Isolation::kNone);
  for (int round = 0; round < 3; ++round) {
    CHECK(run("good_1", "x", patient_limits(), settings).answer == harness::model::Bytes{1});
    CHECK(run("good_2", "x", patient_limits(), settings).answer == harness::model::Bytes{2});
  }
}

TEST_CASE("two libraries at the same time each run their own code") {
  Settings settings;
  settings.isolation = GENERATE(Isolation::kProcess, Isolation::kNone);
  auto first = Worker::start(library("good_1"), "good_1.so", patient_limits(), settings);
  auto second = Worker::start(library("good_2"), "good_2.so", patient_limits(), settings);
  REQUIRE(first);
  REQUIRE(second);
  for (auto* worker : {&*second, &*first}) {
    REQUIRE(worker->open(input("x")));
    REQUIRE(worker->time(1, 0, 0));
  }
  CHECK(first->answer().value() == harness::model::Bytes{1});
  CHECK(second->answer().value() == harness::model::Bytes{2});
  CHECK(first->finish());
  CHECK(second->finish());
}

TEST_CASE("what dlopen says about a damaged library reaches the caller, with the library's name") {
  const auto made = Worker::start(input("no library at all"), "text.so", patient_limits(), {});
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == FailureKind::kNotLoaded);
  CHECK_THAT(made.error().text, ContainsSubstring("file too short"));
  CHECK(made.error().text.find("/proc/self") == std::string::npos);
}

TEST_CASE("a truncated library is refused or ends its own process only") {
  std::ifstream file(std::string(RUNNING_LIBRARIES) + "/good_1.so", std::ios::binary);
  const std::vector<std::uint8_t> whole((std::istreambuf_iterator<char>(file)), {});
  const auto before = open_descriptors();
  for (std::size_t size = 0; size < whole.size(); size += whole.size() / 12) {
    const auto part = MemoryFile::sealed(std::span(whole).first(size), "part.so");
    REQUIRE(part);
    const auto made = Worker::start(*part, "part.so", patient_limits(), {});
    if (size < whole.size() / 2) CHECK_FALSE(made);
  }
  CHECK(open_descriptors() == before);
  CHECK_FALSE(has_children());
}

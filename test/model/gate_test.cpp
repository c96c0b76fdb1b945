#include <harness/model/gate.hpp>

#include <set>
#include <string>

#include "../catch.hpp"

using namespace harness::model;

TEST_CASE("every cause has a word of --fail-on, which names it again") {
  std::set<std::string_view> words;
  for (const Cause cause : {Cause::kTime, Cause::kMemory, Cause::kP95, Cause::kGrowth, Cause::kLimits}) {
    words.insert(cause_word(cause));
    CHECK(cause_of(cause_word(cause)) == cause);
  }
  CHECK(words == std::set<std::string_view>{"time", "memory", "p95", "growth", "limits"});
  CHECK_FALSE(cause_of("Time"));
  CHECK_FALSE(cause_of(""));
}

TEST_CASE("every kind of change has a word of its own") {
  CHECK(change_word(Change::Kind::kEqual) == "same");
  CHECK(change_word(Change::Kind::kEdited) == "edited");
  CHECK(change_word(Change::Kind::kNewVersion) == "new version");
  CHECK(change_word(Change::Kind::kNew) == "new");
  CHECK(change_word(Change::Kind::kRemoved) == "removed");
}

#include <harness/model/comparison.hpp>

#include <set>

#include "../catch.hpp"

using namespace harness::model;

TEST_CASE("every verdict has a word of its own that leads back to it") {
  std::set<std::string_view> words;
  for (int number = 0; number <= static_cast<int>(Verdict::kFailed); ++number) {
    const auto verdict = static_cast<Verdict>(number);
    words.insert(verdict_word(verdict));
    CHECK(verdict_of(verdict_word(verdict)) == verdict);
  }
  CHECK(words == std::set<std::string_view>{"slower", "faster", "same", "cannot-tell", "new", "missing", "incomparable",
                                            "failed"});
}

TEST_CASE("a word that names no verdict is none") {
  CHECK_FALSE(verdict_of(""));
  CHECK_FALSE(verdict_of("Slower"));
  CHECK_FALSE(verdict_of("slower "));
  CHECK_FALSE(verdict_of("cannot tell"));
}

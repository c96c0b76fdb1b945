#include <harness/report/page.hpp>

#include "../catch.hpp"

using namespace harness::report;

TEST_CASE("folded text keeps its words, its first column and its width") {
  CHECK(folded("one two three", 0, 0, 2) == std::vector<std::string>{"one two three"});
  CHECK(folded("one two three", 7, 0, 2) == std::vector<std::string>{"one two", "  three"});
  CHECK(folded("one two three", 10, 7, 2) == std::vector<std::string>{"one", "  two", "  three"});
  CHECK(folded("onetwothree four", 5, 0, 2) == std::vector<std::string>{"onetwothree", "  four"});
  CHECK(folded("one", 10, 9, 2) == std::vector<std::string>{"", "  one"});
  CHECK(folded("", 10, 0, 2) == std::vector<std::string>{""});
}

TEST_CASE("marks stand around text and never around nothing") {
  CHECK(Paint(true).bad("FAILED") == "\x1b[1;31mFAILED\x1b[0m");
  CHECK(Paint(true).good("").empty());
  CHECK(Paint(false).bad("FAILED") == "FAILED");
}

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

TEST_CASE("phrases keep together, align where they follow each other, and are folded only when a line is too short") {
  using Lines = std::vector<std::string>;
  CHECK(in_phrases({"  a   ", "b c", "d"}, 0, 4) == Lines{"  a     b c  d"});
  CHECK(in_phrases({"  a   ", "b c", "d"}, 14, 4) == Lines{"  a     b c  d"});
  CHECK(in_phrases({"  a   ", "b c", "d"}, 13, 4) == Lines{"  a     b c", "    d"});
  CHECK(in_phrases({"  a   ", "b c", "d"}, 10, 4) == Lines{"  a", "    b c  d"});
  CHECK(in_phrases({"  a", "bcd efg"}, 8, 4) == Lines{"  a", "    bcd", "    efg"});
  CHECK(in_phrases({"  a", "", "b"}, 20, 4) == Lines{"  a  b"});
  CHECK(in_phrases({"  a", "   ", "b"}, 20, 4) == Lines{"  a       b"});
  CHECK(in_phrases({"  a", "   ", "b"}, 4, 2) == Lines{"  a", "  b"});
  CHECK(in_phrases({}, 20, 4).empty());
  CHECK(in_phrases({"  elevenchars", "b"}, 8, 4) == Lines{"  elevenchars", "    b"});
}

TEST_CASE("marks stand around text and never around nothing") {
  CHECK(Paint(true).bad("FAILED") == "\x1b[1;31mFAILED\x1b[0m");
  CHECK(Paint(true).good("").empty());
  CHECK(Paint(false).bad("FAILED") == "FAILED");
}

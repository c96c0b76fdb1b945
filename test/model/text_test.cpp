#include <string>

#include <test/catch.hpp>

#include <harness/model/text.hpp>

using namespace harness::model;

TEST_CASE("a quoted text is one printable line of at most 60 characters") {
  CHECK(in_quotes("") == "\"\"");
  CHECK(in_quotes("a \"b\" \\") == "\"a \\\"b\\\" \\\\\"");
  CHECK(in_quotes("a\nb\x1b[31m\x7f") == "\"a\\nb\\x1b[31m\\x7f\"");
  CHECK(in_quotes("\xc3\xa4 \xff \xc2\x9b") == "\"\xc3\xa4 \\xff \\xc2\\x9b\"");
  CHECK(in_quotes(std::string(60, 'a')) == "\"" + std::string(60, 'a') + "\"");
  CHECK(in_quotes(std::string(61, 'a')) == "\"" + std::string(60, 'a') + "...\"");
}

TEST_CASE("UTF-8 is what RFC 3629 says") {
  for (const char* text : {"", "abc", "\xc3\xa4", "\xe2\x82\xac", "\xed\x9f\xbf", "\xee\x80\x80", "\xf0\x9f\x98\x80",
                           "\xf4\x8f\xbf\xbf"}) {
    CHECK(is_utf8(text));
  }
  for (const char* text :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "a\xc3z"}) {
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("control characters of both sets are found") {
  CHECK_FALSE(has_control_character("a\tb\nc \xc3\xa4 \xc2\xa0"));
  CHECK(has_control_character("\x1b"));
  CHECK(has_control_character("a\x7f"));
  CHECK(has_control_character("\xc2\x9b"));
  CHECK(has_control_character(std::string("a\0b", 3)));
}

TEST_CASE("the nearest name differs in two letters at most, and in less than half of it") {
  CHECK(nearest("varient", {"version", "variant"}) == "variant");
  CHECK(nearest("nmae", {"args", "name"}) == "name");
  CHECK(nearest("qps", {"p95", "qps"}) == "qps");
  CHECK(nearest("xyz", {"abc", "variant"}).empty());
  CHECK(nearest("", {"ab"}).empty());
}

#include <harness/worker/generated.hpp>

#include <string>

#include <test/catch.hpp>

using harness::worker::read_counters;
using harness::worker::split_generated;

namespace {
std::vector<std::uint8_t> bytes(std::string_view text) { return {text.begin(), text.end()}; }
}  // namespace

TEST_CASE("arguments and expected answer come out as documents of their own") {
  const auto both =
      split_generated(bytes("\xa2\x64"
                            "args\x82\x01\x61x\x66"
                            "expect\x81\x02"));
  REQUIRE(both);
  CHECK(both->args == bytes("\x82\x01\x61x"));
  CHECK(both->expect == bytes("\x81\x02"));
  const auto only_args =
      split_generated(bytes("\xa1\x64"
                            "args\x80"));
  REQUIRE(only_args);
  CHECK(only_args->args == bytes("\x80"));
  CHECK_FALSE(only_args->expect);
}

TEST_CASE("a key with a wide head, which puts the arguments at a multiple of 8, is fine") {
  const std::string_view text(
      "\xa1\x79\x00\x04"
      "args\x81\x05",
      10);
  const auto generated = split_generated(bytes(text));
  REQUIRE(generated);
  CHECK(generated->args == bytes("\x81\x05"));
}

TEST_CASE("whatever else a generator makes is refused with a reason") {
  for (const std::string_view wrong : {std::string_view(""), std::string_view("\x80"), std::string_view("\xa0"),
                                       std::string_view("\xa1\x64"
                                                        "args"),
                                       std::string_view("\xa1\x64"
                                                        "args\x82\x01"),
                                       std::string_view("\xa1\x64"
                                                        "args\x05"),
                                       std::string_view("\xa1\x64"
                                                        "args\x80\x80"),
                                       std::string_view("\xa2\x64"
                                                        "args\x80\x64"
                                                        "args\x80"),
                                       std::string_view("\xa2\x64"
                                                        "args\x80\x61x\x01"),
                                       std::string_view("\xa1\x66"
                                                        "expect\x01"),
                                       std::string_view("\xa1\x01\x80"),
                                       std::string_view("\xbf\x64"
                                                        "args\x80\xff"),
                                       std::string_view("\xbb\xff\xff\xff\xff\xff\xff\xff\xff")})
    CHECK_FALSE(split_generated(bytes(wrong)));
}

TEST_CASE("nesting without end is refused, not followed") {
  CHECK_FALSE(
      split_generated(bytes("\xa1\x64"
                            "args" +
                            std::string(100'000, '\x81') + "\x01")));
}

TEST_CASE("counters are names and numbers of any kind, in their order") {
  const std::string_view text(
      "\xa3\x61z\x03\x61m\x20\x61"
      "a\xf9\x3e\x00",
      12);
  const auto counters = read_counters(bytes(text));
  REQUIRE(counters);
  CHECK(*counters == std::vector<std::pair<std::string, double>>{{"z", 3}, {"m", -1}, {"a", 1.5}});
  CHECK(read_counters(bytes("\xa0"))->empty());
}

TEST_CASE("whatever else is told as counters is refused with a reason") {
  const auto why = [](std::string_view text) {
    const auto counters = read_counters(bytes(text));
    return counters ? std::string() : std::string(counters.error());
  };
  CHECK(why("") == "what is no map");
  CHECK(why("\x80") == "what is no map");
  CHECK(why("\xa1\x01\x01") == "a map whose keys are no strings");
  CHECK(why("\xa1\x60\x01") == "a name that is empty, longer than 64 bytes or not printable");
  CHECK(why("\xa1\x61\x1b\x01") == "a name that is empty, longer than 64 bytes or not printable");
  CHECK(why("\xa1\x78\x41" + std::string(65, 'x') + "\x01") ==
        "a name that is empty, longer than 64 bytes or not printable");
  CHECK(why("\xa2\x61x\x01\x61x\x02") == "a name twice");
  CHECK(why("\xa1\x61x\x61y") == "a value that is no number");
  CHECK(why(std::string_view("\xa1\x61x\xf9\x7c\x00", 6)) == "a number that is not finite");
  CHECK(why("\xa1\x61x\x01\x01") == "something behind the end of the map");
  CHECK_FALSE(why("\xbb\xff\xff\xff\xff\xff\xff\xff\xff").empty());
  std::string many("\xb8\x41");
  for (int i = 0; i < 65; ++i)
    many += std::string("\x62") + static_cast<char>('A' + i / 26) + static_cast<char>('a' + i % 26) + '\x01';
  CHECK(why(many) == "more than 64 names");
}

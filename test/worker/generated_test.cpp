#include <harness/worker/generated.hpp>

#include <string>

#include <test/catch.hpp>

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

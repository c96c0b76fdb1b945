#include <harness/model/bare_numbers.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <random>

#include "../catch.hpp"

using namespace harness::model;

namespace {

struct Filtered {
  std::string text, refused;
};

// The stream in parts of `step` bytes.
Filtered filtered(std::string_view text, std::size_t step, std::uint64_t most_bytes = 1 << 20) {
  const std::function<std::size_t(char*, std::size_t)> next = [&](char* buffer, std::size_t capacity) {
    const auto size = std::min({capacity, step, text.size()});
    std::memcpy(buffer, text.data(), size);
    text.remove_prefix(size);
    return size;
  };
  BareNumbers numbers(next, most_bytes);
  Filtered result;
  char buffer[64];
  while (const auto size = numbers.read(buffer, sizeof buffer)) result.text.append(buffer, size);
  result.refused = numbers.refused();
  return result;
}

}  // namespace

TEST_CASE("bare words become numbers of the same length, however the stream is cut") {
  const std::string text = R"({"a": NaN, "b":-nan,"c": [Infinity,-Infinity, inf , -inf],"d":nan})";
  for (const std::size_t step : {1U, 2U, 3U, 5U, 7U, 64U}) {
    const auto got = filtered(text, step);
    CHECK(got.text == R"({"a": 0e9, "b":-0e9,"c": [1e999999,-1e999999, 0E9 , -0E9],"d":0e9})");
    CHECK(got.text.size() == text.size());
  }
}

TEST_CASE("texts, longer words and words that touch a number stay as they are") {
  for (const std::string text : {R"({"NaN": "a \" NaN, Infinity \\", "x": true, "y": null, "z": 1e5})", "[1NaN, NaN5, -xNaN, xNaN, NaNNaNNaNNaN, Infinityx, 1-NaN]",
                                 "[NaN.5, infinity, NAN, +x]"}) {
    for (const std::size_t step : {1U, 4U, 64U}) CHECK(filtered(text, step).text == text);
  }
}

TEST_CASE("where the stream is cut changes nothing, whatever is in it") {
  constexpr std::array<const char*, 20> kParts{"NaN", "nan", "inf", "Infinity", "-", "\"", "\\", " ", ",", ":", "[", "}", "]", "{", "\n", "x", "1e5", "N", "(", "name"};
  std::minstd_rand random(7);
  std::size_t changed = 0;
  for (int i = 0; i < 3'000; ++i) {
    std::string text;
    for (auto parts = random() % 30; parts > 0; --parts) text += kParts[random() % kParts.size()];
    const auto whole = filtered(text, 64).text;
    CHECK(whole.size() == text.size());
    changed += whole != text;
    for (const std::size_t step : {1U, 2U, 3U, 7U, 11U}) {
      INFO(text);
      REQUIRE(filtered(text, step).text == whole);
    }
  }
  CHECK(changed > 300);
}

TEST_CASE("quotes that are escaped end no text, across any cut") {
  const std::string text = R"(["a\" , NaN, "b\\", NaN, "c\\\" NaN", nan])";
  for (std::size_t step = 1; step <= 64; ++step) CHECK(filtered(text, step).text == R"(["a\" , NaN, "b\\", NaN, "c\\\" NaN", 0e9])");
}

TEST_CASE("the numbers that stand for words are told apart from all others") {
  CHECK(std::isnan(meant_by_bare_number("0e9").value()));
  CHECK(std::isnan(meant_by_bare_number("-0e9").value()));
  CHECK(meant_by_bare_number("1e999999") == HUGE_VAL);
  CHECK(meant_by_bare_number("-0E9") == -HUGE_VAL);
  CHECK_FALSE(meant_by_bare_number("0e0"));
  CHECK_FALSE(meant_by_bare_number("0.0000000000000000e+00"));
}

TEST_CASE("a stream or a text that is too long is cut off and the reason kept") {
  CHECK_THAT(filtered(std::string((1 << 20) + 1, ' '), 64).refused, ContainsSubstring("at most 1 MiB"));
  CHECK(filtered(std::string(1 << 20, ' '), 64).refused.empty());
  CHECK_THAT(filtered("\"" + std::string((1 << 20) + 1, 'x'), 64, 1 << 22).refused, ContainsSubstring("texts of at most 1 MiB"));
}

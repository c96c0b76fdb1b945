#include <harness/trial/amounts.hpp>

#include <string>
#include <vector>

#include <harness/sdk/codec.hpp>

#include "../catch.hpp"

using harness::trial::bytes_of;
using harness::trial::items_of;

namespace {

using Bytes = std::vector<std::uint8_t>;

// Out of line: g++ 12 else warns of an overflow that is none.
template <class... T>
[[gnu::noinline]] Bytes arguments(const T&... values) {
  Bytes out;
  harness::sdk::cbor::Writer writer(out);
  writer.array(sizeof...(T));
  (harness::sdk::Codec<T>::encode(writer, values), ...);
  return out;
}

}  // namespace

TEST_CASE("items are the outermost elements of the argument, bytes all its elements by the size of their type") {
  const std::vector<std::vector<int>> rows = {{1, 2, 3}, {}, {4}};
  const auto args = arguments(9, std::vector<int>{2, 7, 11, 15}, std::string("hello"), rows,
                              std::vector<std::string>{"ab", "", "cde"}, std::vector<bool>{true, false});
  CHECK(items_of(args, 1) == 4U);
  CHECK(bytes_of(args, 1, "integer[]") == 16U);
  CHECK(items_of(args, 2) == 5U);
  CHECK(bytes_of(args, 2, "string") == 5U);
  CHECK(items_of(args, 3) == 3U);
  CHECK(bytes_of(args, 3, "integer[][]") == 16U);
  CHECK(items_of(args, 4) == 3U);
  CHECK(bytes_of(args, 4, "string[]") == 5U);
  CHECK(items_of(args, 5) == 2U);
  CHECK(bytes_of(args, 5, "boolean[]") == 2U);
}

TEST_CASE("bytes go by the declared type, whatever the document's encoding") {
  const auto narrow = arguments(std::vector<std::int8_t>{1, 2, 3});
  CHECK(bytes_of(narrow, 0, "integer[]") == 12U);
  CHECK(bytes_of(narrow, 0, "long[]") == 24U);
  CHECK(bytes_of(narrow, 0, "double[]") == 24U);
  const Bytes plain = {0x81, 0x83, 0x01, 0x02, 0x03};  // [[1, 2, 3]], no typed array
  CHECK(bytes_of(plain, 0, "integer[]") == 12U);
  CHECK(items_of(plain, 0) == 3U);
}

TEST_CASE("an empty array has no items and no bytes, which is not the same as none known") {
  const auto args = arguments(std::vector<int>{}, std::string());
  CHECK(items_of(args, 0) == 0U);
  CHECK(bytes_of(args, 0, "integer[]") == 0U);
  CHECK(items_of(args, 1) == 0U);
  CHECK(bytes_of(args, 1, "string") == 0U);
}

TEST_CASE("a number, an argument too many and another type have no amount") {
  const auto args = arguments(9, std::vector<int>{2, 7}, std::string("hello"));
  CHECK_FALSE(items_of(args, 0));
  CHECK_FALSE(bytes_of(args, 0, "integer"));
  CHECK_FALSE(items_of(args, 3));
  CHECK_FALSE(bytes_of(args, 3, "integer[]"));
  CHECK_FALSE(bytes_of(args, 1, "integer[][]"));
  CHECK_FALSE(bytes_of(args, 1, "string[]"));
  CHECK_FALSE(bytes_of(args, 1, "string"));
  CHECK_FALSE(bytes_of(args, 1, "widget[]"));
  CHECK_FALSE(bytes_of(args, 2, "integer[]"));
}

TEST_CASE("bytes that are no arguments have no amount") {
  const auto args = arguments(std::vector<int>{2, 7}, std::vector<std::string>{"ab", "cde"});
  for (std::size_t length = 0; length < args.size(); ++length) {
    const auto cut = std::span(args).first(length);
    CHECK_FALSE(bytes_of(cut, 1, "string[]"));
  }
  const auto numbers = arguments(std::vector<int>{2, 7});
  for (std::size_t length = 0; length < numbers.size(); ++length) {
    CHECK_FALSE(items_of(std::span(numbers).first(length), 0));
  }
  const Bytes number = {0x07};
  CHECK_FALSE(items_of(number, 0));
  const Bytes endless = {0x81, 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  CHECK_FALSE(items_of(endless, 0));
  CHECK_FALSE(bytes_of(endless, 0, "integer[]"));
}

#include <harness/sdk/cbor.hpp>

#include <limits>
#include <string>

#include "../catch.hpp"

using namespace harness::sdk::cbor;
using Bytes = std::vector<uint8_t>;

namespace {

template <class T>
void numbers_are_aligned_at_every_residue() {
  const std::string filler(24, 'x');
  for (size_t before = 0; before < 16; ++before) {
    for (const size_t count : {0, 1, 2, 5, 23, 24, 255, 300, 9000}) {
      std::vector<T> values(count);
      for (size_t i = 0; i < count; ++i) values[i] = static_cast<T>(i * 7 + 1);
      Bytes at_once;
      Writer writer(at_once);
      writer.array(2);
      writer.text(std::string_view(filler).substr(0, before));
      writer.numbers(std::span<const T>(values));

      Bytes streamed;
      Writer stream(streamed);
      stream.array(2);
      stream.text(std::string_view(filler).substr(0, before));
      const auto token = stream.begin_numbers<T>();
      for (const T value : values) stream.push(value);
      stream.end_numbers<T>(token);
      REQUIRE(streamed == at_once);

      REQUIRE(well_formed(at_once));
      Reader reader(at_once);
      uint64_t items = 0;
      REQUIRE(reader.array(items));
      REQUIRE(reader.skip());
      REQUIRE(reader.peek() == Kind::kNumbers);
      Numbers numbers;
      REQUIRE(reader.numbers(numbers));
      REQUIRE(reader.at_end());
      REQUIRE(numbers.element == element_of<T>());
      REQUIRE(numbers.count == count);
      REQUIRE(static_cast<size_t>(numbers.data - at_once.data()) % sizeof(T) == 0);
      size_t equal = 0;
      for (size_t i = 0; i < count; ++i) {
        equal += numbers.with(i, [](auto value) { return static_cast<T>(value); }) == values[i];
      }
      REQUIRE(equal == count);
    }
  }
}

Bytes bytes(std::initializer_list<int> list) {
  Bytes out;
  for (const int byte : list) out.push_back(static_cast<uint8_t>(byte));
  return out;
}

std::string fault(const Bytes& document) {
  Reader reader(document);
  while (reader.ok() && !reader.at_end()) reader.skip();
  return reader.ok() ? "" : reader.error();
}

}  // namespace

TEST_CASE("payloads of typed arrays are aligned from the document's first byte, whatever stands before them") {
  numbers_are_aligned_at_every_residue<int8_t>();
  numbers_are_aligned_at_every_residue<int16_t>();
  numbers_are_aligned_at_every_residue<int32_t>();
  numbers_are_aligned_at_every_residue<int64_t>();
  numbers_are_aligned_at_every_residue<uint8_t>();
  numbers_are_aligned_at_every_residue<uint16_t>();
  numbers_are_aligned_at_every_residue<uint32_t>();
  numbers_are_aligned_at_every_residue<uint64_t>();
  numbers_are_aligned_at_every_residue<float>();
  numbers_are_aligned_at_every_residue<double>();
}

TEST_CASE("alignment counts from where the writer began, not from the vector's start") {
  Bytes out(3);
  Writer writer(out);
  const double value = 1.5;
  writer.numbers(std::span<const double>(&value, 1));
  CHECK((out.size() - 3 - sizeof(double)) % sizeof(double) == 0);
  CHECK(writer.size() == out.size() - 3);
}

TEST_CASE("the examples of RFC 8949 are written with the shortest heads") {
  const auto written = [](auto&& write) {
    Bytes out;
    Writer writer(out);
    write(writer);
    return out;
  };
  CHECK(written([](Writer& w) { w.integer(0); }) == bytes({0x00}));
  CHECK(written([](Writer& w) { w.integer(23); }) == bytes({0x17}));
  CHECK(written([](Writer& w) { w.integer(24); }) == bytes({0x18, 0x18}));
  CHECK(written([](Writer& w) { w.integer(1000); }) == bytes({0x19, 0x03, 0xe8}));
  CHECK(written([](Writer& w) { w.integer(1000000); }) == bytes({0x1a, 0x00, 0x0f, 0x42, 0x40}));
  CHECK(written([](Writer& w) { w.unsigned_integer(UINT64_MAX); }) ==
        bytes({0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
  CHECK(written([](Writer& w) { w.integer(-1); }) == bytes({0x20}));
  CHECK(written([](Writer& w) { w.integer(-1000); }) == bytes({0x39, 0x03, 0xe7}));
  CHECK(written([](Writer& w) { w.floating(1.1); }) == bytes({0xfb, 0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a}));
  CHECK(written([](Writer& w) {
          w.boolean(false);
          w.boolean(true);
          w.null();
        }) == bytes({0xf4, 0xf5, 0xf6}));
  CHECK(written([](Writer& w) { w.text("IETF"); }) == bytes({0x64, 0x49, 0x45, 0x54, 0x46}));
  CHECK(written([](Writer& w) {
          w.map(1);
          w.integer(1);
          w.array(0);
        }) == bytes({0xa1, 0x01, 0x80}));
}

TEST_CASE("extreme integers come back") {
  Bytes out;
  Writer writer(out);
  writer.integer(std::numeric_limits<int64_t>::min());
  writer.integer(std::numeric_limits<int64_t>::max());
  writer.unsigned_integer(UINT64_MAX);
  Reader reader(out);
  int64_t value = 0;
  CHECK(reader.integer(value));
  CHECK(value == std::numeric_limits<int64_t>::min());
  CHECK(reader.integer(value));
  CHECK(value == std::numeric_limits<int64_t>::max());
  uint64_t large = 0;
  CHECK(reader.peek() == Kind::kUnsigned);
  CHECK(reader.unsigned_integer(large));
  CHECK(large == UINT64_MAX);
  CHECK(reader.at_end());

  Reader again(out);
  again.skip();
  again.skip();
  CHECK_FALSE(again.integer(value));
  CHECK(std::string(again.error()) == "an integer beyond 64 bits");
}

TEST_CASE("halves and singles are read as doubles") {
  const auto read = [](const Bytes& document) {
    Reader reader(document);
    double value = -1;
    REQUIRE(reader.floating(value));
    return value;
  };
  CHECK(read(bytes({0xf9, 0x3c, 0x00})) == 1.0);
  CHECK(read(bytes({0xf9, 0x7b, 0xff})) == 65504.0);
  CHECK(read(bytes({0xf9, 0x00, 0x01})) == 5.960464477539063e-8);
  CHECK(read(bytes({0xf9, 0xc4, 0x00})) == -4.0);
  CHECK(read(bytes({0xf9, 0x7c, 0x00})) == std::numeric_limits<double>::infinity());
  const double nan = read(bytes({0xf9, 0x7e, 0x00}));
  CHECK(nan != nan);
  CHECK(read(bytes({0xfa, 0x47, 0xc3, 0x50, 0x00})) == 100000.0);
}

TEST_CASE("a count that is not known is filled in later") {
  Bytes out;
  Writer writer(out);
  const auto outer = writer.begin_array();
  const auto inner = writer.begin_array();
  writer.integer(7);
  writer.end_array(inner, 1);
  writer.text("x");
  writer.end_array(outer, 2);
  REQUIRE(well_formed(out));
  Reader reader(out);
  uint64_t count = 0;
  CHECK(reader.array(count));
  CHECK(count == 2);
  CHECK(reader.array(count));
  CHECK(count == 1);
  CHECK(reader.depth() == 2);
  CHECK(reader.skip());
  CHECK(reader.depth() == 1);
  CHECK(reader.skip());
  CHECK(reader.at_end());
  CHECK(reader.depth() == 0);
}

TEST_CASE("what is not supported is refused with its reason") {
  CHECK(fault(bytes({0x9f, 0x01, 0xff})) == "a length is not given (indefinite lengths are not supported)");
  CHECK(fault(bytes({0x5f, 0x41, 0x01, 0xff})) == "a length is not given (indefinite lengths are not supported)");
  CHECK(fault(bytes({0xff})) == "a length is not given (indefinite lengths are not supported)");
  CHECK(fault(bytes({0x1c})) == "not CBOR (a reserved head)");
  CHECK(fault(bytes({0xf7})) == "a simple value other than false, true and null");
  CHECK(fault(bytes({0xf8, 0x14})) == "a simple value other than false, true and null");
  CHECK(fault(bytes({0xc1, 0x00})) == "a tag that is not supported");
  CHECK(fault(bytes({0xd9, 0xd9, 0xf7, 0xd9, 0xd9, 0xf7, 0x00})) == "a tag that is not supported");
  CHECK(fault(bytes({0xd8, 0x42, 0x44, 0, 0, 0, 0})) == "a tag that is not supported");  // big-endian numbers
  CHECK(fault(bytes({0xd8, 0x46, 0x00})) == "a typed array that is no byte string");
  CHECK(fault(bytes({0xd8, 0x46, 0x43, 0, 0, 0})) == "a typed array that ends within a number");
}

TEST_CASE("a length beyond the input is refused before anything is read") {
  CHECK(fault(bytes({0x65, 'a', 'b'})) == "a length beyond the end of the document");
  CHECK(fault(bytes({0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})) ==
        "a length beyond the end of the document");
  CHECK(fault(bytes({0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})) ==
        "more items than the document has bytes");
  CHECK(fault(bytes({0xbb, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0})) == "more items than the document has bytes");
  CHECK(fault(bytes({0x82, 0x01})) == "more items than the document has bytes");
  CHECK(fault(bytes({0x19, 0x01})) == "the document ends early");
}

TEST_CASE("64 levels are read, 65 are refused without recursion") {
  Bytes deep(64, 0x81);
  deep.push_back(0x00);
  CHECK(well_formed(deep));
  deep.insert(deep.begin(), 0x81);
  CHECK(fault(deep) == "nested deeper than 64 levels");
  Bytes very_deep(100000, 0x81);
  very_deep.push_back(0x00);
  CHECK(fault(very_deep) == "nested deeper than 64 levels");
}

TEST_CASE("a document is one item and nothing after it") {
  CHECK(well_formed(bytes({0x83, 0x01, 0x61, 'x', 0xa1, 0x01, 0x02})));
  CHECK_FALSE(well_formed(bytes({0x01, 0x02})));
  CHECK_FALSE(well_formed({}));
}

TEST_CASE("the first fault stops the reader for good and leaves outputs alone") {
  const Bytes document = bytes({0x01, 0x02});
  Reader reader(document);
  std::string_view text = "as it was";
  CHECK_FALSE(reader.text(text));
  CHECK(text == "as it was");
  CHECK(std::string(reader.error()) == "expected a string");
  CHECK(reader.offset() == 0);
  int64_t value = 9;
  CHECK_FALSE(reader.integer(value));
  CHECK(value == 9);
  CHECK(reader.peek() == Kind::kNothing);
  CHECK_FALSE(reader.at_end());
}

TEST_CASE("every truncation of a document is noticed") {
  Bytes out;
  Writer writer(out);
  writer.array(4);
  const std::vector<int32_t> values{1, 2, 3};
  writer.numbers(std::span<const int32_t>(values));
  writer.text("text");
  writer.floating(2.5);
  writer.map(1);
  writer.text("k");
  writer.bytes(std::vector<uint8_t>{1, 2});
  REQUIRE(well_formed(out));
  for (size_t size = 0; size < out.size(); ++size) CHECK_FALSE(well_formed({out.data(), size}));
}

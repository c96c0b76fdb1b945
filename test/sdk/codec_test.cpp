#include <harness/sdk/struct.hpp>

#include "../catch.hpp"

using namespace harness::sdk;
using Bytes = std::vector<uint8_t>;

namespace geometry {

struct Point {
  int x = 0;
  double y = 0;
  std::vector<std::string> tags;
  bool operator==(const Point&) const = default;
};
HARNESS_STRUCT(Point, x, y, tags);

struct Path {
  std::string name;
  std::vector<Point> points;
  std::optional<std::pair<int, char>> end;
  bool operator==(const Path&) const = default;
};
HARNESS_STRUCT(Path, name, points, end);

}  // namespace geometry

namespace {

template <class T>
Bytes encoded(const T& value) {
  Bytes out;
  cbor::Writer writer(out);
  Codec<T>::encode(writer, value);
  return out;
}

// The fault of decoding `document` as T; "" when it decodes.
template <class T>
std::string fault(const Bytes& document) {
  Decoder decoder(document, "argument");
  T value{};
  const bool fine = decoder.decode(value);
  CHECK(fine == decoder.error().empty());
  return decoder.error();
}

template <class T>
T decoded(const Bytes& document) {
  Decoder decoder(document, "argument");
  T value{};
  CHECK(decoder.decode(value));
  CHECK(decoder.error().empty());
  CHECK(decoder.reader().at_end());
  return value;
}

template <class T>
void comes_back(const T& value) {
  const Bytes document = encoded(value);
  REQUIRE(cbor::well_formed(document));
  CHECK(decoded<T>(document) == value);
}

template <class T>
std::string word() {
  return Codec<T>::word().text;
}

// The arguments as a reader that knows nothing of the types would write them: no typed arrays.
template <class... T>
Bytes plain_array(const T&... values) {
  Bytes out;
  cbor::Writer writer(out);
  writer.array(sizeof...(T));
  (Codec<T>::encode(writer, values), ...);
  return out;
}

}  // namespace

TEST_CASE("values of every type come back as they were") {
  comes_back<int8_t>(-128);
  comes_back<uint8_t>(255);
  comes_back<short>(-32768);
  comes_back<int>(std::numeric_limits<int>::min());
  comes_back<unsigned>(4294967295u);
  comes_back<long>(std::numeric_limits<long>::min());
  comes_back<long long>(std::numeric_limits<long long>::max());
  comes_back<unsigned long>(UINT64_MAX);
  comes_back(1.5f);
  comes_back(0.1);
  comes_back(-std::numeric_limits<double>::infinity());
  comes_back(true);
  comes_back('\0');
  comes_back('x');
  comes_back(std::string("a \0 and \xff", 8));
  comes_back(std::vector<int>{});
  comes_back(std::vector<int>{1, -2, 3});
  comes_back(std::vector<double>{0.5, -1});
  comes_back(std::vector<bool>{true, false, true});
  comes_back(std::vector<char>{'a', 'b'});
  comes_back(std::vector<std::string>{"", "x", std::string(100, 'y')});
  comes_back(std::vector<std::vector<int>>{{}, {1}, {2, 3}});
  comes_back(std::array<int, 3>{1, 2, 3});
  comes_back(std::array<std::string, 2>{"a", "b"});
  comes_back(std::pair<int, std::string>{1, "one"});
  comes_back(std::pair<int, int>{1, 2});
  comes_back(std::tuple<int, double, bool>{1, 2.5, true});
  comes_back(std::tuple<>{});
  comes_back(std::set<int>{3, 1, 2});
  comes_back(std::unordered_set<std::string>{"a", "b"});
  comes_back(std::map<std::string, std::vector<int>>{{"a", {1}}, {"b", {}}});
  comes_back(std::map<int, int>{{-1, 2}, {3, 4}});
  comes_back(std::unordered_map<int, std::string>{{1, "x"}, {2, "y"}});
  comes_back(std::optional<int>{});
  comes_back(std::optional<int>{5});
  comes_back(std::vector<std::optional<int>>{1, std::nullopt, 3});
  comes_back(geometry::Point{1, 2.5, {"a", "b"}});
  comes_back(geometry::Path{"p", {{1, 2, {}}, {3, 4, {"t"}}}, std::pair{7, 'c'}});
}

TEST_CASE("types are called by LeetCode's words") {
  CHECK(word<int>() == "integer");
  CHECK(word<uint8_t>() == "integer");
  CHECK(word<long>() == "long");
  CHECK(word<float>() == "double");
  CHECK(word<bool>() == "boolean");
  CHECK(word<char>() == "character");
  CHECK(word<std::string>() == "string");
  CHECK(word<std::string_view>() == "string");
  CHECK(word<std::vector<std::vector<char>>>() == "character[][]");
  CHECK(word<std::set<long>>() == "long[]");
  CHECK(word<std::array<double, 2>>() == "double[]");
  CHECK(word<std::span<const int>>() == "integer[]");
  CHECK(word<std::tuple<int, std::vector<std::string>>>() == "tuple<integer,string[]>");
  CHECK(word<std::map<std::string, std::optional<int>>>() == "map<string,optional<integer>>");
  CHECK(word<std::vector<geometry::Point>>() == "Point[]");
}

TEST_CASE("a fault names its place, what was expected and what was found") {
  Bytes out;
  cbor::Writer writer(out);
  writer.array(2);
  writer.integer(1);
  writer.text("x");
  Decoder decoder(out, "argument");
  Decoder::Sequence sequence;
  REQUIRE(decoder.enter(sequence));
  int value = 0;
  CHECK(decoder.element(sequence, 0, value));
  CHECK_FALSE(decoder.element(sequence, 1, value));
  CHECK(decoder.error() == "argument [1]: expected a 32-bit integer, got the string \"x\"");

  CHECK(fault<std::vector<std::vector<int>>>(plain_array(std::vector<int>{1}, std::string("no"))) ==
        "argument [1]: expected an array, got the string \"no\"");
  CHECK(fault<std::vector<std::vector<int>>>(plain_array(std::vector<int>{1}, std::vector<long>{2, 1L << 40})) ==
        "argument [1][1]: expected a 32-bit integer, got 1099511627776");
  CHECK(fault<geometry::Path>(encoded(std::map<std::string, int>{{"name", 1}, {"points", 2}, {"end", 3}})) ==
        "argument .end: expected an array, got 3");
  CHECK(fault<std::map<int, int>>(encoded(std::map<std::string, int>{{"1", 1}, {"x", 2}})) ==
        "argument [1].key: expected a 32-bit integer, got the string \"x\"");
  CHECK(fault<std::string>(encoded(std::vector<std::string>{"a"})) ==
        "argument: expected a string, got an array of 1 element");
  CHECK(fault<bool>(encoded(1)) == "argument: expected a boolean, got 1");
  CHECK(fault<char>(encoded(std::string("ab"))) ==
        "argument: expected a string of one character, got the string \"ab\"");
  CHECK(fault<int>(encoded(std::string(60, 'a') + "\n")) ==
        "argument: expected a 32-bit integer, got the string \"" + std::string(40, 'a') + "...\"");
  CHECK(fault<int>({0xf6}) == "argument: expected a 32-bit integer, got null");
  CHECK(fault<int>({}) == "argument: byte 0: the document ends early");
  CHECK(fault<std::vector<int>>({0x9f, 0xff}) ==
        "argument: byte 0: a length is not given (indefinite lengths are not supported)");
}

TEST_CASE("numbers that overflow the parameter are refused, not wrapped") {
  CHECK(fault<int8_t>(encoded(128)) == "argument: expected an 8-bit integer, got 128");
  CHECK(fault<uint16_t>(encoded(-1)) == "argument: expected an unsigned 16-bit integer, got -1");
  CHECK(fault<int>(encoded(2147483648L)) == "argument: expected a 32-bit integer, got 2147483648");
  CHECK(fault<int>(encoded(-2147483649L)) == "argument: expected a 32-bit integer, got -2147483649");
  CHECK(fault<long>(encoded(UINT64_MAX)) == "argument: expected a 64-bit integer, got 18446744073709551615");
  CHECK(fault<unsigned long>(encoded(-1)) == "argument: expected an unsigned 64-bit integer, got -1");
  CHECK(fault<long>({0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) ==
        "argument: byte 0: an integer beyond 64 bits");
  CHECK(fault<int>(encoded(1.0)) == "argument: expected a 32-bit integer, got the floating-point number 1");
  CHECK(fault<float>(encoded(1e300)) == "argument: expected a number, got 1.0000000000000001e+300");
  CHECK(fault<std::vector<int>>(encoded(std::vector<double>{1, 2.5})) ==
        "argument [1]: expected a 32-bit integer, got 2.5");
  CHECK(fault<std::vector<int>>(encoded(std::vector<double>{2147483648.0})) ==
        "argument [0]: expected a 32-bit integer, got 2147483648");
  CHECK(fault<std::vector<long>>(encoded(std::vector<double>{9223372036854775808.0})) ==
        "argument [0]: expected a 64-bit integer, got 9.2233720368547758e+18");
  CHECK(fault<std::vector<int>>(encoded(std::vector<double>{std::numeric_limits<double>::quiet_NaN()})) ==
        "argument [0]: expected a 32-bit integer, got nan");
}

TEST_CASE("typed arrays of another width, and plain arrays, are converted element by element") {
  CHECK(decoded<std::vector<int>>(encoded(std::vector<int64_t>{1, -2})) == std::vector<int>{1, -2});
  CHECK(decoded<std::vector<long>>(encoded(std::vector<int8_t>{1, -2})) == std::vector<long>{1, -2});
  CHECK(decoded<std::vector<double>>(encoded(std::vector<int>{1, -2})) == std::vector<double>{1, -2});
  CHECK(decoded<std::vector<int>>(encoded(std::vector<double>{1, -2})) == std::vector<int>{1, -2});
  CHECK(decoded<std::vector<int>>(plain_array(1, -2)) == std::vector<int>{1, -2});
  CHECK(decoded<std::pair<int, long>>(encoded(std::vector<int>{1, 2})) == std::pair<int, long>{1, 2});
  CHECK(decoded<std::tuple<int, double>>(encoded(std::vector<double>{1, 2.5})) == std::tuple<int, double>{1, 2.5});
  CHECK(decoded<std::vector<std::optional<int>>>(encoded(std::vector<int>{1})) == std::vector<std::optional<int>>{1});
  CHECK(decoded<double>(encoded(3)) == 3.0);
}

TEST_CASE("an empty array fits every element type, however it was written") {
  CHECK(decoded<std::vector<std::string>>(encoded(std::vector<int>{})).empty());
  CHECK(decoded<std::vector<std::vector<int>>>(encoded(std::vector<int>{})).empty());
  CHECK(decoded<std::vector<int>>(encoded(std::vector<std::string>{})).empty());
}

TEST_CASE("numbers where something else belongs are named with their element's place") {
  CHECK(fault<std::vector<std::string>>(encoded(std::vector<int>{7})) == "argument [0]: expected a string, got 7");
  CHECK(fault<std::vector<bool>>(encoded(std::vector<int>{1})) == "argument [0]: expected a boolean, got 1");
  CHECK(fault<std::vector<std::vector<int>>>(encoded(std::vector<int>{1})) ==
        "argument [0]: expected an array or a map, got 1");
}

TEST_CASE("arrays of a fixed length take that length only") {
  CHECK(fault<std::array<int, 3>>(encoded(std::vector<int>{1, 2})) == "argument: expected 3 elements, got 2 elements");
  CHECK(fault<std::pair<int, int>>(encoded(std::vector<int>{1})) == "argument: expected 2 elements, got 1 element");
}

TEST_CASE("integer keys may come as strings, as JSON has no others") {
  CHECK(decoded<std::map<int, int>>(encoded(std::map<std::string, int>{{"-1", 2}})) == std::map<int, int>{{-1, 2}});
}

TEST_CASE("a struct is read from its fields in any order, or from an array in the declared one") {
  Bytes out;
  cbor::Writer writer(out);
  writer.map(3);
  writer.text("y");
  writer.floating(2.5);
  writer.text("tags");
  writer.array(0);
  writer.text("x");
  writer.integer(1);
  CHECK(decoded<geometry::Point>(out) == geometry::Point{1, 2.5, {}});
  CHECK(decoded<geometry::Point>(plain_array(1, 2.5, std::vector<std::string>{"t"})) == geometry::Point{1, 2.5, {"t"}});

  CHECK(fault<geometry::Point>(encoded(std::map<std::string, int>{{"x", 1}, {"y", 2}})) ==
        "argument: expected 3 fields, got 2 fields");
  CHECK(fault<geometry::Point>(encoded(std::map<std::string, int>{{"a", 0}, {"x", 1}, {"y", 2}})) ==
        "argument: expected each field of the struct once, got the field \"a\"");
  Bytes twice;
  cbor::Writer repeated(twice);
  repeated.map(3);
  for (int i = 0; i < 3; ++i) {
    repeated.text("x");
    repeated.integer(i);
  }
  CHECK(fault<geometry::Point>(twice) == "argument: expected each field of the struct once, got the field \"x\"");
}

TEST_CASE("equal unordered containers are equal bytes") {
  std::unordered_set<int> up;
  std::unordered_set<int> down;
  std::unordered_map<int, int> map_up;
  std::unordered_map<int, int> map_down;
  for (int i = 0; i < 100; ++i) {
    up.insert(i);
    down.insert(99 - i);
    map_up[i] = i;
    map_down[99 - i] = 99 - i;
  }
  CHECK(encoded(up) == encoded(down));
  CHECK(encoded(map_up) == encoded(map_down));
}

TEST_CASE("a count that lies does not allocate what it claims") {
  // 2^40 strings in a document of ten bytes.
  CHECK(fault<std::vector<std::string>>({0x9b, 0, 0, 1, 0, 0, 0, 0, 0, 0x60}) ==
        "argument: byte 0: more items than the document has bytes");
}

TEST_CASE("memory of copies is counted about right") {
  CHECK(Codec<int>::heap(1) == 0);
  CHECK(Codec<std::string>::heap("short") == 0);
  CHECK(Codec<std::vector<int>>::heap(std::vector<int>(1000)) >= 4000);
  CHECK(Codec<std::vector<int>>::heap(std::vector<int>(1000)) < 4100);
  CHECK(Codec<std::vector<std::vector<int>>>::heap({std::vector<int>(1000), {}}) >=
        4000 + 2 * sizeof(std::vector<int>));
  CHECK(Codec<std::map<int, std::string>>::heap({{1, std::string(100, 'x')}}) > 100);
}

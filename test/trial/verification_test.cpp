#include <harness/trial/verification.hpp>

#include <harness/trial/signature.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <random>

#include <harness/sdk/cbor.hpp>

#include "../catch.hpp"

using namespace harness;
using model::AnswerRule;
using model::Bytes;
using sdk::cbor::Writer;
using trial::first_difference;
using trial::shown;
using trial::signature_mismatch;

namespace {

using Kind = AnswerRule::Kind;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class Write>
Bytes written(Write write) {
  Bytes bytes;
  Writer writer(bytes);
  write(writer);
  return bytes;
}
Bytes integer(std::int64_t value) {
  return written([&](Writer& to) { to.integer(value); });
}
Bytes floating(double value) {
  return written([&](Writer& to) { to.floating(value); });
}
Bytes text(std::string_view value) {
  return written([&](Writer& to) { to.text(value); });
}
Bytes null() {
  return written([](Writer& to) { to.null(); });
}
template <class T>
Bytes packed(const std::vector<T>& values) {
  return written([&](Writer& to) { to.numbers(std::span<const T>(values)); });
}
Bytes array(const std::vector<Bytes>& items) {
  Bytes bytes = written([&](Writer& to) { to.array(items.size()); });
  for (const Bytes& item : items) {
    bytes.insert(bytes.end(), item.begin(), item.end());
  }
  return bytes;
}
Bytes plain(const std::vector<std::int64_t>& values) {
  std::vector<Bytes> items;
  std::transform(values.begin(), values.end(), std::back_inserter(items), integer);
  return array(items);
}
Bytes map(const std::vector<std::pair<Bytes, Bytes>>& pairs) {
  Bytes bytes = written([&](Writer& to) { to.map(pairs.size()); });
  for (const auto& [key, value] : pairs) {
    bytes.insert(bytes.end(), key.begin(), key.end());
    bytes.insert(bytes.end(), value.begin(), value.end());
  }
  return bytes;
}
Bytes nested(std::size_t levels) {
  Bytes bytes(levels, 0x81);
  bytes.push_back(0x01);
  return bytes;
}

// "" = the answer is right.
std::string difference(const Bytes& expected, const Bytes& answer, Kind kind = Kind::kExact, double tolerance = 0) {
  return first_difference(expected, answer, {kind, tolerance}).value_or("");
}

model::Problem two_sum() {
  model::Problem problem;
  problem.name = "two-sum";
  problem.parameters = {{"nums", "integer[]"}, {"target", "integer"}};
  problem.answer_type = "integer[]";
  return problem;
}
std::string mismatch(const model::Problem& problem, const std::string& signature) {
  return signature_mismatch(problem, signature).value_or("");
}

}  // namespace

TEST_CASE("the one place that differs is named") {
  CHECK(difference(plain({1, 2}), plain({1, 3})) == "[1]: expected 2, got 3");
  CHECK(difference(packed<int>({1, 2}), packed<int>({1, 3})) == "[1]: expected 2, got 3");
  CHECK(difference(integer(5), integer(-7)) == "expected 5, got -7");
  CHECK(difference(array({plain({1, 2}), plain({3, 4})}), array({plain({1, 2}), plain({3, 5})})) ==
        "[1][1]: expected 4, got 5");
}

TEST_CASE("short answers that differ in several places are shown whole, long ones at the first place") {
  CHECK(difference(plain({0, 1}), packed<int>({1, 2})) == "expected [0, 1], got [1, 2]");
  std::vector<std::int64_t> expected(100, 1), answer(100, 1);
  answer[40] = 7;
  answer[60] = 8;
  CHECK(difference(plain(expected), plain(answer)) == "[40]: expected 1, got 7");
}

TEST_CASE("lengths come before elements") {
  CHECK(difference(plain(std::vector<std::int64_t>(50, 1)), plain(std::vector<std::int64_t>(49, 2))) ==
        "expected 50 elements, got 49");
  CHECK(difference(plain({7}), packed<std::int64_t>({})) == "expected 1 element, got 0: expected [7], got []");
  CHECK(difference(array({plain({1, 2}), plain({3})}), array({plain({1, 2}), plain({3, 4})})) ==
        "[1]: expected 1 element, got 2");
}

TEST_CASE("values of different types differ, and both are shown") {
  CHECK(difference(integer(2), text("2")) == "expected 2, got \"2\"");
  CHECK(difference(text("a"), integer(97)) == "expected \"a\", got 97");
  CHECK(difference(plain({0, 1}), null()) == "expected [0, 1], got null");
  CHECK(difference(null(), written([](Writer& to) { to.boolean(false); })) == "expected null, got false");
  CHECK(difference(array({text("a"), text("b")}), packed<int>({97, 98})) == "expected [\"a\", \"b\"], got [97, 98]");
  CHECK(difference(array({integer(1), text("b")}), packed<int>({1, 98})) == "[1]: expected \"b\", got 98");
  CHECK(difference(packed<int>({1, 98}), array({integer(1), text("b")})) == "[1]: expected 98, got \"b\"");
  CHECK(difference(written([](Writer& to) { to.boolean(true); }), integer(1)) == "expected true, got 1");
}

TEST_CASE("numbers compare by value across widths and encodings") {
  const std::vector<Bytes> same{plain({1, 2, 200}),
                                packed<std::uint8_t>({1, 2, 200}),
                                packed<std::int16_t>({1, 2, 200}),
                                packed<std::int64_t>({1, 2, 200}),
                                packed<std::uint64_t>({1, 2, 200}),
                                packed<float>({1, 2, 200}),
                                packed<double>({1, 2, 200}),
                                array({floating(1), integer(2), floating(200)})};
  for (const Bytes& expected : same) {
    for (const Bytes& answer : same) {
      CHECK(difference(expected, answer).empty());
      CHECK(difference(expected, answer, Kind::kUnordered).empty());
      CHECK(difference(expected, answer, Kind::kTolerance, 0).empty());
    }
  }
}

TEST_CASE("whole numbers beyond a double's precision are told apart") {
  CHECK(difference(integer(9007199254740993), floating(9007199254740992)) ==
        "expected 9007199254740993, got 9007199254740992");
  CHECK(
      difference(packed<std::uint64_t>({UINT64_MAX}), floating(18446744073709551616.0)).find("18446744073709551615") !=
      std::string::npos);
  CHECK(difference(integer(INT64_MIN), floating(-9223372036854775808.0)).empty());
}

TEST_CASE("the least integer of CBOR is a number like any other") {
  const Bytes least{0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  CHECK(shown(least) == "-18446744073709551616");
  CHECK(difference(least, least).empty());
  CHECK(difference(least, floating(-18446744073709551616.0)).empty());
  CHECK(difference(integer(0), least) == "expected 0, got -18446744073709551616");
}

TEST_CASE("minus nothing is nothing, and NaN equals only NaN") {
  CHECK(difference(floating(-0.0), integer(0)).empty());
  CHECK(difference(packed<double>({-0.0}), packed<double>({0.0})).empty());
  CHECK(difference(floating(kNaN), floating(-kNaN)).empty());
  CHECK(difference(packed<double>({kNaN}), packed<double>({kNaN})).empty());
  CHECK(difference(packed<float>({std::nanf("1")}), packed<double>({kNaN}), Kind::kTolerance, 1).empty());
  CHECK(difference(floating(kNaN), integer(0)) == "expected NaN, got 0");
  CHECK(difference(integer(0), floating(kNaN), Kind::kTolerance, 1e9) == "expected 0, got NaN");
}

TEST_CASE("a tolerance is relative above one, absolute below, and no bridge to infinity") {
  CHECK(difference(floating(1e6), floating(1e6 + 0.9), Kind::kTolerance, 1e-6).empty());
  CHECK_FALSE(difference(floating(1e6), floating(1e6 + 1.1), Kind::kTolerance, 1e-6).empty());
  CHECK(difference(floating(0), floating(9e-7), Kind::kTolerance, 1e-6).empty());
  CHECK(difference(floating(0.5), floating(0.6), Kind::kTolerance, 1e-6) == "expected 0.5, got 0.6");
  CHECK(difference(integer(2), floating(2.0000001), Kind::kTolerance, 1e-6).empty());
  CHECK(difference(floating(kInfinity), floating(kInfinity), Kind::kTolerance, 1e-6).empty());
  CHECK_FALSE(difference(floating(kInfinity), floating(1), Kind::kTolerance, 1e-6).empty());
  CHECK_FALSE(difference(floating(1), floating(-kInfinity), Kind::kTolerance, kInfinity).empty());
  CHECK_FALSE(difference(text("1"), floating(1), Kind::kTolerance, 1).empty());
}

TEST_CASE("unordered compares the outermost array as a multiset, and only the outermost") {
  CHECK(difference(plain({3, 1, 2, 1}), packed<int>({1, 1, 2, 3}), Kind::kUnordered).empty());
  CHECK(difference(packed<int>({3, 1, 2, 1}), packed<std::int64_t>({1, 2, 2, 3}), Kind::kUnordered) ==
        "in any order: 1 is missing, 2 is one too many");
  CHECK(difference(plain({1, 2, 3}), plain({3, 1}), Kind::kUnordered) == "expected 3 elements, got 2: 2 is missing");
  CHECK(
      difference(array({plain({1, 2}), text("x")}), array({text("x"), packed<int>({1, 2})}), Kind::kUnordered).empty());
  CHECK(difference(array({plain({1, 2}), plain({3})}), array({plain({3}), plain({2, 1})}), Kind::kUnordered) ==
        "in any order: [1, 2] is missing, [2, 1] is one too many");
  CHECK(difference(array({text("a"), text("b")}), array({text("b"), text("c")}), Kind::kUnordered) ==
        "in any order: \"a\" is missing, \"c\" is one too many");
  CHECK(difference(plain({1}), integer(1), Kind::kUnordered) == "expected [1], got 1");
  CHECK(difference(packed<double>({kNaN, 1}), packed<double>({1, kNaN}), Kind::kUnordered).empty());
}

TEST_CASE("unordered arrays of a million elements take no quadratic time") {
  std::mt19937_64 random(1);
  std::vector<std::int64_t> values(1'000'000);
  std::generate(values.begin(), values.end(), [&] { return static_cast<std::int64_t>(random() % 1000); });
  std::vector<std::int64_t> shuffled = values;
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  CHECK(difference(packed<std::int64_t>(values), packed<std::int64_t>(shuffled), Kind::kUnordered).empty());
  CHECK(difference(plain(values), packed<std::int64_t>(shuffled), Kind::kUnordered).empty());
  shuffled[500'000] = 5000;
  CHECK_THAT(difference(plain(values), plain(shuffled), Kind::kUnordered), EndsWith("5000 is one too many"));
}

TEST_CASE("maps compare by key, in any order, and whole-number keys equal their digits") {
  const Bytes expected = map({{text("1"), integer(10)}, {text("2"), plain({1, 2})}});
  CHECK(difference(expected, map({{integer(2), packed<int>({1, 2})}, {integer(1), integer(10)}})).empty());
  CHECK(difference(expected, map({{text("2"), plain({1, 3})}, {text("1"), integer(10)}})) ==
        "[\"2\"][1]: expected 2, got 3");
  CHECK(difference(expected, map({{text("1"), integer(10)}})) == "[\"2\"]: expected [1, 2], got nothing");
  CHECK(difference(map({{text("b"), null()}}), map({{text("a"), null()}, {text("b"), null()}})) ==
        "[\"a\"]: expected nothing, got null");
  CHECK(difference(array({map({{text("a"), integer(1)}, {text("b"), integer(2)}})}),
                   array({map({{text("b"), integer(2)}, {text("a"), integer(1)}})}), Kind::kUnordered)
            .empty());
}

TEST_CASE("long texts are compared at the place where they part") {
  const std::string long_text(1000, 'a');
  CHECK(difference(text(long_text + "b"), text(long_text + "c")) == "from byte 1000 on: expected \"b\", got \"c\"");
  CHECK(difference(text("ab"), text("ac")) == "expected \"ab\", got \"ac\"");
  CHECK(difference(text(std::string(40, 'x') + "ä"), text(std::string(40, 'x') + "ö")) ==
        "from byte 40 on: expected \"ä\", got \"ö\"");
  CHECK(difference(text(long_text), text(long_text.substr(1))) == "from byte 999 on: expected \"a\", got \"\"");
}

TEST_CASE("an answer that is no well-formed document is a difference, with the place") {
  CHECK_THAT(difference(integer(1), {}), StartsWith("the answer is no well-formed CBOR: "));
  CHECK(difference(integer(1), {0x01, 0x02}) ==
        "the answer is no well-formed CBOR: more bytes after the value at byte 1 of 2");
  CHECK_THAT(difference(plain({1, 2}), {0x82, 0x01}), StartsWith("the answer is no well-formed CBOR: "));
  CHECK_THAT(difference(nested(64), nested(65)), ContainsSubstring("no well-formed CBOR"));
  CHECK(difference(nested(64), nested(64)).empty());
  CHECK(difference(nested(64), nested(64), Kind::kUnordered).empty());
  CHECK_THAT(difference({0x82}, integer(1)), StartsWith("the expected answer is no well-formed CBOR: "));
}

TEST_CASE("differences deep inside are found, with the whole way to them") {
  Bytes other = nested(40);
  other.back() = 0x02;
  std::string place;
  for (int i = 0; i < 40; ++i) {
    place += "[0]";
  }
  CHECK(difference(nested(40), other) == place + ": expected 1, got 2");
}

TEST_CASE("a value is shown like JSON, cut at the limit") {
  CHECK(shown(array({integer(-1), floating(2.5), text("a\"\n"), null(), map({{text("k"), plain({1})}})})) ==
        R"([-1, 2.5, "a\"\n", null, {"k": [1]}])");
  CHECK(shown(packed<double>({kNaN, kInfinity, -kInfinity, 0.1})) == "[NaN, Infinity, -Infinity, 0.1]");
  CHECK(shown(plain({1000, 2000, 3000}), 10) == "[1000, 20…");
  CHECK(shown(text("äöü"), 5) == "\"äöü\"");
  CHECK(shown(text("äöüß"), 5) == "\"äöü…");
  CHECK(shown(text("\x1b[31m\xff")) == "\"\\u001b[31m\\xff\"");
  CHECK(shown(written([](Writer& to) { to.bytes(Bytes{0xde, 0xad}); })) == "bytes dead");
  CHECK_THAT(shown(Bytes{0x82, 0x01}), StartsWith("no well-formed CBOR"));
}

TEST_CASE("showing a huge value costs no more than its limit allows") {
  const std::vector<std::int32_t> many(5'000'000, 7);
  const Bytes bytes = packed(many);
  const auto begin = std::chrono::steady_clock::now();
  CHECK(shown(bytes).size() < 80);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(200));
}

TEST_CASE("equal documents in random shape are equal, and one changed number is found where it was changed") {
  std::mt19937_64 random(2);
  for (int round = 0; round < 300; ++round) {
    const std::size_t rows = 1 + random() % 6;
    std::vector<Bytes> as_plain, as_packed;
    std::vector<std::vector<std::int64_t>> values(rows);
    for (auto& row : values) {
      row.resize(random() % 9);
      std::generate(row.begin(), row.end(), [&] { return static_cast<std::int64_t>(random() % 200'001) - 100'000; });
      as_plain.push_back(plain(row));
      as_packed.push_back(packed<std::int64_t>(row));
    }
    CHECK(difference(array(as_plain), array(as_packed)).empty());
    CHECK(difference(array(as_packed), array(as_plain), Kind::kUnordered).empty());
    const std::size_t place = random() % rows;
    if (values[place].empty()) {
      continue;
    }
    const std::size_t inner = random() % values[place].size();
    values[place][inner] += 1'000'000;
    as_packed[place] = packed<std::int64_t>(values[place]);
    const std::string found = difference(array(as_plain), array(as_packed));
    CHECK_THAT(found, StartsWith("[" + std::to_string(place) + "][" + std::to_string(inner) + "]: expected "));
    CHECK_FALSE(difference(array(as_plain), array(as_packed), Kind::kUnordered).empty());
  }
}

TEST_CASE("a signature that fits the problem has no mismatch") {
  CHECK(mismatch(two_sum(), "(integer[], integer) -> integer[]").empty());
  CHECK(mismatch(two_sum(), "(list<integer>, integer) -> list<integer>").empty());
  CHECK(mismatch(two_sum(), "(long[], long) -> long[]").empty());
  model::Problem grouping;
  grouping.parameters = {{"words", "list<list<string>>"}};
  CHECK(mismatch(grouping, "(string[][]) -> map<string,tuple<integer,integer>>").empty());
  grouping.parameters = {{"pairs", "map<string,integer>"}, {"limit", "double"}};
  CHECK(mismatch(grouping, "(map<string,integer>, double) -> boolean").empty());
  model::Problem without;
  CHECK(mismatch(without, "() -> integer").empty());
}

TEST_CASE("a parameter that does not fit is named with both types") {
  CHECK(mismatch(two_sum(), "(integer[], string) -> integer[]") ==
        "parameter 2 \"target\": the problem has integer, the solver takes string");
  CHECK(mismatch(two_sum(), "(integer[][], integer) -> integer[]") ==
        "parameter 1 \"nums\": the problem has integer[], the solver takes integer[][]");
  CHECK(mismatch(two_sum(), "(integer[]) -> integer[]") ==
        "the problem has 2 parameters (nums, target), the solver takes 1");
  model::Problem wide = two_sum();
  wide.parameters[1].type = "long";
  CHECK(mismatch(wide, "(integer[], integer) -> integer[]") ==
        "parameter 2 \"target\": the problem has long, the solver takes integer");
  CHECK_FALSE(mismatch(two_sum(), "(integer[], double) -> integer[]").empty());
}

TEST_CASE("an answer type that is declared must fit, and one that is not declared is free") {
  CHECK(mismatch(two_sum(), "(integer[], integer) -> boolean") ==
        "the answer: the problem has integer[], the solver returns boolean");
  model::Problem open = two_sum();
  open.answer_type.clear();
  CHECK(mismatch(open, "(integer[], integer) -> boolean").empty());
}

TEST_CASE("a void solver answers through the parameter that it marks") {
  model::Problem sorting;
  sorting.parameters = {{"nums", "integer[]"}};
  sorting.answer_type = "integer[]";
  CHECK(mismatch(sorting, "(integer[]&) -> void").empty());
  CHECK(mismatch(sorting, "(integer[]) -> void") == "the solver returns nothing and changes none of its parameters");
  sorting.answer_type = "integer";
  CHECK(mismatch(sorting, "(integer[]&) -> void") ==
        "the answer: the problem has integer, the solver changes integer[]");
}

TEST_CASE("a signature that cannot be read is said to be so") {
  for (const std::string text :
       {"", "()", "-> integer", "(integer -> integer", "(integer,) -> integer", "(,) -> integer",
        "(list<integer) -> integer", "(integer>) -> integer", "(integer) ->", "(integer) -> \x1b[2J"}) {
    const std::string found = mismatch(two_sum(), text);
    CAPTURE(text);
    CHECK_FALSE(found.empty());
    CHECK(found.find('\x1b') == std::string::npos);
  }
  CHECK_THAT(mismatch(two_sum(), "nonsense"),
             StartsWith("its signature cannot be read: expected (type, ...) -> type, got \"nonsense\""));
  CHECK_FALSE(mismatch(two_sum(), "(" + std::string(1'000'000, '<') + ") -> integer").empty());
}

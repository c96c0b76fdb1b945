#include <cmath>
#include <cstring>
#include <string>

#include <fmt/format.h>
#include <test/catch.hpp>

#include <harness/model/json_stream.hpp>

using namespace harness;
using namespace harness::model;

namespace {

// Writes the events down: `{k"a"i1}`.
class Recorder : public JsonHandler {
 public:
  std::string events;
  std::size_t most_events = 1'000'000, count = 0;
  double last_number = 0;
  bool begin_object() override { return note("{"); }
  bool key(std::string_view name) override { return note(fmt::format("k\"{}\"", name)); }
  bool end_object() override { return note("}"); }
  bool begin_array() override { return note("["); }
  bool end_array() override { return note("]"); }
  bool string(std::string_view text) override { return note(fmt::format("s\"{}\"", text)); }
  bool integer(std::int64_t value) override { return note(fmt::format("i{}", value)); }
  bool unsigned_integer(std::uint64_t value) override { return note(fmt::format("u{}", value)); }
  bool floating(double value, std::string_view text) override {
    last_number = value;
    return note(fmt::format("f{}", text));
  }
  bool boolean(bool value) override { return note(value ? "t" : "f"); }
  bool null() override { return note("n"); }

 private:
  bool note(const std::string& event) {
    events += event;
    return ++count < most_events;
  }
};

Result<bool> run(const std::string& text, JsonHandler& handler, std::size_t piece = 1 << 20) {
  std::size_t at = 0;
  return stream_json(
      [&](char* buffer, std::size_t capacity) {
        const std::size_t size = std::min({piece, capacity, text.size() - at});
        if (size > 0) std::memcpy(buffer, text.data() + at, size);
        at += size;
        return size;
      },
      handler, "x.json");
}

std::string fault(const std::string& text) {
  Recorder recorder;
  const auto result = run(text, recorder);
  return result ? "no fault" : result.error().text();
}

}  // namespace

TEST_CASE("the events are the same in whichever pieces the text arrives") {
  const std::string text =
      "{\"long key \\u00e4\": [1, -9223372036854775808, 9223372036854775808, 1.25e-3, 100000000000000000000], \"b\": "
      "{\"c\": \"text \\n \xf0\x9f\x98\x80\"}, \"d\": [true, false, null, \"\"]} \n";
  const std::string expected =
      "{k\"long key "
      "\xc3\xa4\"[i1i-9223372036854775808u9223372036854775808f1.25e-3f100000000000000000000]k\"b\"{k\"c\"s\"text \n "
      "\xf0\x9f\x98\x80\"}k\"d\"[tfns\"\"]}";
  for (const std::size_t piece : {1, 2, 3, 7, 1000}) {
    Recorder recorder;
    const auto result = run(text, recorder, piece);
    INFO(piece);
    REQUIRE(result);
    CHECK(*result);
    CHECK(recorder.events == expected);
  }
}

TEST_CASE("floating point numbers are the nearest to what was written, beyond a double infinite") {
  const auto value = [](const std::string& text) {
    Recorder recorder;
    REQUIRE(run(text, recorder, 3));
    return recorder.last_number;
  };
  CHECK(value("0.1") == 0.1);
  CHECK(value("2.2250738585072011e-308") == 2.2250738585072011e-308);
  CHECK(value("9007199254740993.0") == 9007199254740992.0);
  CHECK(value("123456789012345678901234567890") == 123456789012345678901234567890.0);
  CHECK(value("1.7976931348623157e308") == 1.7976931348623157e308);
  CHECK(std::isinf(value("1e999")));
  CHECK(value("1e-999") == 0);
}

TEST_CASE("a handler that stops is no fault of the document") {
  Recorder recorder;
  recorder.most_events = 3;
  const auto result = run("[1,2,3,4]", recorder);
  REQUIRE(result);
  CHECK_FALSE(*result);
  CHECK(recorder.events == "[i1i2");
}

TEST_CASE("what is no JSON is named with its byte") {
  CHECK(fault("") == "x.json: byte 0: expected the rest of the JSON document, found the end of the file");
  CHECK(fault("hello") == "x.json: byte 0: expected JSON, found \"hello\"");
  CHECK(fault("[1,]") == "x.json: byte 3: expected JSON, found \"]\"");
  CHECK(fault("[1] x") == "x.json: byte 4: expected the end of the file, found more after the JSON document");
  CHECK(fault("[01]") == "x.json: byte 2: expected JSON, found \"1]\"");
  CHECK_THAT(fault("[1, // c\n2]"), StartsWith("x.json: byte 4: expected JSON"));
  CHECK_THAT(fault("{'a': 1}"), StartsWith("x.json: byte 1: expected JSON"));
  CHECK_THAT(fault("[Infinity]"), StartsWith("x.json: byte 1: expected JSON"));
  CHECK_THAT(fault("[\"\\ud800\"]"), StartsWith("x.json: byte "));
  CHECK_THAT(fault("\xef\xbb\xbf[]"), StartsWith("x.json: byte 0: expected JSON"));
  CHECK_THAT(fault("[\"a\nb\"]"), StartsWith("x.json: byte 3: expected JSON"));
}

TEST_CASE("a fault beyond the first buffer is counted from the file's beginning") {
  CHECK(fault("[" + std::string(200'000, ' ') + "x]") == "x.json: byte 200001: expected JSON, found \"x]\"");
}

TEST_CASE("nesting, numbers and keys without end are refused") {
  CHECK(fault(std::string(100'000, '[')) == "x.json: byte 64: expected nesting of at most 64, found more");
  CHECK_THAT(fault("[" + std::string(1'000'000, '1') + "]"),
             EndsWith("expected a number of at most 4096 characters, found a longer one"));
  CHECK_THAT(fault("[0." + std::string(10'000, '1') + "]"),
             EndsWith("expected a number of at most 4096 characters, found a longer one"));
  CHECK_THAT(fault("{\"" + std::string(2'000'000, 'k') + "\": 1}"),
             EndsWith("expected a key of at most 1 MiB, found a longer one"));
  std::string depth64 = std::string(64, '[') + std::string(64, ']');
  CHECK(fault(depth64) == "no fault");
}

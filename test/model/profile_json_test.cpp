#include <harness/model/profile_json.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <string>

#include <boost/json.hpp>

#include "../catch.hpp"
#include "profiles.hpp"

using namespace harness::model;
namespace json = boost::json;

namespace {

bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

// Member by member; a new member of a value does not compile before it is compared here.
bool same(const CpuProfile& a, const CpuProfile& b) {
  const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12] = a;
  const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12] = b;
  return a1 == b1 && a2 == b2 && a3 == b3 && a4 == b4 && same(a5, b5) && a6 == b6 && same(a7, b7) && same(a8, b8) &&
         a9 == b9 && a10 == b10 && a11 == b11 && a12 == b12;
}
bool same(const HeapProfile& a, const HeapProfile& b) {
  const auto& [a1, a2] = a;
  const auto& [b1, b2] = b;
  return a1 == b1 && a2 == b2;
}
bool same(const Fingerprint& a, const Fingerprint& b) {
  const auto& [a1, a2, a3, a4, a5, a6] = a;
  const auto& [b1, b2, b3, b4, b5, b6] = b;
  return a1 == b1 && a2 == b2 && a3 == b3 && a4 == b4 && a5 == b5 && a6 == b6;
}
template <class T>
bool same(const std::optional<T>& a, const std::optional<T>& b) {
  return a.has_value() == b.has_value() && (!a || same(*a, *b));
}
bool same(const SourceText& a, const SourceText& b) {
  const auto& [a1, a2, a3] = a;
  const auto& [b1, b2, b3] = b;
  return a1 == b1 && a2 == b2 && a3 == b3;
}
bool same(const CaseProfile& a, const CaseProfile& b) {
  const auto& [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13] = a;
  const auto& [b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13] = b;
  return a1 == b1 && a2 == b2 && a3 == b3 && a4 == b4 && a5 == b5 && same(a6, b6) && same(a7, b7) && same(a8, b8) &&
         same(a9, b9) && a10 == b10 && a12 == b12 && same(a13, b13) &&
         std::equal(a11.begin(), a11.end(), b11.begin(), b11.end(),
                    [](const SourceText& x, const SourceText& y) { return same(x, y); });
}

std::string small_text() { return write_profile(profiles::small_profile()); }

std::string fault_of(const std::string& text) {
  const auto read = read_profile(text, "case.json");
  REQUIRE_FALSE(read);
  CHECK(read.error().exit == harness::Exit::kUsage);
  return read.error().text();
}
// The error of the small profile with one change.
std::string fault(const std::string& from, const std::string& to) {
  std::string text = small_text();
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return fault_of(text.replace(at, from.size(), to));
}

}  // namespace

TEST_CASE("a profile is read back as it was written") {
  const auto small = read_profile(small_text(), "case.json");
  REQUIRE(small);
  CHECK(same(*small, profiles::small_profile()));
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const auto profile = profiles::Random(seed).profile();
    const auto read = read_profile(write_profile(profile), "case.json");
    INFO("seed " << seed << (read ? "" : ": " + read.error().text()));
    REQUIRE(read);
    REQUIRE(same(*read, profile));
  }
}

TEST_CASE("places, stacks, sites and the fingerprint stand in a line each") {
  const std::string text = small_text();
  CHECK_THAT(text, StartsWith("{\n  \"harness_profile_schema\": 1,\n  \"problem\": \"two-sum\",\n"));
  CHECK_THAT(text, ContainsSubstring("\n      {\"frames\": [0, 1], \"samples\": 400, \"truncated\": false},\n"
                                     "      {\"frames\": [1], \"samples\": 112, \"truncated\": true}\n"));
  CHECK_THAT(text, ContainsSubstring("\n      {\"origin\": \"solver\", \"function\": \"twoSum(int)\", \"file\": "
                                     "\"two-sum-v2.0.0/hash_map.cpp\", \"line\": 14, \"function_line\": 9, \"module\": "
                                     "\"two-sum-v2.0.0.so\", \"inlined\": false}\n"));
  CHECK_THAT(text, ContainsSubstring("\n      {\"frames\": [0], \"allocs_per_call\": 2, \"bytes_per_call\": 4096}\n"));
  CHECK_THAT(text, ContainsSubstring("\n  \"fingerprint\": " + fingerprint_line(profiles::small_profile().fingerprint) +
                                     ",\n"));
  CHECK_THAT(text, EndsWith("\n  ]\n}\n"));
}

TEST_CASE("a fingerprint alone is one line of JSON") {
  const auto fingerprint = profiles::small_profile().fingerprint;
  const std::string line = fingerprint_line(fingerprint);
  CHECK(line.find('\n') == std::string::npos);
  const auto value = json::parse(line);
  CHECK(value.at("sha256") == fingerprint.sha256.c_str());
  CHECK(value.at("hot") == json::parse(R"(["hashtable.h:std::_Hashtable::_M_rehash_aux"])"));
  CHECK(value.at("sites") == json::parse(R"(["twoSum hash_map.cpp:14 allocs=2 bytes=4096"])"));
  CHECK(value.at("growth_class") == "O(n)");
  CHECK(value.at("vector") == json::parse("[0.5, 0]"));
  CHECK(value.at("samples") == 512);
}

TEST_CASE("a case of which nothing was profiled is a document too") {
  CaseProfile none;
  none.warnings = {"heap profile: not available: built without gperftools"};
  const std::string text = write_profile(none);
  CHECK(text.find("\"cpu\"") == std::string::npos);
  CHECK(text.find("\"heap\"") == std::string::npos);
  const auto read = read_profile(text, "case.json");
  REQUIRE(read);
  CHECK(same(*read, none));
}

TEST_CASE("texts that are no UTF-8 and numbers that are none do not spoil the document") {
  auto profile = profiles::small_profile();
  profile.cpu->places[0].function = "odd\xff\x1b";
  profile.real_seconds_per_call = std::numeric_limits<double>::infinity();
  const auto read = read_profile(write_profile(profile), "case.json");
  REQUIRE(read);
  CHECK(read->cpu->places[0].function == "odd\xef\xbf\xbd\x1b");
  CHECK(read->real_seconds_per_call != read->real_seconds_per_call);
}

TEST_CASE("what is wrong in a profile is told with its place") {
  const std::string whole = "a whole number from 0 to 18446744073709551615";
  const auto [from, to, message] = GENERATE_COPY(table<std::string, std::string, std::string>({
      {"\"frames\": [0, 1]", "\"frames\": [0, 2]", "/cpu/stacks/0/frames/1: expected an index into 2 places, found 2"},
      {"\"frames\": [0, 1]", "\"frames\": [0, -1]",
       "/cpu/stacks/0/frames/1: expected a whole number from 0 to 4294967295, found -1"},
      {"\"frames\": [0, 1]", "\"frames\": [4294967296]",
       "/cpu/stacks/0/frames/0: expected a whole number from 0 to 4294967295, found 4294967296"},
      {"\"frames\": [0, 1]", "\"frames\": []", "/cpu/stacks/0/frames: expected at least one frame, found none"},
      {"\"frames\": [0], \"allocs", "\"frames\": [1], \"allocs",
       "/heap/sites/0/frames/0: expected an index into 1 places, found 1"},
      {"\"samples\": 512,\n    \"outside\"", "\"samples\": 511,\n    \"outside\"",
       "/cpu/stacks/1/samples: expected together with the stacks before at most 511, found 112"},
      {"\"samples\": 512,\n    \"outside\"", "\"samples\": 513,\n    \"outside\"",
       "/cpu/samples: expected the sum of those of the stacks, found 513"},
      {"\"samples\": 400", "\"samples\": 0.5", "/cpu/stacks/0/samples: expected " + whole + ", found 0.5"},
      {"\"samples\": 400, ", "", "/cpu/stacks/0/samples: expected a whole number, found no such key"},
      {"\"origin\": \"solver\"", "\"origin\": \"user\"",
       "/cpu/places/0/origin: expected one of solver, library, harness, kernel, unknown, found \"user\""},
      {"\"line\": 2562", "\"line\": \"2562\"",
       "/cpu/places/0/line: expected a whole number from 0 to 4294967295, found \"2562\""},
      {"\"inlined\": true", "\"inlined\": 1", "/cpu/places/0/inlined: expected true or false, found 1"},
      {"\"wall_seconds\": 2.125", "\"wall_seconds\": 1e999",
       "/cpu/wall_seconds: expected a number that a double can hold, found a larger one"},
      {"\"vector\": [0.5, 0]", "\"vector\": [0.5, \"0\"]", "/fingerprint/vector/1: expected a number, found \"0\""},
      {"\"heap\": {", "\"heap\": [], \"later\": {", "/heap: expected an object, found an array"},
      {"\"problem\": \"two-sum\"", "\"problem\": null", "/problem: expected a text, found null"},
      {"\"problem\": \"two-sum\"", "\"solver\": \"two-sum\"",
       "/: expected each key of an object once, found \"solver\" again"},
  }));
  CHECK(fault(from, to) == "case.json: " + message);
}

TEST_CASE("what is no profile is told by what it is") {
  CHECK(fault_of("[]") == "case.json: /: expected an object, found an array");
  CHECK(fault_of("3") == "case.json: /: expected an object, found 3");
  CHECK(fault_of("{}") ==
        "case.json: /harness_profile_schema: expected the schema of a profile, found no such key; "
        "harness --profile=cpu,heap writes one");
  CHECK(fault_of("{\"harness_profile_schema\": 2, \"cpu\": 3}") ==
        "case.json: /harness_profile_schema: expected 1, found 2; a newer harness wrote it, and reads it");
  CHECK(fault_of("{\"harness_profile_schema\": \"1\"}") ==
        "case.json: /harness_profile_schema: expected 1, found \"1\"");
  CHECK_THAT(fault_of(""), StartsWith("case.json: "));
  CHECK_THAT(fault_of(small_text() + "x"), StartsWith("case.json: byte "));
  CHECK_THAT(fault_of("{\"a\": \xff}"), StartsWith("case.json: byte "));
}

TEST_CASE("members that are not known are passed over") {
  std::string text = small_text();
  text.insert(1, "\"later\": {\"x\": [1, {}]},");
  const auto read = read_profile(text, "case.json");
  REQUIRE(read);
  CHECK(same(*read, profiles::small_profile()));
}

TEST_CASE("a profile cannot take more memory than its limits allow") {
  std::string many;
  for (int i = 0; i < 1'000'000; ++i) many += "0,";
  CHECK(fault("\"frames\": [", "\"frames\": [" + many) == "case.json: /: expected at most 1000000 values, found more");
  CHECK(fault_of(std::string(kProfileMostBytes + 1, ' ')) ==
        "case.json: expected at most 64 MiB of text, found 67108865 bytes");
  CHECK_THAT(fault("\"vector\": [", "\"vector\": [" + std::string(100, '[')), StartsWith("case.json: byte "));
}

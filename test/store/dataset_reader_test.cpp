#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <test/catch.hpp>

#include <harness/store/dataset_reader.hpp>
#include <test/store/cbor_text.hpp>

using namespace harness;
using namespace harness::store;

namespace {

model::Problem problem(std::vector<model::Parameter> parameters, const std::string& answer_type = "") {
  model::Problem made;
  made.name = "two-sum";
  made.parameters = std::move(parameters);
  made.answer_type = answer_type;
  return made;
}

const model::Problem kTwoSum = problem({{"nums", "integer[]"}, {"target", "integer"}});

Result<std::vector<model::Case>> read(const model::Problem& of, const std::string& json, std::size_t piece = 1000,
                                      std::vector<std::string>* warnings = nullptr) {
  std::size_t at = 0;
  DatasetText text;
  text.file = "x.json";
  text.bytes = json.size();
  text.next = [&](char* buffer, std::size_t capacity) {
    const std::size_t size = std::min({piece, capacity, json.size() - at});
    if (size > 0) std::memcpy(buffer, json.data() + at, size);
    at += size;
    return size;
  };
  return read_cases(of, "leetcode-1", text, warnings);
}

std::string fault(const std::string& json, const model::Problem& of = kTwoSum) {
  const auto cases = read(of, json);
  return cases ? "no fault" : cases.error().text();
}

// One case with one argument of this type.
std::string encoded(const std::string& type, const std::string& value) {
  const auto cases =
      read(problem({{"x", type}}), fmt::format(R"({{"cases":[{{"name":"a","args":{{"x":{}}}}}]}})", value));
  if (!cases) return cases.error().text();
  return cbor_text(*cases->at(0).args);
}

std::string expected(const std::string& answer_type, const std::string& value) {
  const auto cases =
      read(problem({}, answer_type), fmt::format(R"({{"cases":[{{"name":"a","args":{{}},"expect":{}}}]}})", value));
  if (!cases) return cases.error().text();
  return cbor_text(*cases->at(0).expect);
}

}  // namespace

TEST_CASE("written-out cases keep their order, arguments are CBOR in parameter order") {
  for (const std::size_t piece : {1, 7, 1000}) {
    const auto cases = read(kTwoSum, R"({"cases": [
      {"name": "example-1", "args": {"nums": [2, 7, 11, -15], "target": 9}, "expect": [0, 1]},
      {"expect": [1, 2], "args": {"target": 6, "nums": [3, 2, 4]}, "name": "2"},
      {"name": "open", "args": {"nums": [], "target": 0}}]})",
                            piece);
    REQUIRE(cases);
    REQUIRE(cases->size() == 3);
    const model::Case& first = cases->at(0);
    CHECK(first.problem == "two-sum");
    CHECK(first.dataset_and_name() == "leetcode-1/example-1");
    CHECK_FALSE(first.size);
    CHECK(first.generator.empty());
    CHECK(cbor_text(*first.args) == "[int32{2,7,11,-15}, 9]");
    CHECK(cbor_text(*first.expect) == "int64{0,1}");
    CHECK(cases->at(1).name == "2");
    CHECK(cbor_text(*cases->at(1).args) == "[int32{3,2,4}, 6]");
    CHECK(cbor_text(*cases->at(2).args) == "[int32{}, 0]");
    CHECK(cases->at(2).expect == nullptr);
  }
}

TEST_CASE("a generated dataset is one case a size, ascending") {
  const auto cases =
      read(kTwoSum, R"({"generator": "uniform", "sizes": [256, 16, 65536], "seed": 18446744073709551615})");
  REQUIRE(cases);
  REQUIRE(cases->size() == 3);
  CHECK(cases->at(0).name == "16");
  CHECK(cases->at(2).name == "65536");
  CHECK(cases->at(2).size == 65536u);
  CHECK(cases->at(2).generator == "uniform");
  CHECK(cases->at(2).seed == 18446744073709551615u);
  CHECK(cases->at(2).args == nullptr);
}

TEST_CASE("the parameter's type chooses the encoding") {
  CHECK(encoded("integer", "-2147483648") == "[-2147483648]");
  CHECK(encoded("long", "-9223372036854775808") == "[-9223372036854775808]");
  CHECK(encoded("double", "1") == "[f1]");
  CHECK(encoded("double", "0.1") == "[f0.1]");
  CHECK(encoded("double", "18446744073709551615") == "[f1.8446744073709552e+19]");
  CHECK(encoded("boolean", "true") == "[true]");
  CHECK(encoded("character", "\"x\"") == "[\"x\"]");
  CHECK(encoded("string", "\"\\u00e4\"") == "[\"\xc3\xa4\"]");
  CHECK(encoded("integer[]", "[1, 2147483647]") == "[int32{1,2147483647}]");
  CHECK(encoded("long[]", "[1, 2147483648]") == "[int64{1,2147483648}]");
  CHECK(encoded("double[]", "[1, 2.5, -1e300]") == "[float64{1,2.5,-1e+300}]");
  CHECK(encoded("boolean[]", "[true, false]") == "[[true, false]]");
  CHECK(encoded("character[][]", R"([["a"], []])") == "[[[\"a\"], []]]");
  CHECK(encoded("string[]", R"(["a", ""])") == "[[\"a\", \"\"]]");
  CHECK(encoded("integer[][]", "[[1], [], [2, 3]]") == "[[int32{1}, int32{}, int32{2,3}]]");
  CHECK(encoded("double[][][]", "[[[1], [2]], []]") == "[[[float64{1}, float64{2}], []]]");
  CHECK(encoded("integer[]", "[]") == "[int32{}]");
  CHECK(encoded("integer[][]", "[]") == "[[]]");
}

TEST_CASE("arguments in any order give the same bytes, and numbers stay aligned") {
  const std::vector<model::Parameter> parameters = {
      {"a", "integer[]"}, {"b", "string"}, {"c", "double[][]"}, {"d", "long[]"}, {"e", "boolean"}};
  const model::Problem of = problem(parameters);
  for (int shift = 0; shift < 9; ++shift) {
    std::vector<std::string> members = {R"("a": [1, 2, 3])", fmt::format(R"("b": "{:x>{}}")", "", shift),
                                        R"("c": [[1.5], [2, 3], []])", R"("d": [-9007199254740991, 4])",
                                        R"("e": true)"};
    const std::string expected_text = fmt::format(
        "[int32{{1,2,3}}, \"{:x>{}}\", [float64{{1.5}}, float64{{2,3}}, float64{{}}], int64{{-9007199254740991,4}}, "
        "true]",
        "", shift);
    std::sort(members.begin(), members.end());
    do {
      const auto cases =
          read(of, fmt::format(R"({{"cases": [{{"name": "x", "args": {{{}}}}}]}})", fmt::join(members, ", ")));
      REQUIRE(cases);
      REQUIRE(cbor_text(*cases->at(0).args) == expected_text);
    } while (std::next_permutation(members.begin(), members.end()));
  }
}

TEST_CASE("an expected answer takes its declared type") {
  CHECK(expected("integer[]", "[0, 1]") == "int32{0,1}");
  CHECK(expected("double", "1") == "f1");
  CHECK(expected("string", "\"x\"") == "\"x\"");
  CHECK(expected("integer[]", "[0, 1.5]") == "x.json: /cases/0/expect/1: expected a 32-bit integer, found 1.5");
  CHECK(expected("integer[]", "null") == "x.json: /cases/0/expect: expected an array (integer[]), found null");
}

TEST_CASE("an expected answer without a declared type takes the shape of its JSON") {
  CHECK(expected("", "[0, -1]") == "int64{0,-1}");
  CHECK(expected("", "[0, 1.5]") == "float64{0,1.5}");
  CHECK(expected("", "[1.5, 0]") == "float64{1.5,0}");
  CHECK(expected("", "[9007199254740993, 1.5]") == "[9007199254740993, f1.5]");
  CHECK(expected("", "[18446744073709551615, 1]") == "[18446744073709551615, 1]");
  CHECK(expected("", "[]") == "[]");
  CHECK(expected("", "[[1, 2], [], [3.5]]") == "[int64{1,2}, [], float64{3.5}]");
  CHECK(expected("", "[\"a\", 1, null, true]") == "[\"a\", 1, null, true]");
  CHECK(expected("", "null") == "null");
  CHECK(expected("", "2147483648") == "2147483648");
  CHECK(expected("", "{\"a\": [1], \"b\": {}}") == "{\"a\": int64{1}, \"b\": {}}");
  CHECK(expected("", "{\"a\": 1, \"a\": 2}") == "x.json: /cases/0/expect/a: expected each key once, found it again");
  CHECK(expected("", "[1e999]") ==
        "x.json: /cases/0/expect/0: expected a number within the range of a double, found 1e999");
}

TEST_CASE("a value that does not fit its parameter is named with place, expected and found") {
  const std::string at = "x.json: /cases/0/args/x";
  CHECK(encoded("integer", "2147483648") == at + ": expected a 32-bit integer, found 2147483648");
  CHECK(encoded("integer", "-2147483649") == at + ": expected a 32-bit integer, found -2147483649");
  CHECK(encoded("integer", "18446744073709551615") == at + ": expected a 32-bit integer, found 18446744073709551615");
  CHECK(encoded("integer", "1.0") == at + ": expected a 32-bit integer, found 1.0");
  CHECK(encoded("integer", "1e3") == at + ": expected a 32-bit integer, found 1e3");
  CHECK(encoded("integer", "\"x\"") == at + ": expected a 32-bit integer, found \"x\"");
  CHECK(encoded("integer", "null") == at + ": expected a 32-bit integer, found null");
  CHECK(encoded("integer", "[1]") == at + ": expected a 32-bit integer, found an array");
  CHECK(encoded("integer", "{}") == at + ": expected a 32-bit integer, found an object");
  CHECK(encoded("long", "9223372036854775808") == at + ": expected a 64-bit integer, found 9223372036854775808");
  CHECK(encoded("long[]", "[1, 100000000000000000000]") ==
        at + "/1: expected a 64-bit integer, found 100000000000000000000");
  CHECK(encoded("double", "1e999") == at + ": expected a number within the range of a double, found 1e999");
  CHECK(encoded("double[]", "[0, -1e999]") == at + "/1: expected a number within the range of a double, found -1e999");
  CHECK(encoded("double", "true") == at + ": expected a number, found true");
  CHECK(encoded("boolean", "1") == at + ": expected true or false, found 1");
  CHECK(encoded("character", "\"xy\"") == at + ": expected a text of one ASCII character, found \"xy\"");
  CHECK(encoded("character", "\"\\u00e4\"") == at + ": expected a text of one ASCII character, found \"\xc3\xa4\"");
  CHECK(encoded("string", "5") == at + ": expected a text, found 5");
  CHECK(encoded("integer[]", "5") == at + ": expected an array (integer[]), found 5");
  CHECK(encoded("integer[]", "\"5\"") == at + ": expected an array (integer[]), found \"5\"");
  CHECK(encoded("integer[]", "[1, \"x\"]") == at + "/1: expected a 32-bit integer, found \"x\"");
  CHECK(encoded("integer[]", "[1, [2]]") == at + "/1: expected a 32-bit integer, found an array");
  CHECK(encoded("integer[][]", "[[1], 2]") == at + "/1: expected an array (integer[]), found 2");
  CHECK(encoded("integer[][]", "[[1], [2, null]]") == at + "/1/1: expected a 32-bit integer, found null");
  CHECK(encoded("string[][]", "{\"a\": 1}") == at + ": expected an array (string[][]), found an object");
  CHECK(encoded("integer[]", "[{}]") == at + "/0: expected a 32-bit integer, found an object");
}

TEST_CASE("each fault of a dataset is one line with place, expected and found") {
  const std::string good = R"({"name": "a", "args": {"nums": [1], "target": 2}})";
  const auto with_args = [](const std::string& args) {
    return fmt::format(R"({{"cases": [{{"name": "a", "args": {}}}]}})", args);
  };
  CHECK(fault(fmt::format(R"({{"cases": [{}]}})", good)) == "no fault");
  CHECK(fault("") == "x.json: byte 0: expected the rest of the JSON document, found the end of the file");
  CHECK(fault("nums: 1") == "x.json: byte 0: expected JSON, found \"nums: 1\"");
  CHECK(fault("5") == "x.json: /: expected an object with the key cases, or generator and sizes, found 5");
  CHECK(fault("[]") == "x.json: /: expected an object with the key cases, or generator and sizes, found an array");
  CHECK(fault("{}") == "x.json: /: expected the key cases, or generator and sizes, found no such key");
  CHECK(fault(R"({"cases": {}})") == "x.json: /cases: expected an array of cases, found an object");
  CHECK(fault(R"({"cases": null})") == "x.json: /cases: expected an array of cases, found null");
  CHECK(fault(R"({"cases": []})") == "x.json: /cases: expected at least one case, found an empty array");
  CHECK(fault(R"({"cases": [[]]})") ==
        "x.json: /cases/0: expected an object with the keys name, args and expect, found an array");
  CHECK(fault(R"({"cases": ["a"]})") ==
        "x.json: /cases/0: expected an object with the keys name, args and expect, found \"a\"");
  CHECK(fault(fmt::format(R"({{"cases": [{}, {{"args": {{"nums": [1], "target": 2}}}}]}})", good)) ==
        "x.json: /cases/1: expected the key name, found no such key");
  CHECK(fault(R"({"cases": [{"name": "a"}]})") == "x.json: /cases/0: expected the key args, found no such key");
  CHECK(fault(fmt::format(R"({{"cases": [{0}, {0}]}})", good)) ==
        "x.json: /cases/1/name: expected each name once, found \"a\" again");
  CHECK(fault(R"({"cases": [{"name": 5}]})") == "x.json: /cases/0/name: expected a name such as example-1, found 5");
  for (const char* name : {"", "A", "a b", "a/b", "../a", "a_b", "-a", "a-", "a--b", "1.5"}) {
    CHECK(fault(fmt::format(R"({{"cases": [{{"name": "{}"}}]}})", name)) ==
          fmt::format(
              "x.json: /cases/0/name: expected a name of lower-case words and numbers such as example-1, found \"{}\"",
              name));
  }
  CHECK(fault(with_args("[]")) == "x.json: /cases/0/args: expected an object of arguments by name, found an array");
  CHECK(fault(with_args("5")) == "x.json: /cases/0/args: expected an object of arguments by name, found 5");
  CHECK(fault(with_args(R"({"nums": [1]})")) ==
        "x.json: /cases/0/args: expected the argument target (integer), found no such key");
  CHECK(fault(with_args(R"({"target": 1})")) ==
        "x.json: /cases/0/args: expected the argument nums (integer[]), found no such key");
  CHECK(fault(with_args(R"({"nums": [1], "taget": 2})")) ==
        "x.json: /cases/0/args/taget: expected no argument but nums, target, found \"taget\"");
  CHECK(fault(with_args(R"({"nums": [1], "nums": [2]})")) ==
        "x.json: /cases/0/args/nums: expected each argument once, found it again");
  CHECK(fault(R"({"cases": [{"name": "a", "name": "b"}]})") ==
        "x.json: /cases/0/name: expected each key once, found it again");
  CHECK(fault(fmt::format(R"({{"cases": [{}], "cases": []}})", good)) ==
        "x.json: /cases: expected each key once, found it again");
  CHECK(fault(fmt::format(R"({{"cases": [{}], "generator": "uniform"}})", good)) ==
        "x.json: /generator: expected either cases or a generator, found both");
  CHECK(fault(R"({"sizes": [1], "cases": []})") == "x.json: /cases: expected either cases or a generator, found both");
  CHECK(fault(R"({"generator": "uniform"})") ==
        "x.json: /: expected the key sizes beside generator, found no such key");
  CHECK(fault(R"({"sizes": [1]})") == "x.json: /: expected the key generator beside sizes, found no such key");
  CHECK(fault(R"({"generator": "Uniform"})") ==
        "x.json: /generator: expected a generator's name in kebab-case, found \"Uniform\"");
  CHECK(fault(R"({"generator": 1})") == "x.json: /generator: expected a generator's name in kebab-case, found 1");
  CHECK(fault(R"({"generator": "u", "sizes": []})") ==
        "x.json: /sizes: expected at least one size, found an empty array");
  CHECK(fault(R"({"generator": "u", "sizes": 5})") == "x.json: /sizes: expected an array of sizes, found 5");
  CHECK(fault(R"({"generator": "u", "sizes": [5, -1]})") ==
        "x.json: /sizes/1: expected a whole number from 0 to 1000000000000000, found -1");
  CHECK(fault(R"({"generator": "u", "sizes": ["5"]})") ==
        "x.json: /sizes/0: expected a whole number from 0 to 1000000000000000, found \"5\"");
  CHECK(fault(R"({"generator": "u", "sizes": [1.5]})") ==
        "x.json: /sizes/0: expected a whole number from 0 to 1000000000000000, found 1.5");
  CHECK(fault(R"({"generator": "u", "sizes": [18446744073709551615]})") ==
        "x.json: /sizes/0: expected a whole number from 0 to 1000000000000000, found 18446744073709551615");
  CHECK(fault(R"({"generator": "u", "sizes": [5, 16, 5]})") ==
        "x.json: /sizes/2: expected each size once, found 5 again");
  CHECK(fault(R"({"generator": "u", "sizes": [5], "seed": -1})") ==
        "x.json: /seed: expected a whole number from 0 to 2^64-1, found -1");
  CHECK(fault(R"({"generator": "u", "sizes": [5], "seed": "x"})") ==
        "x.json: /seed: expected a whole number from 0 to 2^64-1, found \"x\"");
  CHECK(fault(with_args(R"({"a/b~c": 1})")) ==
        "x.json: /cases/0/args/a~1b~0c: expected no argument but nums, target, found \"a/b~c\"");
  CHECK(fault(with_args(R"({"a\u001b\n": 1})")) ==
        "x.json: \"/cases/0/args/a\\x1b\\n\": expected no argument but nums, target, found \"a\\x1b\\n\"");
  CHECK(fault(with_args(R"({"x": 1})"), problem({})) ==
        "x.json: /cases/0/args/x: expected no argument but none, found \"x\"");
  CHECK(fault(with_args(R"({"nums": {"file": "x.bin", "sha256": "00"}})")) ==
        "x.json: /cases/0/args/nums/sha256: expected 64 hexadecimal digits, found \"00\"");
  CHECK(fault(with_args(fmt::format(R"({{"nums": {{"file": "x.bin", "sha256": "{:0>64}"}}}})", ""))) ==
        "x.json: /cases/0/args/nums/file: expected an argument written out, found a file");
  CHECK(fault(with_args(R"({"nums": {"file": 5}})")) ==
        "x.json: /cases/0/args/nums/file: expected the name of a file beside the dataset, found 5");
  CHECK(fault(with_args(R"({"nums": {"file": ["x"]}})")) ==
        "x.json: /cases/0/args/nums/file: expected the name of a file beside the dataset, found an array");
  CHECK(fault(with_args(R"({"nums": {"file": "a", "file": "b"}})")) ==
        "x.json: /cases/0/args/nums/file: expected each key once, found it again");
  CHECK(fault(with_args(R"({"nums": {"sha256": ")" + std::string(64, 'a') + "\"}}")) ==
        "x.json: /cases/0/args/nums: expected the key file, found no such key");
  CHECK(fault(with_args(R"({"nums": {"file": "a"}})")) ==
        "x.json: /cases/0/args/nums: expected the key sha256, found no such key");
}

TEST_CASE("nesting of 100,000 in a dataset is one clear line") {
  const std::string expected_end = "expected nesting of at most 64, found more";
  CHECK_THAT(fault(std::string(100'000, '[')), StartsWith("x.json: /: expected an object"));
  CHECK_THAT(fault(fmt::format(R"({{"note": {:[>100000}{:]>100000}}})", "", "")), EndsWith(expected_end));
  CHECK_THAT(fault(fmt::format(R"({{"cases": [{{"expect": {:[>100000})", "")), EndsWith(expected_end));
  CHECK(fault(fmt::format(R"({{"cases": [{{"args": {{"nums": {:[>100000})", "")) ==
        "x.json: /cases/0/args/nums/0: expected a 32-bit integer, found an array");
}

TEST_CASE("unknown keys of a dataset are passed over with a warning each, up to a limit") {
  std::vector<std::string> warnings;
  const auto cases = read(kTwoSum, R"({"comment": {"a": [1, {"b": null}]}, "cases": [
    {"name": "a", "nmae": "b", "args": {"nums": [1], "target": 2}, "note": [[]], "why": 1.5, "x": true, "expect": [5]}], "end": "x"})",
                          3, &warnings);
  REQUIRE(cases);
  CHECK(cases->size() == 1);
  CHECK(cbor_text(*cases->at(0).expect) == "int64{5}");
  const std::vector<std::string> expected_warnings = {
      "x.json: /comment: unknown key \"comment\"",
      "x.json: /cases/0/nmae: unknown key \"nmae\"; did you mean \"name\"?",
      "x.json: /cases/0/note: unknown key \"note\"",
      "x.json: /cases/0/why: unknown key \"why\"",
      "x.json: /cases/0/x: unknown key \"x\"",
      "x.json: /end: unknown key \"end\""};
  CHECK(warnings == expected_warnings);

  std::string many;
  for (int i = 0; i < 50; ++i) many += fmt::format("\"k{}\": 1, ", i);
  warnings.clear();
  REQUIRE(read(kTwoSum, fmt::format(R"({{{} "generator": "u", "sizes": [1]}})", many), 100, &warnings));
  CHECK(warnings.size() == 21);
  CHECK(warnings.back() == "x.json: further unknown keys");
}

TEST_CASE("a name of a case is lower-case words and numbers") {
  CHECK(is_case_name("65536"));
  CHECK(is_case_name("example-1"));
  CHECK(is_case_name("1-a"));
  CHECK_FALSE(is_case_name(""));
  CHECK_FALSE(is_case_name("a."));
  CHECK_FALSE(is_case_name(std::string(129, '1')));
}

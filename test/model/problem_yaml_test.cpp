#include <string>

#include <test/catch.hpp>

#include <harness/model/document.hpp>

using namespace harness;
using namespace harness::model;

namespace {

const std::string kHead = "problem: two-sum\nparameters: [{name: nums, type: \"integer[]\"}]\n";

std::string fault(const std::string& text) {
  const auto problem = read_problem_yaml(text, "problem.yaml");
  return problem ? "no fault" : problem.error().text();
}

AnswerRule answer(const std::string& text) {
  const auto problem = read_problem_yaml(kHead + "answer: " + text + "\n", "problem.yaml");
  REQUIRE(problem);
  return problem->answer;
}

}  // namespace

TEST_CASE("problem.yaml with all keys becomes a problem") {
  const auto problem = read_problem_yaml(R"(problem: two-sum
leetcode: {id: "1", title: Two Sum}
tags: [array, hash-table]
parameters:
  - {name: nums, type: "integer[]"}
  - {name: target, type: integer}
  - {name: words, type: "list<list<string>>"}
answer: unordered
answer_type: integer[]
time_limit_s: 2.5
difficulty: easy
)",
                                         "problem.yaml");
  REQUIRE(problem);
  CHECK(problem->name == "two-sum");
  CHECK(problem->leetcode_id == "1");
  CHECK(problem->title == "Two Sum");
  CHECK(problem->tags == std::vector<std::string>{"array", "hash-table"});
  REQUIRE(problem->parameters.size() == 3);
  CHECK(problem->parameters[0].name == "nums");
  CHECK(problem->parameters[0].type == "integer[]");
  CHECK(problem->parameters[1].type == "integer");
  CHECK(problem->parameters[2].type == "string[][]");
  CHECK(problem->answer.kind == AnswerRule::Kind::kUnordered);
  CHECK(problem->answer_type == "integer[]");
  CHECK(problem->time_limit_seconds == 2.5);
  REQUIRE(problem->warnings.size() == 1);
  CHECK(problem->warnings[0] == "problem.yaml: line 11, difficulty: unknown key \"difficulty\"");
}

TEST_CASE("items and bytes name an array or a string, wherever they stand in problem.yaml") {
  const auto problem = read_problem_yaml(R"(bytes: text
problem: search
items: nums
parameters:
  - {name: limit, type: integer}
  - {name: nums, type: "integer[]"}
  - {name: text, type: string}
)",
                                         "problem.yaml");
  REQUIRE(problem);
  CHECK(problem->warnings.empty());
  CHECK(problem->items_parameter == std::size_t{1});
  CHECK(problem->bytes_parameter == std::size_t{2});

  const auto silent = read_problem_yaml(kHead, "problem.yaml");
  REQUIRE(silent);
  CHECK_FALSE(silent->items_parameter);
  CHECK_FALSE(silent->bytes_parameter);
}

TEST_CASE(
    "items or bytes of a number, of an unknown parameter or of several are refused with the names to choose from") {
  const std::string head =
      "problem: a\nparameters: [{name: k, type: integer}, {name: s, type: string}, {name: m, type: "
      "\"integer[][]\"}]\n";
  CHECK(fault(head + "items: k\n") ==
        "problem.yaml: line 3, items: expected the name of an array or string parameter (s, m), found \"k\"");
  CHECK(fault(head + "bytes: nums\n") ==
        "problem.yaml: line 3, bytes: expected the name of an array or string parameter (s, m), found \"nums\"");
  CHECK(fault(head + "items: [s, m]\n") ==
        "problem.yaml: line 3, items: expected the name of an array or string parameter (s, m), found a list");
  CHECK(fault("problem: a\nparameters: [{name: k, type: integer}]\nbytes: k\n") ==
        "problem.yaml: line 3, bytes: expected the name of an array or string parameter, of which there is none, found "
        "\"k\"");
  CHECK(fault("items: nums\nproblem: a\n") ==
        "problem.yaml: parameters: expected a list such as [{name: nums, type: \"integer[]\"}], found no such key");
}

TEST_CASE("the rule for answers is a word or a tolerance, exact when nothing is said") {
  CHECK(read_problem_yaml(kHead, "problem.yaml")->answer.kind == AnswerRule::Kind::kExact);
  CHECK(answer("exact").kind == AnswerRule::Kind::kExact);
  CHECK(answer("unordered").kind == AnswerRule::Kind::kUnordered);
  CHECK(answer("checker").kind == AnswerRule::Kind::kChecker);
  CHECK(answer("{tolerance: 1e-6}").kind == AnswerRule::Kind::kTolerance);
  CHECK(answer("{tolerance: 1e-6}").tolerance == 1e-6);
}

TEST_CASE("each fault of problem.yaml is one line with place, expected and found") {
  CHECK(fault("[]") == "problem.yaml: line 1: expected a map with the keys problem and parameters, found a list");
  CHECK(fault("parameters: []\n") ==
        "problem.yaml: problem: expected the problem's name in kebab-case such as two-sum, found no such key");
  CHECK(fault("problem: a\n") ==
        "problem.yaml: parameters: expected a list such as [{name: nums, type: \"integer[]\"}], found no such key");
  CHECK(fault("problem: a\nparameters: {nums: integer}\n") ==
        "problem.yaml: line 2, parameters: expected a list such as [{name: nums, type: \"integer[]\"}], found a map");
  CHECK_THAT(fault("problem: a\nparameters: [{name: x, type: int}]\n"),
             StartsWith("problem.yaml: line 2, parameters[0].type: expected a type such as integer, ") &&
                 EndsWith("found \"int\""));
  for (const char* type : {"integer[", "integer[]x", "list<integer", "list<>", "[]", "integer[3]", "Integer", "void",
                           "integer[][][][][][][][][]"}) {
    INFO(type);
    CHECK_THAT(fault(std::string("problem: a\nparameters: [{name: x, type: \"") + type + "\"}]\n"),
               ContainsSubstring("expected a type"));
  }
  CHECK(fault("problem: a\nparameters: [{name: x}]\n") ==
        "problem.yaml: line 2, parameters[0]: expected the keys name and type, found a map");
  CHECK(fault("problem: a\nparameters: [{name: 'x y', type: integer}]\n") ==
        "problem.yaml: line 2, parameters[0].name: expected a name of letters, digits and _, found \"x y\"");
  CHECK(fault("problem: a\nparameters: [{name: x, type: integer}, {type: long, name: x}]\n") ==
        "problem.yaml: line 2, parameters[1].name: expected each parameter's name once, found \"x\"");
  CHECK(fault(kHead + "answer: fuzzy\n") ==
        "problem.yaml: line 3, answer: expected exact, unordered, checker or {tolerance: 1e-6}, found \"fuzzy\"");
  CHECK(fault(kHead + "answer: {tolerance: -1}\n") ==
        "problem.yaml: line 3, answer.tolerance: expected a tolerance of at least 0 such as 1e-6, found \"-1\"");
  CHECK(fault(kHead + "answer: {tolerance: .nan}\n") ==
        "problem.yaml: line 3, answer.tolerance: expected a tolerance of at least 0 such as 1e-6, found \".nan\"");
  CHECK(fault(kHead + "answer: {tolerance: nan}\n") ==
        "problem.yaml: line 3, answer.tolerance: expected a tolerance of at least 0 such as 1e-6, found \"nan\"");
  CHECK(fault(kHead + "answer: {tolerance: \"1e-6\"}\n") ==
        "problem.yaml: line 3, answer.tolerance: expected a tolerance of at least 0 such as 1e-6, found \"1e-6\"");
  CHECK(fault(kHead + "answer: {tolerance: 1, x: 2}\n") ==
        "problem.yaml: line 3, answer: expected exact, unordered, checker or {tolerance: 1e-6}, found a map");
  CHECK(fault(kHead + "time_limit_s: 0\n") ==
        "problem.yaml: line 3, time_limit_s: expected a number of seconds above 0, at most 86400, found \"0\"");
  CHECK(fault(kHead + "time_limit_s: -3\n") ==
        "problem.yaml: line 3, time_limit_s: expected a number of seconds above 0, at most 86400, found \"-3\"");
  CHECK(fault(kHead + "time_limit_s: inf\n") ==
        "problem.yaml: line 3, time_limit_s: expected a number of seconds above 0, at most 86400, found \"inf\"");
  CHECK(fault(kHead + "time_limit_s: 10 s\n") ==
        "problem.yaml: line 3, time_limit_s: expected a number of seconds above 0, at most 86400, found \"10 s\"");
  CHECK(fault(kHead + "leetcode: 1\n") ==
        "problem.yaml: line 3, leetcode: expected a map with the keys id and title, found \"1\"");
  CHECK(fault(kHead + "tags: array\n") == "problem.yaml: line 3, tags: expected a list of tags, found \"array\"");
  CHECK(fault(kHead + "tags: [[a]]\n") == "problem.yaml: line 3, tags[0]: expected a tag, found a list");
  CHECK(fault(kHead + "problem: b\n") == "problem.yaml: line 3, problem: expected each key once, found it again");
}

// Problems, and the cases that solvers are tried on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace harness::model {

using Bytes = std::vector<std::uint8_t>;

struct Parameter {
  std::string name;
  std::string type;  // LeetCode's type words: integer, integer[], integer[][], long, double, boolean, string, ...
};

// How an answer is judged against the expected one.
struct AnswerRule {
  enum class Kind { kExact, kUnordered, kTolerance, kChecker } kind = Kind::kExact;
  double tolerance = 0;  // kTolerance: |answer - expected| <= tolerance * max(1, |expected|)
};

// datasets/<problem>/problem.yaml
struct Problem {
  std::string name;  // kebab-case
  std::string leetcode_id;
  std::string title;
  std::vector<std::string> tags;
  std::vector<Parameter> parameters;
  std::string answer_type;  // "" = not declared
  AnswerRule answer;
  std::optional<double> time_limit_seconds;
  // Which parameter's elements are the items of a call, and which one's data its bytes, as indices into `parameters`:
  // always an array or a string. None: not declared.
  std::optional<std::size_t> items_parameter;
  std::optional<std::size_t> bytes_parameter;
  std::filesystem::path directory;  // datasets/<problem>
  std::vector<std::string> warnings;
};

// One input of one dataset, described; its bytes are made or read only when it is selected.
struct Case {
  std::string problem;
  std::string dataset;                // `leetcode-1`
  std::string name;                   // `example-1`, `65536`
  std::optional<std::uint64_t> size;  // of a generated case
  std::string generator;              // "" = written out in the dataset
  std::uint64_t seed = 0;
  std::shared_ptr<const Bytes> args;    // written-out cases: CBOR array in parameter order
  std::shared_ptr<const Bytes> expect;  // CBOR; null = to be had from the generator, the reference or the checker

  std::string dataset_and_name() const { return dataset + "/" + name; }
};

}  // namespace harness::model

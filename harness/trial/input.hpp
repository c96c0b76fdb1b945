// The input of a case, ready to be mapped by workers, and the judgement of an answer to it.
//
// Generators, checkers and references are the problem's code: each runs in a worker of the problem's own, and only its
// bytes come here. Expected answers never leave this process.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <harness/model/case.hpp>
#include <harness/model/error.hpp>
#include <harness/store/input_cache.hpp>
#include <harness/trial/loaded.hpp>
#include <harness/worker/worker.hpp>

namespace harness::trial {

struct Input {
  worker::MemoryFile args;                      // CBOR array of the arguments, sealed
  std::shared_ptr<const model::Bytes> expect;   // CBOR; null = only the checker can tell
  std::optional<double> items, bytes;           // that a call works on, where the problem declares them
};

// Of the arguments' CBOR: equal bytes, equal input.
Result<std::string> sha256_of(const Input& input);

// Why an answer is wrong, in one line; empty = it is right.
using Judgement = worker::Outcome<std::string>;

class Inputs {
 public:
  // `libraries`: by problem name, the libraries of problems that have one. `warn` takes one line each.
  Inputs(std::map<std::string, Loaded> libraries, store::InputCache cache, worker::Settings settings, worker::Limits limits,
         std::function<void(std::string)> warn);

  // The case's input; the second request for the same case is answered from memory. Asks in order: the case itself,
  // the cache, the generator; and for the expected answer: the case, the generator, the reference. An error is the
  // problem's fault (`datasets/two-sum: generator uniform: crashed: ...`).
  Result<std::shared_ptr<const Input>> make(const model::Problem& problem, const model::Case& input);

  // Expected value, else reference, else the checker (where the problem's rule is `checker`, the checker alone).
  // A Failure is the checker's, not the solver's.
  Judgement judge(const model::Problem& problem, const Input& input, const model::Bytes& answer);

  // Of the problem's own library, which checks and generates; "" = it has none.
  std::string code_hash(const std::string& problem) const;

  void forget() { made_.clear(); }

 private:
  Result<worker::Worker> start(const model::Problem& problem);
  Result<store::GeneratedInput> generate(const model::Problem& problem, const model::Case& input);
  Result<std::shared_ptr<const model::Bytes>> reference(const model::Problem& problem, const worker::MemoryFile& args);

  std::map<std::string, Loaded> libraries_;
  store::InputCache cache_;
  worker::Settings settings_;
  worker::Limits limits_;
  std::function<void(std::string)> warn_;
  bool cache_warned_ = false;
  std::map<std::string, std::shared_ptr<const Input>> made_;  // by `<problem>/<dataset>/<case>`
};

}  // namespace harness::trial

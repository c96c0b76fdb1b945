#include <harness/trial/input.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include <harness/model/sha256.hpp>
#include <harness/store/input_file.hpp>
#include <harness/trial/amounts.hpp>
#include <harness/trial/verification.hpp>

namespace harness::trial {
namespace {

std::string library_of(const model::Problem& problem) { return problem.name + ".problem.so"; }

tl::unexpected<Error> problem_failed(const model::Problem& problem, const std::string& what, const worker::Failure& failure) {
  const auto exit = failure.kind == worker::FailureKind::kInterrupted ? Exit::kInterrupted : Exit::kUsage;
  return fail(library_of(problem) + ": " + what, failure.text, {}, exit);
}

}  // namespace

Inputs::Inputs(std::map<std::string, Loaded> libraries, store::InputCache cache, worker::Settings settings,
               worker::Limits limits, std::function<void(std::string)> warn)
    : libraries_(std::move(libraries)),
      cache_(std::move(cache)),
      settings_(std::move(settings)),
      limits_(limits),
      warn_(std::move(warn)) {}

Result<worker::Worker> Inputs::start(const model::Problem& problem) {
  const auto library = libraries_.find(problem.name);
  if (library == libraries_.end()) {
    return fail(problem.name, "needs a generator, a checker or a reference, but " + library_of(problem) + " was not found",
                "build it from datasets/" + problem.name + "/problem.cpp and put it beside the solvers");
  }
  auto worker = worker::Worker::start(library->second.bytes, library->second.file_name, limits_, settings_);
  if (!worker) return problem_failed(problem, "loading", worker.error());
  return std::move(*worker);
}

Result<store::GeneratedInput> Inputs::generate(const model::Problem& problem, const model::Case& input) {
  const auto library = libraries_.find(problem.name);
  const store::InputCache::Key key{library == libraries_.end() ? "" : library->second.identity.code_hash, input.generator,
                                   input.size.value_or(0), input.seed};
  if (library != libraries_.end()) {
    if (auto kept = cache_.find(key)) return std::move(*kept);
  }
  auto worker = start(problem);
  if (!worker) return tl::unexpected(worker.error());
  auto made = worker->generate(input.generator, key.size, key.seed);
  if (!made) return problem_failed(problem, fmt::format("generator {} of size {}", input.generator, key.size), made.error());
  if (auto ended = worker->finish(); !ended) return problem_failed(problem, "generator " + input.generator, ended.error());
  store::GeneratedInput generated{std::move(made->args), std::move(made->expect)};
  if (auto kept = cache_.keep(key, generated); !kept && !cache_warned_) {
    cache_warned_ = true;
    warn_("generated inputs are not kept: " + kept.error().text());
  }
  return generated;
}

Result<std::shared_ptr<const model::Bytes>> Inputs::reference(const model::Problem& problem,
                                                              const worker::MemoryFile& args) {
  auto worker = start(problem);
  if (!worker) return tl::unexpected(worker.error());
  const auto facts = worker->problem();
  if (!facts) return problem_failed(problem, "asking what it offers", facts.error());
  std::shared_ptr<const model::Bytes> answer;
  if (facts->has_reference) {
    auto made = worker->reference(args);
    if (!made) return problem_failed(problem, "reference", made.error());
    answer = std::make_shared<const model::Bytes>(std::move(*made));
  }
  if (auto ended = worker->finish(); !ended) return problem_failed(problem, "reference", ended.error());
  return answer;
}

Result<std::shared_ptr<const Input>> Inputs::make(const model::Problem& problem, const model::Case& input) {
  const auto name = problem.name + "/" + input.dataset_and_name();
  if (const auto made = made_.find(name); made != made_.end()) return made->second;

  auto ready = std::make_shared<Input>();
  auto args = input.args;
  ready->expect = input.expect;
  if (!input.generator.empty()) {
    auto generated = generate(problem, input);
    if (!generated) return tl::unexpected(generated.error());
    args = std::make_shared<const model::Bytes>(std::move(generated->args));
    if (generated->expect) ready->expect = std::make_shared<const model::Bytes>(std::move(*generated->expect));
  }
  auto sealed = worker::MemoryFile::sealed(*args, name);
  if (!sealed) return fail(name, sealed.error().text);
  ready->args = std::move(*sealed);
  if (const auto index = problem.items_parameter) ready->items = items_of(*args, *index);
  if (const auto index = problem.bytes_parameter) ready->bytes = bytes_of(*args, *index, problem.parameters[*index].type);

  const bool by_checker = problem.answer.kind == model::AnswerRule::Kind::kChecker;
  if (!ready->expect && !by_checker) {
    auto answer = reference(problem, ready->args);
    if (!answer) return tl::unexpected(answer.error());
    if (!*answer) {
      return fail("datasets/" + problem.name + "/" + input.dataset + ".json: case " + input.name,
                  "has no expected answer, and the problem has neither a reference nor `answer: checker`",
                  "add \"expect\" to the case, or .reference(...) to problem.cpp");
    }
    ready->expect = std::move(*answer);
  }
  made_[name] = ready;
  return std::shared_ptr<const Input>(std::move(ready));
}

Judgement Inputs::judge(const model::Problem& problem, const Input& input, const model::Bytes& answer) {
  if (problem.answer.kind != model::AnswerRule::Kind::kChecker) {
    return first_difference(*input.expect, answer, problem.answer).value_or("");
  }
  auto worker = start(problem);
  if (!worker) return tl::unexpected(worker::Failure{worker::FailureKind::kNotStarted, worker.error().text(), {}});
  auto reason = worker->check(input.args, answer);
  if (!reason) return reason;
  if (auto ended = worker->finish(); !ended) return tl::unexpected(ended.error());
  if (!reason->empty()) *reason += ", got " + shown(answer);
  return reason;
}

Result<std::string> sha256_of(const Input& input) {
  model::Sha256 hash;
  std::array<std::uint8_t, 65536> buffer;
  for (off_t at = 0;;) {
    const auto got = ::pread(input.args.descriptor(), buffer.data(), buffer.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail("an input", "cannot be read back: " + store::system_words(errno));
    if (got == 0) return hash.hex();
    hash.add({buffer.data(), static_cast<std::size_t>(got)});
    at += got;
  }
}

std::string Inputs::code_hash(const std::string& problem) const {
  const auto library = libraries_.find(problem);
  return library == libraries_.end() ? "" : library->second.identity.code_hash;
}

}  // namespace harness::trial

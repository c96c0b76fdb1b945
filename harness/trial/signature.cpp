#include <harness/trial/signature.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/trial/cbor_value.hpp>

namespace harness::trial {
namespace {

constexpr std::size_t kMostSignature = 4096;

// `list<T>` is `T[]`, blanks do not matter.
std::string plain_type(std::string_view type) {
  std::string plain;
  std::copy_if(type.begin(), type.end(), std::back_inserter(plain), [](char c) { return c != ' '; });
  std::string_view inner = plain;
  std::string brackets;
  while (true) {
    if (inner.ends_with("[]")) {
      inner.remove_suffix(2);
    } else if (inner.starts_with("list<") && inner.ends_with('>')) {
      inner = inner.substr(5, inner.size() - 6);
    } else {
      break;
    }
    brackets += "[]";
  }
  return std::string(inner) + brackets;
}

// A solver's wider type takes what a problem's narrower one holds.
bool takes(const std::string& solver_type, const std::string& problem_type) {
  const std::string solver = plain_type(solver_type), problem = plain_type(problem_type);
  constexpr std::string_view kInteger = "integer";
  return solver == problem || (problem.starts_with(kInteger) && solver == "long" + problem.substr(kInteger.size()));
}

struct Signature {
  std::vector<std::string> parameters;
  std::string answer;  // of a void solver: the type of the parameter that it answers through, "" = none
  bool returns_nothing = false;
};

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos ? "" : std::string(text.substr(begin, text.find_last_not_of(' ') - begin + 1));
}

// Nothing when it cannot be read.
std::optional<Signature> read_signature(std::string_view text) {
  const auto arrow = text.rfind("->");
  if (text.size() > kMostSignature || arrow == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string parameters = trimmed(text.substr(0, arrow));
  Signature signature;
  signature.answer = trimmed(text.substr(arrow + 2));
  if (parameters.size() < 2 || parameters.front() != '(' || parameters.back() != ')' || signature.answer.empty()) {
    return std::nullopt;
  }
  if (signature.answer == "void") {
    signature.answer.clear();
    signature.returns_nothing = true;
  }
  const std::string_view inner = std::string_view(parameters).substr(1, parameters.size() - 2);
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t at = 0; at <= inner.size(); ++at) {
    const char c = at < inner.size() ? inner[at] : ',';
    depth += c == '<' ? 1 : c == '>' ? -1 : 0;
    if (c != ',' || (depth != 0 && at < inner.size())) {
      continue;
    }
    std::string type = trimmed(inner.substr(begin, at - begin));
    begin = at + 1;
    const bool marked = type.ends_with('&');
    if (marked) {
      type = trimmed(std::string_view(type).substr(0, type.size() - 1));
    }
    if (marked && signature.returns_nothing && signature.answer.empty()) {
      signature.answer = type;
    }
    if (type.empty() && trimmed(inner).empty()) {
      break;  // no parameters
    }
    if (type.empty()) {
      return std::nullopt;
    }
    signature.parameters.push_back(std::move(type));
  }
  return depth == 0 ? std::optional(std::move(signature)) : std::nullopt;
}

}  // namespace

std::optional<std::string> signature_mismatch(const model::Problem& problem, const std::string& text) {
  const auto signature = read_signature(text);
  if (!signature) {
    return "its signature cannot be read: " + against("(type, ...) -> type", quoted_text(text));
  }
  if (signature->parameters.size() != problem.parameters.size()) {
    std::string names;
    for (const model::Parameter& parameter : problem.parameters) {
      names += (names.empty() ? "" : ", ") + parameter.name;
    }
    return fmt::format("the problem has {}{}, the solver takes {}", counted(problem.parameters.size(), "parameter"),
                       names.empty() ? "" : " (" + names + ")", signature->parameters.size());
  }
  for (std::size_t i = 0; i < problem.parameters.size(); ++i) {
    const model::Parameter& parameter = problem.parameters[i];
    if (!takes(signature->parameters[i], parameter.type)) {
      return fmt::format("parameter {} \"{}\": the problem has {}, the solver takes {}", i + 1, parameter.name,
                         parameter.type, signature->parameters[i]);
    }
  }
  if (signature->returns_nothing && signature->answer.empty()) {
    return "the solver returns nothing and changes none of its parameters";
  }
  if (!problem.answer_type.empty() && !takes(signature->answer, problem.answer_type)) {
    return fmt::format("the answer: the problem has {}, the solver {} {}", problem.answer_type,
                       signature->returns_nothing ? "changes" : "returns", signature->answer);
  }
  return std::nullopt;
}

}  // namespace harness::trial

// Two documents from one input: the first two bytes say where it is split and by which rule they are compared.
#include <cstdint>
#include <cstdlib>
#include <span>

#include <harness/sdk/cbor.hpp>
#include <harness/trial/verification.hpp>

using harness::model::AnswerRule;
using harness::trial::first_difference;
using harness::trial::shown;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const std::span<const std::uint8_t> documents(data + 2, size - 2);
  const std::size_t split = documents.size() * data[0] / 255;
  const auto expected = documents.first(split), answer = documents.subspan(split);
  constexpr AnswerRule::Kind kKinds[] = {AnswerRule::Kind::kExact, AnswerRule::Kind::kUnordered,
                                         AnswerRule::Kind::kTolerance};
  const AnswerRule rule{kKinds[data[1] % 3], data[1] / 64.0};

  const bool forth = first_difference(expected, answer, rule).has_value();
  const bool back = first_difference(answer, expected, rule).has_value();
  if (rule.kind != AnswerRule::Kind::kTolerance && forth != back) {
    std::abort();  // equality holds in both directions; a tolerance is relative to the expected side
  }
  for (const auto document : {expected, answer}) {
    if (harness::sdk::cbor::well_formed(document) && first_difference(document, document, rule)) {
      std::abort();
    }
    if (shown(document, data[1]).size() > 4 * data[1] + 200u) {
      std::abort();
    }
  }
  return 0;
}

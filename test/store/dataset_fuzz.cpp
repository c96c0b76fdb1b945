#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <harness/sdk/cbor.hpp>
#include <harness/store/dataset_reader.hpp>

using namespace harness;

// The first byte chooses the length of the pieces in which the text arrives and whether the answer's type is declared.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const model::Problem problem = [] {
    model::Problem made;
    made.name = "two-sum";
    made.parameters = {{"nums", "integer[]"}, {"target", "integer"},   {"big", "long[][]"},  {"real", "double[]"},
                       {"flag", "boolean"},   {"letter", "character"}, {"words", "string[]"}};
    return made;
  }();
  model::Problem declared = problem;
  if (data[0] & 1) declared.answer_type = "integer[]";
  const std::size_t piece = std::size_t{1} + (data[0] >> 1);
  ++data, --size;
  store::DatasetText text;
  text.file = "x.json";
  text.bytes = size;
  text.next = [&](char* buffer, std::size_t capacity) {
    const std::size_t count = std::min({piece, capacity, size});
    if (count > 0) std::memcpy(buffer, data, count);
    data += count;
    size -= count;
    return count;
  };
  std::vector<std::string> warnings;
  const auto cases = store::read_cases(declared, "fuzz", text, &warnings);
  if (!cases) {
    if (cases.error().text().find('\n') != std::string::npos) std::abort();
    return 0;
  }
  for (const model::Case& one : *cases) {
    if (one.args && !sdk::cbor::well_formed(*one.args)) std::abort();
    if (one.expect && !sdk::cbor::well_formed(*one.expect)) std::abort();
  }
  return 0;
}

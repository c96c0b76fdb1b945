#include <cstdint>
#include <cstdlib>

#include <harness/model/comparison_json.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = harness::model::read_ab_report({reinterpret_cast<const char*>(data), size}, "ab.json");
  if (!read) return 0;
  // What was accepted is written so that it is accepted again, as the same.
  const auto text = harness::model::write_ab_report(*read);
  const auto again = harness::model::read_ab_report(text, "ab.json");
  if (!again || harness::model::write_ab_report(*again) != text) std::abort();
  return 0;
}

#include <cstdint>
#include <cstdlib>

#include <harness/model/gate_json.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = harness::model::read_gate_report({reinterpret_cast<const char*>(data), size}, "gate.json");
  if (!read) return 0;
  // What was accepted is written so that it is accepted again, as the same.
  const auto text = harness::model::write_gate_report(*read);
  const auto again = harness::model::read_gate_report(text, "gate.json");
  if (!again || harness::model::write_gate_report(*again) != text) std::abort();
  return 0;
}

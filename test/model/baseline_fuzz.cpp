#include <cstdint>
#include <cstdlib>

#include <harness/model/history_json.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = harness::model::read_baseline({reinterpret_cast<const char*>(data), size}, "two-sum.json");
  if (!read) return 0;
  // What was accepted is written so that it is accepted again, as the same.
  const auto text = harness::model::write_baseline(*read);
  const auto again = harness::model::read_baseline(text, "two-sum.json");
  if (!again || harness::model::write_baseline(*again) != text) std::abort();
  return 0;
}

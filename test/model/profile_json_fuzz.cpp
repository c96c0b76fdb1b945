#include <cstdint>
#include <cstdlib>

#include <harness/model/profile_json.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = harness::model::read_profile({reinterpret_cast<const char*>(data), size}, "case.json");
  if (!read) return 0;
  // What was accepted is written so that it is accepted again, as the same.
  const auto text = harness::model::write_profile(*read);
  const auto again = harness::model::read_profile(text, "case.json");
  if (!again || harness::model::write_profile(*again) != text) std::abort();
  for (const auto& place : read->cpu ? read->cpu->places : std::vector<harness::model::CodePlace>{})
    if (!place.function.empty() && harness::model::short_name(place.function).empty()) std::abort();
  return 0;
}

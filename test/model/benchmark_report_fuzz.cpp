#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <harness/model/benchmark_report.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = harness::model::read_benchmark_report({reinterpret_cast<const char*>(data), size}, "report.json");
  if (!read) {
    if (read.error().text().empty()) std::abort();
    return 0;
  }
  for (const auto& entry : read->entries) {
    if (entry.name.empty() || entry.run_name.empty()) std::abort();
  }
  return 0;
}

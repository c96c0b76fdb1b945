#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <harness/model/document.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> warnings;
  const auto read =
      harness::model::read_benchmark_json({reinterpret_cast<const char*>(data), size}, "benchmark.json", warnings);
  if (read && read->limits.qps_target && !(*read->limits.qps_target > 0)) std::abort();
  return 0;
}

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <harness/model/document.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = harness::model::read_problem_yaml({reinterpret_cast<const char*>(data), size}, "problem.yaml");
  if (read && !harness::model::is_kebab_case(read->name)) std::abort();
  return 0;
}

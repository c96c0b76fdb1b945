#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <harness/model/document.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> warnings;
  const auto read =
      harness::model::read_version_yaml({reinterpret_cast<const char*>(data), size}, "version.yaml", warnings);
  // What is accepted is named as the build will name it: no text from the file may leave the directory.
  if (read && read->file_name().find('/') != std::string::npos) std::abort();
  return 0;
}

// Any bytes, as a library: an answer or a refusal, never a fault. Seeds: real libraries (CMakeLists.txt).
#include <cstdlib>

#include <harness/sdk/abi.h>
#include <harness/library/code_hash.hpp>
#include <harness/library/descriptor.hpp>
#include <harness/library/elf_dynamic.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harness::library;
  const std::span<const std::uint8_t> bytes(data, size);
  MemorySource source(bytes);
  const auto described = read_library_from(source, "fuzz.so");
  if (!described && (described.error().why.empty() || !described.error().what.starts_with("fuzz.so"))) std::abort();
  if (described && !identify(bytes)) std::abort();
  // What the note's faults would hide from the rest.
  if (const auto elf = read_elf(source, "fuzz.so")) (void)check_dynamic(source, *elf, HARNESS_SOLVER_ENTRY, "fuzz.so");
  return 0;
}

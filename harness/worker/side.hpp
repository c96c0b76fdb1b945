// One library in the child with the input that it was given. A duet's child has two of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <harness/sdk/abi.h>
#include <harness/worker/loading.hpp>

namespace harness::worker {

// A memory file of the parent's, mapped.
class Mapping {
 public:
  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { reset(); }

  // Read-only mappings are filled in at once, so that no page is missing when the clock runs.
  bool map(int descriptor, bool writable);
  void reset();
  std::uint8_t* data() { return data_ != nullptr ? data_ : &nothing_; }
  std::size_t size() const { return size_; }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::uint8_t nothing_ = 0;
};

struct Side {
  std::string name;  // of the library, for messages
  std::optional<LoadedLibrary> library;
  Mapping args;
  void* instance = nullptr;   // what `open` made of args
  harness_bytes announced{};  // bytes of the library's that the parent may still fetch

  const harness_solver* solver() const { return library ? library->solver() : nullptr; }
  const harness_problem* problem() const { return library ? library->problem() : nullptr; }
  void close_instance();
};

}  // namespace harness::worker

// A library, loaded from a memory file inside the child. Runs the library's constructors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include <harness/sdk/abi.h>

namespace harness::worker {

class LoadedLibrary {
 public:
  // Takes over `descriptor`, and keeps it open as long as the code may be mapped: glibc knows a library by its name,
  // here /proc/self/fd/<n>, and would give the old code for the same number. For the same reason the entry must lie in
  // a mapping of this very file. `name` stands for the file in messages. The error is one line.
  static tl::expected<LoadedLibrary, std::string> load(int descriptor, const std::string& name);

  // The same in a namespace of the dynamic linker's own (dlmopen): with a C library, and so a heap, that nobody else
  // has. `padding_bytes` of that heap are taken once the library is there. An error that begins with `not available`
  // need not be the library's fault: one that names no dependencies finds them in the program's namespace only. An
  // exception that leaves such a library ends the process: no handler of ours is in sight of its unwinder.
  static tl::expected<LoadedLibrary, std::string> load_apart(int descriptor, const std::string& name,
                                                             std::uint64_t padding_bytes);

  LoadedLibrary(LoadedLibrary&&) noexcept;
  LoadedLibrary& operator=(LoadedLibrary&&) noexcept;
  // Lets go of the code. A process that is about to end leaves that to its exit: see `keep_until_exit`.
  ~LoadedLibrary();
  void keep_until_exit();

  // Exactly one is set; its table was checked: size, boundary, no null function.
  const harness_solver* solver() const { return solver_; }
  const harness_problem* problem() const { return problem_; }
  const char* signature() const { return solver_ != nullptr ? solver_->signature : problem_->signature; }

 private:
  struct Opened;
  explicit LoadedLibrary(int descriptor);
  tl::expected<void, std::string> take_table();
  std::unique_ptr<Opened> opened_;
  const harness_solver* solver_ = nullptr;
  const harness_problem* problem_ = nullptr;
};

// Takes `bytes` from a heap, in pieces small enough to come from it and not from mappings of their own, and writes to
// them, so that what is allocated later lies elsewhere. Throws std::bad_alloc.
std::vector<void*> take_padding(std::uint64_t bytes, void* (*allocate)(std::size_t));

// Why no library gets a heap of its own in this build, or null.
const char* no_own_heaps();

}  // namespace harness::worker

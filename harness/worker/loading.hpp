// A library, loaded from a memory file inside the child. Runs the library's constructors.
#pragma once

#include <memory>
#include <string>

#include <tl/expected.hpp>

#include <harness/sdk/abi.h>

namespace harness::worker {

class LoadedLibrary {
 public:
  // Takes over `descriptor`, and keeps it open as long as the code may be mapped: glibc knows a library by its name,
  // here /proc/self/fd/<n>, and would give the old code for the same number. For the same reason the entry must lie in
  // a mapping of this very file. `name` stands for the file in messages. The error is one line.
  static tl::expected<LoadedLibrary, std::string> load(int descriptor, const std::string& name);

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
  LoadedLibrary();
  std::unique_ptr<Opened> opened_;
  const harness_solver* solver_ = nullptr;
  const harness_problem* problem_ = nullptr;
};

}  // namespace harness::worker

// All libraries that a run can use, and all that it cannot, with the reason. Nothing of a library is executed here.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <harness/model/error.hpp>
#include <harness/model/solver_info.hpp>

namespace harness::library {

struct Catalog {
  std::vector<model::SolverInfo> solvers;       // sorted by problem, version precedence, variant
  std::vector<model::ProblemLibrary> problems;  // sorted by problem
  std::vector<model::SkippedLibrary> skipped;   // sorted by file
};

// Looks at every `*.so` in the directories (not below them). A file that does not fit is in `skipped`; a directory
// that is missing or cannot be read is an error. Two libraries that compose one name are both skipped.
// Only what is needed of each file is read (its headers, note and dynamic symbols): no hashing. Many files are read on
// several threads, which have ended when it returns.
Result<Catalog> find_libraries(const std::vector<std::filesystem::path>& directories);

// One file: as in find_libraries, with the reason as the error.
Result<model::SolverInfo> read_solver(const std::filesystem::path& file);

}  // namespace harness::library

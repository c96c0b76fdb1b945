// What was found in the plugin directories, as text.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <harness/model/solver_info.hpp>

namespace harness::report {

struct Listing {
  const std::vector<model::SolverInfo>& solvers;
  const std::vector<model::ProblemLibrary>& problems;
  const std::vector<model::SkippedLibrary>& skipped;
  const std::vector<std::filesystem::path>& directories;
};

// One line a solver: name, declared complexity, compiler, author; then problem libraries; then what was skipped and why.
std::string short_listing(const Listing& listing);
// A block a solver: everything that its descriptor says, keys of the author's own included.
std::string long_listing(const Listing& listing);

}  // namespace harness::report

// Both sides of a gate as built libraries: from a revision and the working tree, or as they were given.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <harness/experiment/gate.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>
#include <harness/store/build_cache.hpp>
#include <harness/store/revision.hpp>

namespace harness::experiment {

struct GateSides {
  store::Revisions revisions;                          // root "" = outside of a repository
  bool nothing_changed = false;                        // no file of a solver or dataset differs: nothing was built
  std::vector<std::filesystem::path> base, candidate;  // plugin directories
  std::filesystem::path base_datasets;                 // of the base revision; "" = unknown: taken for the present ones
  std::filesystem::path datasets;                      // the present ones
  std::vector<std::filesystem::path> base_sources, candidate_sources;  // trees with solvers/; for lines of profiles
  std::shared_ptr<store::BuildCache> builds;           // keeps them in the cache as long as this lives
};

// Builds what is not in the cache of builds; `say` takes lines of progress. Errors, exit 2: store::find_revisions's,
// what does not build (with the first error of the compiler), a tree without solvers; exit 130 after Ctrl-C.
Result<GateSides> prepare_sides(const GateRequest& request, const Terminal& terminal,
                                const std::function<void(const std::string&)>& say);

}  // namespace harness::experiment

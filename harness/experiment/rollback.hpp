// `harness --rollback=two-sum-v0.8.3`: an earlier version is chosen by what a person writes, and takes its problem's place
// in the run. What does not fit is passed over by itself.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <harness/experiment/run.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/library/catalog.hpp>
#include <harness/model/error.hpp>
#include <harness/model/solver_info.hpp>

namespace harness::experiment {

// Why a library cannot be used after all, in one line; nothing when it can.
using WhyNot = std::function<std::optional<std::string>(const model::SolverInfo&)>;

struct RolledBack {
  model::SolverInfo solver;
  std::vector<model::SkippedLibrary> passed_over;  // what the text names and would have come first, had it fitted
};

// The best solver that the text names (library/choice.hpp) and that `why_not` has nothing against.
// Errors: exit 5 when none is left, with what there is and the nearest names; exit 2 for a text that names nothing or
// more than one equally well.
Result<RolledBack> roll_back(const library::Catalog& catalog, const std::string& text, const WhyNot& why_not);

// Loads the library in a worker, as the run will, and holds its signature against the problem's parameters. A worker that
// could not be started, or was interrupted, speaks against no library.
WhyNot loads_in_a_worker(const RunRequest& request, const Terminal& terminal);

// The catalog of a run after a rollback: of that problem the one solver; of other problems all, or none when the run has
// no filter.
library::Catalog only_rolled_back(library::Catalog catalog, const model::SolverInfo& solver, bool has_filter);

}  // namespace harness::experiment

// Which solvers changed between two revisions: libraries of either side, paired by problem and solver.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <harness/library/catalog.hpp>
#include <harness/model/error.hpp>
#include <harness/model/gate.hpp>
#include <harness/model/solver_info.hpp>

namespace harness::experiment {

struct SolverChange {
  model::Change change;
  std::shared_ptr<const model::SolverInfo> candidate;  // null: removed
  std::shared_ptr<const model::SolverInfo> reference;  // null: new
};

// The hash of a library's code: equal hash, equal behaviour.
using CodeHash = std::function<Result<std::string>(const model::SolverInfo&)>;

// An edited version is held against itself at the base; one that the base does not have against the highest lower
// version of its line there that it may take the place of (compatible_with), else against nothing. In the candidates'
// order, then what was removed.
Result<std::vector<SolverChange>> find_changes(const library::Catalog& base, const library::Catalog& candidates,
                                               const CodeHash& code_hash);

}  // namespace harness::experiment

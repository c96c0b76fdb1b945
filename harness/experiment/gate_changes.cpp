#include <harness/experiment/gate_changes.hpp>

#include <algorithm>

#include <harness/compare/history.hpp>

namespace harness::experiment {
namespace {

using model::Change;
using model::SolverInfo;

const SolverInfo* same_name(const std::vector<SolverInfo>& solvers, const SolverInfo& wanted) {
  const auto found =
      std::find_if(solvers.begin(), solvers.end(), [&](const auto& solver) { return solver.name() == wanted.name(); });
  return found == solvers.end() ? nullptr : &*found;
}

// `solvers` are sorted by precedence, so the last that fits is the highest.
const SolverInfo* last_good(const std::vector<SolverInfo>& solvers, const SolverInfo& candidate) {
  const SolverInfo* found = nullptr;
  for (const auto& solver : solvers) {
    if (solver.identity.problem != candidate.identity.problem || solver.identity.variant != candidate.identity.variant)
      continue;
    if (!(solver.identity.version < candidate.identity.version)) continue;
    const auto& patterns = candidate.identity.compatible_with;
    const bool may_follow = patterns.empty() ? compare::line_of(solver.identity) == compare::line_of(candidate.identity)
                                             : std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) {
                                                 return pattern.contains(solver.identity.version);
                                               });
    if (may_follow) found = &solver;
  }
  return found;
}

}  // namespace

Result<std::vector<SolverChange>> find_changes(const library::Catalog& base, const library::Catalog& candidates,
                                               const CodeHash& code_hash) {
  std::vector<SolverChange> changes;
  for (const auto& candidate : candidates.solvers) {
    SolverChange found;
    found.candidate = std::make_shared<const SolverInfo>(candidate);
    found.change.problem = candidate.identity.problem;
    found.change.candidate = candidate.identity.solver();
    const auto* before = same_name(base.solvers, candidate);
    if (before != nullptr) {
      const auto old_code = code_hash(*before);
      if (!old_code) return tl::unexpected(old_code.error());
      const auto new_code = code_hash(candidate);
      if (!new_code) return tl::unexpected(new_code.error());
      found.change.kind = *old_code == *new_code ? Change::Kind::kEqual : Change::Kind::kEdited;
    } else {
      before = last_good(base.solvers, candidate);
      found.change.kind = before == nullptr ? Change::Kind::kNew : Change::Kind::kNewVersion;
    }
    if (before != nullptr) {
      found.reference = std::make_shared<const SolverInfo>(*before);
      found.change.reference = before->identity.solver();
    }
    changes.push_back(std::move(found));
  }
  for (const auto& before : base.solvers) {
    if (same_name(candidates.solvers, before) != nullptr) continue;
    SolverChange removed;
    removed.reference = std::make_shared<const SolverInfo>(before);
    removed.change = {Change::Kind::kRemoved, before.identity.problem, "", before.identity.solver()};
    changes.push_back(std::move(removed));
  }
  return changes;
}

}  // namespace harness::experiment

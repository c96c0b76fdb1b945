#include <harness/trial/pairing.hpp>

namespace harness::trial {

std::vector<Trial> pair(const std::vector<std::shared_ptr<const model::SolverInfo>>& solvers,
                        const ProblemCases& problem) {
  std::vector<Trial> trials;
  for (const auto& solver : solvers) {
    if (solver->identity.problem != problem.problem->name) continue;
    for (const auto& input : problem.cases) trials.push_back({solver, problem.problem, input});
  }
  return trials;
}

}  // namespace harness::trial

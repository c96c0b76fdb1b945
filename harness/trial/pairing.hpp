// Solvers paired with the cases of their problems.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <harness/model/case.hpp>
#include <harness/model/solver_info.hpp>

namespace harness::trial {

// A solver and one case of its problem: one row of every table.
struct Trial {
  std::shared_ptr<const model::SolverInfo> solver;
  std::shared_ptr<const model::Problem> problem;
  std::shared_ptr<const model::Case> input;

  // `two-sum/v2.0.0/uniform/65536`
  std::string name() const { return solver->name() + "/" + input->dataset_and_name(); }
  model::DeclaredLimits limits() const { return solver->benchmark.limits_of(input->dataset_and_name()); }
};

struct ProblemCases {
  std::shared_ptr<const model::Problem> problem;
  std::vector<std::shared_ptr<const model::Case>> cases;  // datasets by name, cases in the file's order
};

// Every solver with every case of its problem: solvers in the given order, cases in theirs. Solvers of other problems
// are left out.
std::vector<Trial> pair(const std::vector<std::shared_ptr<const model::SolverInfo>>& solvers, const ProblemCases& problem);

}  // namespace harness::trial

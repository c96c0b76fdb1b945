#include <harness/compare/ranking.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include <harness/compare/statistics.hpp>

namespace harness::compare {
namespace {

using model::Measurement;

// Names in the order in which they first came.
class Names {
 public:
  std::size_t number_of(const std::string& name) {
    const auto [place, fresh] = numbers_.try_emplace(name, names_.size());
    if (fresh) {
      names_.push_back(name);
    }
    return place->second;
  }
  const std::string& operator[](std::size_t number) const { return names_[number]; }
  std::size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> numbers_;
};

struct CaseRow {
  std::string name;
  std::map<std::size_t, const Measurement*> by_solver;  // measured ones; key = number of the solver
};
struct DatasetRows {
  std::string name;
  Names case_names;
  std::vector<CaseRow> cases;
};
struct ProblemRows {
  std::string name;
  Names solvers, dataset_names;
  std::vector<DatasetRows> datasets;
};

struct ScopeCase {
  std::string name;  // `uniform/65536`
  const CaseRow* row;
};

std::optional<model::Ranking> rank_scope(const ProblemRows& problem, const std::vector<ScopeCase>& scope) {
  std::vector<std::size_t> solvers;
  for (std::size_t solver = 0; solver < problem.solvers.size(); ++solver) {
    if (std::any_of(scope.begin(), scope.end(),
                    [&](const ScopeCase& one) { return one.row->by_solver.contains(solver); })) {
      solvers.push_back(solver);
    }
  }
  if (solvers.size() < 2) {
    return std::nullopt;
  }
  model::Ranking ranking;
  ranking.problem = problem.name;
  std::vector<RankInput> inputs(solvers.size());
  for (std::size_t i = 0; i < solvers.size(); ++i) {
    inputs[i].solver = problem.solvers[solvers[i]];
  }
  for (const ScopeCase& one : scope) {
    if (one.row->by_solver.size() < solvers.size()) {
      if (!one.row->by_solver.empty()) {
        ranking.left_out.push_back(one.name);
      }
      continue;
    }
    ++ranking.cases;
    for (std::size_t i = 0; i < solvers.size(); ++i) {
      const Measurement& measured = *one.row->by_solver.at(solvers[i]);
      std::vector<double>& seconds = inputs[i].case_samples.emplace_back();
      for (const model::Sample& sample : measured.samples) {
        seconds.push_back(sample.real_seconds_per_call);
      }
      ranking.processes = ranking.processes == 0 ? seconds.size() : std::min(ranking.processes, seconds.size());
    }
  }
  if (ranking.cases > 0) {
    ranking.places = rank(inputs);
  }
  return ranking;
}

std::vector<ProblemRows> grouped(const std::vector<Measurement>& measurements) {
  Names problem_names;
  std::vector<ProblemRows> problems;
  for (const Measurement& row : measurements) {
    if (row.state != Measurement::State::kMeasured || row.samples.empty()) {
      continue;
    }
    const std::size_t problem_number = problem_names.number_of(row.problem);
    if (problem_number == problems.size()) {
      problems.emplace_back().name = row.problem;
    }
    ProblemRows& problem = problems[problem_number];
    const std::size_t dataset_number = problem.dataset_names.number_of(row.dataset);
    if (dataset_number == problem.datasets.size()) {
      problem.datasets.emplace_back().name = row.dataset;
    }
    DatasetRows& dataset = problem.datasets[dataset_number];
    const std::size_t case_number = dataset.case_names.number_of(row.case_name);
    if (case_number == dataset.cases.size()) {
      dataset.cases.emplace_back().name = row.case_name;
    }
    dataset.cases[case_number].by_solver[problem.solvers.number_of(row.solver)] = &row;
  }
  return problems;
}

}  // namespace

std::vector<model::Ranking> rank_versions(const std::vector<Measurement>& measurements) {
  std::vector<model::Ranking> rankings;
  const auto add = [&](const ProblemRows& problem, const std::vector<ScopeCase>& scope, const std::string& dataset,
                       const std::string& case_name) {
    if (auto ranking = rank_scope(problem, scope)) {
      ranking->dataset = dataset;
      ranking->case_name = case_name;
      rankings.push_back(std::move(*ranking));
    }
  };
  for (const ProblemRows& problem : grouped(measurements)) {
    std::vector<ScopeCase> whole;
    for (const DatasetRows& dataset : problem.datasets) {
      for (const CaseRow& row : dataset.cases) {
        whole.push_back({dataset.name + "/" + row.name, &row});
      }
    }
    add(problem, whole, "", "");
    auto next = whole.cbegin();
    for (const DatasetRows& dataset : problem.datasets) {
      const auto end = next + static_cast<std::ptrdiff_t>(dataset.cases.size());
      add(problem, {next, end}, dataset.name, "");
      for (; next != end; ++next) {
        add(problem, {*next}, dataset.name, next->row->name);
      }
    }
  }
  return rankings;
}

}  // namespace harness::compare

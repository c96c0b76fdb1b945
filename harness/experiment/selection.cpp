#include <harness/experiment/selection.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <harness/model/document.hpp>
#include <harness/store/dataset.hpp>

namespace harness::experiment {
namespace {

using Solvers = std::vector<std::shared_ptr<const model::SolverInfo>>;

// A file that cannot be read hides its cases' names; it counts as selected when the filter matches what is known of them.
bool may_select(const Solvers& solvers, const std::string& dataset, const bench::Filter& filter, const std::string& case_glob) {
  if (!dataset.empty() && !case_glob.empty() && !model::glob_matches(case_glob.substr(0, case_glob.find('/')), dataset)) {
    return false;
  }
  return std::any_of(solvers.begin(), solvers.end(), [&](const auto& solver) {
    return filter.matches(solver->name() + "/" + dataset + (dataset.empty() ? "" : "/"));
  });
}

class Selecting {
 public:
  Selecting(const Places& places, const bench::Filter& filter, const std::string& case_glob)
      : places_(places), filter_(filter), case_glob_(case_glob) {}

  Result<Selection> run(library::Catalog catalog) {
    selection_.catalog = std::move(catalog);
    auto problems = store::list_problems(places_.dataset_directory);
    if (!problems) return tl::unexpected(problems.error());

    std::map<std::string, Solvers> by_problem;
    for (const auto& solver : selection_.catalog.solvers) {
      by_problem[solver.identity.problem].push_back(std::make_shared<const model::SolverInfo>(solver));
      for (const auto& warning : solver.warnings) warn(solver.file.filename().string() + ": " + warning);
    }
    for (const auto& [problem, solvers] : by_problem) {
      if (std::find(problems->begin(), problems->end(), problem) == problems->end()) {
        skip(solvers, fmt::format("no problem \"{}\" in {}; add {}/problem.yaml there, or name another --dataset-dir", problem,
                                  places_.dataset_directory.string(), problem));
      } else if (auto added = add(problem, solvers); !added) {
        return tl::unexpected(added.error());
      }
    }
    if (selection_.trials.empty()) return nothing_matched(*problems);
    return std::move(selection_);
  }

 private:
  Result<void> add(const std::string& name, const Solvers& solvers) {
    auto problem = store::read_problem(places_.dataset_directory, name);
    if (!problem) return refuse(problem.error(), may_select(solvers, "", filter_, case_glob_));
    for (const auto& warning : problem->warnings) warn(warning);
    auto datasets = store::list_datasets(*problem);
    if (!datasets) return refuse(datasets.error(), may_select(solvers, "", filter_, case_glob_));

    trial::ProblemCases known{std::make_shared<const model::Problem>(std::move(*problem)), {}};
    for (const auto& dataset : *datasets) {
      auto cases = store::read_dataset(*known.problem, dataset, &selection_.warnings);
      if (!cases) {
        if (auto refused = refuse(cases.error(), may_select(solvers, dataset, filter_, case_glob_)); !refused) return refused;
        continue;
      }
      for (auto& input : *cases) known.cases.push_back(std::make_shared<const model::Case>(std::move(input)));
    }
    warn_of_idle_globs(solvers, known);
    for (auto& trial : trial::pair(solvers, known)) {
      names_.insert(name);
      names_.insert(trial.solver->name());
      names_.insert(trial.name());
      if (!filter_.matches(trial.name())) continue;
      cases_.insert(trial.input->dataset);
      cases_.insert(trial.input->dataset_and_name());
      if (!case_matches(case_glob_, trial.input->dataset, trial.input->dataset_and_name())) continue;
      selection_.trials.push_back(std::move(trial));
    }
    return {};
  }

  // An override in benchmark.json that holds for no case is most likely misspelt.
  void warn_of_idle_globs(const Solvers& solvers, const trial::ProblemCases& known) {
    for (const auto& solver : solvers) {
      for (const auto& [glob, limits] : solver->benchmark.case_limits) {
        const auto matches = [&glob = glob](const auto& input) { return model::glob_matches(glob, input->dataset_and_name()); };
        if (std::any_of(known.cases.begin(), known.cases.end(), matches)) continue;
        warn(fmt::format("{}: benchmark.json: cases: \"{}\" matches no case of {}", solver->file.filename().string(), glob,
                         known.problem->name));
      }
    }
  }

  Result<void> refuse(const Error& error, bool selected) {
    if (selected) return tl::unexpected(error);
    warn(error.text());
    return {};
  }

  void skip(const Solvers& solvers, const std::string& reason) {
    for (const auto& solver : solvers) selection_.catalog.skipped.push_back({solver->file, reason});
    std::sort(selection_.catalog.skipped.begin(), selection_.catalog.skipped.end(),
              [](const auto& a, const auto& b) { return a.file < b.file; });
  }

  void warn(const std::string& line) { selection_.warnings.push_back(line); }

  Result<Selection> nothing_matched(const std::vector<std::string>& problems) const {
    if (selection_.catalog.solvers.empty()) {
      std::string places;
      for (const auto& directory : places_.plugin_directories) places += (places.empty() ? "" : ", ") + directory.string();
      const auto count = selection_.catalog.skipped.size();
      std::string next = "build some into it, or name another directory with --plugin-dir";
      if (count > 0) {
        const auto& first = selection_.catalog.skipped.front();
        next = fmt::format("{} skipped ({}: {}); `harness list` says why for each",
                           count == 1 ? "one library was" : fmt::format("{} libraries were", count),
                           first.file.filename().string(), first.reason);
      }
      return fail(places, "holds no solver that can be used", next);
    }
    if (names_.empty()) {
      for (const auto& skipped : selection_.catalog.skipped) {
        if (skipped.reason.starts_with("no problem ")) return fail(skipped.file.filename().string(), skipped.reason);
      }
      return fail(places_.dataset_directory.string(), "holds no case for any solver that was found",
                  problems.empty() ? "it has no folder with a problem.yaml; name another --dataset-dir"
                                   : fmt::format("its problems: {}", fmt::join(problems, ", ")));
    }
    if (!cases_.empty()) {
      const auto nearest = bench::nearest(case_glob_, {cases_.begin(), cases_.end()});
      return fail("--case=" + case_glob_, "matches nothing", fmt::format("nearest: {}", fmt::join(nearest, ", ")));
    }
    const auto nearest = bench::nearest(filter_.text(), {names_.begin(), names_.end()});
    return fail("--benchmark_filter=" + filter_.text(), "matches nothing",
                fmt::format("nearest: {}", fmt::join(nearest, ", ")));
  }

  const Places& places_;
  const bench::Filter& filter_;
  const std::string& case_glob_;
  Selection selection_;
  std::set<std::string> names_;  // of all trials, and what they begin with
  std::set<std::string> cases_;  // of the trials that the filter selects
};

}  // namespace

bool case_matches(const std::string& glob, const std::string& dataset, const std::string& dataset_and_case) {
  return glob.empty() || model::glob_matches(glob, dataset) || model::glob_matches(glob, dataset_and_case);
}

Result<Selection> select(const Places& places, const bench::Filter& filter, const std::string& case_glob) {
  auto catalog = library::find_libraries(places.plugin_directories);
  if (!catalog) return tl::unexpected(catalog.error());
  return select(places, std::move(*catalog), filter, case_glob);
}

Result<Selection> select(const Places& places, library::Catalog catalog, const bench::Filter& filter, const std::string& case_glob) {
  const auto glob = case_glob.ends_with('/') ? case_glob.substr(0, case_glob.size() - 1) : case_glob;
  return Selecting(places, filter, glob).run(std::move(catalog));
}

}  // namespace harness::experiment

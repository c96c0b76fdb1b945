#include <harness/experiment/loading.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <harness/machine/spoilers.hpp>
#include <harness/trial/loaded.hpp>

namespace harness::experiment {
namespace {

constexpr double kDefaultSecondsPerCall = 10;

bool lacks_library(const library::Catalog& catalog, const model::Problem& problem, const model::Case& input) {
  const bool needs = !input.generator.empty() || problem.answer.kind == model::AnswerRule::Kind::kChecker;
  const auto& known = catalog.problems;
  return needs && std::none_of(known.begin(), known.end(), [&](const auto& library) { return library.problem == problem.name; });
}

}  // namespace

worker::Settings worker_settings(const RunRequest& request, const Terminal& terminal) {
  worker::Settings settings;
  settings.isolation = request.isolation;
  settings.executable = request.worker_executable;
  settings.stop = &terminal.stop;
  settings.core = machine::quiet_core(machine::this_machine());
  return settings;
}

Result<LoadedRows> load_rows(const Selection& selection, std::optional<double> timeout_seconds, const worker::Settings& settings,
                             std::function<void(const std::string&)> warn) {
  LoadedRows loaded;
  std::map<std::filesystem::path, std::shared_ptr<const trial::Loaded>> libraries;
  std::set<std::string> problems;
  loaded.rows.reserve(selection.trials.size());
  for (const auto& trial : selection.trials) {
    auto& library = libraries[trial.solver->file];
    if (!library) {
      auto read = trial::load(trial.solver->file);
      if (!read) return tl::unexpected(read.error());
      library = std::make_shared<const trial::Loaded>(std::move(*read));
    }
    problems.insert(trial.problem->name);
    Row row;
    row.trial = &trial;
    row.library = library;
    row.limits.seconds_per_call = timeout_seconds.value_or(trial.problem->time_limit_seconds.value_or(kDefaultSecondsPerCall));
    row.measurement.problem = trial.problem->name;
    row.measurement.solver = trial.solver->identity.solver();
    row.measurement.dataset = trial.input->dataset;
    row.measurement.case_name = trial.input->name;
    row.measurement.size = trial.input->size;
    loaded.rows.push_back(std::move(row));
  }
  for (const auto& trial : selection.trials) {
    if (!lacks_library(selection.catalog, *trial.problem, *trial.input)) continue;
    return fail(trial.problem->name + ".problem.so",
                fmt::format("is not in any plugin directory, but {} needs it for {}", trial.input->dataset_and_name(),
                            trial.input->generator.empty() ? "the checker" : "the generator " + trial.input->generator),
                "put it beside the solvers, or name its directory with one more --plugin-dir");
  }
  std::map<std::string, trial::Loaded> problem_libraries;
  for (const auto& library : selection.catalog.problems) {
    if (!problems.contains(library.problem)) continue;
    auto read = trial::load(library.file);
    if (!read) return tl::unexpected(read.error());
    problem_libraries.emplace(library.problem, std::move(*read));
  }
  loaded.inputs = std::make_unique<trial::Inputs>(std::move(problem_libraries), store::InputCache(store::InputCache::default_directory()),
                                                  settings, worker::Limits{}, std::move(warn));
  return loaded;
}

}  // namespace harness::experiment

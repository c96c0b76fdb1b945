#include <harness/experiment/rollback.hpp>

#include <algorithm>
#include <utility>

#include <harness/experiment/loading.hpp>
#include <harness/library/choice.hpp>
#include <harness/model/text.hpp>
#include <harness/store/dataset.hpp>
#include <harness/trial/loaded.hpp>
#include <harness/trial/pilot.hpp>
#include <harness/trial/signature.hpp>

namespace harness::experiment {
namespace {

using model::SolverInfo;

std::string flag_with(const std::string& text) { return "--rollback=" + (text.size() <= 60 ? text : model::in_quotes(text)); }

tl::unexpected<Error> refuse(const library::Catalog& catalog, const std::string& text, const Error& error) {
  if (!library::check_choice(text)) return fail("--rollback", error.why);
  if (!library::choices(catalog, text).empty()) return fail(flag_with(text), error.why, error.next);
  const bool of_names = error.what == model::in_quotes(text);
  return fail(flag_with(text), "refused: nothing that fits is left to roll back to", of_names ? error.next : error.text(),
              Exit::kRollbackRefused);
}

}  // namespace

Result<RolledBack> roll_back(const library::Catalog& catalog, const std::string& text, const WhyNot& why_not) {
  library::Catalog left = catalog;
  std::vector<model::SkippedLibrary> unfit;
  for (;;) {
    auto best = library::choose(left, text);
    if (!best) return refuse(left, text, best.error());
    const auto reason = why_not(*best);
    if (!reason) {
      RolledBack rolled{std::move(*best), library::passed_over(left, text)};
      const auto is_told = [&](const auto& library) {
        return std::any_of(rolled.passed_over.begin(), rolled.passed_over.end(), [&](const auto& told) { return told.file == library.file; });
      };
      for (auto& library : unfit) {
        if (!is_told(library)) rolled.passed_over.push_back(std::move(library));
      }
      return rolled;
    }
    // A path names one file, whatever the catalog holds.
    if (std::erase_if(left.solvers, [&](const SolverInfo& solver) { return solver.file == best->file; }) == 0) {
      return fail(flag_with(text), "refused: nothing that fits is left to roll back to", *reason, Exit::kRollbackRefused);
    }
    left.skipped.push_back({best->file, *reason});
    unfit.push_back({best->file, *reason});
  }
}

WhyNot loads_in_a_worker(const RunRequest& request, const Terminal& terminal) {
  return [&request, &terminal](const SolverInfo& solver) -> std::optional<std::string> {
    const auto loaded = trial::load(solver.file);
    if (!loaded) return loaded.error().text();
    worker::Limits limits;
    limits.seconds_per_call = request.timeout_seconds.value_or(limits.seconds_per_call);
    auto child = worker::Worker::start(loaded->bytes, loaded->file_name, limits, worker_settings(request, terminal));
    if (!child) {
      using Kind = worker::FailureKind;
      const auto kind = child.error().kind;
      if (kind == Kind::kNotStarted || kind == Kind::kInterrupted) return std::nullopt;
      return trial::in_one_line(child.error());
    }
    const auto problem = store::read_problem(request.places.dataset_directory, solver.identity.problem);
    return problem ? trial::signature_mismatch(*problem, child->signature()) : std::nullopt;
  };
}

library::Catalog only_rolled_back(library::Catalog catalog, const SolverInfo& solver, bool has_filter) {
  std::erase_if(catalog.solvers, [&](const SolverInfo& other) { return !has_filter || other.identity.problem == solver.identity.problem; });
  const auto next = std::find_if(catalog.solvers.begin(), catalog.solvers.end(),
                                 [&](const SolverInfo& other) { return other.identity.problem > solver.identity.problem; });
  catalog.solvers.insert(next, solver);
  return catalog;
}

}  // namespace harness::experiment

#include <harness/experiment/kept_rows.hpp>

#include <utility>
#include <vector>

#include <harness/library/catalog.hpp>

namespace harness::experiment {

KeptRows::KeptRows(const RunRequest& request, const Terminal& terminal, const worker::Settings& settings,
                   trial::Inputs& inputs, report::Progress& progress, const store::LibraryCache& libraries)
    : request_(request),
      terminal_(terminal),
      settings_(settings),
      inputs_(inputs),
      progress_(progress),
      libraries_(libraries) {
  request_.latency_pass = false;
  request_.count_instructions = false;
  request_.memory_pass = true;  // how sides are measured depends on what they allocate
}

const KeptRows::Library& KeptRows::library(const std::string& sha256) {
  const auto [known, is_new] = known_.try_emplace(sha256);
  auto& library = known->second;
  if (!is_new) return library;
  const auto file = libraries_.find(sha256);
  if (!file) {
    library.fault = "its library is not kept on this machine any more";
    return library;
  }
  auto solver = library::read_solver(*file);
  if (!solver) {
    library.fault = "its kept library does not fit any more: " + solver.error().why;
    return library;
  }
  auto loaded = trial::load(*file, solver->identity.file_name());
  if (!loaded) {
    library.fault = loaded.error().text();
    return library;
  }
  library.solver = std::make_shared<const model::SolverInfo>(std::move(*solver));
  library.loaded = std::make_shared<const trial::Loaded>(std::move(*loaded));
  return library;
}

tl::expected<const Row*, NotKept> KeptRows::row(const std::string& sha256, const Row& like) {
  if (sha256 == like.library->identity.file_sha256) return &like;
  const auto key = std::pair(sha256, like.trial->problem->name + "/" + like.trial->input->dataset_and_name());
  auto found = rows_.find(key);
  if (found == rows_.end()) {
    const auto& kept = library(sha256);
    if (!kept.solver) return tl::unexpected(NotKept{kept.fault, true});
    trials_.push_back({kept.solver, like.trial->problem, like.trial->input});
    Row row;
    row.trial = &trials_.back();
    row.library = kept.loaded;
    row.limits.seconds_per_call = like.limits.seconds_per_call;
    row.measurement.problem = like.measurement.problem;
    row.measurement.solver = kept.solver->identity.solver();
    row.measurement.dataset = like.measurement.dataset;
    row.measurement.case_name = like.measurement.case_name;
    row.measurement.size = like.measurement.size;
    prepared_.emplace_back();
    prepared_.back().push_back(std::move(row));
    Preparation(request_, terminal_, settings_, inputs_, progress_).prepare(prepared_.back());
    found = rows_.emplace(key, &prepared_.back().front()).first;
  }
  const Row& row = *found->second;
  if (row.measurement.state == Row::State::kMeasured) return &row;
  using Verdict = trial::Examination::Verdict;
  const bool fits = row.examined.verdict != Verdict::kDoesNotFit && row.examined.verdict != Verdict::kFailed;
  return tl::unexpected(NotKept{"its kept library did not run: " + row.measurement.note, !fits});
}

}  // namespace harness::experiment

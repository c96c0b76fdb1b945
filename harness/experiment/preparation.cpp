#include <harness/experiment/preparation.hpp>

#include <utility>

#include <fmt/format.h>

#include <harness/report/figures.hpp>
#include <harness/trial/pilot.hpp>

namespace harness::experiment {

using State = Row::State;

Preparation::Preparation(const RunRequest& request, const Terminal& terminal, const worker::Settings& settings,
                         trial::Inputs& inputs, report::Progress& progress)
    : request_(request), terminal_(terminal), settings_(settings), inputs_(inputs), progress_(progress) {}

void Preparation::prepare(std::vector<Row>& rows) {
  Family family;
  for (auto& row : rows) {
    const auto& input = *row.trial->input;
    if (auto name = row.trial->solver->name() + "/" + input.dataset; name != family.name) family = {std::move(name), {}, {}};
    if (terminal_.stop) {
      row.mark(State::kInterrupted, "");
      continue;
    }
    if (is_too_large(row, family)) continue;
    progress_.step(row.trial->name() + " (checking)", 0.01);
    examine(row);
    progress_.done_step();
    if (!input.size) continue;
    if (row.seconds_per_call > 0) family.costs.emplace_back(*input.size, row.seconds_per_call);
    if (row.measurement.note.starts_with("did not answer")) family.timed_out_at = std::to_string(*input.size);
  }
}

bool Preparation::is_too_large(Row& row, const Family& family) const {
  const auto size = row.trial->input->size;
  if (!size) return false;
  const auto limit = row.limits.seconds_per_call;
  if (const auto most = row.trial->limits().max_size; most && *size > *most) {
    row.mark(State::kSkipped, fmt::format("size {} is above max_size {}", *size, *most));
    return true;
  }
  if (!family.timed_out_at.empty()) {
    row.mark(State::kSkipped,
             fmt::format("size {} was already beyond the limit of {:g} s a call", family.timed_out_at, limit));
    return true;
  }
  const auto predicted = trial::predict_seconds(family.costs, *size);
  if (predicted <= limit) return false;
  const auto& costs = family.costs;
  row.mark(State::kSkipped, fmt::format("a call would take about {} (from sizes {} and {}), above the limit of {:g} s",
                                        report::time_text(predicted, terminal_.utf8), costs[costs.size() - 2].first,
                                        costs.back().first, limit));
  return true;
}

bool Preparation::examine(Row& row) {
  auto input = inputs_.make(*row.trial->problem, *row.trial->input);
  if (!input) {
    if (terminal_.stop) {
      row.mark(State::kInterrupted, "");
    } else {
      row.mark(State::kFailed, "no input: " + input.error().text());
      problem_at_fault_ = true;
    }
    return false;
  }
  row.input = *input;
  const auto found = trial::examine(*row.trial, *row.library, *row.input, inputs_, row.limits, settings_);
  using Verdict = trial::Examination::Verdict;
  switch (found.verdict) {
    case Verdict::kReady: row.seconds_per_call = found.seconds_per_call; return true;
    case Verdict::kFailed: row.mark(State::kFailed, found.reason); break;
    case Verdict::kDoesNotFit: row.mark(State::kSkipped, found.reason); break;
    case Verdict::kInterrupted: row.mark(State::kInterrupted, ""); break;
    case Verdict::kProblemAtFault:
      row.mark(State::kFailed, found.reason);
      problem_at_fault_ = true;
      break;
  }
  return false;
}

}  // namespace harness::experiment

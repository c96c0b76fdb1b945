#include <harness/experiment/preparation.hpp>

#include <limits>
#include <utility>

#include <fmt/format.h>

#include <harness/experiment/findings.hpp>
#include <harness/report/figures.hpp>
#include <harness/trial/passes.hpp>
#include <harness/trial/pilot.hpp>

namespace harness::experiment {

using State = Row::State;

// Of a worker whose solver declares mem_mb_max, beside that and twice the input: the program itself, its stack, the
// reserves of the C library's allocator.
constexpr std::uint64_t kAddressSpaceAllowance = std::uint64_t{512} << 20;

double seconds_to_prepare(const RunRequest& request) {
  if (request.flags.dry_run) return 0.005;
  return 0.01 + (request.memory_pass ? 0.01 : 0) + (request.latency_pass ? 0.06 : 0) + (request.count_instructions ? 1.5 : 0);
}

Preparation::Preparation(const RunRequest& request, const Terminal& terminal, const worker::Settings& settings,
                         trial::Inputs& inputs, report::Progress& progress)
    : request_(request), terminal_(terminal), settings_(settings), inputs_(inputs), progress_(progress) {}

void Preparation::prepare(std::vector<Row>& rows) {
  Family family;
  for (auto& row : rows) {
    if (row.measurement.state != State::kMeasured) continue;
    const auto& input = *row.trial->input;
    if (auto name = row.trial->solver->name() + "/" + input.dataset; name != family.name) family = {std::move(name), {}, {}};
    if (terminal_.stop) {
      row.mark(State::kInterrupted, "");
      continue;
    }
    if (is_too_large(row, family)) continue;
    progress_.step(row.trial->name() + " (checking)", seconds_to_prepare(request_));
    examine(row);
    if (row.measurement.state == State::kMeasured && !request_.flags.dry_run) {
      if (request_.memory_pass) measure_memory(row);
      if (request_.latency_pass && row.measurement.state == State::kMeasured) measure_latency(row);
      if (request_.count_instructions && row.measurement.state == State::kMeasured) count_instructions(row);
    }
    progress_.done_step();
    if (!input.size) continue;
    using Verdict = trial::Examination::Verdict;
    if (row.examined.seconds_per_call > 0) family.costs.emplace_back(*input.size, row.examined.seconds_per_call);
    if (row.examined.verdict == Verdict::kTimedOut) family.timed_out_at = std::to_string(*input.size);
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

void Preparation::examine(Row& row) {
  auto input = inputs_.make(*row.trial->problem, *row.trial->input);
  if (!input) {
    if (terminal_.stop) return row.mark(State::kInterrupted, "");
    problem_at_fault_ = true;
    return row.mark(State::kFailed, "no input: " + input.error().text());
  }
  row.input = *input;
  row.measurement.items_per_call = row.input->items;
  row.measurement.bytes_per_call = row.input->bytes;
  if (const auto most = row.trial->limits().mem_bytes_max) {
    row.limits.address_space_bytes = *most + 2 * row.input->args.size() + kAddressSpaceAllowance;
  }
  using Verdict = trial::Examination::Verdict;
  const auto try_it = [&] {
    row.examined = trial::examine(*row.trial, *row.library, *row.input, inputs_, row.limits, of_row(settings_, row), request_.flags.dry_run);
  };
  try_it();
  if (row.examined.verdict == Verdict::kNotStarted) {  // a machine that is short of processes or descriptors for a moment
    ++row.repeats;
    try_it();
  }
  const auto& reason = row.examined.reason;
  switch (row.examined.verdict) {
    case Verdict::kReady: return;
    case Verdict::kFailed:
    case Verdict::kTimedOut: return row.mark(State::kFailed, reason);
    case Verdict::kNoMemory:
      row.mark(State::kFailed, reason);
      if (row.limits.address_space_bytes > 0) break_memory_limit(row);
      return;
    case Verdict::kDoesNotFit: return row.mark(State::kSkipped, reason);
    case Verdict::kInterrupted: return row.mark(State::kInterrupted, "");
    case Verdict::kNotStarted: machine_at_fault_ = true; return row.mark(State::kSkipped, reason);
    case Verdict::kProblemAtFault: problem_at_fault_ = true; return row.mark(State::kFailed, reason);
  }
}

// A pass that fails leaves the trial as it is: its time is still good. The row says what is missing, and why.
void Preparation::note(Row& row, const std::string& pass, const worker::Failure& failure) {
  if (failure.kind == worker::FailureKind::kInterrupted) return;
  if (failure.kind == worker::FailureKind::kBadState && failure.text.starts_with("not available")) {
    unavailable_.insert(pass + " " + failure.text);
    return;
  }
  row.measurement.warnings.push_back(pass + ": " + trial::in_one_line(failure));
}

// The worker was ended for it, so nobody knows how much the solver would have taken.
void Preparation::break_memory_limit(Row& row) {
  constexpr double kMebibyte = 1 << 20;
  const auto declared = static_cast<double>(row.trial->limits().mem_bytes_max.value_or(0));
  row.measurement.broken_limits.push_back({"mem_mb_max", declared / kMebibyte, std::numeric_limits<double>::infinity()});
}

void Preparation::measure_memory(Row& row) {
  const auto declared = row.trial->limits().mem_bytes_max;
  auto limits = row.limits;
  limits.address_space_bytes = 0;  // the profiling worker's allocator reserves in advance; its hooks keep the limit
  limits.heap_bytes_max = declared.value_or(0);
  const auto memory = trial::measure_memory(*row.library, *row.input, row.examined.seconds_per_call, limits, of_row(settings_, row));
  if (memory) {
    row.measurement.memory = *memory;
  } else if (memory.error().kind == worker::FailureKind::kHeapLimit) {
    row.mark(State::kFailed, memory.error().text);
    break_memory_limit(row);
  } else {
    note(row, "memory", memory.error());
  }
}

void Preparation::measure_latency(Row& row) {
  auto calls = trial::measure_latency(*row.library, *row.input, row.examined.seconds_per_call, row.limits, of_row(settings_, row));
  if (!calls) return note(row, "percentiles", calls.error());
  row.measurement.latency = std::move(calls->latency);
  for (auto& counter : calls->counters) {
    if (is_reserved_counter(counter.first)) {
      row.measurement.warnings.push_back("counter " + counter.first + ": the name is the report's own; the solver's is left out");
    } else {
      row.measurement.counters.push_back(std::move(counter));
    }
  }
}

void Preparation::count_instructions(Row& row) {
  const auto counted = trial::count_instructions(*row.library, *row.input, row.examined.seconds_per_call, row.limits, of_row(settings_, row));
  if (!counted) return note(row, "instructions", counted.error());
  row.measurement.instructions_per_call = *counted;
}

}  // namespace harness::experiment

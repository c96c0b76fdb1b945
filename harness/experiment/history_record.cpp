#include <harness/experiment/history_record.hpp>

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include <harness/experiment/findings.hpp>
#include <harness/model/report_row.hpp>

namespace harness::experiment {
namespace {

constexpr const char* kEngine = "duet/1";

std::string checker_of(const model::Problem& problem, const trial::Inputs& inputs) {
  using Kind = model::AnswerRule::Kind;
  switch (problem.answer.kind) {
    case Kind::kExact: return "exact";
    case Kind::kUnordered: return "unordered";
    case Kind::kTolerance: return fmt::format("tolerance {}", problem.answer.tolerance);
    case Kind::kChecker: return "checker " + inputs.code_hash(problem.name);
  }
  return {};
}

}  // namespace

Result<model::ComparedBy> compared_by(const Row& row, const trial::Inputs& inputs) {
  auto sha256 = trial::sha256_of(*row.input);
  if (!sha256) return tl::unexpected(sha256.error());
  return model::ComparedBy{std::move(*sha256), checker_of(*row.trial->problem, inputs), kEngine, "system"};
}

HistoryRecord begin_record(const Row& row, model::ComparedBy compared_by, const model::Baseline& baseline,
                           KeptRows& kept) {
  HistoryRecord record;
  const auto& identity = row.trial->solver->identity;
  const auto case_name = row.trial->input->dataset_and_name();
  record.line = compare::line_of(identity);
  record.compared_by = std::move(compared_by);
  record.run.solver = identity.solver();
  record.run.library_sha256 = row.library->identity.file_sha256;
  record.run.code_hash = row.library->identity.code_hash;
  record.pin_sha256 = record.run.library_sha256;
  const auto* history = baseline.find(identity.solver(), case_name);
  if (history == nullptr) history = compare::predecessor(baseline, identity.solver(), record.line, case_name);
  if (history == nullptr) {
    record.begins = true;
    return record;
  }
  record.judged_against = *history;
  if (history->compared_by != record.compared_by) {
    record.begins = true;  // judge() says what differs
    return record;
  }
  const auto& pin = history->segments.back();
  const auto pinned = kept.row(pin.pin_sha256, row);
  if (pinned) {
    record.pin_sha256 = pin.pin_sha256;
    record.run.segment = history->segments.size() - 1;
    return record;
  }
  if (!pinned.error().gone) {
    record.no_pin =
        fmt::format("of the pin, {} of {}, {}", pin.pin_solver, pin.begun.substr(0, 10), pinned.error().words);
    return record;
  }
  record.begins = true;
  record.begins_because = fmt::format("a new segment begins: of the pin, {} of {}, {}", pin.pin_solver,
                                      pin.begun.substr(0, 10), pinned.error().words);
  record.judged_against.reset();
  return record;
}

bool apply(model::Baseline& baseline, HistoryRecord& record) {
  const auto& solver = record.run.solver;
  const auto& case_name = record.settled.case_name;
  const auto is_it = [&](const auto& history) { return history.solver == solver && history.case_name == case_name; };
  auto found = std::find_if(baseline.cases.begin(), baseline.cases.end(), is_it);
  model::CaseHistory history;
  if (found != baseline.cases.end()) {
    history = *found;
  } else if (const auto* before =
                 record.begins ? nullptr : compare::predecessor(baseline, solver, record.line, case_name);
             before != nullptr) {
    history = *before;
  }
  history.solver = solver;
  history.line = record.line;
  history.case_name = case_name;
  if (record.begins) {
    history.compared_by = record.compared_by;
    const auto why = history.segments.empty()        ? "history begins"
                     : record.begins_because.empty() ? record.settled.reason
                                                     : record.begins_because;
    history.segments.push_back(
        {record.run.date, why, record.run.library_sha256, record.run.code_hash, solver, std::nullopt});
    history.level_began_at.reset();
  } else if (history.segments.empty() || history.segments.back().pin_sha256 != record.pin_sha256) {
    return false;
  }
  auto run = record.run;
  run.segment = history.segments.size() - 1;
  record.judgement = record.settled;
  compare::append(history, std::move(run), record.judgement, record.rule);
  if (found != baseline.cases.end()) {
    *found = std::move(history);
  } else {
    const auto key = [](const auto& each) { return std::tie(each.solver, each.case_name); };
    const auto place = std::upper_bound(baseline.cases.begin(), baseline.cases.end(), history,
                                        [&](const auto& a, const auto& b) { return key(a) < key(b); });
    baseline.cases.insert(place, std::move(history));
  }
  return true;
}

std::string date_of(const std::string& run_id) {
  if (run_id.size() < 16) return run_id;
  return fmt::format("{}-{}-{}T{}:{}:{}Z", run_id.substr(0, 4), run_id.substr(4, 2), run_id.substr(6, 2),
                     run_id.substr(9, 2), run_id.substr(11, 2), run_id.substr(13, 2));
}

std::string baseline_report(const model::Context& context,
                            const std::vector<std::pair<const Row*, HistoryRecord>>& records) {
  constexpr double kNanosecondsPerSecond = 1e9;
  std::vector<model::ReportRow> rows;
  for (const auto& [row, record] : records) {
    const auto& judgement = record.judgement;
    model::ReportRow line;
    const auto name = row->trial->name();
    line.text("name", name).text("run_name", name).text("run_type", "iteration").count("repetitions", 1);
    line.count("repetition_index", 0).count("threads", 1);
    if (!record.recordable) {
      line.put_error(judgement.reason);
      rows.push_back(std::move(line));
      continue;
    }
    line.count("iterations", record.processes);
    line.value("real_time", record.run.real_seconds_per_call * kNanosecondsPerSecond);
    line.value("cpu_time", record.run.cpu_seconds_per_call * kNanosecondsPerSecond).text("time_unit", "ns");
    line.text("label", std::string(model::verdict_word(judgement.verdict)));
    line.value("ratio_to_pin", record.run.ratio_to_pin).value("ratio_error", record.run.ratio_error);
    if (const auto* time = judgement.find(model::Metric::kTime); time != nullptr && time->z) line.value("z", *time->z);
    for (const auto& [key, value] : pass_counters(row->measurement)) line.value(key, value);
    rows.push_back(std::move(line));
  }
  return model::write_report(context, rows);
}

}  // namespace harness::experiment

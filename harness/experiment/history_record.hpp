// One case of a run on its way into the stored history: begun before it is measured, applied to the file under its
// lock.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <harness/compare/history.hpp>
#include <harness/experiment/kept_rows.hpp>
#include <harness/experiment/row.hpp>
#include <harness/model/history.hpp>
#include <harness/model/measurement.hpp>
#include <harness/trial/input.hpp>

namespace harness::experiment {

struct HistoryRecord {
  std::string line;  // compare::line_of
  model::ComparedBy compared_by;
  std::optional<model::CaseHistory> judged_against;  // its own history, or its predecessor's; nothing: there is none
  std::string pin_sha256;                            // of the library that stands for the pin in this run
  bool begins = false;                               // a segment, with this run's library as its pin
  std::string begins_because;                        // `pin was gone`; "" = a history begins
  std::string no_pin;                                // why the pin did not run this time; "" = it does
  compare::HistoryRule rule;
  model::RecordedRun run;
  std::size_t processes = 0;       // that the ratio comes from
  model::CaseJudgement settled;    // by judge() and settle(), before it is known what stands in the file
  model::CaseJudgement judgement;  // with what apply() adds: streak, alert, recovery
  bool recordable = false;         // it was measured
};

// What of the row must be equal for runs to be comparable. Error: its input cannot be read back.
Result<model::ComparedBy> compared_by(const Row& row, const trial::Inputs& inputs);

// Which history, which pin. Fills everything but `judgement`, `rule` and what is measured of `run`.
HistoryRecord begin_record(const Row& row, model::ComparedBy compared_by, const model::Baseline& baseline,
                           KeptRows& kept);

// Puts the run into the baseline as it is now; makes `judgement` of `settled`. False: its history has
// another pin by now, and nothing was changed.
bool apply(model::Baseline& baseline, HistoryRecord& record);

// `2026-11-24T10:15:00Z` of the run id `20261124T101500Z-1a2b3c`.
std::string date_of(const std::string& run_id);

// The run as Google Benchmark's JSON: a row a case with `ratio_to_pin`, `ratio_error`, `z` and the passes' counters;
// the verdict is its label.
std::string baseline_report(const model::Context& context,
                            const std::vector<std::pair<const Row*, HistoryRecord>>& records);

}  // namespace harness::experiment

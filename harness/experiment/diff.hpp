// `harness diff OLD NEW`: two reports of Google Benchmark, whoever's they are, member by member.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include <harness/compare/diff.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>
#include <harness/model/measurement.hpp>
#include <harness/report/difference.hpp>

namespace harness::experiment {

struct DiffRequest {
  std::string old_file, new_file;
  std::string format = "jsonl";  // or `json`, `table`, `markdown`
  bool by_case = false;          // `<problem>/<solver>/<dataset>/<case>` without the solver
};

// Writes the differences to `terminal.out`, nothing before both were read whole. kFine however much they differ: stored
// numbers are evidence, no verdict. kUsage with one line for what is no report; of two faults the old report's.
Exit diff(const DiffRequest& request, const Terminal& terminal);

// Error: an unknown word.
Result<report::DiffFormat> diff_format(const std::string& word);

struct ReadReport {
  model::Context context;
  std::map<std::string, compare::EntrySummary> entries;
};
// A regular file of at most 1 GiB. kInterrupted: `stop` became true.
Result<ReadReport> read_report(const std::string& file, bool by_case, const std::atomic<bool>& stop);

report::DiffRow diff_row(const compare::Difference& difference);

}  // namespace harness::experiment

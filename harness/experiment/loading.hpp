// From trials to rows that can be run: each library is read once, each row knows its limits, inputs can be made.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <harness/experiment/row.hpp>
#include <harness/experiment/run.hpp>
#include <harness/experiment/selection.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>
#include <harness/trial/input.hpp>
#include <harness/worker/worker.hpp>

namespace harness::experiment {

// How this request's workers are started; on a quiet core where the machine has one.
worker::Settings worker_settings(const RunRequest& request, const Terminal& terminal);

struct LoadedRows {
  std::vector<Row> rows;                  // one a trial, in their order; each points to its trial in the selection
  std::unique_ptr<trial::Inputs> inputs;
};

// `timeout_seconds`: of a call; else the problem's time limit, else 10. `warn` takes one line each, also later.
// Errors, exit 2: a library that cannot be read any more; a problem's library that a case needs and that is not there.
Result<LoadedRows> load_rows(const Selection& selection, std::optional<double> timeout_seconds, const worker::Settings& settings,
                             std::function<void(const std::string&)> warn);

}  // namespace harness::experiment

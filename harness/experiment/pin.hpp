// `harness baseline pin SOLVER`: from now on its histories are measured against this library.
#pragma once

#include <filesystem>
#include <string>

#include <harness/experiment/run.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>

namespace harness::experiment {

struct PinRequest {
  RunRequest run;                   // places, --case, --timeout
  std::filesystem::path directory;  // --baseline-dir
  std::string solver;               // as docs/formats.md names versions
};

// For each case that has a history of this solver: where the old pin is at hand, a duet of both gives the ratio that
// chains the history; else a segment begins, which is said. A solver without a history: exit 2.
Exit pin(const PinRequest& request, const Terminal& terminal);

}  // namespace harness::experiment

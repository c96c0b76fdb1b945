// `harness baseline list|show|accept|prune`: the stored histories of this machine. Nothing is measured.
#pragma once

#include <filesystem>
#include <string>

#include <harness/experiment/selection.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>

namespace harness::experiment {

struct HistoriesRequest {
  std::filesystem::path directory;  // --baseline-dir
  Places places;                    // prune: where cases are looked for
  std::string what;                 // which: a problem, a solver, a trial's name, a glob over these; "" = all
  std::string svg;                  // show --svg=FILE; "" = none
  std::string why;                  // accept --why=TEXT
};

// A line a case.
Exit list_histories(const HistoriesRequest& request, const Terminal& terminal);
// A block a case; or a picture of all of them.
Exit show_histories(const HistoriesRequest& request, const Terminal& terminal);
// The present level is right: it is from now on what runs are compared with.
Exit accept_histories(const HistoriesRequest& request, const Terminal& terminal);
// Forgets those histories that are meant of cases that are in no dataset any more (without `what` it only names them),
// and kept libraries that no history names and nobody used for 90 days.
Exit prune_histories(const HistoriesRequest& request, const Terminal& terminal);

}  // namespace harness::experiment

// `harness list`: what was found, and what was skipped and why.
#pragma once

#include <harness/experiment/selection.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>

namespace harness::experiment {

// Reads descriptors only: no dataset, no hash, and nobody's code. `long_form`: everything that each library says of itself.
Exit list(const Places& places, bool long_form, const Terminal& terminal);

}  // namespace harness::experiment

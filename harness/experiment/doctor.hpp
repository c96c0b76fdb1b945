// `harness doctor`: what of this machine spoils measuring, how to mend it, and how much identical code differs here.
#pragma once

#include <harness/experiment/run.hpp>
#include <harness/experiment/terminal.hpp>
#include <harness/model/error.hpp>

namespace harness::experiment {

// The noise is measured on the first trial whose call is short and whose answer is right, in 9 processes of 20 ms; where
// there is none (no plugins here), the page says so. Always kFine unless interrupted: advice is no failure.
Exit doctor(const RunRequest& request, const Terminal& terminal);

}  // namespace harness::experiment

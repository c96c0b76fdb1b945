// Where an experiment speaks, and what it may assume of who listens. Tests hand in string streams and a scripted clock.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <iosfwd>

namespace harness::experiment {

struct Terminal {
  std::ostream& out;  // the result
  std::ostream& err;  // progress, warnings, errors
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colour = false;
  bool utf8 = true;
  std::size_t columns = 100;
  std::function<double()> clock;   // monotonic seconds
  std::atomic<bool>& stop;         // true after Ctrl-C, or when nobody reads `out` any more
};

}  // namespace harness::experiment

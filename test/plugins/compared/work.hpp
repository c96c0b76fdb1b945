// The right answer, and a load that takes time in proportion to what is asked for.
#pragma once

#include "../measures/pairs.hpp"

// About 2 ns a step.
inline void work_finely(int steps) {
  static volatile int done = 0;
  for (int i = 0; i < steps; ++i) done = done + 1;
}

// About 1 us a unit.
inline void work(int units) { work_finely(500 * units); }

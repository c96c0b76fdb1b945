// The right answer, and a load that takes time in proportion to `units`, about 1 us each.
#pragma once

#include "../measures/pairs.hpp"

inline void work(int units) {
  static volatile int done = 0;
  for (int i = 0; i < 500 * units; ++i) done = done + 1;
}

// In which order a gate measures: breadth first, so that a budget that ends early has seen something of every changed
// solver.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace harness::experiment {

struct GateTrial {
  std::size_t solver = 0;    // index of the changed solver
  std::uint64_t weight = 0;  // what orders its cases from quick to long: the size, else the bytes of the input
  bool suspect = false;      // its history was in doubt
  bool unlikely = false;     // calibration says that this machine would not notice the effect
};

// Indices into `trials`: suspects first; then of each solver its quickest case, then of each its largest, then the rest
// of all from quick to long in turns; the unlikely ones last, in the same order, but for a solver that has no other.
std::vector<std::size_t> breadth_first(const std::vector<GateTrial>& trials);

}  // namespace harness::experiment

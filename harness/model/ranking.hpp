// Which version ran fastest: over a problem, over each of its datasets, on each case. Made by `compare`, printed by `report`.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace harness::model {

struct Place {
  std::string solver;
  double ratio = 1;         // of its time to the fastest's, >= 1
  double ratio_spread = 0;  // half width, same unit, from the spread of both sides' processes
  bool tied = false;        // with the fastest: the ranges of ratio +- spread reach 1. Never set for the fastest
};

// One ranking of the versions of a problem, over the cases of its scope that every version in it ran. A version that
// ran none of the scope's cases (failed or skipped on all) is not in it; a version of which one ran is, and then narrows
// the cases that count. At least two versions, else there is no ranking.
struct Ranking {
  std::string problem;
  std::string dataset;                // "" = over the whole problem
  std::string case_name;              // "" = over the whole dataset
  std::size_t cases = 0;              // that counted; 0 = the versions have no case in common, and `places` is empty
  std::vector<std::string> left_out;  // `uniform/65536`: measured for some, but not for every version of this ranking
  std::size_t processes = 0;          // fewest behind any figure that counted; 1 = the spread is unknown
  std::vector<Place> places;          // fastest first
};

}  // namespace harness::model

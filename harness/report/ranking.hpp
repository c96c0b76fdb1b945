// Which version ran fastest, as data to be printed. The arithmetic is `compare`'s (compare/ranking.hpp has the same
// shape and says what each field means); `report` and `compare` do not know each other, the experiment copies.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace harness::report {

struct Place {
  std::string solver;
  double ratio = 1;         // of its time to the fastest's, >= 1
  double ratio_spread = 0;  // half width, same unit
  bool tied = false;        // with the fastest
};

struct Ranking {
  std::string problem;
  std::string dataset;                // "" = over the whole problem
  std::string case_name;              // "" = over the whole dataset
  std::size_t cases = 0;              // that counted: every version ran them
  std::vector<std::string> left_out;  // `uniform/65536`: measured, but not for every version
  std::size_t processes = 0;          // fewest behind any figure; 1 = the spread is unknown
  std::vector<Place> places;          // fastest first; empty when no case counted
};

}  // namespace harness::report

// Which version ran fastest: over a problem, over each of its datasets, on each case.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <harness/compare/statistics.hpp>
#include <harness/model/measurement.hpp>

namespace harness::compare {

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
  std::vector<Ranked> places;         // fastest first
};

// In order of first appearance: the problem, then its first dataset, that dataset's cases, the next dataset...
// Only measured rows count. Of rows of one name the last counts.
std::vector<Ranking> rank_versions(const std::vector<model::Measurement>& measurements);

}  // namespace harness::compare

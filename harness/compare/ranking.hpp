// Which version ran fastest: over a problem, over each of its datasets, on each case.
#pragma once

#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/model/ranking.hpp>

namespace harness::compare {

// In order of first appearance: the problem, then its first dataset, that dataset's cases, the next dataset...
// Only measured rows count. Of rows of one name the last counts.
std::vector<model::Ranking> rank_versions(const std::vector<model::Measurement>& measurements);

}  // namespace harness::compare

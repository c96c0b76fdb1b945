// Who is faster where: a problem's part of the summary.
#pragma once

#include <string>
#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/model/ranking.hpp>
#include <harness/report/page.hpp>

namespace harness::report {

// The table cases x versions (left out where it does not fit the terminal, or has a single row or column), the ranking
// over the whole problem with what it does not count, and who is in front in which stretch of each dataset.
void print_standings(Page& page, const std::string& problem, const std::vector<model::Measurement>& all,
                     const std::vector<model::Ranking>& rankings);

}  // namespace harness::report

// Prints what there is of all series as Markdown.
#pragma once

#include <vector>

#include "plan.hpp"
#include "records.hpp"

namespace gate_bench {

// False: an aim that could be judged is not met.
bool print_tables(const std::vector<Series>& series, const Records& records);

}  // namespace gate_bench

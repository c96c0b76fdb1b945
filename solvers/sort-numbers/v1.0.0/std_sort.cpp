// The standard library's introsort: what every other version has to beat.
#include <harness/sdk/solver.hpp>

#include <algorithm>
#include <vector>

void sort_numbers(std::vector<int>& nums) { std::sort(nums.begin(), nums.end()); }

HARNESS_SOLVER("sort-numbers", sort_numbers);

// Pattern-defeating quicksort: takes apart without branches, so that random numbers cost no mispredictions, and sees
// runs that are sorted already or made of a few values.
#include <harness/sdk/solver.hpp>

#include <boost/sort/pdqsort/pdqsort.hpp>

#include <vector>

void sort_numbers(std::vector<int>& nums) { boost::sort::pdqsort(nums.begin(), nums.end()); }

HARNESS_SOLVER("sort-numbers", sort_numbers);

// Crashes in a process that another solver is loaded into as well.
#include <cstdlib>
#include <fstream>
#include <string>

#include <harness/sdk/solver.hpp>

#include "../work.hpp"

static bool is_alone() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("two-sum-v") != std::string::npos && line.find("crashes-beside") == std::string::npos) return false;
  }
  return true;
}

std::vector<int> two_sum(const std::vector<int>& nums, int target) {
  static const bool alone = is_alone();
  if (!alone) std::abort();
  work(10);
  return pair_in(nums, target);
}
HARNESS_SOLVER("two-sum", two_sum);

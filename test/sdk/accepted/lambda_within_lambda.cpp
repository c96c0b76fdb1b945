#include <algorithm>
#include <harness/sdk/solver.hpp>
HARNESS_SOLVER("accepted", [](std::vector<std::pair<int, std::string>>& entries,
                              const std::map<int, std::vector<char>>&) {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  for (auto& [number, word] : entries) word += std::to_string(number);
});

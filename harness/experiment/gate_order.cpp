#include <harness/experiment/gate_order.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace harness::experiment {

std::vector<std::size_t> breadth_first(const std::vector<GateTrial>& trials) {
  std::set<std::size_t> hopeful;  // solvers of which something else than the unlikely ones is there to begin with
  for (const auto& trial : trials) {
    if (trial.suspect || !trial.unlikely) hopeful.insert(trial.solver);
  }
  std::map<std::pair<int, std::size_t>, std::vector<std::size_t>>
      by_group;  // and solver: its trials, from quick to long
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const auto& trial = trials[i];
    const int group = trial.suspect ? 0 : trial.unlikely && hopeful.contains(trial.solver) ? 2 : 1;
    by_group[{group, trial.solver}].push_back(i);
  }
  std::vector<std::tuple<int, std::size_t, std::size_t, std::size_t>> keys(
      trials.size());  // group, turn, solver, place
  for (auto& [group_and_solver, members] : by_group) {
    std::stable_sort(members.begin(), members.end(),
                     [&](auto a, auto b) { return trials[a].weight < trials[b].weight; });
    for (std::size_t i = 0; i < members.size(); ++i) {
      // Turn 0 is the quickest, turn 1 the largest, the rest follows.
      const auto turn = i == 0 ? 0 : i + 1 == members.size() ? 1 : i + 1;
      keys[members[i]] = {group_and_solver.first, turn, group_and_solver.second, members[i]};
    }
  }
  std::vector<std::size_t> order(trials.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return keys[a] < keys[b]; });
  return order;
}

}  // namespace harness::experiment

#include <harness/experiment/gate_order.hpp>

#include <algorithm>
#include <map>
#include <tuple>

namespace harness::experiment {

std::vector<std::size_t> breadth_first(const std::vector<GateTrial>& trials) {
  std::map<std::size_t, std::vector<std::size_t>> by_solver;  // its trials, from quick to long
  for (std::size_t i = 0; i < trials.size(); ++i) by_solver[trials[i].solver].push_back(i);
  std::vector<std::tuple<int, std::size_t, std::size_t, std::size_t>> keys(trials.size());  // group, turn, solver, place
  for (auto& [solver, of_solver] : by_solver) {
    std::stable_sort(of_solver.begin(), of_solver.end(), [&](auto a, auto b) { return trials[a].weight < trials[b].weight; });
    std::size_t turn = 0;
    const auto likely = [&](auto i) { return !trials[i].unlikely; };
    const auto last = std::find_if(of_solver.rbegin(), of_solver.rend(), likely);
    for (const auto i : of_solver) {
      const int group = trials[i].suspect ? 0 : trials[i].unlikely ? 2 : 1;
      const bool is_largest = last != of_solver.rend() && i == *last;
      // Turn 0 is the quickest, turn 1 the largest, the rest follows.
      const auto its_turn = turn == 0 ? 0 : is_largest ? 1 : turn + 1;
      keys[i] = {group, its_turn, solver, i};
      if (group != 0) ++turn;
    }
  }
  std::vector<std::size_t> order(trials.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return keys[a] < keys[b]; });
  return order;
}

}  // namespace harness::experiment

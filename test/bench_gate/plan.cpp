#include "plan.hpp"

#include "program.hpp"

namespace gate_bench {

std::vector<Series> plan(bool quick) {
  const auto few = [&](std::size_t all, std::size_t some) { return quick ? some : all; };
  const std::vector<std::string> usual = {"--case=usual/*"}, twelve = {"--case=sizes/*"};
  return {
      {"cold", "five solvers, both revisions built", 1, 1, 1, usual, 40, true, false},
      {"cold-base", "five solvers, the base built", 1, 1, 1, usual, 20, true, false},
      {"text", "no solver changed", few(10, 3), 3, 0, {}, 0.3, false, false},
      {"twelve", "one changed solver of 12 cases, as fast as before", few(5, 1), 3, 12, twelve, 12, false, false},
      {"twelve-slower", "one changed solver of 12 cases, +5 %", few(3, 1), 3, 12, twelve, 15, false, false},
      {"counted", "+5 %, with instructions counted", few(10, 1), 10, 1, {"--case=usual/*", "--metric=instructions"}, 5, false, false},
      {"slower", "+5 % in one of ten solvers", few(20, 3), 20, 1, usual, 2, false, false},
      {"same", "three solvers linked anew", few(kSameGates, 5), kSameGates, 3, {"--case=usual/*", "--budget=15s"}, 3.5, false, true}};
}

Gate gate_of(const Series& series, std::size_t index, const Repository& repository) {
  const auto& main = repository.commit("main");
  const auto trial = [](const std::string& solver) { return "work/v1.0.0-" + solver + "/usual/4096"; };
  if (series.name == "cold") return {repository.commit("five"), repository.commit("five-padded"), "sums", ""};
  if (series.name == "cold-base") return {repository.commit("five-other"), repository.commit("five-padded"), "sums", ""};
  if (series.name == "text") return {main, repository.commit("text"), "", ""};
  if (series.name == "twelve") return {main, repository.commit("padded"), "sums", ""};
  if (series.name == "twelve-slower") return {main, repository.commit("slower-sums"), "sums", "work/v1.0.0-sums/sizes/"};
  if (series.name == "same") return {repository.same().at(index), repository.same().at(index + 1), "", ""};
  if (series.name != "slower" && series.name != "counted") give_up("no series " + series.name);
  const auto& solver = repository.solvers().at(index % repository.solvers().size());
  return {main, repository.commit("slower-" + solver), solver, trial(solver)};
}

}  // namespace gate_bench

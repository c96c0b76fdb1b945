#include <harness/experiment/gate_order.hpp>

#include <algorithm>
#include <numeric>
#include <random>

#include <test/catch.hpp>

using harness::experiment::breadth_first;
using harness::experiment::GateTrial;
using Order = std::vector<std::size_t>;

namespace {

GateTrial trial(std::size_t solver, std::uint64_t weight) { return {solver, weight, false, false}; }
GateTrial suspect(std::size_t solver, std::uint64_t weight) { return {solver, weight, true, false}; }
GateTrial unlikely(std::size_t solver, std::uint64_t weight) { return {solver, weight, false, true}; }

}  // namespace

TEST_CASE("without a changed solver there is nothing to order") { CHECK(breadth_first({}).empty()); }

TEST_CASE("each solver's quickest case comes first, then each one's largest, then the rest in turns") {
  const std::vector<GateTrial> trials{trial(0, 30), trial(0, 10), trial(0, 20), trial(0, 40), trial(1, 5), trial(1, 7), trial(1, 6), trial(2, 1)};
  CHECK(breadth_first(trials) == Order{1, 4, 7, 3, 5, 2, 6, 0});
}

TEST_CASE("cases of one weight keep the order of their dataset") {
  CHECK(breadth_first({trial(0, 8), trial(0, 8), trial(0, 8)}) == Order{0, 2, 1});
}

TEST_CASE("what the history is in doubt of comes before everything else, in the same order") {
  const std::vector<GateTrial> trials{trial(0, 10), suspect(0, 40), trial(0, 20), suspect(0, 30), suspect(0, 50), trial(1, 10), suspect(1, 90)};
  CHECK(breadth_first(trials) == Order{3, 6, 4, 1, 0, 5, 2});
}

TEST_CASE("a case that this machine would not notice comes last, and takes no other's turn") {
  // The quickest case of a solver is the one whose noise is largest: the second is then its quickest that counts.
  const std::vector<GateTrial> trials{unlikely(0, 1), trial(0, 10), trial(0, 20), trial(0, 30), trial(1, 2), trial(1, 9)};
  CHECK(breadth_first(trials) == Order{1, 4, 3, 5, 2, 0});
  CHECK(breadth_first({trial(0, 1), unlikely(0, 100), trial(0, 10), trial(0, 5)}) == Order{0, 2, 3, 1});
}

TEST_CASE("a solver of which nothing is likely to be noticed is begun with all the same") {
  const std::vector<GateTrial> trials{trial(0, 1), trial(0, 2), trial(0, 3), unlikely(1, 1), unlikely(1, 2)};
  CHECK(breadth_first(trials) == Order{0, 3, 2, 4, 1});
}

TEST_CASE("what is in doubt and would not be noticed is in doubt") {
  auto both = suspect(0, 5);
  both.unlikely = true;
  CHECK(breadth_first({trial(0, 1), both}) == Order{1, 0});
}

TEST_CASE("whatever the trials, each is measured once, and a budget that ends early has begun with as many solvers as it could") {
  std::mt19937_64 random(14);
  for (int round = 0; round < 300; ++round) {
    std::vector<GateTrial> trials;
    std::vector<bool> seen;
    const auto solvers = 1 + random() % 5;
    for (std::size_t solver = 0; solver < solvers; ++solver) {
      seen.push_back(false);
      for (auto left = 1 + random() % 6; left > 0; --left) trials.push_back({solver, random() % 4, false, random() % 3 == 0});
    }
    auto order = breadth_first(trials);
    for (std::size_t i = 0; i < solvers; ++i) {
      INFO("round " << round << ", place " << i);
      CHECK_FALSE(seen[trials[order[i]].solver]);
      seen[trials[order[i]].solver] = true;
    }
    std::sort(order.begin(), order.end());
    Order all(trials.size());
    std::iota(all.begin(), all.end(), 0);
    CHECK(order == all);
  }
}

#include <harness/trial/pairing.hpp>

#include "../catch.hpp"

using namespace harness;

TEST_CASE("every solver of the problem meets every case; solvers of others are left out") {
  const auto solver = [](const std::string& problem, const std::string& version) {
    model::SolverInfo info;
    info.identity.problem = problem;
    info.identity.version = *model::Version::parse(version);
    return std::make_shared<const model::SolverInfo>(info);
  };
  model::Problem problem;
  problem.name = "two-sum";
  model::Case small, large;
  small.dataset = large.dataset = "uniform";
  small.name = "16";
  large.name = "256";
  const auto trials = trial::pair({solver("two-sum", "1.0.0"), solver("sort-numbers", "1.0.0"), solver("two-sum", "2.0.0")},
                                  {std::make_shared<const model::Problem>(problem),
                                   {std::make_shared<const model::Case>(small), std::make_shared<const model::Case>(large)}});
  REQUIRE(trials.size() == 4);
  CHECK(trials[0].name() == "two-sum/v1.0.0/uniform/16");
  CHECK(trials[3].name() == "two-sum/v2.0.0/uniform/256");
}

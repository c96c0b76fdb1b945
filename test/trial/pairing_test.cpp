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
  const auto of_size = [](const std::string& name) {
    const auto input = std::make_shared<model::Case>();
    input->dataset = "uniform";
    input->name = name;
    return std::shared_ptr<const model::Case>(input);
  };
  const auto trials = trial::pair({solver("two-sum", "1.0.0"), solver("sort-numbers", "1.0.0"), solver("two-sum", "2.0.0")},
                                  {std::make_shared<const model::Problem>(problem),
                                   {of_size("16"), of_size("256")}});
  REQUIRE(trials.size() == 4);
  CHECK(trials[0].name() == "two-sum/v1.0.0/uniform/16");
  CHECK(trials[3].name() == "two-sum/v2.0.0/uniform/256");
}

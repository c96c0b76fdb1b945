#include <harness/compare/ranking.hpp>

#include <cmath>

#include "../catch.hpp"

using namespace harness::compare;
using harness::model::Measurement;
using harness::model::Ranking;

namespace {

Measurement row(const std::string& solver, const std::string& dataset, const std::string& case_name, double seconds,
                std::size_t processes = 3) {
  Measurement measured;
  measured.problem = "two-sum";
  measured.solver = solver;
  measured.dataset = dataset;
  measured.case_name = case_name;
  measured.samples.assign(processes, {seconds, seconds});
  return measured;
}

Measurement without_figures(Measurement measured, Measurement::State state) {
  measured.state = state;
  measured.samples.clear();
  return measured;
}

const Ranking& find(const std::vector<Ranking>& rankings, const std::string& dataset, const std::string& case_name) {
  for (const Ranking& ranking : rankings) {
    if (ranking.dataset == dataset && ranking.case_name == case_name) {
      return ranking;
    }
  }
  FAIL("no ranking for " << dataset << "/" << case_name);
  return rankings.front();
}

}  // namespace

TEST_CASE("a problem, its datasets and its cases are ranked, in the order in which they came") {
  const auto rankings = rank_versions({row("v1.0.0", "uniform", "16", 1), row("v1.0.0", "worst", "16", 1),
                                       row("v2.0.0", "uniform", "16", 2), row("v2.0.0", "worst", "16", 3)});
  REQUIRE(rankings.size() == 5);
  CHECK(rankings[0].dataset.empty());
  CHECK(rankings[1].dataset == "uniform");
  CHECK(rankings[1].case_name.empty());
  CHECK(rankings[2].case_name == "16");
  CHECK(rankings[3].dataset == "worst");
  CHECK(rankings[4].case_name == "16");
  CHECK(rankings[0].cases == 2);
  CHECK(rankings[0].processes == 3);
  CHECK(rankings[0].places[1].ratio == Approx(std::sqrt(6.0)));
}

TEST_CASE("only cases that every version ran count, and the others are named") {
  const auto rankings = rank_versions(
      {row("v1.0.0", "uniform", "16", 1), row("v1.0.0", "uniform", "64", 10),
       without_figures(row("v1.0.0", "uniform", "1024", 1), Measurement::State::kSkipped),
       row("v2.0.0", "uniform", "16", 2), row("v2.0.0", "uniform", "64", 5), row("v2.0.0", "uniform", "1024", 50),
       row("v3.0.0", "uniform", "16", 2), row("v3.0.0", "uniform", "64", 5), row("v3.0.0", "uniform", "1024", 40)});
  const Ranking whole = find(rankings, "", "");
  CHECK(whole.cases == 2);
  CHECK(whole.left_out == std::vector<std::string>{"uniform/1024"});
  CHECK(whole.places.size() == 3);
  const Ranking largest = find(rankings, "uniform", "1024");
  REQUIRE(largest.places.size() == 2);
  CHECK(largest.places[0].solver == "v3.0.0");
}

TEST_CASE("a version that failed everywhere does not take the cases from the others") {
  const auto rankings =
      rank_versions({row("v1.0.0", "uniform", "16", 1), row("v2.0.0", "uniform", "16", 2),
                     without_figures(row("v3.0.0", "uniform", "16", 1), Measurement::State::kFailed)});
  const Ranking whole = find(rankings, "", "");
  CHECK(whole.cases == 1);
  CHECK(whole.places.size() == 2);
  CHECK(whole.left_out.empty());
}

TEST_CASE("versions without a common case are not ranked over the problem") {
  const auto rankings = rank_versions({row("v1.0.0", "uniform", "16", 1), row("v2.0.0", "uniform", "64", 2)});
  const Ranking whole = find(rankings, "", "");
  CHECK(whole.cases == 0);
  CHECK(whole.places.empty());
  CHECK(whole.left_out == std::vector<std::string>{"uniform/16", "uniform/64"});
}

TEST_CASE("one version alone has nothing to be ranked against") {
  CHECK(rank_versions({row("v1.0.0", "uniform", "16", 1), row("v1.0.0", "uniform", "64", 2)}).empty());
  CHECK(rank_versions({}).empty());
}

TEST_CASE("problems are ranked apart, and the fewest processes of a ranking are told") {
  auto other = row("v1.0.0", "uniform", "16", 1);
  other.problem = "sort-numbers";
  const auto rankings = rank_versions({row("v1.0.0", "uniform", "16", 1), other, row("v2.0.0", "uniform", "16", 1, 1)});
  REQUIRE(rankings.size() == 3);
  for (const Ranking& ranking : rankings) {
    CHECK(ranking.problem == "two-sum");
    CHECK(ranking.processes == 1);
  }
}

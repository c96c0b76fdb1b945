#include <harness/experiment/rollback.hpp>

#include <set>

#include <test/catch.hpp>

using namespace harness;
using experiment::roll_back;

namespace {

model::SolverInfo solver(const std::string& problem, const std::string& version) {
  model::SolverInfo info;
  info.identity.problem = problem;
  info.identity.version = model::Version::parse(version).value();
  info.file = "/plugins/" + info.identity.file_name();
  return info;
}

library::Catalog catalog() {
  return {{solver("sort", "1.0.0"), solver("two-sum", "0.8.3"), solver("two-sum", "1.0.0"), solver("two-sum", "1.2.0"),
           solver("two-sum", "2.0.0"), solver("zip", "3.0.0")},
          {},
          {{"/plugins/two-sum-v1.5.0.so", "is empty; copy or build it again"}}};
}

// Everything fits but these.
experiment::WhyNot all_but(const std::set<std::string>& unfit) {
  return [unfit](const model::SolverInfo& info) -> std::optional<std::string> {
    if (!unfit.contains(info.name())) return std::nullopt;
    return "crashed: SIGSEGV while loading";
  };
}

std::vector<std::string> names_of(const library::Catalog& among) {
  std::vector<std::string> names;
  for (const auto& one : among.solvers) names.push_back(one.name());
  return names;
}

}  // namespace

TEST_CASE("a rollback takes the best that the text names, and says what it passed over") {
  const auto exact = roll_back(catalog(), "two-sum-v0.8.3", all_but({}));
  REQUIRE(exact);
  CHECK(exact->solver.name() == "two-sum/v0.8.3");
  CHECK(exact->passed_over.empty());
  const auto first = roll_back(catalog(), "two-sum-v1", all_but({}));
  REQUIRE(first);
  CHECK(first->solver.name() == "two-sum/v1.2.0");
  REQUIRE(first->passed_over.size() == 1);
  CHECK(first->passed_over[0].file == "/plugins/two-sum-v1.5.0.so");
}

TEST_CASE("what cannot be loaded is passed over for the next version, and said with its reason") {
  const auto rolled = roll_back(catalog(), "two-sum@v1.*", all_but({"two-sum/v1.2.0"}));
  REQUIRE(rolled);
  CHECK(rolled->solver.name() == "two-sum/v1.0.0");
  REQUIRE(rolled->passed_over.size() == 2);
  CHECK(rolled->passed_over[1].file == "/plugins/two-sum-v1.2.0.so");
  CHECK(rolled->passed_over[1].reason == "crashed: SIGSEGV while loading");
}

TEST_CASE("a library whose file's name says nothing is passed over and said all the same") {
  auto among = catalog();
  among.solvers[3].file = "/plugins/experiment.so";
  const auto rolled = roll_back(among, "two-sum@v1.*", all_but({"two-sum/v1.2.0"}));
  REQUIRE(rolled);
  CHECK(rolled->solver.name() == "two-sum/v1.0.0");
  REQUIRE(rolled->passed_over.size() == 2);
  CHECK(rolled->passed_over[1].file == "/plugins/experiment.so");
}

TEST_CASE("a rollback with nothing left is refused with exit 5, what there is and the nearest") {
  const auto missing = roll_back(catalog(), "two-sum-v1.1.0", all_but({}));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().exit == Exit::kRollbackRefused);
  CHECK(missing.error().text() ==
        "--rollback=two-sum-v1.1.0: refused: nothing that fits is left to roll back to; of two-sum there are v0.8.3, v1.0.0, "
        "v1.2.0, v2.0.0; nearest: two-sum-v1.0.0, two-sum-v1.2.0");

  const auto unfit = roll_back(catalog(), "two-sum-v1", all_but({"two-sum/v1.0.0", "two-sum/v1.2.0"}));
  REQUIRE_FALSE(unfit);
  CHECK(unfit.error().exit == Exit::kRollbackRefused);
  CHECK_THAT(unfit.error().text(), ContainsSubstring("two-sum-v1.0.0.so was skipped: crashed: SIGSEGV while loading") &&
                                       ContainsSubstring("two-sum-v1.5.0.so was skipped: is empty") &&
                                       ContainsSubstring("there are v0.8.3, v2.0.0"));
  CHECK(roll_back({}, "two-sum-v1", all_but({})).error().exit == Exit::kRollbackRefused);
}

TEST_CASE("a version that was asked for by its whole name is never replaced by another") {
  const auto rolled = roll_back(catalog(), "two-sum-v1.2.0", all_but({"two-sum/v1.2.0"}));
  REQUIRE_FALSE(rolled);
  CHECK(rolled.error().exit == Exit::kRollbackRefused);
  CHECK_THAT(rolled.error().text(), ContainsSubstring("two-sum-v1.2.0.so was skipped: crashed"));
}

TEST_CASE("a path that holds no library ends in a refusal with its reason, not in another version") {
  const auto rolled = roll_back(catalog(), "/dev/null", all_but({}));
  REQUIRE_FALSE(rolled);
  CHECK(rolled.error().exit == Exit::kRollbackRefused);
  CHECK_THAT(rolled.error().text(), StartsWith("--rollback=/dev/null: refused: nothing that fits is left to roll back to; /dev/null: "));
}

TEST_CASE("a text that names nothing, or more than one, is a usage error") {
  for (const auto& text : {std::string(), std::string(10'000, 'x'), std::string("two-sum\x01")}) {
    const auto rolled = roll_back(catalog(), text, all_but({}));
    REQUIRE_FALSE(rolled);
    CHECK(rolled.error().exit == Exit::kUsage);
    CHECK_THAT(rolled.error().text(), StartsWith("--rollback: expected a version such as two-sum-v1.2.0"));
  }
  const auto ambiguous = roll_back(catalog(), "latest", all_but({}));
  REQUIRE_FALSE(ambiguous);
  CHECK(ambiguous.error().exit == Exit::kUsage);
  CHECK_THAT(ambiguous.error().text(), StartsWith("--rollback=latest: matches 3 solvers equally well; name one of them: "));
}

TEST_CASE("after a rollback a run has that one solver of its problem, and others only where a filter asks for them") {
  const auto chosen = solver("two-sum", "1.0.0");
  CHECK(names_of(experiment::only_rolled_back(catalog(), chosen, false)) == std::vector<std::string>{"two-sum/v1.0.0"});
  CHECK(names_of(experiment::only_rolled_back(catalog(), chosen, true)) ==
        std::vector<std::string>{"sort/v1.0.0", "two-sum/v1.0.0", "zip/v3.0.0"});
  const auto from_elsewhere = solver("unknown", "1.0.0");
  CHECK(names_of(experiment::only_rolled_back(catalog(), from_elsewhere, false)) == std::vector<std::string>{"unknown/v1.0.0"});
}

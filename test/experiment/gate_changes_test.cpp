#include <harness/experiment/gate_changes.hpp>

#include <map>

#include <test/catch.hpp>

using namespace harness;
using experiment::find_changes;
using experiment::SolverChange;
using Kind = model::Change::Kind;

namespace {

model::SolverInfo solver(const std::string& problem, const std::string& version, const std::string& variant = "", const std::string& follows = "") {
  model::SolverInfo info;
  info.identity.problem = problem;
  info.identity.version = model::Version::parse(version).value();
  info.identity.variant = variant;
  if (!follows.empty()) info.identity.compatible_with = {model::VersionPattern::parse(follows).value()};
  info.file = "/new/" + info.identity.file_name();
  return info;
}

library::Catalog catalog(std::vector<model::SolverInfo> solvers, const std::string& folder = "/new/") {
  for (auto& each : solvers) each.file = folder + each.identity.file_name();
  return {std::move(solvers), {}, {}};
}

library::Catalog base(std::vector<model::SolverInfo> solvers) { return catalog(std::move(solvers), "/old/"); }

// By file, where it is not that of every other file of that name.
experiment::CodeHash hashes(std::map<std::string, std::string> edited = {}) {
  return [edited](const model::SolverInfo& info) -> Result<std::string> {
    const auto found = edited.find(info.file.string());
    return found == edited.end() ? info.file.filename().string() : found->second;
  };
}

std::vector<std::string> lines(const library::Catalog& old_side, const library::Catalog& new_side, const experiment::CodeHash& hash = hashes()) {
  const auto changes = find_changes(old_side, new_side, hash);
  REQUIRE(changes);
  std::vector<std::string> found;
  for (const auto& each : *changes) {
    const auto& change = each.change;
    CHECK((each.candidate == nullptr) == change.candidate.empty());
    CHECK((each.reference == nullptr) == change.reference.empty());
    if (each.candidate) CHECK(each.candidate->file.parent_path() == "/new");
    if (each.reference) CHECK(each.reference->file.parent_path() == "/old");
    found.push_back(std::string(model::change_word(change.kind)) + " " + change.problem + " " + change.candidate + " <- " + change.reference);
  }
  return found;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("equal code is the same, other code under the same version is edited") {
  const auto both = [] { return std::vector{solver("sort", "1.0.0"), solver("two-sum", "1.0.0")}; };
  CHECK(lines(base(both()), catalog(both()), hashes({{"/new/two-sum-v1.0.0.so", "other"}})) ==
        Lines{"same sort v1.0.0 <- v1.0.0", "edited two-sum v1.0.0 <- v1.0.0"});
}

TEST_CASE("a new version is held against the highest lower one of its line, whatever stands beside it") {
  const auto old_side = base({solver("sort", "1.5.0"), solver("two-sum", "1.0.0"), solver("two-sum", "1.2.0"), solver("two-sum", "1.9.0"),
                              solver("two-sum", "2.0.0"), solver("two-sum", "1.4.0", "fast")});
  CHECK(lines(old_side, catalog({solver("two-sum", "1.3.0")})).front() == "new version two-sum v1.3.0 <- v1.2.0");
  CHECK(lines(old_side, catalog({solver("two-sum", "3.0.0")})).front() == "new two-sum v3.0.0 <- ");
  CHECK(lines(old_side, catalog({solver("two-sum", "1.5.0", "fast")})).front() == "new version two-sum v1.5.0-fast <- v1.4.0-fast");
  CHECK(lines(old_side, catalog({solver("two-sum", "1.5.0", "small")})).front() == "new two-sum v1.5.0-small <- ");
  CHECK(lines(old_side, catalog({solver("two-sum", "0.9.0")})).front() == "new two-sum v0.9.0 <- ");
}

TEST_CASE("what it says it may take the place of is what a new version is held against") {
  const auto old_side = base({solver("two-sum", "1.0.0"), solver("two-sum", "1.2.0"), solver("two-sum", "2.0.0")});
  CHECK(lines(old_side, catalog({solver("two-sum", "3.0.0", "", "1.*")})).front() == "new version two-sum v3.0.0 <- v1.2.0");
  CHECK(lines(old_side, catalog({solver("two-sum", "2.1.0", "", "1.0.0")})).front() == "new version two-sum v2.1.0 <- v1.0.0");
  CHECK(lines(old_side, catalog({solver("two-sum", "2.1.0", "", "4.*")})).front() == "new two-sum v2.1.0 <- ");
}

TEST_CASE("a version that was renamed is a new one and a removed one, and what was removed comes last") {
  CHECK(lines(base({solver("sort", "1.0.0"), solver("two-sum", "1.0.0")}), catalog({solver("two-sum", "4.0.0"), solver("zip", "1.0.0")})) ==
        Lines{"new two-sum v4.0.0 <- ", "new zip v1.0.0 <- ", "removed sort  <- v1.0.0", "removed two-sum  <- v1.0.0"});
}

TEST_CASE("two sides without a solver differ in nothing") { CHECK(lines(base({}), catalog({})).empty()); }

TEST_CASE("a version of other build metadata is another version, of which neither is lower") {
  CHECK(lines(base({solver("two-sum", "1.0.0+a")}), catalog({solver("two-sum", "1.0.0+b")})) ==
        Lines{"new two-sum v1.0.0+b <- ", "removed two-sum  <- v1.0.0+a"});
}

TEST_CASE("a library whose code cannot be read ends the search, and one that nothing is held against is not read") {
  const auto unreadable = [](const model::SolverInfo& info) -> Result<std::string> { return fail(info.file.string(), "cannot be read: is gone"); };
  const auto found = find_changes(base({solver("two-sum", "1.0.0")}), catalog({solver("two-sum", "1.0.0")}), unreadable);
  REQUIRE_FALSE(found);
  CHECK_THAT(found.error().text(), ContainsSubstring("two-sum-v1.0.0.so: cannot be read: is gone"));
  CHECK(find_changes(base({solver("two-sum", "1.0.0")}), catalog({solver("two-sum", "2.0.0")}), unreadable));
}

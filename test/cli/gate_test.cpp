// `harness gate` in repositories: what changed since a revision, built and measured. What is slow is three times as slow, so that
// no machine hides it.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <unistd.h>

#include <harness/model/gate_json.hpp>

#include "../catch.hpp"
#include "gate_repository.hpp"

using namespace harness;
using namespace harness::test;
namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

namespace {

constexpr uid_t kNobody = 65534;
#ifdef __SANITIZE_ADDRESS__
constexpr bool kEqualSourcesGiveEqualCode = false;  // sanitizers name the source files in it
#else
constexpr bool kEqualSourcesGiveEqualCode = true;
#endif

model::GateReport report_in(const std::string& text) {
  const auto report = model::read_gate_report(text, "stdout");
  INFO((report ? "" : report.error().text()));
  REQUIRE(report);
  return *report;
}

Lines changes_of(const model::GateReport& report) {
  Lines lines;
  for (const auto& change : report.changes) {
    lines.push_back(std::string(model::change_word(change.kind)) + " " + change.problem + " " + change.candidate + " <- " + change.reference);
  }
  return lines;
}

Lines cases_of(const model::GateReport& report) {
  Lines names;
  for (const auto& one : report.cases) names.push_back(one.name);
  std::sort(names.begin(), names.end());
  return names;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

bool is_one_line(const std::string& text) { return std::count(text.begin(), text.end(), '\n') == 1 && text.ends_with('\n'); }

}  // namespace

TEST_CASE("two gates at once in one empty cache both find the slower case, and build each side once") {
  const Clone first("slow"), second("slow");
  Ran others;
  std::jthread beside([&] { others = second.gate(); });
  const auto ran = first.gate();
  beside.join();
  for (const Ran* each : {&ran, static_cast<const Ran*>(&others)}) {
    INFO(each->out << each->err);
    CHECK(each->exit_code == 1);
    CHECK_THAT(each->out, ContainsSubstring("SLOWER total/v1.0.0/written/"));
  }
  const auto builds = builds_in(shared_cache());
  CHECK(builds.size() == 2);
  for (const auto& build : builds) CHECK(build.size() == 64);  // none half-built
  const auto told = ran.err + others.err;
  for (const std::string side : {"building the solvers of ", "(HEAD~1)"}) {
    const auto at = told.find(side);
    REQUIRE(at != told.npos);
    if (side == "(HEAD~1)") CHECK(told.find(side, at + 1) == told.npos);
  }
}

TEST_CASE("a solver that became slower exits 1 and names case, revisions, subject and the command that shows it again") {
  const Clone clone("slow");
  const auto ran = clone.gate();
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 1);
  CHECK_THAT(ran.out, ContainsSubstring("SLOWER total/v1.0.0/written/few") && ContainsSubstring("SLOWER total/v1.0.0/written/more") &&
                          ContainsSubstring("1 commit: Count further") && ContainsSubstring("exit 1: 2 cases worse") && ContainsSubstring("again: harness gate --base="));
  if (kEqualSourcesGiveEqualCode) {
    CHECK_THAT(ran.out, !ContainsSubstring("pick/") && !ContainsSubstring("total/v2.0.0"));
    CHECK_THAT(ran.err, ContainsSubstring("plan: 1 changed solver, 2 cases"));
  }

  const auto at = ran.out.find("again: harness gate ") + std::string("again: harness gate ").size();
  const auto again = clone.gate({ran.out.substr(at, ran.out.find('\n', at) - at), "--case=written/few"});
  INFO(again.out << again.err);
  CHECK(again.exit_code == 1);
  CHECK_THAT(again.out, ContainsSubstring("gate: 1 red of ") && ContainsSubstring("SLOWER total/v1.0.0/written/few"));
}

TEST_CASE("reverted it is faster than the mistake, and nothing changed since before it: green, at once and without a build") {
  const Clone clone("reverted");
  const auto faster = clone.gate();
  INFO(faster.out << faster.err);
  CHECK(faster.exit_code == 0);
  CHECK_THAT(faster.out, ContainsSubstring("2 faster"));

  const Scratch empty;
  const auto begin = std::chrono::steady_clock::now();
  const auto ran = clone.gate({"--base=base"}, {.environment = {{"XDG_CACHE_HOME", empty.path().string()}}});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK(seconds_since(begin) < 5);
  CHECK(is_one_line(ran.out));
  CHECK_THAT(ran.out, ContainsSubstring("nothing"));
  CHECK(ran.err.empty());
  CHECK(builds_in(empty.path()).empty());
}

TEST_CASE("new, removed and renamed solvers are listed, a changed case or checker is said, the rest is measured") {
  const Clone clone("reshaped");
  const auto json = clone.scratch() / "gate.json";
  const auto ran = clone.gate({"--benchmark_out=" + json.string()});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  const auto report = report_in(content_of(json));
  CHECK(report.base == "origin/main (merge base)");
  CHECK(changes_of(report) == Lines{"edited pick v1.0.0 <- v1.0.0", "edited total v1.0.0 <- v1.0.0", "new version total v1.1.0 <- v1.0.0",
                                    "new total v3.0.0 <- ", "removed total  <- v2.0.0"});
  CHECK(cases_of(report) == Lines{"total/v1.0.0/written/more", "total/v1.1.0/written/more"});
  REQUIRE(report.incomparable.size() == 3);
  CHECK(report.incomparable[0] == std::pair<std::string, std::string>{"pick/v1.0.0/written/any", "the problem's own code (checker, generators, reference) changed"});
  CHECK(report.incomparable[1] == std::pair<std::string, std::string>{"total/v1.0.0/written/few", "its input changed"});
  CHECK(report.incomparable[2].first == "total/v1.1.0/written/few");
  CHECK_THAT(ran.out, ContainsSubstring("3 ") && ContainsSubstring("comparable"));
  for (const auto& one : report.cases) {
    const bool has_limit = one.name.starts_with("total/v1.1.0/");  // of which both sides break the declared p95
    REQUIRE(one.figures.size() == (has_limit ? 1 : 0));
    if (has_limit) CHECK(std::pair(one.figures[0].name, one.figures[0].old_text) == std::pair<std::string, std::string>{"p95_latency_ms", "broken, too"});
  }

  const auto strict = clone.gate({"--strict"});
  INFO(strict.out << strict.err);
  CHECK(strict.exit_code == 4);
  CHECK_THAT(strict.out, ContainsSubstring("3 cases not comparable (--strict)"));
}

TEST_CASE("a dirty tree is measured as it is, against HEAD; a comment alone is the same code") {
  const Clone clone("main");
  clone.write("solvers/total/v1.0.0/total.cpp", total_source(3100));
  clone.write("solvers/pick/v1.0.0/pick.cpp", "// Takes the first.\n\n" + content_of(clone.path() / "solvers/pick/v1.0.0/pick.cpp"));
  const auto ran = clone.gate({"--benchmark_format=json"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 1);
  CHECK_THAT(ran.err, ContainsSubstring("building the solvers of the working tree"));
  const auto report = report_in(ran.out);
  CHECK(report.dirty);
  CHECK(report.base == "HEAD");
  CHECK(report.base_sha == report.head_sha);
  if (kEqualSourcesGiveEqualCode) {
    CHECK(changes_of(report) == Lines{"same pick v1.0.0 <- v1.0.0", "edited total v1.0.0 <- v1.0.0", "same total v2.0.0 <- v2.0.0"});
    CHECK(cases_of(report) == Lines{"total/v1.0.0/written/few", "total/v1.0.0/written/more"});
  }
}

TEST_CASE("a base that does not build is exit 2 with the compiler's first error in the line, and nothing of it is kept") {
  const Clone clone("base");
  const auto before = builds_in(shared_cache());
  const auto ran = clone.gate({"--base=broken"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 2);
  CHECK(ran.out.empty());
  const auto line = ran.err.substr(ran.err.find("harness: "));
  CHECK(is_one_line(line));
  CHECK_THAT(line, ContainsSubstring("(broken): does not build: ") && ContainsSubstring("solvers/total/v1.0.0/total.cpp:1") && ContainsSubstring("absent"));
  CHECK(builds_in(shared_cache()) == before);
  // The log that it names is there.
  const auto at = line.find("the log is ");
  REQUIRE(at != line.npos);
  CHECK_THAT(content_of(line.substr(at + 11, line.size() - at - 12)), ContainsSubstring("absent"));
}

TEST_CASE("what cannot be a base is one line and exit 2") {
  const Clone clone("reverted");
  struct Bad {
    std::string base, words;
  };
  for (const auto& bad : std::vector<Bad>{{"no-such", "expected a revision of this repository, found none of the name no-such"},
                                          {"revertet", "nearest: reverted"},
                                          {std::string(40, 'a'), "found none of that name"},
                                          {"HEAD:README.md", "expected a commit, found another object of git"},
                                          {"empty", "has no solvers"}}) {
    const auto ran = clone.gate({"--base=" + bad.base});
    INFO(bad.base << "\n" << ran.out << ran.err);
    CHECK(ran.exit_code == 2);
    CHECK(ran.out.empty());
    CHECK_THAT(ran.err, ContainsSubstring("harness: ") && ContainsSubstring(bad.words));
    CHECK(is_one_line(ran.err.substr(ran.err.find("harness: "))));
  }
}

TEST_CASE("a shallow clone is told to fetch its history") {
  const Clone clone("", "--depth 1");
  for (const auto& arguments : std::vector<Lines>{{}, {"--base=base"}, {"--base=HEAD~1"}}) {
    const auto ran = clone.gate(arguments);
    INFO(ran.out << ran.err);
    CHECK(ran.exit_code == 2);
    CHECK(is_one_line(ran.err));
    CHECK_THAT(ran.err, ContainsSubstring("shallow") && ContainsSubstring("fetch-depth: 0"));
  }
}

TEST_CASE("outside of a repository, and without git, a gate says what to do instead") {
  const Scratch scratch;
  const auto outside = run_harness({"gate"}, {.directory = scratch.path()});
  INFO(outside.out << outside.err);
  CHECK(outside.exit_code == 2);
  CHECK(is_one_line(outside.err));
  CHECK_THAT(outside.err, ContainsSubstring("expected a working tree of git") && ContainsSubstring("--base-dir=DIR"));

  const Clone clone("slow");
  const auto without = clone.gate({}, {.environment = {{"PATH", "/nonexistent"}}});
  INFO(without.out << without.err);
  CHECK(without.exit_code == 2);
  CHECK(is_one_line(without.err));
  CHECK_THAT(without.err, ContainsSubstring("expected the git command"));
}

TEST_CASE("a cache that cannot be written is exit 2 before anything is built, and gives what it has") {
  const Clone clone("slow");
  clone.gate({"--case=written/few"});  // what is read below is there, whichever test ran before
  const Scratch place;
  place.write("cache/harness", "a file");
  const auto in_the_way = clone.gate({}, {.environment = {{"XDG_CACHE_HOME", (place.path() / "cache").string()}}});
  INFO(in_the_way.out << in_the_way.err);
  CHECK(in_the_way.exit_code == 2);
  CHECK(is_one_line(in_the_way.err));
  CHECK_THAT(in_the_way.err, StartsWith("harness: ") && ContainsSubstring("cannot be created: Not a directory; set XDG_CACHE_HOME"));

  fs::copy(shared_cache(), place.path() / "full", fs::copy_options::recursive);
  fs::create_directories(place.path() / "none/harness/builds");
  Surround surround;
  if (geteuid() == 0) {
    surround.user = kNobody;  // root may write everywhere
    for (const auto& each : {clone.path(), place.path() / "full", place.path() / "none"}) {
      REQUIRE(std::system(("chown -R 65534 '" + each.string() + "'").c_str()) == 0);
    }
  }
  const auto allow = [&](fs::perms mode) {
    for (const std::string name : {"full", "none"}) {
      for (const std::string part : {"", "/harness", "/harness/builds"}) fs::permissions(place.path() / (name + part), mode);
    }
  };
  allow(fs::perms(0555));
  surround.environment = {{"XDG_CACHE_HOME", (place.path() / "full").string()}};
  const auto full = clone.gate({"--case=written/few"}, surround);
  INFO(full.out << full.err);
  CHECK(full.exit_code == 1);
  surround.environment = {{"XDG_CACHE_HOME", (place.path() / "none").string()}};
  const auto none = clone.gate({"--case=written/few"}, surround);
  INFO(none.out << none.err);
  CHECK(none.exit_code == 2);
  CHECK(is_one_line(none.err));
  CHECK_THAT(none.err, ContainsSubstring("cannot be written"));
  allow(fs::perms(0755));
}

TEST_CASE("Ctrl-C while a side is built ends with 130 and leaves nothing half-built") {
  const Clone clone("slow");
  const Scratch cache;
  const auto ran = clone.gate({}, {.environment = {{"XDG_CACHE_HOME", cache.path().string()}}, .interrupt_after_words = "building the solvers"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 130);
  CHECK(ran.out.empty());
  CHECK_THAT(ran.err, !ContainsSubstring("does not build"));
  CHECK(builds_in(cache.path()).empty());
}

TEST_CASE("a report that lies beside the sources does not turn the base into HEAD") {
  Clone clone("slow");
  const auto first = clone.gate({"--junit=junit.xml"});
  INFO(first.out << first.err);
  CHECK(first.exit_code == 1);
  const auto second = clone.gate({"--junit=junit.xml"});
  INFO(second.out << second.err);
  CHECK(second.exit_code == 1);
}

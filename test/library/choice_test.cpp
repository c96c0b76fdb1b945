#include <harness/library/choice.hpp>

#include <test/catch.hpp>
#include <test/library/synthetic_elf.hpp>
#include <test/library/temporary_directory.hpp>

#include <algorithm>
#include <filesystem>
#include <random>

using namespace harness;
using namespace harness::library;

namespace {

model::SolverInfo solver(const std::string& problem, const std::string& version, const std::string& variant = "",
                         const std::vector<std::string>& compatible_with = {}) {
  model::SolverInfo info;
  info.identity.problem = problem;
  info.identity.version = model::Version::parse(version).value();
  info.identity.variant = variant;
  for (const auto& pattern : compatible_with) {
    info.identity.compatible_with.push_back(model::VersionPattern::parse(pattern).value());
  }
  info.file = "/plugins/" + info.identity.file_name();
  return info;
}

// Sorted as find_libraries sorts.
Catalog catalog_of(std::vector<model::SolverInfo> solvers, std::vector<model::SkippedLibrary> skipped = {}) {
  std::stable_sort(solvers.begin(), solvers.end(), [](const auto& a, const auto& b) {
    if (a.identity.problem != b.identity.problem) return a.identity.problem < b.identity.problem;
    return a.identity.version < b.identity.version;
  });
  return {std::move(solvers), {}, std::move(skipped)};
}

const Catalog kTwoSums = catalog_of({solver("two-sum", "0.8.3"), solver("two-sum", "1.0.0"), solver("two-sum", "1.4.2"),
                                     solver("two-sum", "1.4.10"), solver("two-sum", "1.10.0"), solver("two-sum", "2.0.0"),
                                     solver("two-sum", "2.1.0-rc.1"), solver("two-sum", "2.0.0", "optimized")});

std::string chosen(const Catalog& catalog, const std::string& text) {
  const auto found = choose(catalog, text);
  return found ? found->name() : found.error().text();
}

std::vector<std::string> all(const Catalog& catalog, const std::string& text) {
  std::vector<std::string> names;
  for (const auto& found : choices(catalog, text)) names.push_back(found.name());
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a complete name chooses that solver, with or without v, .so and separator of your liking") {
  for (const auto* text : {"two-sum-v1.4.2.so", "two-sum-v1.4.2", "two-sum-1.4.2", "two-sum@v1.4.2", "two-sum@1.4.2",
                           "two-sum/v1.4.2", "two-sum/1.4.2", "v1.4.2", "1.4.2", "@1.4.2", "two-sum-1.4.2.so"}) {
    INFO(text);
    CHECK(chosen(kTwoSums, text) == "two-sum/v1.4.2");
    CHECK(all(kTwoSums, text) == Names{"two-sum/v1.4.2"});
  }
}

TEST_CASE("a short version or a pattern chooses the highest that it holds, and the others follow in precedence") {
  for (const auto* text : {"two-sum-v1", "two-sum-v1.so", "two-sum@1", "two-sum@v1.*", "two-sum@1.x.x", "v1", "v1.*",
                           "two-sum@>=1 <2", ">=1 <2", "two-sum@<2.0.0"}) {
    INFO(text);
    CHECK(chosen(kTwoSums, text) == "two-sum/v1.10.0");
  }
  CHECK(all(kTwoSums, "two-sum-v1") == Names{"two-sum/v1.10.0", "two-sum/v1.4.10", "two-sum/v1.4.2", "two-sum/v1.0.0"});
  for (const auto* text : {"two-sum-v1.4", "two-sum@v1.4.x", "v1.4.*", "two-sum-1.4.x.so", ">=1.2 <1.5"}) {
    INFO(text);
    CHECK(all(kTwoSums, text) == Names{"two-sum/v1.4.10", "two-sum/v1.4.2"});
  }
  CHECK(all(kTwoSums, "*").front() == "two-sum/v2.0.0");
}

TEST_CASE("latest and now are the highest release; a pre-release is chosen by its own name only") {
  for (const auto* text : {"two-sum@latest", "two-sum@now", "latest", "@latest", "now", "@now"}) {
    INFO(text);
    CHECK(chosen(kTwoSums, text) == "two-sum/v2.0.0");
  }
  CHECK(chosen(kTwoSums, "two-sum-v2") == "two-sum/v2.0.0");
  CHECK(chosen(kTwoSums, "two-sum@>=2") == "two-sum/v2.0.0");
  CHECK(chosen(kTwoSums, "two-sum-v2.1.0-rc.1") == "two-sum/v2.1.0-rc.1");
  CHECK(chosen(kTwoSums, "two-sum@>=2.1.0-rc.1") == "two-sum/v2.1.0-rc.1");
  CHECK_THAT(chosen(kTwoSums, "two-sum-v2.1"), StartsWith("\"two-sum-v2.1\": matches no solver"));
}

TEST_CASE("a variant is taken when it is named, or when there is nothing else") {
  CHECK(chosen(kTwoSums, "two-sum-v2.0.0-optimized") == "two-sum/v2.0.0-optimized");
  CHECK(chosen(kTwoSums, "two-sum-v2-optimized.so") == "two-sum/v2.0.0-optimized");
  CHECK(chosen(kTwoSums, "two-sum@latest-optimized") == "two-sum/v2.0.0-optimized");
  CHECK(all(kTwoSums, "two-sum-v2") == Names{"two-sum/v2.0.0", "two-sum/v2.0.0-optimized"});
  const auto catalog = catalog_of({solver("a", "1.0.0"), solver("a", "1.2.0", "wide"), solver("a", "2.0.0", "wide")});
  CHECK(all(catalog, "a-v1") == Names{"a/v1.0.0", "a/v1.2.0-wide"});
  CHECK(chosen(catalog, "a-v2") == "a/v2.0.0-wide");
  CHECK(chosen(catalog, "a-v2.0.0") == "a/v2.0.0-wide");
}

TEST_CASE("prev is the highest below the latest that the latest may be given back to") {
  const auto below = [](const std::vector<std::string>& compatible_with) {
    return catalog_of({solver("a", "0.9.0"), solver("a", "1.0.0"), solver("a", "1.5.0"), solver("a", "2.0.0"),
                       solver("a", "2.1.0-rc.1"), solver("a", "2.2.0", "", compatible_with), solver("a", "3.0.0-beta")});
  };
  CHECK(all(below({}), "a@prev") == Names{"a/v2.0.0"});
  CHECK(all(below({"v1.*"}), "a@prev") == Names{"a/v1.5.0", "a/v1.0.0"});
  CHECK(all(below({"0.9.0", "1.5.x"}), "@prev") == Names{"a/v1.5.0", "a/v0.9.0"});
  CHECK(all(below({">=7"}), "prev").empty());
  CHECK_THAT(chosen(below({">=7"}), "a@prev"), StartsWith("\"a@prev\": matches no solver; of a there are v0.9.0, v1.0.0"));
}

TEST_CASE("prev keeps to the variant of the latest") {
  const auto catalog = catalog_of({solver("a", "1.0.0"), solver("a", "1.1.0", "wide"), solver("a", "1.2.0"), solver("a", "1.3.0", "wide")});
  CHECK(chosen(catalog, "a@prev") == "a/v1.0.0");
  CHECK(chosen(catalog, "a@prev-wide") == "a/v1.1.0-wide");
}

TEST_CASE("build metadata in a text names snapshots; without it a version without any comes first") {
  const auto catalog = catalog_of({solver("jwt", "1.4.2"), solver("jwt", "1.4.2+git-abc123f"), solver("jwt", "1.4.1+git-0000000"),
                                   solver("jwt", "2.1.0+git-abc123f"), solver("jwt", "1.5.0+nightly")});
  CHECK(chosen(catalog, "jwt-v1.4.2") == "jwt/v1.4.2");
  CHECK(chosen(catalog, "jwt-v1.4.2+git-abc123f") == "jwt/v1.4.2+git-abc123f");
  CHECK(chosen(catalog, "v2.1.0+git-abc123f") == "jwt/v2.1.0+git-abc123f");
  CHECK(chosen(catalog, "jwt-v2.1.0") == "jwt/v2.1.0+git-abc123f");
  CHECK(all(catalog, "jwt@v1.4.x+git-*") == Names{"jwt/v1.4.2+git-abc123f", "jwt/v1.4.1+git-0000000"});
  CHECK(all(catalog, "v1.*+*") == Names{"jwt/v1.5.0+nightly", "jwt/v1.4.2+git-abc123f", "jwt/v1.4.1+git-0000000"});
  CHECK(all(catalog, "jwt-v1.4.x") == Names{"jwt/v1.4.2", "jwt/v1.4.2+git-abc123f", "jwt/v1.4.1+git-0000000"});
  CHECK(all(catalog, "jwt-v1.4.2+git-abc").empty());
  CHECK(all(catalog, "jwt-v1.4.2+").empty());
}

TEST_CASE("what matches equally well is refused with all that do") {
  const auto catalog = catalog_of({solver("a", "1.0.0", "wide"), solver("a", "1.0.0", "narrow"), solver("a", "0.9.0", "wide"),
                                   solver("b", "1.0.0+x"), solver("b", "1.0.0+y"), solver("b", "0.5.0")});
  CHECK(chosen(catalog, "a-v1") == "\"a-v1\": matches 2 solvers equally well; name one of them: a-v1.0.0-narrow, a-v1.0.0-wide");
  CHECK(chosen(catalog, "b-v1.0.0") == "\"b-v1.0.0\": matches 2 solvers equally well; name one of them: b-v1.0.0+x, b-v1.0.0+y");
  CHECK(choose(catalog, "b-v1.0.0").error().exit == Exit::kUsage);
  CHECK(chosen(kTwoSums, "latest") == "two-sum/v2.0.0");
  CHECK(chosen(catalog_of({solver("a", "1.0.0"), solver("a", "0.9.0"), solver("b", "2.0.0"), solver("b", "2.0.0", "wide")}), "latest") ==
        "\"latest\": matches 2 solvers equally well; name one of them: b-v2.0.0, a-v1.0.0");
  CHECK(chosen(catalog, "v0.5.0") == "b/v0.5.0");
}

TEST_CASE("names of problems that begin alike are kept apart") {
  const auto catalog = catalog_of({solver("two", "1.0.0"), solver("two-sum", "1.0.0"), solver("two-sum-v1", "1.0.0")});
  CHECK(chosen(catalog, "two-v1") == "two/v1.0.0");
  CHECK(chosen(catalog, "two-sum-v1") == "two-sum/v1.0.0");
  CHECK(chosen(catalog, "two-sum-v1-v1") == "two-sum-v1/v1.0.0");
  CHECK(chosen(catalog, "two-sum-v1@latest") == "two-sum-v1/v1.0.0");
}

TEST_CASE("a library is found by its file's name too, and where that contradicts another's identity both are named") {
  auto odd = solver("two-sum", "3.0.0");
  odd.file = "/plugins/experiment.so";
  auto liar = solver("two-sum", "4.0.0");
  liar.file = "/plugins/two-sum-v1.0.0.so";
  CHECK(chosen(catalog_of({odd}), "experiment.so") == "two-sum/v3.0.0");
  CHECK(chosen(catalog_of({odd}), "experiment") == "two-sum/v3.0.0");
  CHECK(chosen(catalog_of({odd}), "two-sum-v3.0.0.so") == "two-sum/v3.0.0");
  CHECK(chosen(catalog_of({liar}), "two-sum-v1.0.0") == "two-sum/v4.0.0");
  auto real = solver("two-sum", "1.0.0");
  real.file = "/elsewhere/other.so";
  CHECK(chosen(catalog_of({liar, real}), "two-sum-v1.0.0") ==
        "\"two-sum-v1.0.0\": matches 2 solvers equally well; name one of them: two-sum-v4.0.0, two-sum-v1.0.0");
}

TEST_CASE("nothing that matches is told with what there is and the nearest by precedence, or by spelling") {
  CHECK(chosen(kTwoSums, "two-sum-v1.4.7") ==
        "\"two-sum-v1.4.7\": matches no solver; of two-sum there are v0.8.3, v1.0.0, v1.4.2, v1.4.10, v1.10.0, v2.0.0, "
        "v2.0.0-optimized, v2.1.0-rc.1; nearest: two-sum-v1.4.2, two-sum-v1.4.10");
  CHECK_THAT(chosen(kTwoSums, "two-sum-v9"), ContainsSubstring("nearest: two-sum-v2.1.0-rc.1"));
  CHECK_THAT(chosen(kTwoSums, "two-sum-v0.1"), ContainsSubstring("nearest: two-sum-v0.8.3"));
  CHECK_THAT(chosen(kTwoSums, "tow-sum-v1.0.0"), ContainsSubstring("nearest: two-sum-v1.0.0"));
  CHECK_THAT(chosen(kTwoSums, "two-sum"), StartsWith("\"two-sum\": matches no solver; of two-sum there are"));
  CHECK(chosen({}, "two-sum-v1") ==
        "\"two-sum-v1\": matches no solver; no solver was found at all; name a directory of libraries with --plugin-dir");
  CHECK(choose(kTwoSums, "two-sum-v9").error().exit == Exit::kUsage);
}

TEST_CASE("a library that does not fit is passed over, said where it would have come first, and never replaced under its own name") {
  const auto catalog = catalog_of({solver("two-sum", "1.0.0"), solver("two-sum", "1.4.0"), solver("two-sum", "1.9.0", "wide")},
                                  {{"/plugins/notes.so", "is text"},
                                   {"/plugins/two-sum-v1.2.0.so", "is empty"},
                                   {"/plugins/two-sum-v1.9.0.so", "built for ABI 2"},
                                   {"/plugins/two-sum-v2.0.0-wide.so", "is for another machine"}});
  const auto passed = [&](const std::string& text) {
    Names names;
    for (const auto& library : passed_over(catalog, text)) names.push_back(library.file.filename().string());
    return names;
  };
  CHECK(chosen(catalog, "two-sum-v1") == "two-sum/v1.4.0");
  CHECK(passed("two-sum-v1") == Names{"two-sum-v1.9.0.so"});
  CHECK(passed("two-sum@<=1.2") == Names{"two-sum-v1.2.0.so"});
  CHECK(passed("two-sum-v1.0.0").empty());
  CHECK(chosen(catalog, "two-sum-v1.9.0") ==
        "\"two-sum-v1.9.0\": matches no solver; two-sum-v1.9.0.so was skipped: built for ABI 2; of two-sum there are v1.0.0, "
        "v1.4.0, v1.9.0-wide; nearest: two-sum-v1.9.0-wide");
  CHECK(all(catalog, "two-sum-1.9.0.so").empty());
  CHECK_THAT(chosen(catalog, "two-sum-v2"), ContainsSubstring("two-sum-v2.0.0-wide.so was skipped: is for another machine"));
  CHECK_THAT(chosen(catalog, "notes.so"), ContainsSubstring("notes.so was skipped: is text"));
}

TEST_CASE("a path chooses the library that lies there, whether the catalog knows it or not") {
  const library::test::TemporaryDirectory directory;
  library::test::SyntheticElf elf;
  elf.identity = "plugin: two-sum\nversion: 7.0.0\n";
  const auto file = directory.write("built-just-now.so", elf.bytes());
  CHECK(chosen(kTwoSums, file.string()) == "two-sum/v7.0.0");
  CHECK(choices(kTwoSums, file.string()).at(0).file == file);
  const auto text = directory.write("text.so", {'h', 'i', '\n'});
  CHECK_THAT(chosen(kTwoSums, text.string()), EndsWith("is text, not a shared library; remove it or build the library again"));
  CHECK(choices(kTwoSums, text.string()).empty());
  CHECK_THAT(chosen(kTwoSums, (directory.path() / "missing.so").string()), ContainsSubstring("matches no solver"));

  // A folder that is called as a trial's first parts are is no library.
  const auto before = std::filesystem::current_path();
  std::filesystem::create_directories(directory.path() / "two-sum" / "v1.0.0");
  std::filesystem::current_path(directory.path());
  const auto as_trial = chosen(kTwoSums, "two-sum/v1.0.0");
  const auto as_file = chosen(kTwoSums, "built-just-now.so");
  std::filesystem::current_path(before);
  CHECK(as_trial == "two-sum/v1.0.0");
  CHECK(as_file == "two-sum/v7.0.0");
}

TEST_CASE("hostile texts are refused in one short line") {
  const std::string nul("two-sum-v1\0", 11);
  for (const auto& text : {std::string(), std::string("   "), std::string(10'000, 'a'), std::string("two-sum\x1b[2J-v1"),
                           std::string("two-sum-v1\n"), std::string("\xff\xfe"), nul, std::string(5'000, '-')}) {
    const auto found = choose(kTwoSums, text);
    REQUIRE_FALSE(found);
    CHECK(found.error().exit == Exit::kUsage);
    CHECK(found.error().text().size() < 400);
    CHECK(found.error().text().find('\x1b') == std::string::npos);
    CHECK_THAT(found.error().text(), StartsWith("version: expected a version such as two-sum-v1.2.0"));
    CHECK(choices(kTwoSums, text).empty());
    CHECK(passed_over(kTwoSums, text).empty());
  }
  for (const auto& text : {std::string(4'000, 'a'), "two-sum-v" + std::string(4'000, '1'), "two-sum@" + std::string(4'000, '>'),
                           "two-sum-v1-" + std::string(4'000, 'a'), std::string("two-sum-"), std::string("two-sum@"), std::string("@"),
                           std::string(".so"), std::string("-v1"), std::string("/"), std::string("two-sum->=1"), std::string("two-sum-latest")}) {
    const auto found = choose(kTwoSums, text);
    INFO(text.substr(0, 60));
    REQUIRE_FALSE(found);
    CHECK(found.error().text().size() < 400);
  }
}

TEST_CASE("whatever the text, what is chosen is the first of the choices, and each choice is in the catalog") {
  std::mt19937 random(20);
  const std::vector<std::string> pieces = {"two-sum", "a", "-", "@", "/", "v", "1", "1.4", ".x", ".*", ".0", "2.0.0", "+git-*", "+",
                                           "-optimized", "-rc.1", "latest", "prev", "now", ">=", "<", " ", ".so", "*", "0.8.3"};
  const auto catalog = catalog_of({solver("two-sum", "1.4.0"), solver("two-sum", "2.0.0"), solver("two-sum", "2.0.0", "optimized"),
                                   solver("two-sum", "1.4.0+git-a"), solver("a", "0.8.3"), solver("a", "1.0.0-rc.1")},
                                  {{"/p/two-sum-v2.5.0.so", "no"}, {"/p/a-v1.0.0.so", "no"}});
  std::size_t found = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto count = 1 + random() % 5; count > 0; --count) text += pieces[random() % pieces.size()];
    const auto best = choose(catalog, text);
    const auto names = all(catalog, text);
    INFO(text);
    if (best) REQUIRE(best->name() == names.at(0));
    if (!best && !names.empty()) REQUIRE_THAT(best.error().text(), ContainsSubstring("equally well"));
    for (std::size_t k = 1; k < names.size(); ++k) REQUIRE(names[k] != names[k - 1]);
    if (best) ++found;
  }
  CHECK(found > 500);
}

TEST_CASE("names are told apart by as few of their last parts as tell them all apart") {
  CHECK(told_apart({"two-sum/v1.0.0", "two-sum/v2.0.0"}) == Names{"v1.0.0", "v2.0.0"});
  CHECK(told_apart({"a/old_bench", "b/old_bench"}) == Names{"a/old_bench", "b/old_bench"});
  CHECK(told_apart({"./old_bench", "./new_bench"}) == Names{"old_bench", "new_bench"});
  CHECK(told_apart({"/x/a/bench", "/x/b/bench"}) == Names{"a/bench", "b/bench"});
  CHECK(told_apart({"two-sum/v1.0.0", "two-sum/v1.0.0"}) == Names{"v1.0.0 (1)", "v1.0.0 (2)"});
  CHECK(told_apart({"a/x", "b/x", "a/x"}) == Names{"a/x (1)", "b/x", "a/x (2)"});
  CHECK(told_apart({"two-sum/v1.0.0"}) == Names{"v1.0.0"});
  CHECK(told_apart({}).empty());
  CHECK(told_apart({"", "/", "a/"}).size() == 3);
  CHECK(told_apart({"bench", "x/bench"}) == Names{"bench", "x/bench"});
}

#include <harness/library/descriptor.hpp>

#include <test/catch.hpp>
#include <test/library/synthetic_elf.hpp>

namespace harness::library {
namespace {

using test::SyntheticElf;

Result<model::SolverInfo> read(const SyntheticElf& library) {
  const auto bytes = library.bytes();
  MemorySource source(bytes);
  return read_solver_from(source, "a.so");
}

std::string refusal(const SyntheticElf& library) {
  const auto solver = read(library);
  return solver ? "accepted" : solver.error().text();
}

std::string refusal_of(const std::string& version_yaml) {
  SyntheticElf library;
  library.identity = version_yaml;
  return refusal(library);
}

std::string refusal_of_facts(const std::string& facts) {
  SyntheticElf library;
  library.facts = facts;
  return refusal(library);
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

TEST_CASE("a descriptor becomes a solver's identity, promises and facts") {
  SyntheticElf library;
  library.identity = "plugin: two-sum\nversion: 2.0.0\nvariant: optimized\ncolour: green\n";
  library.benchmark = R"({"max_size": 20000})";
  const auto solver = read(library);
  REQUIRE(solver);
  CHECK(solver->name() == "two-sum/v2.0.0-optimized");
  CHECK(solver->benchmark.limits.max_size == 20000);
  CHECK(solver->identity_text == library.identity);
  CHECK(solver->benchmark_text == library.benchmark);
  CHECK(solver->compiler == "g++ 12.2.0");
  CHECK(solver->cxx_library == this_cxx_library());
  CHECK(solver->git_sha == "0123456789abcdef0123456789abcdef01234567");
}

TEST_CASE("a problem's library gives its problem's name, and is not taken for a solver") {
  SyntheticElf library;
  library.kind = HARNESS_KIND_PROBLEM;
  library.symbols = {{HARNESS_PROBLEM_ENTRY}};
  library.identity = "problem: two-sum\nparameters: [{name: nums, type: \"integer[]\"}]\nanswer: exact\n";
  const auto bytes = library.bytes();
  MemorySource source(bytes);
  const auto problem = read_problem_from(source, "a.so");
  REQUIRE(problem);
  CHECK(problem->problem == "two-sum");
  CHECK(problem->compiler == "g++ 12.2.0");
  CHECK(refusal(library) == "a.so: is the library of the problem two-sum, not a solver; name a solver");
}

TEST_CASE("a text that does not read is named with its place") {
  CHECK_THAT(refusal_of("plugin: two-sum\n"), StartsWith("a.so: version.yaml: ") && ContainsSubstring("version"));
  SyntheticElf library;
  library.benchmark = "{\"max_size\": \"many\"}";
  CHECK_THAT(refusal(library), StartsWith("a.so: benchmark.json: ") && ContainsSubstring("max_size"));
}

TEST_CASE("a pre-release and a variant together are refused") {
  CHECK_THAT(refusal_of("plugin: two-sum\nversion: 2.0.0-rc.1\nvariant: optimized\n"),
             ContainsSubstring("pre-release"));
  CHECK(refusal_of("plugin: two-sum\nversion: 2.0.0-rc.1\n") == "accepted");
}

TEST_CASE("a solver that requires another harness is refused") {
  const auto with = [](const std::string& requirement) {
    return refusal_of("plugin: two-sum\nversion: 2.0.0\nrequires: {" + requirement + "}\n");
  };
  CHECK(with("runtime: \"harness@0.1+\", apis: [\"solver/v1\"]") == "accepted");
  CHECK(with("runtime: \"harness@0.1.0+\"") == "accepted");
  CHECK(with("runtime: \"harness@0.1.x\"") == "accepted");
  CHECK_THAT(with("runtime: \"harness@0.2+\""), StartsWith("a.so: requires harness@0.2+, this is harness 0.1.0; "));
  CHECK_THAT(with("runtime: \"harness@1.0.0+\""), ContainsSubstring("requires harness@1.0.0+"));
  CHECK_THAT(with("runtime: \"harness@\""), ContainsSubstring("requires/runtime"));
  CHECK_THAT(with("runtime: \"+\""), ContainsSubstring("requires/runtime"));
  CHECK_THAT(with("runtime: \"python@3+\""), ContainsSubstring("requires/runtime"));
  CHECK_THAT(with("apis: [\"solver/v1\", \"solver/v2\"]"),
             ContainsSubstring("requires the api solver/v2, this harness has solver/v1"));
}

TEST_CASE("`at least` is held against any version of the harness") {
  model::SolverIdentity identity;
  identity.requires_runtime = "harness@0.2+";
  for (const auto& [version, fits] : {std::pair{"0.1.9", false}, {"0.2.0", true}, {"0.10.0", true}, {"1.0.0", true}}) {
    INFO(version);
    CHECK(check_requirements(identity, model::Version::parse(version).value(), "a.so").has_value() == fits);
  }
}

TEST_CASE("another C++ library is refused by both names") {
  const std::string facts = replaced(test::facts_of_this_build(), this_cxx_library(), "libstdc++ cow");
  CHECK(refusal_of_facts(facts) == "a.so: built with the C++ library libstdc++ cow, this harness with " +
                                       this_cxx_library() + "; build both with the same C++ library");
}

TEST_CASE("sanitizers and debug containers must be on at both sides or at none") {
  const auto flags_are = [](const std::string& flags) {
    const std::string ours = test::facts_of_this_build();
    const auto from = ours.find("flags=");
    return refusal_of_facts(ours.substr(0, from) + "flags=" + flags + ours.substr(ours.find('\n', from)));
  };
  const BuildFlags ours = this_build_flags();
  CHECK((flags_are("") == "accepted") == (!ours.address_sanitizer && !ours.thread_sanitizer && !ours.glibcxx_debug));
  CHECK((flags_are("address-sanitizer") == "accepted") == ours.address_sanitizer);
  if (!ours.any_sanitizer() && !ours.glibcxx_debug) {
    CHECK(flags_are("glibcxx-assertions") == "accepted");
    for (const char* flag : {"address-sanitizer", "thread-sanitizer", "undefined-sanitizer", "glibcxx-debug"}) {
      CHECK_THAT(flags_are(flag), ContainsSubstring("built with " + std::string(flag) + ", this harness without"));
    }
  }
  CHECK_THAT(flags_are("memory-sanitizer"), ContainsSubstring("memory-sanitizer"));
}

TEST_CASE("facts that are out of order, cut off, continued or not plain text are refused") {
  const std::string good = "compiler=g++ 12.2.0\ncxx_library=x\nflags=a  b\ngit_sha=\n";
  const auto facts = read_facts(good, "a.so");
  REQUIRE(facts);
  CHECK(facts->flags == std::vector<std::string>{"a", "b"});
  CHECK(facts->git_sha.empty());
  CHECK(read_facts(replaced(good, "git_sha=", "git_sha=0123456789abcdef0123456789abcdef01234567-dirty"), "a.so"));
  for (const std::string& bad :
       {std::string(), good.substr(0, good.size() - 1), good + "more=1\n", replaced(good, "compiler", "Compiler"),
        replaced(good, "compiler=", "compiler "), replaced(good, "12.2.0", "12\x1b[2J"),
        replaced(good, "git_sha=", "git_sha=abc"), replaced(good, "flags=", "flag="), std::string("compiler\n")}) {
    INFO(bad);
    CHECK_FALSE(read_facts(bad, "a.so"));
  }
}

}  // namespace
}  // namespace harness::library

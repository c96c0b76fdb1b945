#include <chrono>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <test/catch.hpp>

#include <harness/model/document.hpp>

using namespace harness;
using namespace harness::model;

namespace {

Result<SolverIdentity> read(const std::string& text) {
  std::vector<std::string> warnings;
  return read_version_yaml(text, "version.yaml", warnings);
}

std::string fault(const std::string& text) {
  const auto identity = read(text);
  return identity ? "no fault" : identity.error().text();
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace

TEST_CASE("version.yaml with all keys becomes an identity, further keys are kept in order") {
  std::vector<std::string> warnings;
  const auto identity = read_version_yaml(R"(plugin: two-sum
version: 2.0.0
variant: optimized
compatible_with: ["v1.*", ">=0.8 <1"]
requires: {runtime: "harness@0.1+", apis: ["solver/v1"]}
complexity: {time: O(n), space: O(n log n)}
author: Grace Hopper
submitted: 2026-11-24T10:00:00Z
paper:
  title: On hashing
  pages: [1, 2]
  notes: {}
anything: else
)",
                                          "version.yaml", warnings);
  REQUIRE(identity);
  CHECK(identity->problem == "two-sum");
  CHECK(identity->version.text() == "2.0.0");
  CHECK(identity->variant == "optimized");
  CHECK(identity->name() == "two-sum/v2.0.0-optimized");
  CHECK(identity->file_name() == "two-sum-v2.0.0-optimized.so");
  REQUIRE(identity->compatible_with.size() == 2);
  CHECK(identity->compatible_with[1].text() == ">=0.8 <1");
  CHECK(identity->requires_runtime == "harness@0.1+");
  CHECK(identity->requires_apis == std::vector<std::string>{"solver/v1"});
  CHECK(identity->time_complexity == "O(n)");
  CHECK(identity->space_complexity == "O(n log n)");
  CHECK(identity->author == "Grace Hopper");
  CHECK(identity->submitted == "2026-11-24T10:00:00Z");
  const std::vector<std::pair<std::string, std::string>> other = {{"paper.title", "On hashing"},
                                                                  {"paper.pages.0", "1"},
                                                                  {"paper.pages.1", "2"},
                                                                  {"paper.notes", "{}"},
                                                                  {"anything", "else"}};
  CHECK(identity->other == other);
  CHECK(warnings.empty());
}

TEST_CASE("two keys are enough for version.yaml") {
  const auto identity = read("plugin: two-sum\nversion: v1.0.0-rc.1\n");
  REQUIRE(identity);
  CHECK(identity->name() == "two-sum/v1.0.0-rc.1");
  CHECK(identity->compatible_with.empty());
}

TEST_CASE("one version may stand for the list of compatible ones") {
  const auto identity = read("plugin: two-sum\nversion: 1.0.0\ncompatible_with: v1.*\n");
  REQUIRE(identity);
  REQUIRE(identity->compatible_with.size() == 1);
}

TEST_CASE("a key that looks like a slip of the pen is kept with a warning") {
  std::vector<std::string> warnings;
  const auto identity = read_version_yaml(
      "plugin: a\nversion: 1.0.0\nvarient: fast\nrequires: {runtim: x}\nsubmitted: today\n", "version.yaml", warnings);
  REQUIRE(identity);
  CHECK(identity->variant.empty());
  REQUIRE(warnings.size() == 3);
  CHECK(warnings[0] == "version.yaml: line 3, varient: unknown key \"varient\"; did you mean \"variant\"?");
  CHECK(warnings[1] == "version.yaml: line 4, requires.runtim: unknown key \"runtim\"; did you mean \"runtime\"?");
  CHECK(warnings[2] ==
        "version.yaml: line 5, submitted: expected a date such as 2026-11-24T10:00:00Z, found \"today\"");
}

TEST_CASE("each fault of version.yaml is one line with place, expected and found") {
  const std::string head = "plugin: two-sum\nversion: 1.0.0\n";
  CHECK(fault("") == "version.yaml: expected a map of keys and values, found an empty file");
  CHECK(fault("# nothing\n") == "version.yaml: expected a map of keys and values, found an empty file");
  CHECK(fault("two-sum") == "version.yaml: line 1: expected a map with the keys plugin and version, found \"two-sum\"");
  CHECK(fault("plugin: two-sum") ==
        "version.yaml: version: expected three numbers such as 1.2.0 or 1.2.0-rc.1, found no such key");
  CHECK(fault("version: 1.0.0") ==
        "version.yaml: plugin: expected the problem's name in kebab-case such as two-sum, found no such key");
  CHECK(fault("plugin: two-sum\nversion: 2.0\n") ==
        "version.yaml: line 2, version: expected three numbers such as 1.2.0 or 1.2.0-rc.1, found \"2.0\"");
  CHECK(fault("plugin: two-sum\nversion:\n") ==
        "version.yaml: line 2, version: expected three numbers such as 1.2.0 or 1.2.0-rc.1, found nothing");
  CHECK(fault("plugin: two-sum\nversion: [1.0.0]\n") ==
        "version.yaml: line 2, version: expected three numbers such as 1.2.0 or 1.2.0-rc.1, found a list");
  CHECK(fault("plugin: Two Sum\nversion: 1.0.0\n") ==
        "version.yaml: line 1, plugin: expected the problem's name in kebab-case such as two-sum, found \"Two Sum\"");
  CHECK(fault("plugin: ../x\nversion: 1.0.0\n") ==
        "version.yaml: line 1, plugin: expected the problem's name in kebab-case such as two-sum, found \"../x\"");
  CHECK(fault(head + "variant: 2.x\n") ==
        "version.yaml: line 3, variant: expected a variant in kebab-case that begins with a letter, such as optimized, "
        "found \"2.x\"");
  CHECK(fault("plugin: two-sum\nversion: 1.0.0-rc.1\nvariant: fast\n") ==
        "version.yaml: line 3, variant: expected no variant beside the pre-release 1.0.0-rc.1, found \"fast\"");
  CHECK(fault(head + "compatible_with: [v1.*, latest]\n") ==
        "version.yaml: line 3, compatible_with[1]: expected a version or range such as v1.*, 1.4.x or \">=1.2 <2\", "
        "found \"latest\"");
  CHECK(fault(head + "compatible_with: {a: b}\n") ==
        "version.yaml: line 3, compatible_with: expected a version or range such as v1.*, 1.4.x or \">=1.2 <2\", found "
        "a map");
  CHECK(fault(head + "requires: harness\n") ==
        "version.yaml: line 3, requires: expected a map with the keys runtime and apis, found \"harness\"");
  CHECK(fault(head + "requires: {apis: solver/v1}\n") ==
        "version.yaml: line 3, requires.apis: expected a list such as [\"solver/v1\"], found \"solver/v1\"");
  CHECK(fault(head + "complexity: {time: [n]}\n") ==
        "version.yaml: line 3, complexity.time: expected a growth such as O(n log n), found a list");
  CHECK(fault(head + "author: ''\n") == "version.yaml: line 3, author: expected a name, found \"\"");
  CHECK(fault(head + "version: 2.0.0\n") == "version.yaml: line 3, version: expected each key once, found it again");
  CHECK(fault(head + "author: \"a\\e[31mb\"\n") ==
        "version.yaml: line 3, author: expected a text without control characters, found \"a\\x1b[31mb\"");
  CHECK(fault(head + "? [a]\n: b\n") == "version.yaml: line 3: expected a text as key, found something else");
  CHECK(fault(head + "x: !!binary abc\n") ==
        "version.yaml: line 3: expected a value without a tag, found \"tag:yaml.org,2002:binary\"");
  CHECK(fault(head + "---\nplugin: b\n") == "version.yaml: line 3: expected one document, found another");
  CHECK(fault(std::string("plugin: a\0b", 11)) == "version.yaml: expected a text in UTF-8, found other bytes");
  CHECK(fault("plugin: \xff\xfe") == "version.yaml: expected a text in UTF-8, found other bytes");
  CHECK_THAT(fault("plugin: [a\n"), StartsWith("version.yaml: line ") && ContainsSubstring("expected YAML, found "));
  CHECK_THAT(fault("a: b: c\n"), StartsWith("version.yaml: line 1: expected YAML, found "));
}

TEST_CASE("anchors and aliases are refused before they can blow up") {
  CHECK(fault("a: &x [1, 2]\nb: [*x, *x]\n") == "version.yaml: line 1: expected a value, found an anchor (&name)");
  CHECK_THAT(fault("b: *x\n"), StartsWith("version.yaml: line 1: expected"));
}

TEST_CASE("nesting of 100,000 is one clear line, whichever way it is written") {
  const std::string expected = "expected nesting of at most 64, found more";
  // Brackets that nobody closes: libyaml takes the first one for the beginning of a key.
  CHECK_THAT(fault(fmt::format("a: {:[>100000}", "")), ContainsSubstring("version.yaml: line 1: expected"));
  CHECK_THAT(fault(fmt::format("a: {:[>100000}{:]>100000}", "", "")), ContainsSubstring(expected));
  CHECK_THAT(fault(fmt::format("a: {}", repeated("{a: ", 100'000))), ContainsSubstring(expected));
  CHECK_THAT(fault(fmt::format("{}a", repeated("- ", 100'000))), ContainsSubstring(expected));
  CHECK_THAT(fault(fmt::format("{}a", repeated("? ", 100'000))), ContainsSubstring("version.yaml: line 1: expected"));
  std::string deep;
  for (std::size_t i = 0; i < 1000; ++i) deep += fmt::format("{: >{}}a:\n", "", i);
  CHECK_THAT(fault(deep), ContainsSubstring(expected));
}

TEST_CASE("texts that are long, wide or odd end within seconds") {
  const auto begin = std::chrono::steady_clock::now();
  CHECK(fault(std::string((1 << 20) + 1, ' ')) == "version.yaml: expected at most 1 MiB of text, found 1048577 bytes");
  CHECK_THAT(fault(fmt::format("a: [{}]", repeated("1,", 500'000))),
             ContainsSubstring("expected at most 10000 values, found more"));
  CHECK_THAT(fault(std::string(1 << 20, '[')), StartsWith("version.yaml: line 1: expected"));
  CHECK_THAT(fault(std::string(1 << 20, '\n')), ContainsSubstring("found an empty file"));
  CHECK_THAT(fault(std::string(1 << 20, 'a')), ContainsSubstring("expected a map"));
  CHECK_THAT(fault(fmt::format("{:k>300}: 1", "")),
             ContainsSubstring("expected a key of at most 200 characters, found 300"));
  CHECK_THAT(fault(fmt::format("\"{:a>1048575}", "")), ContainsSubstring("expected YAML"));
  CHECK_THAT(fault(repeated("a: \"b\n", 100'000)), StartsWith("version.yaml: "));
  CHECK_THAT(fault(repeated("? ", 1 << 19)), StartsWith("version.yaml: "));
  CHECK_THAT(fault(repeated("- ", 1 << 19)), StartsWith("version.yaml: "));
  CHECK_THAT(fault(repeated(": ", 1 << 19)), StartsWith("version.yaml: "));
  CHECK_THAT(fault(repeated("!a", 1 << 19)), StartsWith("version.yaml: "));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
}

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <test/catch.hpp>

#include <harness/model/version.hpp>

using namespace harness::model;

namespace {

Version version(const std::string& text) {
  auto parsed = Version::parse(text);
  INFO(text);
  REQUIRE(parsed);
  return *parsed;
}

bool contains(const std::string& pattern, const std::string& text) {
  auto parsed = VersionPattern::parse(pattern);
  INFO(pattern);
  REQUIRE(parsed);
  return parsed->contains(version(text));
}

Version any_version(std::mt19937& random) {
  Version result;
  result.major = random() % 3;
  result.minor = random() % 3;
  result.patch = random() % 3;
  const std::vector<std::string> identifiers = {"0",  "1", "2",  "10", "99999999999999999999999", "a", "A",
                                                "a-", "-", "1a", "rc"};
  for (unsigned i = random() % 4; i > 0; --i) result.prerelease.push_back(identifiers[random() % identifiers.size()]);
  if (random() % 3 == 0) result.build = fmt::format("b{}", random() % 4);
  return result;
}

}  // namespace

TEST_CASE("a version is read and written as it stands, without a leading v") {
  for (const char* text :
       {"0.0.0", "1.2.3", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-0.3.7", "1.0.0-x.7.z.92", "1.0.0-x-y-z.--",
        "1.0.0-alpha+001", "1.0.0+20130313144700", "1.0.0-beta+exp.sha.5114f85", "1.0.0+21AF26D3----117B344092BD",
        "18446744073709551615.0.0", "1.0.0-99999999999999999999999", "1.0.0+001", "1.0.0--"}) {
    CHECK(version(text).text() == text);
    CHECK(version(fmt::format("v{}", text)).text() == text);
  }
}

TEST_CASE("what SemVer 2.0.0 forbids is refused") {
  for (const char* text : {"",          "v",          "1",
                           "1.2",       "1.2.3.4",    "01.2.3",
                           "1.02.3",    "1.2.03",     "1.2.3-",
                           "1.2.3+",    "1.2.3-01",   "1.2.3-a..b",
                           "1.2.3-a.",  "1.2.3+a..b", "1.2.3-\xc3\xa4",
                           "1.2.3-a_b", "1.2.3+a+b",  " 1.2.3",
                           "1.2.3 ",    "-1.2.3",     "+1.2.3",
                           "1.2.-3",    "1.2.x",      "a.b.c",
                           "vv1.2.3",   "V1.2.3",     "18446744073709551616.0.0",
                           "1..3",      "1.2.3\n"}) {
    INFO(text);
    CHECK_FALSE(Version::parse(text));
  }
  CHECK_FALSE(Version::parse("1.2.3-" + std::string(100'000, 'a')));
  CHECK(Version::parse("1.2").error().text() ==
        "version: expected three numbers such as 1.2.0 or 1.2.0-rc.1, found \"1.2\"");
}

TEST_CASE("the specification's own examples of precedence") {
  const std::vector<std::string> rising = {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                           "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
                                           "1.0.0-rc.1",  "1.0.0",         "2.0.0",
                                           "2.1.0",       "2.1.1"};
  for (std::size_t i = 0; i < rising.size(); ++i) {
    for (std::size_t j = 0; j < rising.size(); ++j) {
      INFO(rising[i] << " and " << rising[j]);
      CHECK((version(rising[i]) < version(rising[j])) == (i < j));
      CHECK((version(rising[i]) == version(rising[j])) == (i == j));
    }
  }
}

TEST_CASE("build metadata does not order") {
  CHECK(version("1.0.0+a") == version("1.0.0+b"));
  CHECK(version("1.0.0-rc.1+a") == version("1.0.0-rc.1"));
}

TEST_CASE("numeric identifiers beyond 64 bits still compare as numbers") {
  CHECK(version("1.0.0-99999999999999999999") < version("1.0.0-100000000000000000000"));
  CHECK(version("1.0.0-2") < version("1.0.0-10"));
}

TEST_CASE("precedence is a weak order, and reading what was written changes nothing") {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const Version a = any_version(random), b = any_version(random), c = any_version(random);
    INFO(a.text() << ", " << b.text() << ", " << c.text());
    REQUIRE(version(a.text()).text() == a.text());
    REQUIRE((a < b) + (b < a) + (a == b) == 1);
    if (a < b && b < c) REQUIRE(a < c);
    if (a == b && b == c) REQUIRE(a == c);
    if (!a.prerelease.empty()) REQUIRE(a < Version{a.major, a.minor, a.patch, {}, {}});
  }
}

TEST_CASE("shuffled versions are put into one order, whatever their order and metadata were") {
  std::mt19937 random(11);
  for (int round = 0; round < 50; ++round) {
    std::vector<Version> versions;
    for (int i = 0; i < 60; ++i) versions.push_back(any_version(random));
    std::vector<Version> again = versions;
    std::shuffle(again.begin(), again.end(), random);
    for (Version& one : again) one.build = fmt::format("other-{}", random() % 9);
    std::stable_sort(versions.begin(), versions.end());
    std::stable_sort(again.begin(), again.end());
    for (std::size_t i = 0; i < versions.size(); ++i) REQUIRE(versions[i] == again[i]);
    for (std::size_t i = 0; i < versions.size(); ++i) {
      for (std::size_t j = i; j < versions.size(); ++j) REQUIRE(versions[i] <= versions[j]);
    }
  }
}

TEST_CASE("a number comes before a word, a shorter pre-release before a longer one, and any before its release") {
  std::mt19937 random(13);
  for (int i = 0; i < 2'000; ++i) {
    const Version base = any_version(random);
    const auto with = [&base](const char* identifier) {
      Version longer = base;
      longer.prerelease.push_back(identifier);
      return longer;
    };
    INFO(base.text());
    REQUIRE(with("99999999999999999999999") < with("-"));
    REQUIRE(with("7") < with("0a"));
    REQUIRE(with("9") < with("10"));
    REQUIRE(with("Z") < with("a"));
    if (!base.prerelease.empty()) REQUIRE(base < with("0"));
    if (base.prerelease.empty()) REQUIRE(with("zzz") < base);
  }
}

TEST_CASE("a wildcard stands for all versions of its family") {
  for (const char* pattern : {"v1.*", "1.*", "1", "v1", "1.x", "1.*.*", "1.X.x", "=1"}) {
    INFO(pattern);
    CHECK(contains(pattern, "1.0.0"));
    CHECK(contains(pattern, "1.99.3"));
    CHECK_FALSE(contains(pattern, "2.0.0"));
    CHECK_FALSE(contains(pattern, "0.9.9"));
  }
  for (const char* pattern : {"1.4.x", "v1.4.*", "1.4", "1.4.X"}) {
    INFO(pattern);
    CHECK(contains(pattern, "1.4.0"));
    CHECK(contains(pattern, "1.4.7"));
    CHECK_FALSE(contains(pattern, "1.5.0"));
    CHECK_FALSE(contains(pattern, "1.3.9"));
  }
  CHECK(contains("*", "7.1.2"));
  CHECK(contains("18446744073709551615", "18446744073709551615.3.0"));
  CHECK(contains("1.18446744073709551615", "1.18446744073709551615.3"));
  CHECK_FALSE(contains("1.18446744073709551615", "2.0.0"));
}

TEST_CASE("a full version stands for itself, whatever its build metadata") {
  CHECK(contains("v1.2.0", "1.2.0"));
  CHECK(contains("1.2.0", "1.2.0+abc"));
  CHECK(contains("1.2.0+abc", "1.2.0"));
  CHECK_FALSE(contains("1.2.0", "1.2.1"));
}

TEST_CASE("comparisons are joined by spaces, and a short version in one is its lowest member") {
  CHECK(contains(">=1.2 <2", "1.2.0"));
  CHECK(contains(">=1.2 <2", "1.99.0"));
  CHECK_FALSE(contains(">=1.2 <2", "1.1.9"));
  CHECK_FALSE(contains(">=1.2 <2", "2.0.0"));
  CHECK(contains(" >= 1.2   <2 ", "1.5.0"));
  CHECK(contains(">=1.2<2", "1.5.0"));
  CHECK(contains(">1.2", "1.3.0"));
  CHECK_FALSE(contains(">1.2", "1.2.9"));
  CHECK(contains("<=1.2", "1.2.9"));
  CHECK_FALSE(contains("<=1.2", "1.3.0"));
  CHECK(contains(">1.2.3", "1.2.4"));
  CHECK_FALSE(contains(">1.2.3", "1.2.3"));
  CHECK(contains("<=1.2.3", "1.2.3"));
  CHECK_FALSE(contains("<1.2.3", "1.2.3"));
  CHECK_FALSE(contains(">*", "1.2.3"));
  CHECK_FALSE(contains("<*", "1.2.3"));
  CHECK_FALSE(contains(">=2 <1", "1.5.0"));
}

TEST_CASE("a pre-release is a member only where the pattern names that very version") {
  CHECK_FALSE(contains("1.*", "1.2.0-rc.1"));
  CHECK_FALSE(contains("*", "1.2.0-rc.1"));
  CHECK_FALSE(contains("<2", "2.0.0-rc.1"));
  CHECK_FALSE(contains(">=1.0.0", "1.2.0-rc.1"));
  CHECK(contains("1.2.0-rc.1", "1.2.0-rc.1"));
  CHECK(contains(">=1.2.0-rc.1 <2", "1.2.0-rc.1"));
  CHECK_FALSE(contains(">=1.2.0-rc.1 <2", "1.2.0-rc.2"));
  CHECK_FALSE(contains(">1.2.0-rc.1", "1.2.0-rc.1"));
  CHECK(contains(">=1.2.0-rc.1 <2", "1.2.0"));
}

TEST_CASE("what is no pattern is refused with the text that was found") {
  for (const char* text : {"",
                           " ",
                           "v",
                           "vv1.2.0",
                           "latest",
                           "1.x.3",
                           "x.1",
                           "1.2.3.4",
                           ">",
                           ">=",
                           ">= <2",
                           "1 ||2",
                           "01",
                           "1.*-rc.1",
                           "~1.2",
                           "^1",
                           "1,2",
                           "1.2.0-",
                           "18446744073709551616",
                           "1.",
                           ".1"}) {
    INFO(text);
    CHECK_FALSE(VersionPattern::parse(text));
  }
  CHECK_FALSE(VersionPattern::parse(std::string(100'000, ' ') + "1"));
  CHECK(VersionPattern::parse("latest").error().text() ==
        "version pattern: expected a version or range such as 1.*, 1.4.x, 1.2.0 or \">=1.2 <2\", found \"latest\"");
}

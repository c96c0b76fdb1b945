#include <chrono>
#include <string>

#include <test/catch.hpp>

#include <harness/model/document.hpp>
#include <harness/model/solver_info.hpp>

using namespace harness::model;

TEST_CASE("kebab-case is lower case words and digits joined by single hyphens, beginning with a letter") {
  for (const char* name : {"a", "two-sum", "leetcode-1", "x2", "a-1-b"}) {
    INFO(name);
    CHECK(is_kebab_case(name));
  }
  for (const char* name :
       {"", "-a", "a-", "a--b", "Two-sum", "two_sum", "1-two", "two sum", "a/b", "a.b", "\xc3\xa4"}) {
    INFO(name);
    CHECK_FALSE(is_kebab_case(name));
  }
  CHECK(is_kebab_case(std::string(128, 'a')));
  CHECK_FALSE(is_kebab_case(std::string(129, 'a')));
}

TEST_CASE("a glob matches the whole name, a star also across slashes") {
  CHECK(glob_matches("uniform/*", "uniform/65536"));
  CHECK(glob_matches("*", ""));
  CHECK(glob_matches("*", "a/b"));
  CHECK(glob_matches("*/1?", "uniform/16"));
  CHECK(glob_matches("a*b*c", "a-b-b-c"));
  CHECK(glob_matches("", ""));
  CHECK(glob_matches("[a]", "[a]"));
  CHECK_FALSE(glob_matches("uniform", "uniform/16"));
  CHECK_FALSE(glob_matches("uniform/?", "uniform/16"));
  CHECK_FALSE(glob_matches("a*b", "a-b-c"));
  CHECK_FALSE(glob_matches("?", ""));
  CHECK_FALSE(glob_matches("", "a"));
}

TEST_CASE("a glob of many stars does not blow up") {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  const std::string name = std::string(5000, 'a') + "b";
  const auto begin = std::chrono::steady_clock::now();
  CHECK(glob_matches(pattern, name));
  CHECK_FALSE(glob_matches(pattern + "c", name));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("limits of a case: the last matching glob wins, field by field") {
  BenchmarkSpec spec;
  spec.limits.qps_target = 1000;
  spec.limits.max_size = 5;
  DeclaredLimits uniform, large;
  uniform.qps_target = 300;
  uniform.p95_latency_seconds = 0.01;
  large.qps_target = 20;
  spec.case_limits = {{"uniform/*", uniform}, {"*/65536", large}};

  CHECK(spec.limits_of("leetcode-1/example-1").qps_target == 1000);
  CHECK_FALSE(spec.limits_of("leetcode-1/example-1").p95_latency_seconds);
  CHECK(spec.limits_of("uniform/16").qps_target == 300);
  const DeclaredLimits both = spec.limits_of("uniform/65536");
  CHECK(both.qps_target == 20);
  CHECK(both.p95_latency_seconds == 0.01);
  CHECK(both.max_size == 5);
}

#include "../catch.hpp"
#include "program.hpp"

using namespace harness::test;

TEST_CASE("list shows what was found, with metadata, in the order of precedence") {
  const auto ran = run_harness({"list", "--plugin-dir=" + shipped_plugins().string()});
  CHECK(ran.exit_code == 0);
  CHECK(ran.err.empty());
  const auto brute = ran.out.find("two-sum/v0.8.3"), sorted = ran.out.find("two-sum/v1.0.0"), hash = ran.out.find("two-sum/v2.0.0");
  REQUIRE(brute != std::string::npos);
  CHECK(brute < sorted);
  CHECK(sorted < hash);
  CHECK_THAT(ran.out, ContainsSubstring("O(n^2)"));
  CHECK_THAT(ran.out, ContainsSubstring("two-sum.problem.so"));
}

TEST_CASE("list --long shows everything that a library says of itself") {
  const auto ran = run_harness({"list", "--long", "-plugin-dir=" + shipped_plugins().string()});
  CHECK(ran.exit_code == 0);
  for (const auto* word : {"author", "submitted", "2026-11-24T10:00:00Z", "cxx_library", "requires", "harness@0.1+"}) {
    CHECK_THAT(ran.out, ContainsSubstring(word));
  }
}

TEST_CASE("what is no solver is skipped with its reason, and the rest is still found") {
  const Scratch scratch;
  const auto good = shipped_plugins() / "two-sum-v2.0.0.so";
  const auto bytes = content_of(good);
  REQUIRE(bytes.size() > 10000);
  std::filesystem::copy_file(good, scratch.path() / "good.so");
  scratch.write("text.so", "this is a text file\n");
  scratch.write("empty.so", "");
  scratch.write("truncated.so", bytes.substr(0, bytes.size() / 3));
  auto other_machine = bytes;
  other_machine[18] = static_cast<char>(0xb7);  // e_machine: AArch64
  other_machine[19] = 0;
  scratch.write("arm.so", other_machine);
  scratch.write("README.txt", "not looked at");
  std::filesystem::create_directory(scratch.path() / "directory.so");
  std::filesystem::create_symlink(good, scratch.path() / "link.so");

  const auto ran = run_harness({"list", "--plugin-dir=" + scratch.path().string()});
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("two-sum/v2.0.0"));
  CHECK_THAT(ran.out, ContainsSubstring("skipped: 6"));
  for (const auto* file : {"  text.so: ", "  empty.so: ", "  truncated.so: ", "  arm.so: ", "  directory.so: ", "  link.so: "}) {
    CHECK_THAT(ran.out, ContainsSubstring(file));
  }
  CHECK_THAT(ran.out, !ContainsSubstring("README.txt"));
}

TEST_CASE("two libraries of one name are both skipped, each naming the other") {
  const Scratch scratch;
  const auto good = shipped_plugins() / "two-sum-v2.0.0.so";
  std::filesystem::copy_file(good, scratch.path() / "a.so");
  std::filesystem::copy_file(good, scratch.path() / "b.so");
  const auto ran = run_harness({"list", "--plugin-dir=" + scratch.path().string()});
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("skipped: 2"));
  CHECK_THAT(ran.out, ContainsSubstring("a.so") && ContainsSubstring("b.so"));
}

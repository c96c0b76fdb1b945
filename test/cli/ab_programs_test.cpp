// `harness --ab` of programs that use Google Benchmark: builds of test/programs, whose costs differ by so much that no
// machine hides it, and programs that are none.
#include <cstdlib>

#include "../catch.hpp"
#include "program.hpp"

using namespace harness::test;

namespace {

std::string built(const std::string& name) {
  const char* directory = std::getenv("HARNESS_BENCHMARK_PROGRAMS");
  REQUIRE(directory != nullptr);
  return std::string(directory) + "/" + name;
}

Ran compared(const std::string& sides, std::vector<std::string> arguments, const Surround& surround = {}) {
  arguments.insert(arguments.begin(), "--ab=" + sides);
  return run_harness(arguments, surround);
}

std::string script(const Scratch& scratch, const std::string& name, const std::string& lines) {
  const auto file = scratch.write(name, "#!/bin/sh\n" + lines);
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  return file.string();
}

// Columns are as wide as the longest name: here, two blanks after each.
std::string without_padding(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c != ' ' || !result.ends_with("  ")) result += c;
  }
  return result;
}

}  // namespace

TEST_CASE("three times the work is slower with exit 1, and with the sides swapped faster with exit 0") {
  const auto slower = compared(built("old_bench") + "," + built("slow_bench"), {"--benchmark_filter=^slowed/1000$"});
  INFO(slower.out << slower.err);
  CHECK(slower.exit_code == 1);
  CHECK_THAT(slower.out, ContainsSubstring("reference old_bench: ") && ContainsSubstring("slowed/1000  old_bench: ") && ContainsSubstring("SLOWER") &&
                             ContainsSubstring("turns 1000 -> 3000"));

  const auto faster = compared(built("slow_bench") + "," + built("old_bench"), {"--benchmark_filter=^slowed/1000$"});
  INFO(faster.out << faster.err);
  CHECK(faster.exit_code == 0);
  CHECK_THAT(faster.out, ContainsSubstring("faster"));
}

TEST_CASE("names with letters of regular expressions, and each declared clock, reach a verdict of their own") {
  const auto ran = compared(built("old_bench") + "," + built("rebuilt_bench"), {"--benchmark_filter=odd|by_hand|by the wall|all threads|converted<", "--budget=2s"});
  INFO(ran.out << ran.err);
  for (const auto* name : {"^odd (name) [a-z]+ a|b \\d {2} $5.*?/\"quoted\"/n:7  old_bench: ", "converted<std::vector<double>::value_type>  old_bench: ",
                           "by_hand/manual_time  old_bench: ", "hashed, by the wall/real_time  old_bench: ",
                           "hashed, all threads/process_time  old_bench: "}) {
    CHECK_THAT(without_padding(ran.out), ContainsSubstring(name));
  }
  CHECK_THAT(ran.out, ContainsSubstring("by manual time") && ContainsSubstring("by process CPU time") && ContainsSubstring("by CPU time"));
  CHECK_THAT(ran.out, !ContainsSubstring("FAILED"));
}

TEST_CASE("an error, a case that is gone and one that is new are told, and the error exits 3") {
  const auto ran = compared(built("old_bench") + "," + built("new_bench"), {"--benchmark_filter=refuses|removed|added"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 3);
  const auto out = without_padding(ran.out);
  CHECK_THAT(out, ContainsSubstring("refuses  FAILED: old_bench: the \"file\" is not there; new_bench: the \"file\" is not there"));
  CHECK_THAT(out, ContainsSubstring("removed  missing") && ContainsSubstring("added  new"));
}

TEST_CASE("a program with itself is the same program, whatever the paths") {
  const Scratch scratch;
  const auto copy = scratch.path() / "copy";
  std::filesystem::copy_file(built("old_bench"), copy);
  const auto ran = compared(built("old_bench") + "," + copy.string(), {});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("old_bench and copy: same program, nothing to measure (12 cases)"));
}

TEST_CASE("what is no Google Benchmark program exits 2 with what it did instead") {
  const Scratch scratch;
  struct Bad {
    std::string name, lines, words;
  };
  for (const auto& bad : std::vector<Bad>{{"garbage", "printf 'line one\\nline two\\n'", "it said \"line two\""},
                                          {"silent", "exit 0", "it said nothing"},
                                          {"fails", "echo no such option >&2; exit 64", "ended with status 64, having said \"no such option\""},
                                          {"crashes", "kill -SEGV $$", "SIGSEGV"},
                                          {"echoes", "echo \"$@\"", "is no program that uses Google Benchmark"}}) {
    const auto ran = compared(built("old_bench") + "," + script(scratch, bad.name, bad.lines), {});
    INFO(bad.name << "\n" << ran.out << ran.err);
    CHECK(ran.exit_code == 2);
    CHECK_THAT(ran.err, ContainsSubstring(bad.name) && ContainsSubstring(bad.words));
    CHECK(ran.out.empty());
  }
  const auto nothing = compared(built("old_bench") + "," + built("new_bench"), {"--benchmark_filter=slwed"});
  CHECK(nothing.exit_code == 2);
  CHECK_THAT(nothing.err, ContainsSubstring("matches none of 13 cases"));
}

TEST_CASE("a program that prints text of its own, and crashes in one case, is told from one that does not run") {
  const Scratch scratch;
  // Prints a banner whatever it is asked, and dies when it has to run one of its cases.
  const auto noisy = script(scratch, "noisy", "echo 'loading tables'\ncase \"$*\" in *list_tests*) ;; *hashed\\$*) kill -ABRT $$;; esac\nexec " + built("old_bench") + " \"$@\"\n");
  const auto ran = compared(built("old_bench") + "," + noisy, {"--benchmark_filter=^(hashed|loading tables|slowed/10)$", "--min-effect=50%"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 3);
  CHECK_THAT(without_padding(ran.out), ContainsSubstring("hashed  FAILED: noisy: ") && ContainsSubstring("SIGABRT"));
  CHECK_THAT(ran.out, ContainsSubstring("slowed/10  old_bench: "));
  CHECK_THAT(ran.out, ContainsSubstring("2 cases: "));
}

TEST_CASE("a case that takes longer than the budget is not decided") {
  const Scratch scratch;
  const auto slow = script(scratch, "slow", "case \"$*\" in *list_tests*) ;; *) sleep 60;; esac\nexec " + built("old_bench") + " \"$@\"\n");
  const auto ran = compared(built("old_bench") + "," + slow, {"--benchmark_filter=^hashed$", "--budget=500ms"});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("cannot tell") && ContainsSubstring("--budget="));
}

TEST_CASE("variables that stand for flags of Google Benchmark do not reach the programs") {
  Surround surround;
  surround.environment = {{"BENCHMARK_FILTER", "nothing"}, {"BENCHMARK_FORMAT", "csv"}, {"BENCHMARK_REPETITIONS", "50"}};
  const auto ran = compared(built("old_bench") + "," + built("slow_bench"), {"--benchmark_filter=^slowed/10$"}, surround);
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 1);
}

TEST_CASE("the report of two programs is what explain reads") {
  const Scratch scratch;
  const auto file = (scratch.path() / "ab.json").string();
  const auto ran = compared(built("old_bench") + "," + built("slow_bench"), {"--benchmark_filter=^slowed/10$", "--benchmark_out=" + file});
  INFO(ran.out << ran.err);
  CHECK(ran.exit_code == 1);
  CHECK_THAT(content_of(file), ContainsSubstring("\"kind\": \"programs\"") && ContainsSubstring("program:slow_bench") && ContainsSubstring("sha256="));
  const auto explained = run_harness({"explain", file, "slowed/10"});
  INFO(explained.out << explained.err);
  CHECK(explained.exit_code == 0);
  CHECK_THAT(explained.out, ContainsSubstring("slowed/10") && ContainsSubstring("evidence"));
}

// The documents are executed: each console block with `harness` commands runs in a scratch directory, and what the
// program prints is compared with what the document says.
#include <stdlib.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "../catch.hpp"
#include "console_block.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  while (!lines.empty() && lines.back().empty()) {
    lines.pop_back();
  }
  return lines;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Scratch {
  Scratch() {
    std::string name = (fs::temp_directory_path() / "harness-docs-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Scratch() { fs::remove_all(path); }
  fs::path path;
};

struct Ran {
  int exit_code = 0;
  std::vector<std::string> lines;
};

// A command that ends well is shown by its stdout, one that fails by both streams: progress is on stderr.
Ran run(const std::string& command, const fs::path& directory, int last_exit_code) {
  const std::string program = HARNESS_PROGRAM;
  // Short measurements: the figures do not matter here, the shape does.
  const std::string script = "cd '" + directory.string() + "' && export PATH='" +
                             fs::path(program).parent_path().string() + "':\"$PATH\" BENCHMARK_MIN_TIME=0.001 NO_COLOR=1 " +
                             "XDG_CACHE_HOME=\"$PWD/.cache\" COLUMNS=100 LC_ALL=C.UTF-8 && (exit " +
                             std::to_string(last_exit_code) + "); " +
                             (command.rfind("scripts/", 0) == 0 ? command.substr(8) : command);
  std::ofstream(directory / ".command") << script << "\n";
  FILE* pipe = popen(("bash '" + (directory / ".command").string() + "' 2>'" + (directory / ".stderr").string() +
                      "' </dev/null")
                         .c_str(),
                     "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  std::array<char, 4096> buffer;
  while (const auto got = fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), got);
  }
  const int status = pclose(pipe);
  Ran ran{WIFEXITED(status) ? WEXITSTATUS(status) : 128, lines_of(output)};
  if (ran.exit_code != 0) {
    for (auto& line : lines_of(text_of(directory / ".stderr"))) {
      ran.lines.push_back(line);
    }
  }
  return ran;
}

std::vector<std::string> trimmed(std::vector<std::string> lines) {
  while (!lines.empty() && lines.back().empty()) {
    lines.pop_back();
  }
  return lines;
}

std::vector<fs::path> documents() {
  const fs::path root = HARNESS_SOURCE_DIR;
  std::vector<fs::path> found = {root / "README.md"};
  for (const auto& entry : fs::directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") {
      found.push_back(entry.path());
    }
  }
  return found;
}

bool matches(const std::vector<std::string>& expected, const std::vector<std::string>& actual) {
  return !docs::first_difference(expected, actual).has_value();
}

}  // namespace

TEST_CASE("console blocks are found with their commands and the output under each") {
  const auto blocks = docs::console_blocks(
      "text\n```console\n$ harness list\na\nb\n\n$ echo $?\n0\n```\n```sh\n$ harness not this\n```\n");
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].line == 2);
  REQUIRE(blocks[0].steps.size() == 2);
  CHECK(blocks[0].steps[0].command == "harness list");
  CHECK(blocks[0].steps[0].expected == std::vector<std::string>{"a", "b", ""});
  CHECK(blocks[0].steps[1].line == 7);
}

TEST_CASE("blocks that build or install are shown and not run") {
  const auto executed = [](const std::string& command) {
    return docs::is_executed(docs::console_blocks("```console\n$ " + command + "\n```\n").at(0));
  };
  CHECK(executed("harness list"));
  CHECK(executed("scripts/harness --benchmark_filter=two-sum"));
  CHECK_FALSE(executed("scripts/test"));
  CHECK_FALSE(executed("sudo apt-get install harness"));
  CHECK_FALSE(executed("echo hello"));
}

TEST_CASE("a figure with a unit matches any figure with a unit, and words must be the same") {
  CHECK(matches({"two-sum/v2.0.0/leetcode-1/example-1  12.3 ns ± 1 %  81.0M/s"},
                {"two-sum/v2.0.0/leetcode-1/example-1     1.04 μs ± 22 %   961k/s"}));
  CHECK(matches({"v2.1.0 is 1.34 ± 0.02 times faster"}, {"v2.1.0 is 12.9 ± 1.25 times faster"}));
  CHECK_FALSE(matches({"two-sum/v2.0.0  12.3 ns"}, {"two-sum/v2.1.0  12.3 ns"}));
  CHECK_FALSE(matches({"took 12.3 ns"}, {"took 12 things"}));
  CHECK_FALSE(matches({"3 processes"}, {"4 processes"}));
}

TEST_CASE("a hint at the end of a row, that CPU time differs, may be there or not") {
  CHECK(matches({"a/v1.0.0/b/c  12.3 ns  ± 1.2 %  n=3  81.0M/s"},
                {"a/v1.0.0/b/c  12.3 ns  ± 1.2 %  n=3  81.0M/s  CPU 91 %"}));
  CHECK(matches({"a/v1.0.0/b/c  12.3 ns  1.0GB/s"}, {"a/v1.0.0/b/c  12.3 ns  982MB/s  p95 9.45 ms"}));
}

TEST_CASE("three dots stand for any lines, or for any text inside of a line") {
  CHECK(matches({"a", "...", "z"}, {"a", "z"}));
  CHECK(matches({"a", "...", "z"}, {"a", "b", "z", "y", "z"}));
  CHECK(matches({"machine: ...", "b"}, {"machine: a CPU, 2 cores", "b"}));
  CHECK(matches({"loaded ... of 7"}, {"loaded one of 7"}));
  CHECK_FALSE(matches({"a", "...", "z"}, {"a", "b"}));
  CHECK_FALSE(matches({"loaded ... of 7"}, {"loaded one of 8"}));
}

TEST_CASE("a difference is told with its line") {
  CHECK(docs::first_difference({"a", "b"}, {"a", "c"}) == "output line 2: the document says `b`, the program `c`");
  CHECK(docs::first_difference({"a"}, {}) == "output line 1: the document says `a`, the program the end");
  CHECK(docs::first_difference({}, {"a"}) == "output line 1: the document says the end, the program `a`");
}

TEST_CASE("a command's output is its stdout when it ends well and both streams when it fails") {
  const Scratch scratch;
  CHECK(run("echo one; echo progress >&2", scratch.path, 0).lines == std::vector<std::string>{"one"});
  const auto failed = run("echo one; echo why >&2; exit 2", scratch.path, 0);
  CHECK(failed.lines == std::vector<std::string>{"one", "why"});
  CHECK(run("echo $?", scratch.path, failed.exit_code).lines == std::vector<std::string>{"2"});
}

TEST_CASE("the program does what the documents say") {
#ifdef __SANITIZE_ADDRESS__
  WARN("not run under sanitizers, which have no memory pass: the documents show its figures");
  return;
#endif
  const fs::path root = HARNESS_SOURCE_DIR;
  std::size_t commands = 0;
  for (const auto& document : documents()) {
    for (const auto& block : docs::console_blocks(text_of(document))) {
      if (!docs::is_executed(block)) {
        continue;
      }
      const Scratch scratch;
      int exit_code = 0;
      for (const auto& step : block.steps) {
        ++commands;
        const auto ran = run(step.command, scratch.path, exit_code);
        exit_code = ran.exit_code;
        const auto difference = docs::first_difference(trimmed(step.expected), ran.lines);
        if (difference) {
          std::string printed;
          for (const auto& line : ran.lines) {
            printed += line + "\n";
          }
          FAIL_CHECK(fs::relative(document, root).string() << ":" << step.line << ": $ " << step.command << "\n"
                                                           << *difference << "\nall of its output:\n"
                                                           << printed);
        }
      }
    }
  }
  CHECK(commands >= 3);
}

TEST_CASE("the solvers that the documents show compile with the SDK alone") {
  const fs::path root = HARNESS_SOURCE_DIR;
  std::size_t compiled = 0;
  for (const auto& document : documents()) {
    for (const auto& source : docs::fenced_texts(text_of(document), "cpp")) {
      if (source.find("#include <harness/sdk/") == std::string::npos) {
        continue;
      }
      ++compiled;
      const Scratch scratch;
      std::ofstream(scratch.path / "shown.cpp") << source;
      const auto ran = run(std::string("\"" HARNESS_CXX_COMPILER "\" -std=c++20 -fsyntax-only -Wall -Wextra -Werror -I\"") +
                               HARNESS_SOURCE_DIR + "\" shown.cpp",
                           scratch.path, 0);
      CAPTURE(document.string(), source);
      CHECK(ran.lines == std::vector<std::string>{});
      CHECK(ran.exit_code == 0);
    }
  }
  CHECK(compiled >= 1);
}

TEST_CASE("each flag that --help names stands in docs/flags.md") {
  const Scratch scratch;
  const auto help = run("harness --help", scratch.path, 0);
  REQUIRE(help.exit_code == 0);
  const std::string documented = text_of(fs::path(HARNESS_SOURCE_DIR) / "docs/flags.md");
  static const std::regex kFlag("--[a-z][a-z_-]*");
  std::set<std::string> flags;
  for (const auto& line : help.lines) {
    for (std::sregex_iterator flag(line.begin(), line.end(), kFlag), end; flag != end; ++flag) {
      flags.insert(flag->str());
    }
  }
  CHECK(flags.size() > 10);
  for (const auto& flag : flags) {
    CAPTURE(flag);
    CHECK(documented.find(flag) != std::string::npos);
  }
}

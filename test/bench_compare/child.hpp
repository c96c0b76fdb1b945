// Whole processes, as a user starts them: how long they take, and how much memory.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace compare_bench {

struct Ran {
  int code = 0;            // the exit code; 128 + the signal's number when one ended it
  double seconds = 0;      // wall, from before the start to after the end
  double peak_bytes = 0;   // most resident memory
  std::string output;      // stdout, where it was asked for; else it goes to /dev/null
};

struct Command {
  std::vector<std::string> words;                                // the first is a path
  std::vector<std::pair<std::string, std::string>> environment;  // beside this program's own
};

// Runs it to its end. Its stderr goes to /dev/null unless `HARNESS_BENCH_VERBOSE` is set.
Ran run(const Command& command, bool wants_output = false);

// Ends this program with `line` on stderr and exit code 2.
[[noreturn]] void give_up(const std::string& line);

}  // namespace compare_bench

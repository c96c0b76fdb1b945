// Runs programs as a user in a shell would, in a folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace gate_bench {

struct Finished {
  int code = 0;             // the exit code; 128 + the signal's number when one ended it
  double wall_seconds = 0;  // from before its start to after its end
  std::string said;         // stdout and stderr, as they came
};

// `words[0]` is looked for in $PATH. `added`: of the environment, `NAME=value`, or `NAME` for one that is taken away.
Finished run(const std::vector<std::string>& words, const std::filesystem::path& folder, const std::vector<std::string>& added = {});

// As `run`; a code other than 0 ends this program with what it said.
Finished run_or_exit(const std::vector<std::string>& words, const std::filesystem::path& folder);

// Ends this program with `line` on stderr and exit code 2.
[[noreturn]] void give_up(const std::string& line);

}  // namespace gate_bench

// A foreign program that is run to its end, with limits: a Google Benchmark executable, a build. The parent's side.
//
// All that it started is ended with it, also what left its process group, and also when this process is killed
// (harness-worker stands between them: supervise.hpp). stdin is /dev/null; stdout and stderr are captured up to a limit;
// every wait has a deadline. From the main thread only, as a worker.
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <harness/worker/worker.hpp>

namespace harness::worker {

struct Command {
  std::vector<std::string> words;                        // [0] is a path, from the caller's directory, not searched for
  std::vector<std::pair<std::string, std::string>> environment;  // the whole of it
  std::filesystem::path directory;                       // "" = the caller's
  double seconds = 60;                                   // deadline of the whole run
  std::size_t output_bytes = 64 << 20;                   // of stdout and stderr together; beyond it the child is ended
  std::optional<int> core;
  bool errors_in_output = false;                         // stderr goes where stdout goes, in the order of writing
  const std::atomic<bool>* stop = nullptr;
};

struct Finished {
  int status = 0;            // exit status
  std::string output;        // stdout, whole
  std::string errors;        // stderr: its last 64 KiB, control characters other than line ends replaced
  double wall_seconds = 0;
};

// A status other than 0 is no failure: the caller judges. kNotStarted (no such file, not executable), kCrashed (a signal),
// kTimedOut, kFlooded, kInterrupted are; their `output` is the end of stderr (4 KiB) or, where there is none, of stdout; with
// errors_in_output 64 KiB of both.
Outcome<Finished> run_command(const Command& command);

}  // namespace harness::worker

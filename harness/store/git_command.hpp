// The one place where the `git` command is started: a private room of git.cpp, revision.cpp and check_out.cpp.
//
// It runs without hooks, file system monitors, pager, prompts, optional locks, replaced objects or fetching from a
// server, with messages in English and paths as they are written. The rest of the caller's environment (GIT_DIR, ...)
// stays.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace harness::store {

struct GitCall {
  std::filesystem::path directory;
  std::vector<std::string> words;  // after `git`
  std::chrono::steady_clock::time_point deadline;
  std::function<bool(std::string_view)> take =
      {};          // pieces of stdout as they come, false = enough; {} = they are gathered
  int input = -1;  // the descriptor that becomes stdin; -1 = /dev/null
};

struct GitAnswer {
  enum class End {
    kExited,    // by itself, with `status`
    kNotFound,  // there is no git in $PATH
    kTooLate,
    kTooMuch,  // more than 64 MiB were gathered
    kStopped,  // `take` had enough
    kBroken    // not started, or ended by a signal
  } end = End::kBroken;
  int status = 0;
  std::string output;
  std::string errors;  // the last 4 KiB of stderr

  bool is_fine() const { return end == End::kExited && status == 0; }
  std::string last_line() const;  // of stderr, fit for a message
};

// Ended with SIGKILL at the deadline.
GitAnswer run_git(const GitCall& call);

// Parts that end with a zero byte each.
std::vector<std::string> split_at_zeros(const std::string& text);

// 40 lower case hexadecimal digits.
bool is_sha(std::string_view text);

}  // namespace harness::store

#include <harness/store/git.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <sstream>
#include <vector>

extern char** environ;

namespace harness::store {
namespace {

constexpr std::size_t kMostBytes = 16U << 20;
constexpr std::chrono::milliseconds kMostWait{2000};
constexpr std::size_t kMostFiles = 100;

// What the command wrote to stdout, when it ended with 0 in time.
std::optional<std::string> output_of(const std::vector<const char*>& command, std::chrono::milliseconds limit) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, command[0], &actions, nullptr, const_cast<char* const*>(command.data()), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string text;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  bool complete = failed == 0;
  while (complete) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{ends[0], POLLIN, 0};
    if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) {
      complete = false;
      break;
    }
    std::array<char, 65536> buffer;
    const auto got = read(ends[0], buffer.data(), buffer.size());
    if (got == 0) break;
    if (got < 0 || text.size() > kMostBytes) {
      complete = false;
      break;
    }
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  if (failed != 0) return std::nullopt;
  if (!complete) kill(child, SIGKILL);
  int status = 0;
  if (waitpid(child, &status, 0) != child) return std::nullopt;
  if (!complete || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return text;
}

bool is_sha(const std::string& text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Each text ends with a zero byte.
std::vector<std::string> split_at_zeros(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\0', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace

std::optional<GitState> git_state(const std::filesystem::path& directory) {
  const auto text = output_of({"git", "-C", directory.c_str(), "--no-optional-locks", "-c", "core.fsmonitor=false",
                               "status", "--porcelain=v2", "--branch", "--untracked-files=no", nullptr},
                              kMostWait);
  if (!text) return std::nullopt;
  GitState state;
  std::istringstream lines(*text);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("# branch.oid ")) state.sha = line.substr(13);
    if (!line.starts_with('#') && !line.starts_with('?')) state.dirty = true;
  }
  if (state.sha.size() != 40) return std::nullopt;
  return state;
}

std::optional<CommitRange> commits_between(const std::filesystem::path& directory, const std::string& from,
                                           const std::string& to, std::size_t most) {
  if (!is_sha(from) || !is_sha(to)) return std::nullopt;
  const auto deadline = std::chrono::steady_clock::now() + kMostWait;
  const auto ask = [&](const std::vector<const char*>& words) {
    // Nothing of the repository's or the user's settings may run a program, or fetch what is missing from a server.
    std::vector<const char*> command = {"git",
                                        "-C",
                                        directory.c_str(),
                                        "--no-optional-locks",
                                        "--no-pager",
                                        "-c",
                                        "core.fsmonitor=false",
                                        "-c",
                                        "core.hooksPath=/dev/null",
                                        "-c",
                                        "protocol.allow=never"};
    command.insert(command.end(), words.begin(), words.end());
    command.push_back(nullptr);
    return output_of(
        command, std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()));
  };
  const std::string range = from + ".." + to, count = "--max-count=" + std::to_string(most + 1);
  const auto log =
      ask({"log", "-z", "--format=tformat:%H%x00%s", "--encoding=UTF-8", "--no-show-signature", "--no-color",
           "--no-notes", "--no-patch", count.c_str(), "--end-of-options", range.c_str(), "--"});
  if (!log) return std::nullopt;
  const auto changed = ask({"diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-relative", "--no-ext-diff",
                            "--no-textconv", "--end-of-options", from.c_str(), to.c_str(), "--"});
  if (!changed) return std::nullopt;

  CommitRange result;
  const auto words = split_at_zeros(*log);
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    if (!is_sha(words[i])) return std::nullopt;
    result.commits.push_back({words[i], words[i + 1]});
  }
  result.more = result.commits.size() > most;
  if (result.more) result.commits.resize(most);
  result.files = split_at_zeros(*changed);
  std::sort(result.files.begin(), result.files.end());
  if (result.files.size() > kMostFiles) result.files.resize(kMostFiles);
  return result;
}

}  // namespace harness::store

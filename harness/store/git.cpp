#include <harness/store/git.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <sstream>
#include <vector>

extern char** environ;

namespace harness::store {
namespace {

constexpr std::size_t kMostBytes = 16U << 20;

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
  const int failed = posix_spawnp(&child, command[0], &actions, nullptr, const_cast<char* const*>(command.data()), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string text;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  bool complete = failed == 0;
  while (complete) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
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

}  // namespace

std::optional<GitState> git_state(const std::filesystem::path& directory) {
  const auto text = output_of({"git", "-C", directory.c_str(), "--no-optional-locks", "-ccore.fsmonitor=false", "status",
                               "--porcelain=v2", "--branch", "--untracked-files=no", nullptr},
                              std::chrono::milliseconds(2000));
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

}  // namespace harness::store

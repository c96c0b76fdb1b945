#include <harness/store/git.hpp>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <utility>

#include <harness/store/git_command.hpp>

namespace harness::store {
namespace {

constexpr std::chrono::seconds kMostWait{2};
constexpr std::size_t kMostFiles = 100;

// What git wrote to stdout, when it ended with 0 in time.
std::optional<std::string> output_of(const std::filesystem::path& directory, std::vector<std::string> words,
                                     std::chrono::steady_clock::time_point deadline) {
  GitAnswer answer = run_git({directory, std::move(words), deadline});
  if (!answer.is_fine()) return std::nullopt;
  return std::move(answer.output);
}

}  // namespace

std::optional<GitState> git_state(const std::filesystem::path& directory) {
  const auto text = output_of(directory, {"status", "--porcelain=v2", "--branch", "--untracked-files=no"},
                              std::chrono::steady_clock::now() + kMostWait);
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
  const std::string range = from + ".." + to, count = "--max-count=" + std::to_string(most + 1);
  const auto log = output_of(directory,
                             {"log", "-z", "--format=tformat:%H%x00%s", "--encoding=UTF-8", "--no-show-signature",
                              "--no-color", "--no-notes", "--no-patch", count, "--end-of-options", range, "--"},
                             deadline);
  if (!log) return std::nullopt;
  const auto changed = output_of(directory,
                                 {"diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-relative",
                                  "--no-ext-diff", "--no-textconv", "--end-of-options", from, to, "--"},
                                 deadline);
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

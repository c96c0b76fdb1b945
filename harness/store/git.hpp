// The state of the repository that a run was started in. Owner of the `git` command.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace harness::store {

struct GitState {
  std::string sha;     // 40 hex digits
  bool dirty = false;  // tracked files differ from it
};

// Nothing outside of a repository, without git, before the first commit, or when git does not answer within two seconds.
// Runs `git status` without hooks, file system monitors or untracked files.
std::optional<GitState> git_state(const std::filesystem::path& directory);

// What happened between two commits, as far as git knows: newest first, at most `most`.
struct Commit {
  std::string sha;      // 40 hex digits
  std::string subject;  // first line, as written: print it through report::printable
};
struct CommitRange {
  std::vector<Commit> commits;     // after `from`, up to and with `to`
  bool more = false;               // than `most`
  std::vector<std::string> files;  // changed between the two, at most 100, sorted; quoted paths are unquoted
};
// Nothing when either is unknown here (a shallow clone, another repository), is no 40 hex digits, or git does not answer in
// two seconds.
std::optional<CommitRange> commits_between(const std::filesystem::path& directory, const std::string& from,
                                           const std::string& to, std::size_t most = 20);

}  // namespace harness::store

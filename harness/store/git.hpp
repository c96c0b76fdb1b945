// The state of the repository that a run was started in. Owner of the `git` command.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace harness::store {

struct GitState {
  std::string sha;     // 40 hex digits
  bool dirty = false;  // tracked files differ from it
};

// Nothing outside of a repository, without git, before the first commit, or when git does not answer within two seconds.
// Runs `git status` without hooks, file system monitors or untracked files.
std::optional<GitState> git_state(const std::filesystem::path& directory);

}  // namespace harness::store

// Revisions of the repository that the program is called in: which one to compare with, and its files. Owner of the
// `git` command with git.hpp; runs it without hooks, monitors or prompts, and never to fetch from a server. A question
// takes two seconds at most, one about all files of the working tree or the whole history thirty.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <harness/model/error.hpp>

namespace harness::store {

struct Revisions {
  std::filesystem::path root;      // of the working tree
  std::string base;                // as it was asked for or found: `origin/main (merge base)`, `HEAD~1`
  std::string base_sha, head_sha;  // 40 hex digits
  bool dirty =
      false;  // of what matters: tracked files differ from HEAD, or there are untracked ones that are not ignored
};

// `asked`: --base, "" = to be found. Then, in this order: $GITHUB_BASE_REF (as origin/<it>, and its merge base with
// HEAD), $CI_MERGE_REQUEST_DIFF_BASE_SHA, the merge base of HEAD with origin/HEAD, else origin/main, origin/master,
// main, master; where that is HEAD itself, or there is none of them: a dirty tree is held against HEAD; else the push's
// `before` ($GITHUB_EVENT_PATH's JSON unless $GITHUB_EVENT_NAME is another event, else $CI_COMMIT_BEFORE_SHA; where
// known here and not all zeros), else HEAD~1. Errors, exit 2: no git, no repository, one whose owner git does not
// trust, no commit; a revision that does not exist, with the nearest branches and tags; in a shallow clone whose
// history ends before it: `... fetch-depth: 0` (or `git fetch --unshallow`). `what_matters`: paths below the root by
// which a tree is dirty (all when empty): a report that was written beside the sources must not turn the base into
// HEAD.
Result<Revisions> find_revisions(
    const std::filesystem::path& directory, const std::string& asked,
    const std::function<const char*(const char*)>& environment,
    const std::function<std::vector<std::string>(const std::filesystem::path& root)>& what_matters = {});

// The object id of a path at a revision (a tree's or blob's); "" where it is not there. Equal ids, equal content.
Result<std::string> object_at(const std::filesystem::path& root, const std::string& sha, const std::string& path);

// Whether the path's files in the working tree are those of the revision (also no untracked ones that are not ignored).
Result<bool> is_unchanged(const std::filesystem::path& root, const std::string& sha, const std::string& path);

// Paths below `paths` (all when empty) that differ between the revision and the working tree, untracked ones included;
// at most 10,000, sorted. A renamed file is told under both names.
Result<std::vector<std::string>> changed_files(const std::filesystem::path& root, const std::string& sha,
                                               const std::vector<std::string>& paths);

// Writes the files of a revision into a directory that is empty or not there yet, with no .git in it. Their bytes are
// those that were committed: no filter is run, no line end or encoding changed (files of Git LFS are its pointers).
// Submodules are left out. Symbolic links that lead out of it are refused. Two minutes at most; after an error nothing
// is left.
// Error: what git says in its last line; what the system says of a file that cannot be written.
Result<void> check_out(const std::filesystem::path& root, const std::string& sha,
                       const std::filesystem::path& directory);

}  // namespace harness::store

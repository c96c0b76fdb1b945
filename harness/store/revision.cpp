#include <harness/store/revision.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <harness/model/text.hpp>
#include <harness/store/git_command.hpp>
#include <harness/store/push_event.hpp>

namespace harness::store {
namespace {

namespace fs = std::filesystem;
using End = GitAnswer::End;
using Environment = std::function<const char*(const char*)>;

constexpr std::chrono::seconds kQuestion{2};
constexpr std::chrono::seconds kWalk{30};  // over the whole history or all files of the working tree, on a cold disk
constexpr std::size_t kMostRevision = 1000;
constexpr std::size_t kMostFiles = 10'000;
constexpr std::size_t kMostNames = 2000;  // of branches and tags that are looked through for the one that was meant
constexpr const char* kWholeHistory =
    "check out with fetch-depth: 0 (GitLab: GIT_DEPTH: 0), or run git fetch --unshallow";

struct Answer {
  int status = 0;
  std::string output;
  std::string last_line;
};

// Any exit status is an answer; only what keeps git from giving one is an error.
Result<Answer> ask(const fs::path& directory, std::vector<std::string> words, std::chrono::seconds limit = kQuestion) {
  GitAnswer git = run_git({directory, std::move(words), std::chrono::steady_clock::now() + limit});
  switch (git.end) {
    case End::kExited: break;
    case End::kNotFound:
      return fail("git", "expected the git command, found none in $PATH",
                  "install git, or name the old libraries with --base-dir=DIR");
    case End::kTooLate: return fail("git", fmt::format("expected an answer within {} s, found none", limit.count()));
    case End::kTooMuch: return fail("git", "expected an answer of at most 64 MiB, found a longer one");
    case End::kStopped:
    case End::kBroken: return fail("git", "expected it to run to its end, found it ended before");
  }
  if (git.errors.find("dubious ownership") != std::string::npos) {
    return fail(directory.string(), "git does not trust this repository, since its files belong to another user",
                "git config --global --add safe.directory <its folder>, or '*' in a container");
  }
  return Answer{git.status, std::move(git.output), git.last_line()};
}

std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string short_of(const std::string& text) {
  return text.size() <= 60 && model::is_utf8(text) && !model::has_control_character(text) ? text
                                                                                          : model::in_quotes(text);
}

class Repository {
 public:
  static Result<Repository> open(const fs::path& directory) {
    Repository repository;
    // What each says stands on a line of its own; the folder comes last, since its name may hold line ends.
    auto answer = ask(directory, {"rev-parse", "--show-object-format", "--is-shallow-repository", "--show-toplevel"});
    if (!answer) return tl::unexpected(answer.error());
    const std::string& text = answer->output;
    const std::size_t first = text.find('\n'), second = first == std::string::npos ? first : text.find('\n', first + 1);
    if (answer->status != 0 || second == std::string::npos) {
      return fail(directory.string(), "expected a working tree of git, found none: " + answer->last_line,
                  "run it inside of one, or name the old libraries with --base-dir=DIR");
    }
    if (text.substr(0, first) != "sha1") {
      return fail(directory.string(),
                  "expected commits named by SHA-1, found a repository of " + text.substr(0, first));
    }
    repository.is_shallow_ = text.substr(first + 1, second - first - 1) == "true";
    repository.root_ = without_line_end(text.substr(second + 1));
    return repository;
  }

  const fs::path& root() const { return root_; }

  // "" where there is no such commit here.
  Result<std::string> commit(const std::string& revision) const {
    return line({"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"}, kQuestion);
  }
  // Of any object; `:/words` takes no suffix.
  Result<std::string> object(const std::string& revision) const {
    return line({"rev-parse", "--verify", "--quiet", "--end-of-options", revision}, kQuestion);
  }
  Result<std::string> merge_base(const std::string& one, const std::string& other) const {
    auto bases = line({"merge-base", one, other}, kWalk);
    if (bases && bases->size() > 40) bases->resize(40);
    return bases;
  }
  // `origin/main` of `refs/remotes/origin/HEAD`; "" where it points nowhere.
  Result<std::string> target(const std::string& symbolic) const {
    return line({"symbolic-ref", "--quiet", "--short", symbolic}, kQuestion);
  }
  Result<bool> is_dirty() const {
    auto answer = ask(
        root_, {"status", "--porcelain=v2", "-z", "--untracked-files=normal", "--ignore-submodules=untracked"}, kWalk);
    if (!answer) return tl::unexpected(answer.error());
    if (answer->status != 0) return fail(root_.string(), answer->last_line);
    return !answer->output.empty();
  }
  // The branches and tags whose names are nearest, at most three.
  Result<std::vector<std::string>> nearest(const std::string& name) const {
    auto answer = ask(root_, {"for-each-ref", fmt::format("--count={}", kMostNames), "--format=%(refname:lstrip=2)",
                              "refs/heads", "refs/tags", "refs/remotes"});
    if (!answer) return tl::unexpected(answer.error());
    std::vector<std::pair<std::size_t, std::string>> found;
    for (std::size_t at = 0; at < answer->output.size();) {
      const std::size_t end = std::min(answer->output.find('\n', at), answer->output.size());
      const std::string known = answer->output.substr(at, end - at);
      at = end + 1;
      std::size_t distance = model::edit_distance(name, known);
      for (std::size_t slash = known.find('/'); slash != std::string::npos; slash = known.find('/', slash + 1)) {
        distance = std::min(distance, model::edit_distance(name, std::string_view(known).substr(slash + 1)));
      }
      found.emplace_back(distance, known);
    }
    std::sort(found.begin(), found.end());
    if (found.size() > 3) found.resize(3);
    std::vector<std::string> names;
    for (auto& [distance, known] : found) names.push_back(short_of(known));
    return names;
  }

  tl::unexpected<Error> unknown(const std::string& what, const std::string& revision) const {
    if (is_shallow_) {
      return fail(what,
                  fmt::format("{} is not in this shallow clone, whose history ends before it", short_of(revision)),
                  kWholeHistory);
    }
    if (is_sha(revision)) {
      return fail(what, "expected a commit of this repository, found none of that name",
                  fmt::format("git fetch origin {} brings it where the server lets it", revision));
    }
    const auto names = nearest(revision.substr(0, 200));
    if (!names) return tl::unexpected(names.error());
    return fail(
        what, fmt::format("expected a revision of this repository, found none of the name {}", short_of(revision)),
        names->empty() ? "there are no branches and tags here" : fmt::format("nearest: {}", fmt::join(*names, ", ")));
  }
  // HEAD and another have no commit in common.
  tl::unexpected<Error> unrelated(const std::string& what, const std::string& other) const {
    if (is_shallow_) {
      return fail(
          what,
          fmt::format("what HEAD and {} have in common is not in this shallow clone, whose history ends before it",
                      other),
          kWholeHistory);
    }
    return fail(what, fmt::format("expected a commit that HEAD and {} have in common, found none", other),
                "name the revision with --base=REF");
  }
  bool is_shallow() const { return is_shallow_; }

 private:
  // "" = git ended with another status than 0.
  Result<std::string> line(std::vector<std::string> words, std::chrono::seconds limit) const {
    auto answer = ask(root_, std::move(words), limit);
    if (!answer) return tl::unexpected(answer.error());
    return answer->status == 0 ? without_line_end(std::move(answer->output)) : std::string();
  }

  fs::path root_;
  bool is_shallow_ = false;
};

struct Base {
  std::string name, sha;
};

std::string value_of(const Environment& environment, const char* name) {
  const char* value = environment ? environment(name) : nullptr;
  return value == nullptr ? std::string() : std::string(value);
}

Result<Base> asked_base(const Repository& repository, const std::string& asked) {
  const std::string what = "--base=" + short_of(asked);
  if (asked.size() > kMostRevision) {
    return fail(what,
                fmt::format("expected a revision of at most {} characters, found {}", kMostRevision, asked.size()));
  }
  const auto object = repository.object(asked);
  if (!object) return tl::unexpected(object.error());
  if (object->empty()) return repository.unknown(what, asked);
  auto sha = repository.commit(*object);
  if (!sha) return tl::unexpected(sha.error());
  // A name of 40 digits is taken for an object whether it is here or not.
  if (sha->empty() && is_sha(asked)) return repository.unknown(what, asked);
  if (sha->empty()) return fail(what, "expected a commit, found another object of git");
  return Base{asked, std::move(*sha)};
}

// Where the work of HEAD began, as the environment or the repository has it. An empty sha: nobody knows.
Result<Base> branch_point(const Repository& repository, const std::string& head, const Environment& environment) {
  if (const std::string branch = value_of(environment, "GITHUB_BASE_REF"); !branch.empty()) {
    const std::string name = "origin/" + branch;
    auto tip = repository.commit("refs/remotes/" + name);
    if (!tip) return tl::unexpected(tip.error());
    if (tip->empty()) return repository.unknown("$GITHUB_BASE_REF", name);
    auto base = repository.merge_base(*tip, head);
    if (!base) return tl::unexpected(base.error());
    if (base->empty()) return repository.unrelated("$GITHUB_BASE_REF", name);
    return Base{name + " (merge base)", std::move(*base)};
  }
  constexpr const char* kMergeRequest = "CI_MERGE_REQUEST_DIFF_BASE_SHA";
  if (const std::string sha = value_of(environment, kMergeRequest); !sha.empty()) {
    const std::string what = fmt::format("${}", kMergeRequest);
    if (!is_sha(sha)) return fail(what, fmt::format("expected 40 hexadecimal digits, found {}", model::in_quotes(sha)));
    auto known = repository.commit(sha);
    if (!known) return tl::unexpected(known.error());
    if (known->empty()) return repository.unknown(what, sha);
    return Base{"merge request's base", sha};
  }
  for (const std::string ref : {"refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master",
                                "refs/heads/main", "refs/heads/master"}) {
    auto tip = repository.commit(ref);
    if (!tip) return tl::unexpected(tip.error());
    if (tip->empty()) continue;
    Result<std::string> name = ref.substr(ref.find('/', 5) + 1);
    if (ref.ends_with("/HEAD")) {
      name = repository.target(ref);
      if (!name) return tl::unexpected(name.error());
      if (name->empty()) name = "origin/HEAD";
    }
    auto base = repository.merge_base(*tip, head);
    if (!base) return tl::unexpected(base.error());
    if (!base->empty()) return Base{*name + " (merge base)", std::move(*base)};
    if (repository.is_shallow()) return repository.unrelated("git", *name);
  }
  return Base{};
}

Result<Base> earlier_commit(const Repository& repository, const std::string& head, const Environment& environment) {
  std::string before;
  const std::string event = value_of(environment, "GITHUB_EVENT_NAME");
  // Other events have a `before` of another meaning.
  if (event.empty() || event == "push") {
    if (const std::string file = value_of(environment, "GITHUB_EVENT_PATH"); !file.empty())
      before = before_of_push(fs::path(file));
  }
  if (before.empty()) before = value_of(environment, "CI_COMMIT_BEFORE_SHA");
  if (is_sha(before) && before.find_first_not_of('0') != std::string::npos && before != head) {
    auto known = repository.commit(before);
    if (!known) return tl::unexpected(known.error());
    if (!known->empty()) return Base{"before the push", before};
    // In a whole clone it was replaced by force; here it may well be the one that is meant.
    if (repository.is_shallow()) return repository.unknown("the push's base", before);
  }
  auto parent = repository.commit("HEAD~1");
  if (!parent) return tl::unexpected(parent.error());
  if (!parent->empty()) return Base{"HEAD~1", std::move(*parent)};
  if (repository.is_shallow()) return repository.unknown("git", "HEAD~1");
  return fail("git", "expected a commit before HEAD to compare with, found that it is the first one",
              "name a revision with --base=REF, or the old libraries with --base-dir=DIR");
}

// Also that git answers in the sense of `what`.
Result<Answer> ask_of_commit(const fs::path& root, const std::string& sha, std::vector<std::string> words,
                             std::chrono::seconds limit) {
  if (!is_sha(sha))
    return fail("git", fmt::format("expected a commit of 40 hexadecimal digits, found {}", model::in_quotes(sha)));
  return ask(root, std::move(words), limit);
}

// Files that differ from those of the revision, untracked ones included; unsorted, some twice.
Result<std::vector<std::string>> differing(const fs::path& root, const std::string& sha,
                                           const std::vector<std::string>& paths) {
  std::vector<std::string> tracked = {"diff",
                                      "--name-only",
                                      "-z",
                                      "--no-renames",
                                      "--no-relative",
                                      "--no-ext-diff",
                                      "--no-textconv",
                                      "--no-color",
                                      "--ignore-submodules=untracked",
                                      sha,
                                      "--"};
  std::vector<std::string> untracked = {"ls-files", "-z", "--others", "--exclude-standard", "--"};
  std::vector<std::string> files;
  for (auto* words : {&tracked, &untracked}) {
    words->insert(words->end(), paths.begin(), paths.end());
    auto answer = ask_of_commit(root, sha, *words, kWalk);
    if (!answer) return tl::unexpected(answer.error());
    if (answer->status != 0) return fail(root.string(), answer->last_line);
    auto found = split_at_zeros(answer->output);
    files.insert(files.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  }
  return files;
}

}  // namespace

Result<Revisions> find_revisions(const fs::path& directory, const std::string& asked, const Environment& environment,
                                 const std::function<std::vector<std::string>(const fs::path& root)>& what_matters) {
  auto repository = Repository::open(directory);
  if (!repository) return tl::unexpected(repository.error());
  Revisions found;
  found.root = repository->root();
  auto head = repository->commit("HEAD");
  if (!head) return tl::unexpected(head.error());
  if (head->empty()) {
    return fail(found.root.string(), "expected a commit to compare with, found none in this repository yet",
                "commit, or name the old libraries with --base-dir=DIR");
  }
  found.head_sha = std::move(*head);
  const auto paths = what_matters ? what_matters(found.root) : std::vector<std::string>();
  if (paths.empty()) {
    const auto dirty = repository->is_dirty();
    if (!dirty) return tl::unexpected(dirty.error());
    found.dirty = *dirty;
  } else {
    const auto changed = differing(found.root, found.head_sha, paths);
    if (!changed) return tl::unexpected(changed.error());
    found.dirty = !changed->empty();
  }

  auto base = asked.empty() ? branch_point(*repository, found.head_sha, environment) : asked_base(*repository, asked);
  if (base && asked.empty() && (base->sha.empty() || base->sha == found.head_sha)) {
    base = found.dirty ? Base{"HEAD", found.head_sha} : earlier_commit(*repository, found.head_sha, environment);
  }
  if (!base) return tl::unexpected(base.error());
  found.base = std::move(base->name);
  found.base_sha = std::move(base->sha);
  return found;
}

Result<std::string> object_at(const fs::path& root, const std::string& sha, const std::string& path) {
  // `<sha>:./x` would start from the caller's folder.
  fs::path below = fs::path(path).lexically_normal();
  if (below == ".") below.clear();
  if (below.is_absolute() || (!below.empty() && *below.begin() == "..")) {
    return fail(path, "expected a path inside of the repository, found one that leads out of it");
  }
  std::string place = below.generic_string();
  if (place.ends_with('/')) place.pop_back();
  auto answer =
      ask_of_commit(root, sha, {"rev-parse", "--verify", "--quiet", "--end-of-options", sha + ":" + place}, kQuestion);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status == 0) return without_line_end(std::move(answer->output));
  auto commit = ask(root, {"rev-parse", "--verify", "--quiet", "--end-of-options", sha + "^{commit}"});
  if (!commit) return tl::unexpected(commit.error());
  if (commit->status != 0) return fail("git", "expected a commit of this repository, found none of the name " + sha);
  return std::string();
}

Result<bool> is_unchanged(const fs::path& root, const std::string& sha, const std::string& path) {
  const auto files = differing(root, sha, path.empty() ? std::vector<std::string>{} : std::vector{path});
  if (!files) return tl::unexpected(files.error());
  return files->empty();
}

Result<std::vector<std::string>> changed_files(const fs::path& root, const std::string& sha,
                                               const std::vector<std::string>& paths) {
  auto files = differing(root, sha, paths);
  if (!files) return files;
  std::sort(files->begin(), files->end());
  files->erase(std::unique(files->begin(), files->end()), files->end());
  if (files->size() > kMostFiles) files->resize(kMostFiles);
  return files;
}

}  // namespace harness::store

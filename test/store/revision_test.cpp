#include <harness/store/revision.hpp>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <test/catch.hpp>
#include <test/store/environment.hpp>
#include <test/store/repository.hpp>
#include <test/store/temporary_directory.hpp>

using namespace harness;
using namespace harness::store;

namespace {

namespace fs = std::filesystem;

using Variables = std::map<std::string, std::string>;

Result<Revisions> find(const fs::path& directory, const std::string& asked = "", const Variables& variables = {}) {
  return find_revisions(directory, asked, [&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

// `<base> <sha>`, or the error.
std::string base_of(const Result<Revisions>& found) {
  return found ? found->base + " " + found->base_sha : found.error().text();
}

void check_error(const Result<Revisions>& found, const std::string& text) {
  REQUIRE_FALSE(found);
  CHECK_THAT(found.error().text(), ContainsSubstring(text));
  CHECK(found.error().text().find('\n') == std::string::npos);
  CHECK(found.error().exit == Exit::kUsage);
}

// A repository with two commits on main, cloned; a third one on a branch of the clone.
struct Cloned {
  Repository origin;
  std::string first = origin.commit("a.txt", "1"), second = origin.commit("a.txt", "2");
  fs::path clone = origin.beside("clone");
  std::string third;

  explicit Cloned(const std::string& options = "") {
    Repository::shell("git clone -q " + options + " 'file://" + origin.path().string() + "' '" + clone.string() + "'");
    Repository::git_in(clone, "checkout -q -b work");
    Repository::git_in(clone, "commit -q --allow-empty -m third");
    third = Repository::said(clone, "rev-parse HEAD");
  }
};

const std::string kZeros(40, '0');

}  // namespace

TEST_CASE("a revision that is asked for is taken as it is, whatever the environment says") {
  if (!has_git()) return;
  Repository repository;
  const std::string first = repository.commit("a.txt", "1"), second = repository.commit("a.txt", "2");
  repository.git("tag v1.0.0 " + first);
  fs::create_directories(repository.path() / "below");
  for (const std::string& asked : {std::string("HEAD~1"), std::string("v1.0.0"), first, first.substr(0, 12)}) {
    const auto found = find(repository.path() / "below", asked, {{"GITHUB_BASE_REF", "nothing"}});
    REQUIRE(base_of(found) == asked + " " + first);
    CHECK(found->head_sha == second);
    CHECK(found->root == fs::canonical(repository.path()));
    CHECK_FALSE(found->dirty);
  }
  CHECK(base_of(find(repository.path(), "HEAD")) == "HEAD " + second);
  CHECK(base_of(find(repository.path(), ":/chang")) == ":/chang " + second);
}

TEST_CASE("a revision that does not exist is told with the nearest branches and tags") {
  if (!has_git()) return;
  Repository repository;
  const std::string sha = repository.commit("a.txt", "1");
  for (const std::string name :
       {"tag v1.0.0", "tag v1.2.0", "branch feature/login", "update-ref refs/remotes/origin/release HEAD"}) {
    repository.git(name);
  }
  check_error(find(repository.path(), "mian"),
              "--base=mian: expected a revision of this repository, found none of the name mian; nearest: main, ");
  check_error(find(repository.path(), "v1.1.0"), "nearest: v1.0.0, v1.2.0, ");
  check_error(find(repository.path(), "relaese"), "nearest: origin/release, ");
  check_error(find(repository.path(), "login"), "nearest: feature/login, ");
  check_error(find(repository.path(), std::string(40, 'a')), "found none of that name; git fetch origin aaaa");
  check_error(find(repository.path(), sha + ":a.txt"), "expected a commit, found another object of git");
  check_error(find(repository.path(), "HEAD~7"), "expected a revision");
  check_error(find(repository.path(), "--output=/tmp/x"), "expected a revision");
  check_error(find(repository.path(), "a\x1b[31m\nb"), "\"a\\x1b[31m\\nb\"");
  check_error(find(repository.path(), std::string(5000, 'x')), "at most 1000 characters, found 5000");
}

TEST_CASE("the base of a GitHub pull request is where it left the branch it is for") {
  if (!has_git()) return;
  Cloned cloned;
  const Variables variables = {{"GITHUB_BASE_REF", "main"}, {"CI_MERGE_REQUEST_DIFF_BASE_SHA", cloned.first}};
  CHECK(base_of(find(cloned.clone, "", variables)) == "origin/main (merge base) " + cloned.second);

  // The branch went on, and the request was merged with it, as GitHub checks it out: on no branch.
  const std::string fourth = cloned.origin.commit("b.txt", "1");
  Repository::git_in(cloned.clone, "fetch -q");
  CHECK(base_of(find(cloned.clone, "", variables)) == "origin/main (merge base) " + cloned.second);
  Repository::git_in(cloned.clone, "checkout -q --detach origin/main");
  Repository::git_in(cloned.clone, "merge -q --no-ff -m merged work");
  CHECK(base_of(find(cloned.clone, "", variables)) == "origin/main (merge base) " + fourth);

  check_error(find(cloned.clone, "", {{"GITHUB_BASE_REF", "mian"}}),
              "$GITHUB_BASE_REF: expected a revision of this repository, found none of the name origin/mian; nearest: "
              "origin/main");
  check_error(find(cloned.clone, "", {{"GITHUB_BASE_REF", "--all"}}), "$GITHUB_BASE_REF: ");
}

TEST_CASE("the base of a GitLab merge request is the commit that it names") {
  if (!has_git()) return;
  Cloned cloned;
  const auto with = [](const std::string& sha) {
    return Variables{{"GITHUB_BASE_REF", ""}, {"CI_MERGE_REQUEST_DIFF_BASE_SHA", sha}};
  };
  CHECK(base_of(find(cloned.clone, "", with(cloned.first))) == "merge request's base " + cloned.first);
  check_error(find(cloned.clone, "", with(std::string(40, 'b'))),
              "$CI_MERGE_REQUEST_DIFF_BASE_SHA: expected a commit of this repository");
  check_error(find(cloned.clone, "", with("main")), "expected 40 hexadecimal digits, found \"main\"");
}

TEST_CASE("without a word from outside the base is where HEAD left the default branch") {
  if (!has_git()) return;
  Cloned cloned;
  SECTION("as origin says it is called") {
    Repository::git_in(cloned.clone, "branch -q -m main other");
    CHECK(base_of(find(cloned.clone)) == "origin/main (merge base) " + cloned.second);
  }
  SECTION("origin/main where origin does not say") {
    Repository::git_in(cloned.clone, "symbolic-ref -d refs/remotes/origin/HEAD");
    CHECK(base_of(find(cloned.clone)) == "origin/main (merge base) " + cloned.second);
  }
  SECTION("origin/master where there is no origin/main") {
    Repository::git_in(cloned.clone, "update-ref refs/remotes/origin/master " + cloned.first);
    Repository::git_in(cloned.clone, "update-ref -d refs/remotes/origin/main");
    CHECK(base_of(find(cloned.clone)) == "origin/master (merge base) " + cloned.first);
  }
  SECTION("main without an origin") {
    Repository::git_in(cloned.clone, "remote remove origin");
    CHECK(base_of(find(cloned.clone)) == "main (merge base) " + cloned.second);
  }
  SECTION("master without a main") {
    Repository::git_in(cloned.clone, "remote remove origin");
    Repository::git_in(cloned.clone, "branch -q -m main master");
    CHECK(base_of(find(cloned.clone)) == "master (merge base) " + cloned.second);
  }
  SECTION("on no branch as well") {
    Repository::git_in(cloned.clone, "checkout -q --detach");
    CHECK(base_of(find(cloned.clone)) == "origin/main (merge base) " + cloned.second);
  }
  SECTION("a branch that has nothing in common with HEAD is none") {
    Repository::git_in(cloned.clone, "checkout -q --orphan pages");
    Repository::git_in(cloned.clone, "commit -q --allow-empty -m page");
    Repository::git_in(cloned.clone, "commit -q --allow-empty -m page");
    CHECK(base_of(find(cloned.clone)) == "HEAD~1 " + Repository::said(cloned.clone, "rev-parse HEAD~1"));
    check_error(find(cloned.clone, "", {{"GITHUB_BASE_REF", "main"}}),
                "$GITHUB_BASE_REF: expected a commit that HEAD and origin/main have in common, found none");
  }
}

TEST_CASE("on the default branch itself the base is what the push replaced, else the commit before") {
  if (!has_git()) return;
  Repository repository;
  const std::string first = repository.commit("a.txt", "1"), second = repository.commit("a.txt", "2"),
                    third = repository.commit("a.txt", "3");
  CHECK(base_of(find(repository.path())) == "HEAD~1 " + second);
  const TemporaryDirectory outside;
  const auto event = [&](const std::string& text) {
    return Variables{{"GITHUB_EVENT_PATH", outside.write("event.json", text).string()}};
  };
  const std::string pushed = R"({"ref": "refs/heads/main", "before": ")" + first + R"(", "after": "x", "commits": []})";
  CHECK(base_of(find(repository.path(), "", event(pushed))) == "before the push " + first);
  CHECK(base_of(find(repository.path(), "", {{"CI_COMMIT_BEFORE_SHA", first}})) == "before the push " + first);
  SECTION("but not of another event, where the word has another meaning") {
    auto variables = event(pushed);
    variables["GITHUB_EVENT_NAME"] = "pull_request";
    CHECK(base_of(find(repository.path(), "", variables)) == "HEAD~1 " + second);
    variables["GITHUB_EVENT_NAME"] = "push";
    CHECK(base_of(find(repository.path(), "", variables)) == "before the push " + first);
  }
  SECTION("but not where it is no commit of this repository") {
    for (const std::string& before : {kZeros, std::string(40, 'c'), std::string("main"), third, std::string()}) {
      INFO(before);
      CHECK(base_of(find(repository.path(), "", {{"CI_COMMIT_BEFORE_SHA", before}})) == "HEAD~1 " + second);
      CHECK(base_of(find(repository.path(), "", event(R"({"before": ")" + before + R"("})"))) == "HEAD~1 " + second);
    }
  }
  SECTION("but not from a file that says nothing of it") {
    for (const std::string& text :
         {std::string(), std::string("[]"), std::string("\"" + first + "\""),
          R"({"push": {"before": ")" + first + R"("}})", R"([{"before": ")" + first + R"("}])",
          R"({"before": [")" + first + R"("]})", R"({"before" ")" + first}) {
      INFO(text);
      CHECK(base_of(find(repository.path(), "", event(text))) == "HEAD~1 " + second);
    }
    CHECK(base_of(find(repository.path(), "", {{"GITHUB_EVENT_PATH", outside.path().string()}})) == "HEAD~1 " + second);
    CHECK(base_of(find(repository.path(), "", {{"GITHUB_EVENT_PATH", "/nowhere/event.json"}})) == "HEAD~1 " + second);
  }
}

TEST_CASE("a changed working tree on the default branch is held against its own commit") {
  if (!has_git()) return;
  Repository repository;
  repository.commit(".gitignore", "build/\n");
  const std::string head = repository.commit("a.txt", "1");
  repository.write("build/x.o", "ignored");
  CHECK_FALSE(find(repository.path())->dirty);
  SECTION("a tracked file differs") { repository.write("a.txt", "2"); }
  SECTION("one is staged") {
    repository.write("a.txt", "2");
    repository.git("add a.txt");
  }
  SECTION("one is gone") { fs::remove(repository.path() / "a.txt"); }
  SECTION("there is one that nobody tracks or ignores") { repository.write("below/new.cpp", "x"); }
  const auto found = find(repository.path(), "", {{"CI_COMMIT_BEFORE_SHA", repository.sha("HEAD~1")}});
  CHECK(base_of(found) == "HEAD " + head);
  CHECK(found->dirty);
  repository.git("checkout -q -b work");
  repository.commit_all();
  repository.write("a.txt", "3");
  const auto branched = find(repository.path());
  CHECK(base_of(branched) == "main (merge base) " + head);
  CHECK(branched->dirty);
}

TEST_CASE("a repository without the default branch's names is held against the commit before") {
  if (!has_git()) return;
  Repository repository("trunk");
  const std::string first = repository.commit("a.txt", "1");
  check_error(find(repository.path()), "expected a commit before HEAD to compare with, found that it is the first one");
  repository.commit("a.txt", "2");
  CHECK(base_of(find(repository.path())) == "HEAD~1 " + first);
}

TEST_CASE("a shallow clone is told apart, with what fetches the rest") {
  if (!has_git()) return;
  Cloned cloned("--depth=1");
  // The one commit that is here is the branch point.
  CHECK(base_of(find(cloned.clone)) == "origin/main (merge base) " + cloned.second);
  check_error(find(cloned.clone, "HEAD~2"),
              "--base=HEAD~2: HEAD~2 is not in this shallow clone, whose history ends before it; check out with "
              "fetch-depth: 0");
  check_error(find(cloned.clone, cloned.first), "is not in this shallow clone");
  check_error(find(cloned.clone, "", {{"GITHUB_BASE_REF", "release"}}),
              "$GITHUB_BASE_REF: origin/release is not in this shallow clone");
  check_error(find(cloned.clone, "", {{"CI_MERGE_REQUEST_DIFF_BASE_SHA", cloned.first}}),
              "fetch-depth: 0 (GitLab: GIT_DEPTH: 0), or run git fetch --unshallow");

  Repository::git_in(cloned.clone, "checkout -q --detach origin/main");
  check_error(find(cloned.clone),
              "git: HEAD~1 is not in this shallow clone, whose history ends before it; check out with fetch-depth: 0");
  check_error(find(cloned.clone, "", {{"CI_COMMIT_BEFORE_SHA", cloned.first}}),
              "the push's base: " + cloned.first + " is not in this shallow clone");
  check_error(find(cloned.clone, "", {{"CI_COMMIT_BEFORE_SHA", kZeros}}), "fetch-depth: 0");

  // Two branches of which only the ends are here.
  cloned.origin.git("checkout -q -b side " + cloned.first);
  cloned.origin.commit("side.txt", "1");
  Repository::git_in(cloned.clone, "fetch -q --depth=1 origin side:refs/remotes/origin/side");
  check_error(find(cloned.clone, "", {{"GITHUB_BASE_REF", "side"}}),
              "$GITHUB_BASE_REF: what HEAD and origin/side have in common is not in this shallow clone");

  Repository::git_in(cloned.clone, "fetch -q --unshallow origin");
  CHECK(base_of(find(cloned.clone)) == "HEAD~1 " + cloned.first);
}

TEST_CASE("where there is no repository, no commit or no git, it is said") {
  if (!has_git()) return;
  const TemporaryDirectory empty;
  {
    const Variable ceiling("GIT_CEILING_DIRECTORIES", empty.path().parent_path().c_str());
    check_error(find(empty.path()), "expected a working tree of git, found none: fatal: not a git repository");
  }
  check_error(find(empty / "missing"), "expected a working tree of git, found none: fatal: cannot change to");
  Repository repository;
  check_error(find(repository.path()), "expected a commit to compare with, found none in this repository yet");
  check_error(find(repository.path(), "HEAD"), "found none in this repository yet");
  repository.commit("a.txt", "1");
  Repository::shell("git clone -q --bare '" + repository.path().string() + "' '" + repository.beside("bare").string() +
                    "'");
  check_error(find(repository.beside("bare")),
              "expected a working tree of git, found none: fatal: this operation must be run in a work tree");
  const Variable path("PATH", empty.path().c_str());
  check_error(
      find(repository.path()),
      "git: expected the git command, found none in $PATH; install git, or name the old libraries with --base-dir=DIR");
}

TEST_CASE("a repository of another user is told from none") {
  TemporaryDirectory directory;
  fs::permissions(directory.write("git",
                                  "#!/bin/sh\nprintf 'fatal: detected dubious ownership in repository\\nTo add an "
                                  "exception\\n' >&2\nexit 128\n"),
                  fs::perms::owner_all);
  const Variable path("PATH", (directory.path().string() + ":" + std::getenv("PATH")).c_str());
  check_error(find(directory.path()),
              "git does not trust this repository, since its files belong to another user; git config --global --add "
              "safe.directory");
}

TEST_CASE("a git that does not answer a question is left after two seconds") {
  TemporaryDirectory directory;
  const bool closes = GENERATE(false, true);
  fs::permissions(directory.write("git", closes ? "#!/bin/sh\nexec sleep 60 >&-\n" : "#!/bin/sh\nexec sleep 60\n"),
                  fs::perms::owner_all);
  const Variable path("PATH", (directory.path().string() + ":" + std::getenv("PATH")).c_str());
  check_error(find(directory.path()), "git: expected an answer within 2 s, found none");
}

TEST_CASE("nothing that a repository's settings name is run to find its revisions") {
  if (!has_git()) return;
  Repository repository;
  const std::string first = repository.commit("a.txt", "1\n");
  repository.commit("a.txt", "2\n");
  const std::string mark = repository.beside("ran").string();
  const std::string program = repository.write("program", "#!/bin/sh\ntouch '" + mark + "'\n").string();
  fs::permissions(program, fs::perms::owner_all);
  repository.write("hooks/post-index-change", "#!/bin/sh\ntouch '" + mark + "'\n");
  fs::permissions(repository.path() / "hooks/post-index-change", fs::perms::owner_all);
  repository.git("config core.hooksPath '" + (repository.path() / "hooks").string() + "'");
  repository.write(".gitattributes", "*.txt diff=ours\n");
  for (const std::string setting : {"core.pager", "diff.external", "diff.ours.textconv", "diff.ours.command",
                                    "core.fsmonitor", "gpg.program", "core.askPass"}) {
    repository.git("config " + setting + " '" + program + "'");
  }
  fs::remove(mark);
  repository.write("a.txt", "3\n");
  CHECK(base_of(find(repository.path())) == "HEAD " + repository.sha());
  CHECK_FALSE(*is_unchanged(repository.path(), first, "a.txt"));
  CHECK(changed_files(repository.path(), first, {})->size() == 4);
  CHECK_FALSE(fs::exists(mark));
}

TEST_CASE("equal object ids say that a path has the same content at two revisions") {
  if (!has_git()) return;
  Repository repository;
  repository.write("solvers/a/x.cpp", "1");
  const std::string first = repository.commit("b [x]*.txt", "1");
  const std::string second = repository.commit("solvers/b/x.cpp", "1");
  const auto at = [&](const std::string& sha, const std::string& path) {
    const auto object = object_at(repository.path(), sha, path);
    return object ? *object : object.error().text();
  };
  CHECK(at(first, "solvers/a").size() == 40);
  CHECK(at(first, "solvers/a") == at(second, "./solvers//a/"));
  CHECK(at(first, "solvers") != at(second, "solvers"));
  CHECK(at(first, "b [x]*.txt") == at(second, "solvers/b/x.cpp"));
  CHECK(at(first, "") == repository.sha(first + "^{tree}"));
  CHECK(at(first, ".") == at(first, ""));
  CHECK(at(first, "solvers/b").empty());
  CHECK(at(first, "solvers/a/x.cpp/deeper").empty());
  CHECK_THAT(at(first, "../x"), ContainsSubstring("leads out of it"));
  CHECK_THAT(at(first, "/etc"), ContainsSubstring("leads out of it"));
  CHECK_THAT(at(std::string(40, 'a'), "solvers"), ContainsSubstring("expected a commit of this repository"));
  CHECK_THAT(at("HEAD", "solvers"), ContainsSubstring("expected a commit of 40 hexadecimal digits"));
}

TEST_CASE("a path is unchanged where neither its tracked files nor new ones differ from the revision") {
  if (!has_git()) return;
  Repository repository;
  repository.write(".gitignore", "*.o\n");
  repository.write("b/y.cpp", "1");
  const std::string first = repository.commit("a/x.cpp", "1");
  repository.commit("b/y.cpp", "2");
  const auto is = [&](const std::string& path) {
    const auto unchanged = is_unchanged(repository.path(), first, path);
    REQUIRE(unchanged);
    return *unchanged;
  };
  CHECK(is("a"));
  CHECK_FALSE(is("b"));
  CHECK_FALSE(is(""));
  CHECK(is("not-there"));
  // Written anew with the same bytes, or ignored: nothing has changed.
  repository.write("a/x.cpp", "2");
  repository.write("a/x.cpp", "1");
  repository.write("a/x.o", "1");
  CHECK(is("a"));
  repository.write("b/y.cpp", "1");
  CHECK(is("b"));
  repository.write("a/new.cpp", "1");
  CHECK_FALSE(is("a"));
  CHECK(is("a/x.cpp"));
  CHECK_FALSE(is_unchanged(repository.path(), first, "../.."));
  CHECK_FALSE(is_unchanged(repository.path(), std::string(40, 'a'), "a"));
}

TEST_CASE("changed files are told once each, sorted, by their names as they are written") {
  if (!has_git()) return;
  Repository repository;
  repository.write("a/old.cpp", std::string(1000, 'x'));
  repository.write("a/*.cpp", "1");
  const std::string first = repository.commit("b/y.cpp", "1");
  repository.git("mv a/old.cpp a/new.cpp");
  repository.commit("c/ü \"q\".txt", "1");
  repository.write("b/y.cpp", "2");
  repository.write("d/untracked.txt", "1");
  repository.git("rm -q --cached 'a/*.cpp'");
  const auto changed = [&](const std::vector<std::string>& paths) {
    return changed_files(repository.path(), first, paths).value();
  };
  using Files = std::vector<std::string>;
  CHECK(changed({}) == Files{"a/*.cpp", "a/new.cpp", "a/old.cpp", "b/y.cpp", "c/ü \"q\".txt", "d/untracked.txt"});
  CHECK(changed({"b", "d"}) == Files{"b/y.cpp", "d/untracked.txt"});
  CHECK(changed({"*.txt"}).empty());
  for (int i = 0; i < 10'050; ++i) repository.write("many/" + std::to_string(100'000 + i), "");
  const auto many = changed({"many"});
  CHECK(many.size() == 10'000);
  CHECK(many.front() == "many/100000");
}

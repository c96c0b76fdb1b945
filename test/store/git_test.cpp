#include <harness/store/git.hpp>

#include <cstdlib>
#include <string>
#include <vector>

#include <test/catch.hpp>
#include <test/store/environment.hpp>
#include <test/store/temporary_directory.hpp>

using namespace harness::store;

namespace {

bool has_git() {
  static const bool has = std::system("git --version >/dev/null 2>&1") == 0;
  if (!has) WARN("there is no git here: skipped");
  return has;
}

// A repository of its own, untouched by the settings of whoever runs the tests.
class Repository {
 public:
  Repository() { git("init -q"); }

  const std::filesystem::path& path() const { return directory_.path(); }
  void write(const std::string& name, const std::string& text) { directory_.write(name, text); }
  void git(const std::string& words) const {
    const std::string command = "git -C '" + path().string() +
                                "' -c user.name=someone -c user.email=someone@example.org -c commit.gpgsign=false " +
                                words + " >/dev/null 2>&1";
    INFO(command);
    REQUIRE(std::system(command.c_str()) == 0);
  }
  std::string commit(const std::string& file, const std::string& text, const std::string& subject) {
    write(file, text);
    git("add -A");
    git("commit -q -m '" + subject + "'");
    const auto state = git_state(path());
    REQUIRE(state);
    return state->sha;
  }

 private:
  Variable global_{"GIT_CONFIG_GLOBAL", "/dev/null"}, system_{"GIT_CONFIG_NOSYSTEM", "1"};
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("the state of a repository is its commit, and dirty once a tracked file differs") {
  if (!has_git()) return;
  Repository repository;
  CHECK_FALSE(git_state(repository.path()));  // before the first commit
  const std::string sha = repository.commit("a.txt", "1", "first");
  CHECK(sha.size() == 40);
  CHECK_FALSE(git_state(repository.path())->dirty);
  repository.write("untracked.txt", "x");
  CHECK_FALSE(git_state(repository.path())->dirty);
  repository.write("a.txt", "2");
  CHECK(git_state(repository.path())->dirty);
  CHECK_FALSE(git_state(TemporaryDirectory().path()));
}

TEST_CASE("between two commits are those after the first, newest first, and the files that they changed") {
  if (!has_git()) return;
  Repository repository;
  const std::string first = repository.commit("a.txt", "1", "first");
  const std::string second = repository.commit("b/ü \"quoted\".txt", "1", "make it \"faster\": 10 %");
  const std::string third = repository.commit("a.txt", "2", "third");
  const auto range = commits_between(repository.path(), first, third);
  REQUIRE(range);
  REQUIRE(range->commits.size() == 2);
  CHECK(range->commits[0].sha == third);
  CHECK(range->commits[0].subject == "third");
  CHECK(range->commits[1].sha == second);
  CHECK(range->commits[1].subject == "make it \"faster\": 10 %");
  CHECK_FALSE(range->more);
  CHECK(range->files == std::vector<std::string>{"a.txt", "b/ü \"quoted\".txt"});

  const auto same = commits_between(repository.path(), third, third);
  REQUIRE(same);
  CHECK(same->commits.empty());
  CHECK(same->files.empty());

  const auto one = commits_between(repository.path(), first, third, 1);
  REQUIRE(one);
  CHECK(one->commits.size() == 1);
  CHECK(one->commits[0].sha == third);
  CHECK(one->more);
  CHECK(one->files.size() == 2);
}

TEST_CASE("a renamed file is told under both names, and no more than a hundred files are told") {
  if (!has_git()) return;
  Repository repository;
  const std::string first = repository.commit("old.txt", std::string(1000, 'x'), "first");
  repository.git("mv old.txt new.txt");
  const std::string second = repository.commit("other.txt", "1", "rename");
  CHECK(commits_between(repository.path(), first, second)->files ==
        std::vector<std::string>{"new.txt", "old.txt", "other.txt"});
  for (int i = 0; i < 120; ++i) repository.write("many/" + std::to_string(i), "x");
  const std::string third = repository.commit("many/z", "1", "many");
  CHECK(commits_between(repository.path(), second, third)->files.size() == 100);
}

TEST_CASE("what is no commit here has no range") {
  if (!has_git()) return;
  Repository repository;
  const std::string sha = repository.commit("a.txt", "1", "first");
  const std::string unknown(40, 'a');
  for (const std::string& other : {unknown, std::string(), sha.substr(0, 10), std::string("HEAD"), sha + "~1",
                                   "--output=/tmp/x" + std::string(25, 'a'), std::string(40, 'A')}) {
    INFO(other);
    CHECK_FALSE(commits_between(repository.path(), other, sha));
    CHECK_FALSE(commits_between(repository.path(), sha, other));
  }
  CHECK_FALSE(commits_between(TemporaryDirectory().path(), sha, sha));
}

TEST_CASE("nothing that a repository's settings name is run") {
  if (!has_git()) return;
  Repository repository;
  const std::string first = repository.commit("a.txt", "1\n", "first");
  const std::string second = repository.commit("a.txt", "2\n", "second");
  const std::string mark = (repository.path() / "ran").string();
  repository.write("program", "#!/bin/sh\ntouch '" + mark + "'\n");
  std::filesystem::permissions(repository.path() / "program", std::filesystem::perms::owner_all);
  repository.write(".gitattributes", "*.txt diff=ours filter=ours\n");
  for (const char* setting : {"core.pager", "pager.log", "diff.external", "diff.ours.textconv", "diff.ours.command",
                              "filter.ours.clean", "core.fsmonitor", "gpg.program"}) {
    repository.git("config " + std::string(setting) + " '" + (repository.path() / "program").string() + "'");
  }
  repository.git("config log.showSignature true");
  repository.git("config color.ui always");
  repository.git("config diff.relative true");
  std::filesystem::remove(mark);
  const auto range = commits_between(repository.path(), first, second);
  REQUIRE(range);
  CHECK(range->commits.size() == 1);
  CHECK(range->commits[0].subject == "second");
  CHECK(range->files == std::vector<std::string>{"a.txt"});
  CHECK_FALSE(std::filesystem::exists(mark));
}

TEST_CASE("a git that does not answer is left after two seconds") {
  TemporaryDirectory directory;
  std::filesystem::permissions(directory.write("git", "#!/bin/sh\nexec sleep 60\n"), std::filesystem::perms::owner_all);
  const Variable path("PATH", (directory.path().string() + ":" + std::getenv("PATH")).c_str());
  CHECK_FALSE(commits_between(directory.path(), std::string(40, 'a'), std::string(40, 'b')));
}

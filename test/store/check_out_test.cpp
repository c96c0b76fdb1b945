// check_out of revision.hpp.
#include <harness/store/revision.hpp>

#include <csignal>
#include <cstdlib>
#include <set>
#include <string>

#include <sys/resource.h>
#include <sys/stat.h>

#include <test/catch.hpp>
#include <test/store/repository.hpp>
#include <test/store/temporary_directory.hpp>

using namespace harness;
using namespace harness::store;

namespace {

namespace fs = std::filesystem;

std::string text_of(const Result<void>& result) { return result ? "fine" : result.error().text(); }

std::set<std::string> files_below(const fs::path& directory) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!fs::is_directory(entry.symlink_status())) files.insert(entry.path().lexically_relative(directory).string());
  }
  return files;
}

}  // namespace

TEST_CASE("a revision's files are written as they were committed, with no repository around them") {
  if (!has_git()) return;
  Repository repository;
  repository.write("a/b/c.txt", "one\r\ntwo");
  repository.write("empty", "");
  const std::string large(3 << 20, '\0');
  repository.write("large.bin", large);
  repository.write("ü \"q\"\n.txt", "x");
  repository.write("run.sh", "#!/bin/sh\n");
  fs::permissions(repository.path() / "run.sh", fs::perms::owner_all);
  fs::create_symlink("a/b/c.txt", repository.path() / "link");
  fs::create_directory_symlink("../..", repository.path() / "a/b/up");
  fs::create_symlink("nowhere/yet", repository.path() / "dangling");
  fs::create_symlink("loop", repository.path() / "loop");
  const std::string sha = repository.commit_all();
  repository.commit("a/b/c.txt", "later");
  repository.write("untracked", "x");

  const fs::path goal = repository.beside("new/goal");
  REQUIRE(text_of(check_out(repository.path() / "a", sha, goal)) == "fine");
  CHECK(files_below(goal) == std::set<std::string>{"a/b/c.txt", "a/b/up", "dangling", "empty", "large.bin", "link",
                                                   "loop", "run.sh", "ü \"q\"\n.txt"});
  CHECK(TemporaryDirectory::read(goal / "a/b/c.txt") == "one\r\ntwo");
  CHECK(TemporaryDirectory::read(goal / "link") == "one\r\ntwo");
  CHECK(TemporaryDirectory::read(goal / "large.bin") == large);
  CHECK(fs::read_symlink(goal / "a/b/up") == "../..");
  CHECK((fs::status(goal / "run.sh").permissions() & fs::perms::owner_exec) != fs::perms::none);
  CHECK((fs::status(goal / "empty").permissions() & fs::perms::owner_exec) == fs::perms::none);
  // Nothing of the repository itself has changed.
  CHECK(Repository::said(repository.path(), "status --porcelain") == "?? untracked");
}

TEST_CASE("no filter, hook or attribute has a say in what is checked out") {
  if (!has_git()) return;
  Repository repository;
  repository.write(".gitattributes",
                   "*.txt filter=ours eol=crlf ident\nhidden.txt export-ignore\n*.utf working-tree-encoding=UTF-16\n");
  repository.write("hidden.txt", "$Id$\n");
  const std::string sha = repository.commit("a.txt", "1\n");
  const std::string mark = repository.beside("ran").string();
  const std::string program = repository.write("program", "#!/bin/sh\ntouch '" + mark + "'\necho other\n").string();
  fs::permissions(program, fs::perms::owner_all);
  for (const std::string setting :
       {"filter.ours.smudge", "filter.ours.process", "filter.ours.clean", "core.fsmonitor"}) {
    repository.git("config " + setting + " '" + program + "'");
  }
  repository.git("config filter.ours.required true");
  repository.write("hooks/post-checkout", "#!/bin/sh\ntouch '" + mark + "'\n");
  fs::permissions(repository.path() / "hooks/post-checkout", fs::perms::owner_all);
  repository.git("config core.hooksPath '" + (repository.path() / "hooks").string() + "'");
  fs::remove(mark);
  const fs::path goal = repository.beside("goal");
  REQUIRE(text_of(check_out(repository.path(), sha, goal)) == "fine");
  CHECK(TemporaryDirectory::read(goal / "a.txt") == "1\n");
  CHECK(TemporaryDirectory::read(goal / "hidden.txt") == "$Id$\n");
  CHECK_FALSE(fs::exists(mark));
}

TEST_CASE("a symbolic link that leads out of the folder is refused, and nothing stays") {
  if (!has_git()) return;
  Repository repository;
  repository.write("a/b/c.txt", "1");
  const auto [path, target] = GENERATE(table<std::string, std::string>({{"link", "/etc/passwd"},
                                                                        {"link", ".."},
                                                                        {"link", "../here"},
                                                                        {"a/link", "../../x"},
                                                                        {"a/b/link", "../../../x"},
                                                                        {"link", "a/../../x"},
                                                                        {"a/b/link", "../../root/../x"}}));
  // By the names alone `root/../x` stays inside; followed, `root` is the folder itself.
  fs::create_directory_symlink("a/..", repository.path() / "root");
  fs::create_symlink(target, repository.path() / path);
  const std::string sha = repository.commit_all();
  INFO(path << " -> " << target);
  const fs::path goal = repository.beside("goal");
  CHECK_THAT(text_of(check_out(repository.path(), sha, goal)),
             ContainsSubstring("expected a symbolic link inside of the repository, found one to "));
  CHECK_FALSE(fs::exists(goal));
  fs::create_directory(goal);
  CHECK_FALSE(check_out(repository.path(), sha, goal));
  CHECK(fs::is_empty(goal));
}

TEST_CASE("a tree that was made to write elsewhere is refused") {
  if (!has_git()) return;
  Repository repository;
  repository.write("x", "1");
  const std::string blob = Repository::said(repository.path(), "hash-object -w x");
  repository.write("target", "sub");
  const std::string link = Repository::said(repository.path(), "hash-object -w target");
  fs::create_directory(repository.beside("outside"));
  const auto tree = [&](const std::string& entries) {
    const std::string file = repository.write("entries", entries).string();
    return Repository::said(repository.path(), "mktree --missing <'" + file + "'");
  };
  const std::string below = tree("100644 blob " + blob + "\tx\n");
  const std::string below_link = tree("120000 blob " + link + "\tx\n");
  const std::string file = "100644 blob " + blob, folder = "040000 tree " + below,
                    symbolic = "120000 blob " + link + "\ta\n";
  const std::string outside = "expected paths of files below the repository's folder, found ";
  const auto [entries, why] = GENERATE_COPY(table<std::string, std::string>(
      {{file + "\t..\n", outside + "\"..\""},
       {folder + "\t..\n", outside + "\"../x\""},
       {folder + "\t.git\n", outside + "\".git/x\""},
       {file + "\t.GIT\n", outside + "\".GIT\""},
       {symbolic + folder + "\ta\n", "cannot be written: File exists"},
       {symbolic + "040000 tree " + below_link + "\ta\n", "expected a folder, found a symbolic link at \"a\""},
       {file + "\ta\n" + file + "\ta\n", "cannot be written: File exists"},
       {"100644 blob " + std::string(40, 'a') + "\ta\n",
        "expected the file \"a\", found \"" + std::string(40, 'a') + " missing\""}}));
  INFO(entries);
  const std::string sha = Repository::said(
      repository.path(), "-c user.name=x -c user.email=x@example.org commit-tree -m hostile " + tree(entries));
  const fs::path goal = repository.beside("goal");
  const auto written = check_out(repository.path(), sha, goal);
  REQUIRE_FALSE(written);
  CHECK_THAT(written.error().text(), ContainsSubstring(why));
  CHECK(written.error().exit == Exit::kUsage);
  CHECK(written.error().text().find('\n') == std::string::npos);
  CHECK_FALSE(fs::exists(goal));
}

TEST_CASE("submodules are left out, and a commit without files has none") {
  if (!has_git()) return;
  Repository repository, part;
  const std::string sha = part.commit("x.txt", "1");
  const std::string first = repository.commit_all();
  repository.write("a.txt", "1");
  repository.git("add a.txt");
  repository.git("update-index --add --cacheinfo 160000," + sha + ",part");
  repository.git("commit -q -m part");
  REQUIRE(text_of(check_out(repository.path(), repository.sha(), repository.beside("goal"))) == "fine");
  CHECK(files_below(repository.beside("goal")) == std::set<std::string>{"a.txt"});
  REQUIRE(text_of(check_out(repository.path(), first, repository.beside("empty"))) == "fine");
  CHECK(fs::is_empty(repository.beside("empty")));
}

TEST_CASE("where a revision cannot be checked out, it is said why") {
  if (!has_git()) return;
  Repository repository;
  const std::string sha = repository.commit("a.txt", std::string(1 << 20, 'x'));
  const fs::path goal = repository.beside("goal");
  CHECK_THAT(text_of(check_out(repository.path(), "HEAD", goal)),
             ContainsSubstring("expected a commit of 40 hexadecimal digits, found \"HEAD\""));
  CHECK_THAT(text_of(check_out(repository.path(), std::string(40, 'a'), goal)), StartsWith("git: fatal: "));
  CHECK_FALSE(fs::exists(goal));
  CHECK_THAT(text_of(check_out(repository.path(), sha, repository.path())),
             ContainsSubstring("expected an empty folder or none, found something else"));
  CHECK_THAT(text_of(check_out(repository.path(), sha, repository.path() / "a.txt")),
             ContainsSubstring("expected an empty folder or none"));
  CHECK_THAT(text_of(check_out(repository.path(), sha, repository.path() / "a.txt/below")),
             ContainsSubstring("cannot be created: Not a directory"));
  {
    const Variable path("PATH", repository.path().c_str());
    CHECK_THAT(text_of(check_out(repository.path(), sha, goal)),
               ContainsSubstring("expected the git command, found none in $PATH"));
  }
  SECTION("a file that cannot be written whole") {
    struct rlimit before, small;
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    small = before;
    small.rlim_cur = 4096;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const auto written = check_out(repository.path(), sha, goal);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(text_of(written) == (goal / "a.txt").string() + ": cannot be written: File too large");
    CHECK_FALSE(fs::exists(goal));
  }
  SECTION("a clone that has no files of earlier commits") {
    const std::string second = repository.commit("a.txt", "2");
    repository.git("config uploadpack.allowFilter true");
    const fs::path clone = repository.beside("partial");
    Repository::shell("git clone -q --filter=blob:none 'file://" + repository.path().string() + "' '" + clone.string() +
                      "'");
    REQUIRE(text_of(check_out(clone, second, goal)) == "fine");
    const auto written = check_out(clone, sha, repository.beside("other"));
    CHECK_THAT(text_of(written), ContainsSubstring("clone") && ContainsSubstring("without --filter"));
    CHECK_FALSE(fs::exists(repository.beside("other")));
  }
}

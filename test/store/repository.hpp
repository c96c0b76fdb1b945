// A git repository for one test, untouched by the settings of whoever runs it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <test/catch.hpp>
#include <test/store/environment.hpp>
#include <test/store/temporary_directory.hpp>

inline bool has_git() {
  static const bool has = std::system("git --version >/dev/null 2>&1") == 0;
  if (!has) WARN("there is no git here: skipped");
  return has;
}

class Repository {
 public:
  explicit Repository(const std::string& branch = "main") {
    std::filesystem::create_directories(path());
    git("init -q");
    git("symbolic-ref HEAD refs/heads/" + branch);
  }

  // In a folder of a directory of its own: there is room for clones beside it.
  std::filesystem::path path() const { return directory_ / "here"; }
  std::filesystem::path beside(const std::string& name) const { return directory_ / name; }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    return directory_.write("here/" + name, text);
  }

  static void shell(const std::string& command) {
    INFO(command);
    REQUIRE(std::system(("{ " + command + "; } >/dev/null 2>&1").c_str()) == 0);
  }
  static void git_in(const std::filesystem::path& folder, const std::string& words) {
    shell("git -C '" + folder.string() +
          "' -c user.name=someone -c user.email=someone@example.org -c commit.gpgsign=false -c "
          "protocol.file.allow=always " +
          words);
  }
  void git(const std::string& words) const { git_in(path(), words); }

  // The last line of what it writes.
  static std::string said(const std::filesystem::path& folder, const std::string& words) {
    FILE* pipe = ::popen(("git -C '" + folder.string() + "' " + words).c_str(), "r");
    REQUIRE(pipe != nullptr);
    char line[256] = "";
    while (std::fgets(line, sizeof line, pipe) != nullptr) continue;
    REQUIRE(::pclose(pipe) == 0);
    const std::string text = line;
    return text.substr(0, text.find('\n'));
  }
  std::string sha(const std::string& revision = "HEAD") const { return said(path(), "rev-parse '" + revision + "'"); }

  std::string commit(const std::string& file, const std::string& text) const {
    write(file, text);
    return commit_all();
  }
  std::string commit_all() const {
    git("add -A");
    git("commit -q --allow-empty -m change");
    return sha();
  }

 private:
  Variable global_{"GIT_CONFIG_GLOBAL", "/dev/null"}, system_{"GIT_CONFIG_NOSYSTEM", "1"},
      directory_variable_{"GIT_DIR", nullptr}, index_{"GIT_INDEX_FILE", nullptr};
  TemporaryDirectory directory_;
};

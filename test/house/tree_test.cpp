// Habits of the tree that no compiler checks.
#include <regex>
#include <set>

#include "../catch.hpp"
#include "repository.hpp"

namespace {

const std::set<std::string> kTopLevel = {
    ".ci",           ".clang-format", ".clang-tidy", ".github",           ".gitignore", ".shellcheckrc", "ARCHITECTURE.md",
    "CHANGELOG.md",  "CMakeLists.txt", "CMakePresets.json", "CONTRIBUTING.md", "LICENSE",    "README.md",     "action.yml", "baselines",
    "datasets",      "docs",          "harness",     "scripts",           "solvers",    "test"};

std::vector<std::string> unexpected_top_level(const std::vector<std::string>& files) {
  std::set<std::string> unexpected;
  for (const auto& file : files) {
    const auto entry = file.substr(0, file.find('/'));
    if (!kTopLevel.contains(entry)) {
      unexpected.insert(entry);
    }
  }
  return {unexpected.begin(), unexpected.end()};
}

// A path that exists on somebody's machine only. System paths (/usr, /proc, /etc, /tmp) are the same everywhere.
std::vector<std::string> machine_paths(const std::string& file, const std::string& text) {
  static const std::regex kPath(R"((^|[^A-Za-z0-9_.*}~>-])(/(home|Users|mnt)/[A-Za-z][A-Za-z0-9._-]|/root/[A-Za-z.]))");
  std::vector<std::string> found;
  int number = 0;
  for (const auto& line : house::lines_of(text)) {
    ++number;
    if (line.size() < 2000 && std::regex_search(line, kPath)) {
      found.push_back(file + ":" + std::to_string(number) + ": " + line);
    }
  }
  return found;
}

std::vector<std::string> put_off(const std::string& file, const std::string& text) {
  static const std::regex kMark("\\b(TO" "DO|FIX" "ME)\\b");
  std::vector<std::string> found;
  int number = 0;
  for (const auto& line : house::lines_of(text)) {
    ++number;
    if (line.size() < 2000 && std::regex_search(line, kMark)) {
      found.push_back(file + ":" + std::to_string(number) + ": " + line);
    }
  }
  return found;
}

// Relative link targets of a Markdown file that do not exist.
std::vector<std::string> dead_links(const std::string& file, const std::string& text) {
  static const std::regex kLink(R"(\]\(([^)#:\s]+)(#[^)\s]*)?\))");
  std::vector<std::string> dead;
  for (std::sregex_iterator link(text.begin(), text.end(), kLink), end; link != end; ++link) {
    const auto target = std::filesystem::path(file).parent_path() / (*link)[1].str();
    if (!std::filesystem::exists(house::root() / target)) {
      dead.push_back(file + ": links to " + (*link)[1].str());
    }
  }
  return dead;
}

bool is_script(const std::string& text) {
  return text.rfind("#!/usr/bin/env bash\n", 0) == 0 || text.rfind("#!/bin/bash\n", 0) == 0;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) {
    text += line + "\n";
  }
  return text;
}

void append(std::vector<std::string>& all, std::vector<std::string> more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

TEST_CASE("only the agreed entries stand at the top of the tree") {
  CHECK(unexpected_top_level({"harness/sdk/abi.h", "notes.txt", "misc/a.cpp", "misc/b.cpp"}) ==
        std::vector<std::string>{"misc", "notes.txt"});
  CHECK(joined(unexpected_top_level(house::tracked_files())) == "");
}

TEST_CASE("no tracked file names a path of somebody's machine") {
  CHECK(machine_paths("x", std::string("see /ho") + "me/kim/harness\n").size() == 1);
  CHECK(machine_paths("x", std::string("cd /ro") + "ot/harness\nHOME=/root\n").size() == 1);
  CHECK(machine_paths("x", "/usr/include, ${dir}/mnt/in, build/home/x, https://example.org/mnt/a\n").empty());
  std::vector<std::string> found;
  for (const auto& file : house::tracked_files()) {
    const auto text = house::text_of(file);
    if (house::is_text(text)) {
      append(found, machine_paths(file, text));
    }
  }
  CHECK(joined(found) == "");
}

TEST_CASE("nothing is put off with a mark in the source") {
  CHECK(put_off("x", std::string("// TO") + "DO: later\n").size() == 1);
  std::vector<std::string> found;
  for (const auto& file : house::tracked_files()) {
    const auto text = house::text_of(file);
    if (house::is_text(text)) {
      append(found, put_off(file, text));
    }
  }
  CHECK(joined(found) == "");
}

TEST_CASE("links between the documents lead somewhere") {
  CHECK(dead_links("docs/x.md", "[a](no-such-page.md) [b](https://example.org/) [c](../README.md#top)").size() == 1);
  std::vector<std::string> dead;
  for (const auto& file : house::tracked_files()) {
    if (file.ends_with(".md")) {
      append(dead, dead_links(file, house::text_of(file)));
    }
  }
  CHECK(joined(dead) == "");
}

TEST_CASE("scripts are sound bash") {
  const bool has_shellcheck = house::shell("command -v shellcheck").exit_code == 0;
  std::size_t scripts = 0;
  for (const auto& file : house::tracked_files()) {
    if (!is_script(house::text_of(file))) {
      continue;
    }
    ++scripts;
    const auto path = "'" + (house::root() / file).string() + "'";
    const auto parsed = house::shell("bash -n " + path);
    CHECK(parsed.output == "");
    CHECK(parsed.exit_code == 0);
    if (has_shellcheck) {
      CHECK(house::shell("shellcheck " + path).output == "");
    }
  }
  if (std::filesystem::exists(house::root() / ".git")) {
    CHECK(scripts >= 5);
  }
  if (!has_shellcheck) {
    WARN("shellcheck is not installed: scripts were only parsed");
  }
}

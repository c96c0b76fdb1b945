#include "scene.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

#include <sys/stat.h>
#include <sys/wait.h>

#include "../catch.hpp"

namespace adoption {
namespace {

namespace fs = std::filesystem;

std::string quoted(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

constexpr const char* kRecorder = R"bash(#!/usr/bin/env bash
here=$(dirname "$(readlink -f "$0")")
printf '%s\n' "$@" >"$here/arguments"
sides='' code=0
for argument in "$@"; do [[ $argument != --ab=* ]] || sides=${argument##*/}; done
if [[ -e $here/exit-$sides ]]; then code=$(<"$here/exit-$sides")
elif [[ -e $here/exit-code ]]; then code=$(<"$here/exit-code"); fi
printf 'recorded\n'
exit "$code"
)bash";

}  // namespace

bool git_is_missing() {
  if (std::system("git --version >/dev/null 2>&1") == 0) return false;
  WARN("git is not installed: not run");
  return true;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Scene::Scene() {
  std::string name = (fs::temp_directory_path() / "harness-adoption-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory: " + name);
  path_ = fs::canonical(name);
  fs::create_directories(path_ / "home");
  fs::create_directory_symlink(HARNESS_SOURCE_DIR, path_ / "harness");
}

Scene::~Scene() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void Scene::write(const std::string& name, const std::string& text) const {
  fs::create_directories((path_ / name).parent_path());
  std::ofstream(path_ / name, std::ios::binary) << text;
}

Ran Scene::run(const std::string& script, const std::string& folder, const Variables& variables) const {
  Variables all = {{"HOME", (path_ / "home").string()},
                   {"XDG_CACHE_HOME", (path_ / "cache").string()},
                   {"LC_ALL", "C.UTF-8"},
                   {"CXX", HARNESS_CXX_COMPILER},
                   {"HARNESS_PROGRAM", HARNESS_PROGRAM},
                   {"HARNESS_BOOTSTRAP", "off"},
                   {"GIT_CONFIG_NOSYSTEM", "1"},
                   {"GIT_AUTHOR_NAME", "author"},
                   {"GIT_AUTHOR_EMAIL", "author@example.org"},
                   {"GIT_COMMITTER_NAME", "author"},
                   {"GIT_COMMITTER_EMAIL", "author@example.org"}};
  for (const char* name : {"PATH", "TMPDIR", "CMAKE_GENERATOR", "ASAN_OPTIONS"}) {
    if (const char* value = std::getenv(name); value != nullptr) all[name] = value;
  }
  for (const auto& [name, value] : variables) all[name] = value;
  write("script", script);
  std::string command = "cd " + quoted((path_ / folder).string()) + " && exec env -i";
  for (const auto& [name, value] : all) command += " " + quoted(name + "=" + value);
  command += " timeout 120 bash --noprofile --norc -eo pipefail " + quoted((path_ / "script").string()) + " >" +
             quoted((path_ / "stdout").string()) + " 2>" + quoted((path_ / "stderr").string()) + " </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, text_of(path_ / "stdout"), text_of(path_ / "stderr")};
}

std::string Scene::must(const std::string& script, const std::string& folder) const {
  auto ran = run(script, folder);
  CAPTURE(script, ran.out, ran.err);
  REQUIRE(ran.exit_code == 0);
  if (ran.out.ends_with('\n')) ran.out.pop_back();
  return ran.out;
}

Variables Scene::with_recorder() const {
  write("recorder/harness", kRecorder);
  ::chmod((path_ / "recorder/harness").c_str(), 0755);
  return {{"HARNESS_PROGRAM", (path_ / "recorder/harness").string()}};
}

std::string Scene::masked(std::string text) const {
  const std::string number = "[0-9]+(\\.[0-9]+)?", change = "(x|[+-])" + number + "(%25|%)?";
  const std::pair<std::string, const char*> masks[] = {
      {"[^\n]*this machine cannot tell today[^\n]*\n\n?", ""},
      {"<details><summary>[0-9]+ warnings?</summary>[^]*?</details>\n\n", ""},
      {"base-[0-9a-f]{16}", "base-KEY"},
      {"\\b[0-9a-f]{7,40}\\b", "COMMIT"},
      {" time=\"[^\"]*\"", " time=\"T\""},
      {number + " ?(ns|μs|us|ms|s)\\b", "T"},
      {change + " \\[" + change + ", " + change + "\\]", "CHANGE [LEAST, MOST]"},
      {number + "(%25|%)", "P%"},
      {"[0-9]+ \\+ [0-9]+", "N + N"},
      // Shares and counts of samples.
      {"(>|<|&gt;|&lt;)?P% -(>|&gt;) (>|<|&gt;|&lt;)?P% of samples", "P% -> P% of samples"},
      {"\\(n=[0-9]+/[0-9]+\\)", "(n=N/N)"},
      {", accounts for (>|&gt;)?P% of the difference", ""}};
  for (auto at = text.find(path_.string()); at != std::string::npos; at = text.find(path_.string())) {
    text.replace(at, path_.string().size(), "SCENE");
  }
  for (const auto& [pattern, mask] : masks) text = std::regex_replace(text, std::regex(pattern), mask);
  return text;
}

}  // namespace adoption

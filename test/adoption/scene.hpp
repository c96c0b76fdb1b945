// A place of its own for each test: repositories, what a CI sets around a command, and harness as it was built.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace adoption {

using Variables = std::map<std::string, std::string>;

struct Ran {
  int exit_code = -1;
  std::string out, err;
};

// Prints a line and says true where git is missing, without which there is nothing to test.
bool git_is_missing();

std::string text_of(const std::filesystem::path& file);

// The directory `harness` in it is this source tree; HARNESS_PROGRAM is the one that was built.
class Scene {
 public:
  Scene();
  ~Scene();
  Scene(const Scene&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  void write(const std::string& name, const std::string& text) const;

  // By bash with -e and pipefail in a folder of the scene, no variables but a few and these; 120 s at the most.
  Ran run(const std::string& script, const std::string& folder, const Variables& variables = {}) const;

  // Must succeed; its stdout without the last line end.
  std::string must(const std::string& script, const std::string& folder) const;

  // A program in place of harness that keeps its arguments in `arguments`, one a line, and exits with 0 unless the file
  // `exit-<name of the second program of --ab>` or `exit-code` holds another one.
  Variables with_recorder() const;

  // Paths, hashes, times, figures that differ from run to run, masked. Left out is what a busy machine adds: warnings
  // and a control that failed.
  std::string masked(std::string text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace adoption

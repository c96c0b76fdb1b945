// docs/adopt.md as a newcomer uses it: files to write, commands to type.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace adoption {

struct Path {
  std::string title;  // of a `## ` section
  std::map<std::string, std::string>
      files;                          // a line that is only `name` in backticks, then a fenced block: its content
  std::vector<std::string> commands;  // the lines of its blocks marked `sh` that are no file
};

std::vector<Path> paths_of(const std::string& markdown);

}  // namespace adoption

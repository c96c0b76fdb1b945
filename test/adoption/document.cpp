#include "document.hpp"

#include <regex>
#include <sstream>

namespace adoption {

std::vector<Path> paths_of(const std::string& markdown) {
  static const std::regex kFileName("`([^`]+)`");
  std::vector<Path> paths;
  std::istringstream in(markdown);
  std::string named;  // the file that the next block is
  std::string* content = nullptr;
  bool fenced = false, commands = false;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("```", 0) == 0) {
      fenced = !fenced;
      commands = fenced && named.empty() && line == "```sh";
      content = fenced && !named.empty() && !paths.empty() ? &paths.back().files[named] : nullptr;
      named.clear();
    } else if (fenced) {
      if (content != nullptr) *content += line + "\n";
      if (commands && !paths.empty() && !line.empty()) paths.back().commands.push_back(line);
    } else if (line.rfind("## ", 0) == 0) {
      paths.emplace_back();
      paths.back().title = line.substr(3);
    } else if (std::smatch match; std::regex_match(line, match, kFileName)) {
      named = match[1];
    } else if (!line.empty()) {
      named.clear();
    }
  }
  return paths;
}

}  // namespace adoption

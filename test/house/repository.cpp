#include "repository.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>

namespace house {

std::filesystem::path root() {
  return HARNESS_SOURCE_DIR;
}

CommandResult shell(const std::string& command) {
  CommandResult result;
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  if (pipe == nullptr) {
    return {127, "popen failed"};
  }
  std::array<char, 4096> buffer;
  while (const auto got = fread(buffer.data(), 1, buffer.size(), pipe)) {
    result.output.append(buffer.data(), got);
  }
  const int status = pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return result;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> tracked_files() {
  if (!std::filesystem::exists(root() / ".git")) {
    return {};
  }
  const auto listed = shell("git -c 'safe.directory=*' -c core.quotePath=off -C '" + root().string() + "' ls-files");
  std::vector<std::string> files;
  for (auto& file : lines_of(listed.output)) {
    if (std::filesystem::is_regular_file(root() / file)) {  // deleted but not yet committed: gone
      files.push_back(file);
    }
  }
  return files;
}

std::string text_of(const std::filesystem::path& relative) {
  std::ifstream in(root() / relative, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool is_text(const std::string& bytes) {
  return bytes.find('\0') == std::string::npos;
}

}  // namespace house

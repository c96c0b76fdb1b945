// The repository as the lint tests see it: its tracked files and their text.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace house {

std::filesystem::path root();

// Paths relative to the root, as git knows them. Empty where this is no git work tree (an unpacked archive).
std::vector<std::string> tracked_files();

std::string text_of(const std::filesystem::path& relative);

// A binary file holds a NUL byte.
bool is_text(const std::string& bytes);

std::vector<std::string> lines_of(const std::string& text);

struct CommandResult {
  int exit_code = 0;
  std::string output;  // stdout and stderr
};
CommandResult shell(const std::string& command);

}  // namespace house

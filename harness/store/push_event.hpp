// What a push replaced, from the event that GitHub describes in the file of $GITHUB_EVENT_PATH. A private room of
// revision.cpp.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace harness::store {

// `before` of the outermost object: the commit that the branch was at, 40 hex digits, all zeros for a new branch. ""
// where the document has none, or is none up to there: what follows is not read.
std::string before_of_push(const std::function<std::size_t(char* buffer, std::size_t capacity)>& next);

// Also "" where the file cannot be read or has more than 64 MiB.
std::string before_of_push(const std::filesystem::path& event);

}  // namespace harness::store

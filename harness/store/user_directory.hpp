// Where files of one user lie, as the XDG base directory specification has it.
#pragma once

#include <filesystem>

namespace harness::store {

// `$<variable>/harness` where the variable holds an absolute path, else `~/<below_home>/harness`; empty where HOME
// holds none either.
std::filesystem::path user_directory(const char* variable, const char* below_home);

// Makes every directory that is missing on the way, for the user alone (mode 0700). 0, or the errno of what failed.
int make_user_directories(const std::filesystem::path& directory);

}  // namespace harness::store

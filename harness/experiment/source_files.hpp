// Which files of a working tree its solvers are made of, as far as a look at them tells: a change of others needs no
// build.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace harness::experiment {

// Of a tree with `solvers/`: that, `datasets/`, and every file outside of both whose path ends like something that they
// include, directly or through such a file, whichever directory the compiler would have found it in; the SDK's own
// headers are those of here and do not count. All of the tree (an empty list) where there is no `solvers/`, where a
// CMakeLists.txt in it reaches out (`..`, CMAKE_SOURCE_DIR, PROJECT_SOURCE_DIR), a symbolic link lies in it, or it
// holds more than a look is worth (10,000 files, 64 MiB).
std::vector<std::string> files_that_matter(const std::filesystem::path& root);

}  // namespace harness::experiment

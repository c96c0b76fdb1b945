// From a source tree to its solvers' libraries, with the SDK, compiler and flags of here and now: what the code of
// another revision is, apart from everything else that changed.
//
// A build runs foreign CMake code and foreign compilers' plugins. It is no wall against malice: as a child with a
// deadline and an end to its output it has the rights of whoever started it, and none of what it started outlives it.
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <harness/experiment/build_surroundings.hpp>
#include <harness/model/error.hpp>

namespace harness::experiment {

struct BuildOptions {
  // CXX, CXXFLAGS, LDFLAGS and PATH go to CMake as usual; HARNESS_SDK says where the SDK is. What
  // environment_of_builds leaves out does not.
  Environment environment = own_environment();
  double seconds = 600;  // of configuring and building together
  std::size_t output_bytes = 64 << 20;
  std::size_t jobs = 0;            // at once; 0 = as many as there are cores
  std::filesystem::path log_file;  // kept also when the build fails; "" = build.log in the build directory
  const std::atomic<bool>* stop = nullptr;
};

struct BuiltSolvers {
  std::vector<std::filesystem::path> plugin_directories;  // plugins/ of the build directory
  std::filesystem::path dataset_directory;                // the source tree's; "" = it has none
  std::string log;                                        // of all steps, as they wrote it
};

// Where the solvers of a tree are: (a) solvers/<problem>/<version>/version.yaml, and datasets/<problem>/problem.cpp:
// they alone are built, never what the tree's own CMakeLists.txt says; (b) else a CMakeLists.txt that says
// find_package(harness: that project as it is; (c) else that is an error which says what was looked for.
//
// Of the build directory everything is built anew: what it had of an earlier build goes first. Plugins land in its
// plugins/, also when a project of (b) puts them elsewhere; objects do not stay. Equal sources in different
// directories give equal code hashes.
//
// Errors, exit 2 (after Ctrl-C kInterrupted): `does not build: <the log's first error>; the log is <file>`; a build
// that does not end in time (ended with all that it started) or writes without end; nothing built; no CMake, no SDK;
// a directory that cannot be written.
Result<BuiltSolvers> build_solvers(const std::filesystem::path& source, const std::filesystem::path& build_directory,
                                   const BuildOptions& options = {});

// What was built there before, also after the directory was moved. `log` is "".
BuiltSolvers built_solvers(const std::filesystem::path& source, const std::filesystem::path& build_directory);

// 64 hex digits that differ where a build could: of `sources` (ids of the trees of solvers and datasets, or whatever
// else says what they are), the compiler's path, file and version, CXXFLAGS, LDFLAGS and what else tells a compiler
// where to look, the SDK's files and this harness's version.
std::string build_key(const std::vector<std::string>& sources, const BuildOptions& options = {});

}  // namespace harness::experiment

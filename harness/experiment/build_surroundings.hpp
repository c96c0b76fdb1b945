// What a build of solvers finds around itself: variables, programs, the SDK.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harness/model/error.hpp>

namespace harness::experiment {

using Environment = std::vector<std::pair<std::string, std::string>>;
Environment own_environment();  // of this process

// Without what changes how CMake and compilers speak, whom they obey or where git looks (GIT_*, MAKEFLAGS, LC_*...); in
// the language that build_log.hpp understands.
Environment environment_of_builds(const Environment& environment);

// "" where it is not set.
std::string value_of(const Environment& environment, std::string_view name);

// The program of that name that a shell would start, but only from absolute folders; "" = there is none.
std::filesystem::path find_program(const Environment& environment, const std::string& name);

// The folder of harnessConfig.cmake: in $HARNESS_SDK (that folder, or a prefix with lib/cmake/harness) where that is
// set, else in ../lib/cmake/harness of this program's folder, where a build of harness puts one as well as its
// installation.
Result<std::filesystem::path> find_sdk(const Environment& environment);

}  // namespace harness::experiment

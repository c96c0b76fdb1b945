// What a build says when it fails.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace harness::experiment {

// The first thing in the log of CMake, a compiler, a linker or a build tool that a person can act on, as one
// printable line: `solvers/two-sum/v2.0.0/hash_map.cpp:14: error: 'table' was not declared in this scope`. The column
// is left out, and so is `source` at the beginning of paths; the SDK's own messages come without the place in the
// SDK. Where nothing looks like an error, the last line that is not empty; "" = there is none.
std::string first_error(std::string_view log, const std::filesystem::path& source);

// The last line that is not empty, the same way.
std::string last_line(std::string_view log, const std::filesystem::path& source);

}  // namespace harness::experiment

// The source that a library was compiled from, as far as it is at hand: for lines that a profile names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <harness/model/profile.hpp>

namespace harness::experiment {

// Where to look: source trees with a folder solvers/, first one first.
using SourceRoots = std::vector<std::filesystem::path>;

// The working directory, and the root of its repository.
SourceRoots roots_here();

// `compiled`: the file as debug information names it. `two-sum-v2.1.0/hash_map.cpp` is solvers/two-sum/v2.1.0/hash_map.cpp of a root
// (as HarnessSolver.cmake maps it; any folder in the place of solvers/), `./x` is x of a root, an absolute path is itself. C and C++ files below a root, regular ones of at most 256 KiB only; text
// "" = not found. `library`: newer than it is told (SourceText::newer).
model::SourceText source_text(const std::string& compiled, const SourceRoots& roots,
                              const std::filesystem::path& library);

// One line of it, from 1; "" = there is none.
std::string line_of(const model::SourceText& source, std::uint32_t line);

}  // namespace harness::experiment

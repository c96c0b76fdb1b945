// From directories and a filter to trials: the first half of every experiment's straight line.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <harness/bench/flags.hpp>
#include <harness/library/catalog.hpp>
#include <harness/model/error.hpp>
#include <harness/trial/pairing.hpp>

namespace harness::experiment {

struct Places {
  std::vector<std::filesystem::path> plugin_directories;  // at least one
  std::filesystem::path dataset_directory;
};

struct Selection {
  library::Catalog catalog;            // `skipped` also holds solvers whose problem has no dataset folder
  std::vector<trial::Trial> trials;    // that match, solvers by version, cases in their files' order
  std::vector<std::string> warnings;   // one line each
};

// Reads descriptors and datasets, pairs, and keeps the trials whose bare name matches the filter and whose case matches
// `case_glob` ("" = all; `leetcode-1` is the whole dataset, `uniform/65*` some of its cases).
// Errors, exit 2: a directory that cannot be read; a bad file of a problem that the filter selects (elsewhere it is a
// warning); nothing matched, with the nearest names.
Result<Selection> select(const Places& places, const bench::Filter& filter, const std::string& case_glob);
// The same of solvers that were found already, and perhaps chosen among.
Result<Selection> select(const Places& places, library::Catalog catalog, const bench::Filter& filter, const std::string& case_glob);

// Whether --case=GLOB means this case.
bool case_matches(const std::string& glob, const std::string& dataset, const std::string& dataset_and_case);

}  // namespace harness::experiment

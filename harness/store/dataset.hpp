// datasets/<problem>/: the problem, and the cases of its datasets.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <harness/model/case.hpp>
#include <harness/model/error.hpp>

namespace harness::store {

// Names of the problems for which `directory` has a folder, sorted.
Result<std::vector<std::string>> list_problems(const std::filesystem::path& directory);

// datasets/<problem>/problem.yaml.
Result<model::Problem> read_problem(const std::filesystem::path& directory, const std::string& problem);

// The datasets of a problem: the names of its `*.json`, sorted.
Result<std::vector<std::string>> list_datasets(const model::Problem& problem);

// The cases of one dataset, in the file's order (sizes ascending). JSON is streamed into CBOR in one pass: memory stays
// at the CBOR's size plus one buffer. Everything is validated against the problem's parameters: names, types, ranges.
// Errors: `<file>: /cases/3/args/nums/0: expected a 32-bit integer, found "x"` (JSON Pointer). Unknown keys are one line
// each in `warnings`, where given.
Result<std::vector<model::Case>> read_dataset(const model::Problem& problem, const std::string& dataset,
                                              std::vector<std::string>* warnings = nullptr);

}  // namespace harness::store

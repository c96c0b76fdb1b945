// One dataset's JSON -> cases, each value checked against the problem's parameters while it passes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <harness/model/case.hpp>
#include <harness/model/error.hpp>

namespace harness::store {

// Where the text comes from. `bytes` is a hint of its size, so that a large argument is written without growing.
struct DatasetText {
  std::function<std::size_t(char* buffer, std::size_t capacity)> next;
  std::uint64_t bytes = 0;
  std::string file;                 // for messages
  std::filesystem::path directory;  // where an argument's `file` lies; "" = such arguments are refused
};

// The cases of a dataset, in the file's order (sizes ascending): what read_dataset does once the file is open.
// REQUIRES parameters as read_problem_yaml gives them. Unknown keys are added to `warnings`, which may be null.
Result<std::vector<model::Case>> read_cases(const model::Problem& problem, const std::string& dataset,
                                            const DatasetText& text, std::vector<std::string>* warnings);

// What may stand as a dataset's or case's name: lower-case words and numbers, joined by single hyphens.
bool is_case_name(std::string_view name);

}  // namespace harness::store

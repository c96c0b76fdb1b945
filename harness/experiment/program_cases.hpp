// What two or more Google Benchmark programs have in common, before any of it is measured.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <harness/bench/flags.hpp>
#include <harness/model/error.hpp>

namespace harness::experiment {

struct ProgramCase {
  std::string name;                        // the benchmark's whole name
  std::vector<std::size_t> registrations;  // how often each side has it: 1; 0 = it has not; more: its rows cannot be told apart
};

// The cases of all sides whose names match the filter and `case_glob` ("" = all): the first side's in its order, then
// what only later ones have. Nothing matches: an error (exit 2) with the nearest names.
Result<std::vector<ProgramCase>> cases_of(const std::vector<std::vector<std::string>>& names_of_sides, const bench::Filter& filter,
                                          const std::string& case_glob);

// Whether both paths lead to one and the same code: one file, or files of equal bytes that cannot find other libraries for
// standing elsewhere. Of equal scripts, and of equal programs that look for libraries beside themselves ($ORIGIN), nobody
// knows. A file that cannot be read is no other's equal.
bool is_same_program(const std::filesystem::path& a, const std::filesystem::path& b);

// SHA-256 of the file; empty where it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace harness::experiment

// The documents that authors write, read into values: version.yaml, benchmark.json, problem.yaml.
// `model` owns Boost.JSON and libyaml: their types stop here (datasets stream through json_stream.hpp).
//
// Every reader names its faults as `<file>: <place>: expected <...>, found <...>`, the place being `line 3, requires.apis`
// in YAML and a JSON Pointer in JSON. An unknown key is a warning, not an error; version.yaml keeps its further keys and
// warns only of those that look misspelt. Text is limited to 1 MiB and 10,000 values, nesting to 64; duplicate keys,
// control characters, and YAML's aliases, anchors and tags are refused.
#pragma once

#include <string>
#include <string_view>

#include <harness/model/case.hpp>
#include <harness/model/error.hpp>
#include <harness/model/solver_info.hpp>

namespace harness::model {

// `file` is used in messages only.
Result<SolverIdentity> read_version_yaml(std::string_view text, const std::string& file,
                                         std::vector<std::string>& warnings);
Result<BenchmarkSpec> read_benchmark_json(std::string_view text, const std::string& file,
                                          std::vector<std::string>& warnings);
Result<Problem> read_problem_yaml(std::string_view text, const std::string& file);

// Lower case letters, digits and single hyphens, beginning with a letter: `two-sum`.
bool is_kebab_case(std::string_view name);

// Shell-like glob with * (across slashes too) and ?; the whole name must match.
bool glob_matches(std::string_view pattern, std::string_view name);

}  // namespace harness::model

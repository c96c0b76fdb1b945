// What a shared library says of itself. Read from its descriptor; none of its code has run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <harness/model/error.hpp>
#include <harness/model/version.hpp>

namespace harness::model {

// benchmark.json: what the author promises. Absent = no promise.
struct DeclaredLimits {
  std::optional<double> qps_target;            // least calls per second of one worker, > 0
  std::optional<double> p95_latency_seconds;   // most, over the calls of one case, > 0 (`p95_latency_ms` in the file)
  std::optional<std::uint64_t> mem_bytes_max;  // hard limit of the solver's own live heap (`mem_mb_max`, MiB)
  std::optional<std::uint64_t> max_size;       // cases of larger size are skipped, which is no failure
};

// Tolerances are relative, >= 0; 0 is exact.
struct Tolerances {
  std::optional<double> time, p95, allocations, peak_heap_bytes;
};

struct BenchmarkSpec {
  DeclaredLimits limits;
  Tolerances tolerances;
  // Globs over `<dataset>/<case>` in the file's order; the last match wins, field by field.
  std::vector<std::pair<std::string, DeclaredLimits>> case_limits;

  DeclaredLimits limits_of(const std::string& dataset_and_case) const;
};

// version.yaml: identity, and what the author says of the solver.
struct SolverIdentity {
  std::string problem;  // `plugin` in the file; kebab-case
  Version version;
  std::string variant;  // "" = none; begins with a letter, holds no dot
  std::vector<VersionPattern> compatible_with;
  std::string requires_runtime;            // `harness@0.1+`, "" = any
  std::vector<std::string> requires_apis;  // `solver/v1`
  std::string time_complexity;             // `O(n log n)`, "" = not declared
  std::string space_complexity;
  std::string author;
  std::string submitted;  // ISO 8601
  std::vector<std::pair<std::string, std::string>>
      other;  // every further key, flattened with dots, in the file's order

  // `v2.0.0`, `v2.0.0-optimized`: how the solver is called inside of its problem.
  std::string solver() const {
    std::string result(1, 'v');
    result.append(version.text());
    if (!variant.empty()) result.append(1, '-').append(variant);
    return result;
  }
  // `two-sum/v2.0.0`
  std::string name() const { return problem + "/" + solver(); }
  // `two-sum-v2.0.0.so`: the name that the build gives the library.
  std::string file_name() const { return problem + "-" + solver() + ".so"; }
};

struct SolverInfo {
  std::filesystem::path file;
  SolverIdentity identity;
  BenchmarkSpec benchmark;
  std::string identity_text;   // version.yaml as embedded
  std::string benchmark_text;  // benchmark.json as embedded
  std::string compiler;        // `g++ 12.2.0`
  std::string cxx_library;     // `libstdc++ cxx11`
  std::vector<std::string> flags;
  std::string git_sha;                // "" = built outside of a repository
  std::vector<std::string> warnings;  // unknown keys and the like: one line each

  std::string name() const { return identity.name(); }
};

// A problem's own library: checker, generators, reference answer.
struct ProblemLibrary {
  std::filesystem::path file;
  std::string problem;
  std::string cxx_library;
  std::string compiler;
  std::string git_sha;
};

// A file that was looked at and left out, with the one line that says why.
struct SkippedLibrary {
  std::filesystem::path file;
  std::string reason;
};

}  // namespace harness::model

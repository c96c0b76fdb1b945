// Profiles -> text: the lines that say why, the whole of a case for `harness explain`, the source with its shares.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <harness/model/profile.hpp>
#include <harness/report/console.hpp>

namespace harness::report {

// One line each, most important first, e.g. `std::_Hashtable::_M_rehash_aux 12% -> 29% of samples (n=812/790), at
// two-sum-v2.1.0/hash_map.cpp:14`, `allocations 2 -> 10010 at two-sum-v2.1.0/hash_map.cpp:14`, `fingerprint 1a2b3c4d
// -> 5e6f7081: ...`.
std::vector<std::string> why_lines(const model::ProfileChange& change);
// The same for `harness explain`: where no function is named, one more line in front says why.
std::vector<std::string> why_in_full(const model::ProfileChange& change);

// A row of the table of functions: experiment makes them of profile::functions_of.
struct FunctionRow {
  std::string function, file, module;
  double own = 0, cumulative = 0;  // shares
  std::optional<double> old_own, old_cumulative;
};
struct ProfileText {
  const model::CaseProfile* profile = nullptr;
  const model::CaseProfile* before = nullptr;  // null = one side alone
  std::vector<FunctionRow> functions;
  std::vector<std::string> dimension_names;
  std::vector<std::string> why;    // why_lines
  std::vector<std::string> files;  // where the raw profiles and pictures are
};
// The case in full: samples, functions, allocation sites, fingerprint with its vector, files.
std::string profile_text(const ProfileText& text, const ConsoleOptions& options);

// A file of the solver's source, each line with its share of samples; old beside new where there are both.
struct SourceRow {
  std::uint32_t line = 0;
  std::string text;
  std::optional<double> own, cumulative;  // shares; nothing = no sample
};
struct SourceSide {
  std::string file;    // as compiled
  std::string solver;  // `v2.1.0`
  std::uint64_t samples = 0;
  std::vector<SourceRow> rows;  // lines around those that have samples, ascending; a gap in `line` is drawn as one
  std::string missing;  // why there is no text: `the source is not at two-sum-v2.1.0/hash_map.cpp`; "" = there is
};
std::string annotated_source(const std::optional<SourceSide>& before, const SourceSide& after,
                             const ConsoleOptions& options);

}  // namespace harness::report

// baselines/<machine>/<problem>.json: a Baseline as a document that is read in a pull request. Stable order, one run of
// one case a line, four significant digits for measured figures (six for ratios and their errors, whose history is
// compared at 0.5 %; counts exact). docs/formats.md describes it, docs/schema/baseline.json is its JSON Schema.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <harness/model/error.hpp>
#include <harness/model/history.hpp>

namespace harness::model {

inline constexpr int kBaselineSchema = 1;  // `harness_baseline_schema`
inline constexpr std::size_t kBaselineMostBytes = std::size_t{64} << 20;

// Ends with a line end. Written, read and written again it is the same text.
std::string write_baseline(const Baseline& baseline);

// Hostile text: `<file>: <place>: expected ..., found ...`, exit 2, for malformed JSON (a merge conflict left in it is
// told as such, with its line), duplicate keys, unknown keys (the file is ours), mistyped or missing members, a number
// that is not finite or out of its range, a segment that a run names and that is not there, the same solver and case
// twice, nesting beyond 64, more than 64 MiB; a newer schema names both versions and says that a newer harness wrote
// it.
Result<Baseline> read_baseline(std::string_view text, const std::string& file);

}  // namespace harness::model

// The report of an A/B as a document: Google Benchmark's JSON, in which every side of every case is a row (real_time and
// cpu_time are medians over the processes, in ns), and beside `benchmarks` a member `comparisons` that holds all of
// AbReport: every process of every duet, every step of the rule. What is written is read back as the same value.
// docs/formats.md describes it, docs/schema/ab.json is its JSON Schema.
#pragma once

#include <string>
#include <string_view>

#include <harness/model/comparison.hpp>
#include <harness/model/error.hpp>

namespace harness::model {

inline constexpr int kAbSchema = 1;  // `harness_ab_schema` in the context

// Numbers are shortest round-trip; an infinite or undefined one is null. Ends with a line end.
std::string write_ab_report(const AbReport& report);

// Hostile text: malformed JSON, a missing or mistyped member, a newer schema, more than 256 MiB or nesting beyond 64 are
// an error `<file>: <place>: expected ..., found ...`, exit 2. Unknown members are ignored.
Result<AbReport> read_ab_report(std::string_view text, const std::string& file);

}  // namespace harness::model

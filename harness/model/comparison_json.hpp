// The report of an A/B as a document: Google Benchmark's JSON, in which every side of every case is a row (real_time and
// cpu_time are medians over the processes, in ns), and beside `benchmarks` a member `comparisons` that holds all of
// AbReport: every process of every duet, every step of the rule. What is written is read back as the same value.
// docs/formats.md describes it, docs/schema/ab.json is its JSON Schema.
//
// A row is called `two-sum/v2.0.0/uniform/64`; of programs it has the benchmark's own name, and the side is its `label`.
// A side of which no process ran (equal code, new, missing, failed at once) has no row: its comparison says why. The
// members of a comparison are those of model::Comparison under the same names; an optional one is left out where there
// is nothing. A process and a step of the rule stand in one line each, so that a change can be read in a pull request.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <harness/model/comparison.hpp>
#include <harness/model/error.hpp>

namespace harness::model {

inline constexpr int kAbSchema = 1;  // `harness_ab_schema` in the context
inline constexpr std::size_t kAbReportMostBytes = std::size_t{256} << 20;

// Numbers are shortest round-trip; an infinite or undefined one is null. Ends with a line end. Keys of the context that
// are the report's own (`harness_ab_schema`, `kind`, `sides`, `files`) or come again are left out; bytes that are no UTF-8
// become U+FFFD.
std::string write_ab_report(const AbReport& report);

// Hostile text: malformed JSON, a missing or mistyped member, a key twice, a newer schema, more than 256 MiB, nesting
// beyond 64, or more than 100,000 values in one comparison are an error `<file>: <place>: expected ..., found ...`, exit 2;
// the report of a run is told from one of an A/B. Unknown members are ignored. null: the bounds of an interval and
// `would_notice` are infinite, another number is undefined (NaN).
Result<AbReport> read_ab_report(std::string_view text, const std::string& file);

}  // namespace harness::model

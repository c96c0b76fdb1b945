// Reports that Google Benchmark wrote, of any version from 1.5 on: its JSON reporter's document, whoever's program it was.
// Entry by entry, so that a report of a gigabyte never stands in memory.
//
// What the versions differ in is one here: errors (`error_occurred`, `error_message`) and skips (`skipped`,
// `skip_message`), a missing `run_name` or `run_type`, times in any unit. `NaN` and `Infinity` stand bare in their
// documents although JSON has no such thing; they are read as what they mean (bare_numbers.hpp). Of a key that comes twice
// the first counts: Google Benchmark writes its own before a program's counters, which may have any name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harness/model/error.hpp>
#include <harness/model/measurement.hpp>

namespace harness::model {

inline constexpr std::uint64_t kBenchmarkReportMostBytes = std::uint64_t{1} << 30;

// One row. Numbers may be undefined (NaN) or infinite, times zero or negative: the program's word, unjudged.
struct BenchmarkEntry {
  std::string name;            // whole: `BM_sort/64_mean`; never empty
  std::string run_name;        // of the benchmark, without what an aggregate adds; `name` in reports that do not say
  std::string aggregate_name;  // `mean`, `median`, `stddev`, `cv`, `BigO`, `RMS`, a program's own; "" = one repetition
  bool percentage = false;     // an aggregate whose times are shares, not seconds: `cv`, `RMS`
  std::optional<std::uint64_t> family_index, repetition_index, repetitions, threads;
  std::optional<std::uint64_t> iterations;           // that were timed; of an aggregate the number of repetitions
  std::optional<double> real_seconds, cpu_seconds;   // per iteration; with manual time the former is the manual one
  std::string time_unit;       // as written: `ns`, `us`, `ms`, `s`; "" = none, then times were taken for ns
  std::string label;           // SetLabel
  std::string big_o;           // of a BigO row: `N`, `NlgN`
  std::optional<std::string> error;    // SkipWithError's words, perhaps none: there are no times then
  std::optional<std::string> skipped;  // SkipWithMessage's, the same
  // Every other number under its key, in the document's order: the program's counters, `items_per_second`, memory
  // (`allocs_per_iter`, `max_bytes_used`), coefficients of a BigO row.
  std::vector<std::pair<std::string, double>> counters;
  std::optional<double> real_time, cpu_time;  // as written: in time_unit, shares where `percentage`

  bool is_aggregate() const { return !aggregate_name.empty(); }
};

struct BenchmarkReport {
  // The context's texts, numbers and truth values as text, in its order: `date`, `executable`, `library_build_type`, what
  // --benchmark_context added. Caches and load averages are left out.
  Context context;
  std::vector<BenchmarkEntry> entries;
};

// Fills the buffer and returns how many bytes it wrote; 0 = end.
using NextBytes = std::function<std::size_t(char* buffer, std::size_t capacity)>;

// Calls `on_entry` for each row in order until it returns false, then reads no further; returns the context as far as it
// was read. Errors, exit 2, `<file>: <place>: expected ..., found ...`: no JSON (truncated, no UTF-8, nested deeper than
// 64), no report (neither `benchmarks` nor an object), an entry without a name, a mistyped member, an unknown unit; more
// than 1 GiB, a text of more than 1 MiB, 10,000 counters in an entry or 1,000 keys in the context. Unknown members that
// are no number are ignored.
Result<Context> stream_benchmark_report(const NextBytes& next, const std::function<bool(const BenchmarkEntry& entry)>& on_entry,
                                        const std::string& file);

// The same of a text, whole.
Result<BenchmarkReport> read_benchmark_report(std::string_view text, const std::string& file);

}  // namespace harness::model

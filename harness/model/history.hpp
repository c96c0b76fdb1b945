// Stored history: what earlier runs found of a case, relative to a kept library, and what was made of it. Base units
// only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harness/model/comparison.hpp>

namespace harness::model {

// What is followed from run to run. More is worse, of each.
enum class Metric { kTime, kP95, kAllocs, kAllocBytes, kPeakHeapBytes, kHeapGrowths };
inline constexpr std::array kMetrics = {Metric::kTime,       Metric::kP95,           Metric::kAllocs,
                                        Metric::kAllocBytes, Metric::kPeakHeapBytes, Metric::kHeapGrowths};
// `time`, `p95`, `allocs`, `alloc_bytes`, `peak_heap_bytes`, `heap_growths`
std::string_view metric_word(Metric metric);
std::optional<Metric> metric_of(std::string_view word);
// Without noise in a deterministic solver: they differ or they do not. All but time and p95.
bool is_exact(Metric metric);

// One run of one case. `ratio_to_pin` is what its time is judged by: raw seconds move with the machine's mood.
struct RecordedRun {
  std::string run_id;          // `20261124T101500Z-1a2b3c`
  std::string date;            // UTC, `2026-11-24T10:15:00Z`
  std::uint64_t segment = 0;   // index into CaseHistory::segments: whose pin the ratio is to
  std::string solver;          // `v2.0.0`: a history follows a line, so it can hold several versions
  std::string library_sha256;  // of the file that ran; kept in the library cache while the run stands here
  std::string code_hash;       // of its code
  std::string git_sha;         // "" = outside of a repository
  bool git_dirty = false;
  double ratio_to_pin = 1;  // pseudomedian over the processes of a duet with the pin, > 0
  double ratio_error = 0;   // its standard error, relative
  double real_seconds_per_call = 0, cpu_seconds_per_call = 0;  // medians over these processes
  std::optional<double> p95_seconds, allocs, alloc_bytes, peak_heap_bytes, heap_growths;  // as in a report's row
  std::optional<double> z;     // of time when it was recorded: (ratio - mean) / sigma; nothing without a history
  std::string fingerprint;     // of its profile; "" = none was made
  std::vector<Metric> beyond;  // in which it was worse than the history allows, and nobody accepted that: kept out of
                               // mean and sigma; the streak of the alert
  bool confirmed = false;      // beyond in time, and a duet with last good said slower, too
  bool new_level = false;      // earlier runs no longer count: accepted by a person, or confirmed faster
  bool alert = false;          // this run raised the alert
  std::string note;            // `accepted: <why>`, `same as v2.0.0 in a duet`; "" = nothing to say

  std::optional<double> value(Metric metric) const;
  bool is_beyond(Metric metric) const;
};

// A time in which ratios are to one pin: a kept copy of a library.
struct Segment {
  std::string begun;  // UTC, as RecordedRun::date
  std::string why;    // `history begins`, `pin was gone`, `pinned v2.1.0`
  std::string pin_sha256, pin_code_hash, pin_solver;
  // Time of this pin over that of the segment before, from a duet of both: earlier ratios divided by it are ratios to
  // this pin. Nothing: the segment before does not count any more (always so for the first).
  std::optional<double> chain;
};

// What must be equal for two runs to be compared, besides problem, line and case.
struct ComparedBy {
  std::string input_sha256;  // of the arguments' CBOR
  std::string checker;       // `exact`, `unordered`, `tolerance 1e-06`, `checker <code hash>`
  std::string engine;        // how the ratio is made: `duet/1`
  std::string allocator;     // `system`
  bool operator==(const ComparedBy&) const = default;
};

struct CaseHistory {
  std::string solver;     // `v2.0.0`: whose history; a new version of the line begins with a copy of its predecessor's
  std::string line;       // `v2`, `v2-optimized`: major version and variant
  std::string case_name;  // `uniform/65536`
  ComparedBy compared_by;
  std::vector<Segment> segments;  // at least one, oldest first; the last one holds now
  std::vector<RecordedRun> runs;  // oldest first: at most 30 that count, and those beyond that nobody accepted yet
  // Median of the first five runs of the present level, as ratio to the present pin: kept, because these runs drop out
  // of the last 30, and drift is told against it. Nothing: no run counts yet.
  std::optional<double> level_began_at;
};

// All of one problem on one machine: a file of baselines/<machine>/.
struct Baseline {
  std::string machine;  // machine::Identity::key()
  std::string problem;
  std::vector<CaseHistory> cases;  // by solver's precedence as text, then case
  const CaseHistory* find(std::string_view solver, std::string_view case_name) const;
};

// One metric of one run against its history.
struct MetricJudgement {
  Metric metric = Metric::kTime;
  double current = 0;  // time: the ratio to the pin; else base units
  std::optional<double>
      mean;          // robust: the median of what counts (exact metrics: the last that counts); nothing without history
  double sigma = 0;  // robust, with its floors; same unit
  std::optional<double> z;             // (current - mean) / sigma
  std::size_t count = 0;               // of runs behind mean and sigma
  std::size_t at_least_as_bad_as = 0;  // of these: the index of find_first_violation, which grades the alarm
  bool beyond = false;                 // worse than the history and the tolerance allow
  bool better = false;                 // the mirror of it
  // Relative to mean; nothing without a history or where the mean is 0.
  std::optional<double> change() const;
};

// A duet of this run's library with last good's, asked for because the history raised doubt.
struct Rerun {
  Verdict verdict = Verdict::kCannotTell;
  std::string against;   // `v2.0.0 of 2026-11-20`
  double log_ratio = 0;  // candidate over last good
  std::string words;     // one line: why there was none, or what it saw
};

struct Alert {
  Metric metric = Metric::kTime;  // the first that is beyond in all three
  std::array<double, 3> z{};      // oldest first
  bool confirmed = false;         // each of the three by a duet, or exact; else only a warning
  std::string last_good_sha, last_good_date, first_bad_sha, first_bad_date;  // commits; "" = unknown
};

// A case of a run against its history, and what follows.
struct CaseJudgement {
  std::string problem, solver, case_name;
  // new, same, slower, faster, suspect, alert, incomparable, cannot-tell or failed. Time decides; see `memory`.
  Verdict verdict = Verdict::kNew;
  std::string reason;                    // one line
  std::vector<MetricJudgement> metrics;  // in kMetrics' order, those that were measured
  bool needs_rerun = false;              // the history alone cannot decide: judge() asks for a duet with last good
  bool drifted = false;  // less than the effect above the last runs, but more above where the level began
  std::optional<Rerun> rerun;
  std::size_t streak = 0;      // consecutive recorded runs beyond 2 sigma, this one included
  std::optional<Alert> alert;  // raised by this run: told once an episode
  bool recovered = false;      // an alert had been raised, and this run is within the history again
  std::vector<std::string> warnings;
  std::vector<std::string> why;  // what profiles of this run and last good say accounts for it, one line each

  const MetricJudgement* find(Metric metric) const;
  // An exact metric is worse than the tolerance allows. Not where equal code made different values (sigma above 0): a
  // suspect.
  bool memory_worse() const;
  bool memory_better() const;
};

}  // namespace harness::model

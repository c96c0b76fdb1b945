// What a comparison of two sides on one case measured, and what was decided from it: everything that is needed to decide
// it again. Base units only. Ratios are kept as natural logarithms, ln(candidate / reference): +0.0198 = 2 % slower.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harness/model/measurement.hpp>

namespace harness::model {

// Of the candidate, against the reference.
enum class Verdict {
  kSlower,       // confirmed by a second duet in fresh processes
  kFaster,       // the same, mirrored
  kSame,         // no difference of the effect looked for, or more, in either direction; or equal code
  kCannotTell,   // neither could be shown
  kNew,          // only the candidate has this case
  kMissing,      // only the reference has it
  kIncomparable, // the sides were not given the same
  kFailed,       // a side did not run, or answered wrongly: `reason` says which
  // Of a history only:
  kSuspect,      // a run beyond 2 sigma that no duet confirmed or cleared
  kAlert         // the third one in a row
};
// `slower`, `faster`, `same`, `cannot-tell`, `new`, `missing`, `incomparable`, `failed`, `suspect`, `alert`
std::string_view verdict_word(Verdict verdict);
std::optional<Verdict> verdict_of(std::string_view word);

// One process of a duet in which both sides ran, or one pair of processes: the sample that decides.
struct DuetProcess {
  double log_ratio = 0;       // median of its pairs of slices, by the deciding clock
  double standard_error = 0;  // of that median; 0 where there was one pair
  std::uint64_t pairs = 0;    // of slices that were used
  double reference_seconds_per_call = 0, candidate_seconds_per_call = 0;            // medians, deciding clock
  double reference_real_seconds_per_call = 0, candidate_real_seconds_per_call = 0;  // medians, real time
  double reference_cpu_seconds_per_call = 0, candidate_cpu_seconds_per_call = 0;    // medians, thread CPU time
  std::optional<double> trimmed_log_ratio;  // of the means of the slices, the dearest and the cheapest twentieth left out
  std::optional<double> p99_log_ratio;      // of the 99th percentiles of the slices
  double drift = 0;           // log ratio of its second half minus that of its first: 0 of sides that keep their pace
  bool reference_first = true;
  std::optional<int> core;
  double seconds = 0;         // from its start to its end, everything included
};

// Where the rule stood after a process.
struct DuetStep {
  std::uint64_t processes = 0;
  double centre = 0;             // pseudomedian of the log ratios so far
  double scale = 0;              // s of the rule
  double evidence_slower = 0;    // L of the rule: log likelihood ratio for "slower by the effect" against "not slower"
  double evidence_faster = 0;    // the same, mirrored
};

// One sequence of processes that the rule ended.
struct Duet {
  std::vector<DuetProcess> processes;
  std::vector<DuetStep> path;  // one step a process
  Verdict verdict = Verdict::kCannotTell;  // kSlower, kFaster, kSame or kCannotTell
  std::string ended_by;        // one line: `evidence 6.6 >= 6.2 after 3 processes`, `the budget of 5 s was used up`
  double seconds = 0;          // of wall time
};

struct SideFigures {
  std::optional<Memory> memory;
  std::optional<double> instructions_per_call;
  std::vector<std::pair<std::string, double>> counters;  // of a program: its user counters, by name
};

struct Comparison {
  std::string problem;             // `two-sum`; "" for programs
  std::string case_name;           // `uniform/65536`; of programs the benchmark's whole name
  std::optional<std::uint64_t> size;
  std::string reference;           // how a side is called everywhere: `v1.0.0`, `old_bench`
  std::string candidate;
  double min_effect = 0.02;        // the effect looked for, relative
  double budget_seconds = 5;       // of each duet
  std::string mode;                // `one process, alternating`; "" where nothing was measured
  bool own_heaps = false;          // each side had a heap of its own while it was judged
  std::string clock;               // the one that decides: `real`, `cpu`, `manual`
  std::vector<Duet> duets;         // the first, and where that one saw a difference the second
  Verdict verdict = Verdict::kCannotTell;
  std::string reason;              // one line: the rule that made the verdict, or why there is none

  // Over the processes of all duets; only where there are any.
  double log_ratio = 0;            // pseudomedian
  double log_ratio_low = 0, log_ratio_high = 0;  // its 95 % interval
  double would_notice = 0;         // relative: the least slowdown that these processes would have shown
  // The weaker signals: what the median cannot see. Only where they say more than it.
  std::optional<double> trimmed_log_ratio, p99_log_ratio;
  // A second look with the heaps the other way round, at solvers that allocate: one shared heap where each side had its own
  // while it was judged, and its own where they shared one.
  std::optional<double> second_look_log_ratio;
  std::uint64_t second_look_processes = 0;

  SideFigures reference_figures, candidate_figures;
  std::vector<std::string> warnings;  // one line each
  // What the profiles of both sides say accounts for the difference, one line each; nothing: they were not profiled.
  std::optional<std::vector<std::string>> why;
};

// One run of `--ab`: sides and what came out, case by case.
struct AbReport {
  Context context;
  std::string kind;                 // `solvers` or `programs`
  std::vector<std::string> sides;   // as they are called; the first is the reference
  std::vector<std::string> files;   // of each side
  std::vector<Comparison> comparisons;  // of the second side with the first, then of the third...
};

}  // namespace harness::model

// What a gate measured between two revisions, and what it made of it. Base units only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harness/model/comparison.hpp>
#include <harness/model/error.hpp>
#include <harness/model/measurement.hpp>

namespace harness::model {

// A solver (or a program) of either revision, paired by problem and solver.
struct Change {
  enum class Kind {
    kEqual,       // the same code: nothing to measure
    kEdited,      // other code under the same version: against itself at the base
    kNewVersion,  // against the last good version of its line at the base
    kNew,         // nothing to compare it with
    kRemoved
  } kind = Kind::kEdited;
  std::string problem;    // "" of programs
  std::string candidate;  // `v2.1.0`; of a removed one ""
  std::string reference;  // `v2.1.0` at the base; "" where there is none
};
std::string_view change_word(Change::Kind kind);  // `same`, `edited`, `new version`, `new`, `removed`

// Why a case is red. Of --fail-on.
enum class Cause { kTime, kMemory, kP95, kGrowth, kLimits };
std::string_view cause_word(Cause cause);  // `time`, `memory`, `p95`, `growth`, `limits`
std::optional<Cause> cause_of(std::string_view word);

// A figure of both sides that needs no statistics, or a limit that is declared.
struct GateFigure {
  Cause cause = Cause::kMemory;
  std::string
      name;  // `allocs`, `alloc_bytes`, `peak_heap_bytes`, `heap_growths`, `instructions`, `p95_seconds`, `growth_class`, `p95_latency_ms`...
  std::string old_text, new_text;  // as people read them: `2`, `1.2MB`, `O(n)`, `at most 0.5 ms`
  std::optional<double> change;    // relative
  bool worse = false;              // beyond its tolerance: red where its cause is in --fail-on
};

// One case of one changed solver.
struct GateCase {
  std::string name;       // of the candidate's trial: `two-sum/v2.1.0/uniform/65536`; of programs the benchmark's name
  Comparison comparison;  // reference and candidate named with their revision: `v2.1.0@abc1234`, `v2.1.0`
  std::vector<GateFigure> figures;  // that differ
  std::vector<Cause> failed;        // what makes it red, of --fail-on; empty = it is not
  std::string because;              // one line, where known: `allocations 2 -> 10010`
};

struct GateReport {
  Context context;                 // of the run: run_id, machine, git_sha, git_dirty...
  std::string base;                // what was asked for or found: `origin/main`, `HEAD~1`, a directory
  std::string base_sha, head_sha;  // "" = unknown
  bool dirty = false;              // the candidate is the working tree with its changes
  std::vector<std::pair<std::string, std::string>>
      commits;  // sha and subject, after base up to head, newest first, at most 20
  bool more_commits = false;
  double min_effect = 0.03, budget_seconds = 60;
  std::vector<Cause> fail_on;
  std::vector<Change> changes;
  std::vector<GateCase> cases;                                    // that were compared, in the order they were measured
  std::vector<std::pair<std::string, std::string>> not_measured;  // trial and why: `the budget of 60 s was used up`
  std::vector<std::pair<std::string, std::string>> incomparable;  // trial or dataset and why
  std::optional<double> control_log_ratio;                        // A/A: the reference against a second copy of itself
  std::string control_case;                                       // "" = none was made
  bool control_holds = true;                                      // within 1 %
  double seconds = 0;                                             // wall time of all
  std::string command;                                            // that reproduces it: `harness gate --base=abc1234`
  Exit exit = Exit::kFine;
  std::string exit_because;  // one line
};

}  // namespace harness::model

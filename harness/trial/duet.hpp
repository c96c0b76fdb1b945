// One process of a duet: both sides run in alternating slices, and come out as one number.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include <harness/model/comparison.hpp>
#include <harness/trial/input.hpp>
#include <harness/trial/loaded.hpp>
#include <harness/trial/pairing.hpp>
#include <harness/trial/pilot.hpp>
#include <harness/worker/worker.hpp>

namespace harness::trial {

// How slices are cut and paired, by the cost of a call (docs/duet.md has the figures behind the table).
struct DuetMode {
  enum class Kind {
    kAlternating,     // one process, slices of about 100 us of calls
    kSandwich,        // one process, single calls (or about 0.5 ms) in strict alternation, each slice between two neighbours
    kLongAlternating, // one process, single calls (or two) in strict alternation
    kTwoProcesses,    // two processes on one core, single calls (or two, or 2 ms), the kernel alternates them
    kTwoInTurn        // two processes of which one waits for the other: where real time decides and sides must be apart
  } kind = Kind::kAlternating;
  bool cpu_clock = false;           // thread CPU time decides
  std::uint64_t calls[2] = {1, 1};  // of a slice, reference and candidate
  std::uint64_t least_pairs = 8, most_pairs = 50;  // of a process
  std::uint64_t ignored_pairs = 0;  // at the beginning
  bool own_heaps = false;           // each side's library with a heap of its own
  std::size_t least_processes = 3;

  bool one_process() const { return kind != Kind::kTwoProcesses && kind != Kind::kTwoInTurn; }
  std::string words() const;        // `one process, alternating`
};

// What the pilots and the memory pass found of both sides.
struct DuetFacts {
  double seconds[2] = {0, 0};  // of a call: reference, candidate
  bool waits = false;          // a side spends its time in sleep, I/O, locks or threads of its own: real time decides, and
                               // sides take turns even as processes
  // The more of both sides' allocations in a call. From 8 on (what the C library keeps at hand of a size is 7) the order in
  // which blocks come back from the heap matters: it turns round from call to call, so that slices hold even numbers of
  // calls, and each side has a heap of its own.
  double allocs = 0;
  bool apart = false;          // the sides must not share a process
};
DuetMode choose_mode(const DuetFacts& facts);

// About how long one process of this mode takes at the least, its start included.
double predict_process_seconds(const DuetMode& mode, double reference_seconds, double candidate_seconds);

struct DuetSide {
  const Trial* trial = nullptr;
  const Loaded* library = nullptr;
  const Examination* verified = nullptr;
  worker::Limits limits;
};

struct DuetFailure {
  std::optional<int> side;  // 0 reference, 1 candidate; nothing = both ran in one process, or neither is to blame
  worker::Failure failure;
  bool wrong_answer = false;
  bool unusable = false;    // nobody failed, but the clock was no good: no estimate
};

// A fresh process (or two) with fresh sealed copies of both libraries in random load order, random heap padding, on a
// random core of `cores`. `reference_first`: its slice comes before the candidate's; the caller alternates it from process to
// process, which takes away what the turn itself costs. Pairs are added until the standard error is at most a quarter of ln(1 + min_effect), or
// until four times the start-up has passed, or the mode's most. Each side's last answer is compared with its verified
// one, and judged where it is another.
tl::expected<model::DuetProcess, DuetFailure> play(const DuetMode& mode, const DuetSide& reference, const DuetSide& candidate,
                                                   const Input& input, double min_effect, bool reference_first,
                                                   const std::vector<int>& cores, Inputs& judge,
                                                   const worker::Settings& settings, std::mt19937_64& random);

}  // namespace harness::trial

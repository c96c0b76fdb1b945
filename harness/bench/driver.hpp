// Google Benchmark drives the run: it repeats, interleaves, aggregates and writes JSON and CSV; each timing comes from a
// function of ours (in production a fresh worker, in tests a script). Its types stop here.
//
// One body per repetition: entries are registered with manual time and a fixed number of iterations, so Google Benchmark
// calls the body exactly once a repetition, and a repetition is a process. A failure is sticky: after the first one the
// entry's later repetitions repeat it without running, and no aggregates are reported for it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include <harness/bench/flags.hpp>
#include <harness/model/error.hpp>
#include <harness/model/measurement.hpp>

namespace harness::bench {

struct Entry {
  std::string name;     // bare: `two-sum/v2.0.0/uniform/65536`; unique in the run
  std::uint64_t calls = 1;
  std::string failure;  // known before the run (a wrong answer): reported as an error row, never timed
  std::vector<std::pair<std::string, double>> counters;  // flat counters of each of its rows: `allocs`, `p95_seconds`
  std::vector<std::pair<std::string, double>> amounts;   // per call; shown per second: `items_per_second`
};

struct Timed {
  double real_seconds = 0;  // of all calls together
  double cpu_seconds = 0;
};

// What is only known once everything has been timed (growth): more counters, by entry. Asked once, at the end.
using LateCounters = std::function<std::vector<std::pair<std::string, double>>(std::size_t index)>;

// Times `calls` calls of entry `index`, or says in one line why it could not.
using Timing = std::function<tl::expected<Timed, std::string>(std::size_t index, std::uint64_t calls)>;

// An entry is through: its samples in the order they ran, or the failure (then the samples are to be ignored).
using Finished = std::function<void(std::size_t index, const std::vector<model::Sample>& samples, const std::string& failure)>;

// `kInterrupted` as an entry's failure: the run was stopped before the entry was through.
inline constexpr const char* kInterrupted = "interrupted";

// Runs all entries. Reports are written at the end, in one piece: so every row can have the late counters, and CSV knows
// all columns. With flags.format `console` nothing is written to `out` by this function (the caller prints from
// `finished`); `json` and `csv` go to `out`. The file of --benchmark_out gets a whole report or keeps what it
// had; that it can be written is the caller's to check before. Call from the main thread; several calls in one process are possible (tests).
Result<void> drive(const std::vector<Entry>& entries, const Timing& timing, const Finished& finished,
                   const LateCounters& late, const Flags& flags, const model::Context& context, std::ostream& out, const std::atomic<bool>& stop);

}  // namespace harness::bench

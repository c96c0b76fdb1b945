// What is inside the clock: `run`, and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>

#include <harness/sdk/abi.h>
#include <harness/worker/protocol.hpp>

namespace harness::worker {

inline double seconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}
inline double monotonic_seconds() { return seconds_of(CLOCK_MONOTONIC); }
inline double thread_cpu_seconds() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

// How many calls' private arguments are prepared at once, so that a batch stays in half of the L2 cache.
// 0 bytes per call: there is nothing to prepare, and all calls are one batch.
std::uint64_t batch_of(std::uint64_t calls, std::size_t bytes_per_call, std::size_t l2_bytes);
std::size_t l2_bytes();  // of this machine; 1 MiB where it does not tell

// Runs `calls` calls on the clock, after untimed ones for about `warmup_seconds` (0 = none).
//
// Real time is read right before and right after each `run`. The thread's CPU clock is a system call of some
// microseconds: it is read once around an unbatched run; around each batch that takes 4 ms or more; and else once around
// all batches and their preparation, of which the runs get the share that they have of the real time (a thread that is
// preempted is so in both alike). What an empty pair of readings costs is taken off as well.
//
// Answers the first status that is not OK; then `timed` is not filled in.
harness_status time_calls(const harness_solver& solver, void* instance, std::uint64_t calls, double warmup_seconds,
                          Timed& timed);

// One library's part in slices: `calls` calls are a slice of it.
struct Lane {
  const harness_solver* solver = nullptr;
  void* instance = nullptr;
  std::uint64_t calls = 1;
  double warmup_seconds = 0;
};

// `rounds` times one slice of each lane in their order, each lane warmed up before, in the same order. A slice is timed
// as all calls of `time_calls` are; its private arguments are prepared right before it. `lane` is the one at work, and
// stays where a status that is not OK, or an exception, came from; then `sliced` is of no use.
harness_status time_slices(std::span<const Lane> lanes, std::uint64_t rounds, Sliced& sliced, std::size_t& lane);

// Samples of `batch` calls, each timed by itself after 1 ms of warm-up: at least one, until there are `most_samples`,
// until they add up to `most_seconds`, or until ten times that has passed with preparing. A sample's private arguments
// are prepared at once, off the clock. `latencies.clock_seconds` is the median of 1,000 pairs of readings.
harness_status sample_calls(const harness_solver& solver, void* instance, std::uint64_t batch,
                            std::uint64_t most_samples, double most_seconds, Latencies& latencies);

}  // namespace harness::worker

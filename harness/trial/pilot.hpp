// A trial's first worker: is the answer right, and what does a call cost? And then its timings, each in a fresh worker.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <harness/trial/input.hpp>
#include <harness/trial/loaded.hpp>
#include <harness/trial/pairing.hpp>
#include <harness/worker/worker.hpp>

namespace harness::trial {

// What the first worker found. Exactly one of `ready` and a reason: only a ready trial is timed.
struct Examination {
  enum class Verdict {
    kReady,
    kFailed,          // the solver's fault
    kDoesNotFit,      // takes or answers other types than the problem: skipped, as any library that does not fit
    kProblemAtFault,  // its checker failed
    kInterrupted
  } verdict = Verdict::kReady;
  std::string reason;             // one line, unless ready
  double seconds_per_call = 0;    // of the longest pilot run, real time; > 0 when ready
};

// Calls with an input of its own, compares the answer, then calls n = 1, 10, 100... until 1 ms. A first call beyond
// 10 ms is its own pilot.
Examination examine(const Trial& trial, const Loaded& library, const Input& input, Inputs& judge, const worker::Limits& limits,
                    const worker::Settings& settings);

// n calls in a fresh worker after untimed ones (none for a call beyond 10 ms, whose cold start is below 0.1 %; else at
// least 1 ms of them, or `warm_up_seconds` where that is more).
worker::Outcome<worker::Timing> time_calls(const Loaded& library, const Input& input, std::uint64_t calls,
                                           double seconds_per_call, double warm_up_seconds, const worker::Limits& limits,
                                           const worker::Settings& settings);

// What `time_calls` takes around the calls: start, warm-up, end. For predictions of a run's length.
inline constexpr double kSecondsAroundCalls = 4e-3;

// One line for a failure: what happened, and the last line that the worker wrote, if any.
std::string in_one_line(const worker::Failure& failure);

// Seconds that one call of `size` will take, from the costs of smaller sizes (ascending: size, seconds per call):
// power law through the last two, its exponent kept within [0, 6]. 0 with fewer than two sizes or when the last one took
// less than 100 us: too little to judge by.
double predict_seconds(const std::vector<std::pair<std::uint64_t, double>>& smaller, std::uint64_t size);

}  // namespace harness::trial

// A trial's first worker: is the answer right, and what does a call cost? And then its timings, each in a fresh worker.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include <harness/trial/input.hpp>
#include <harness/trial/loaded.hpp>
#include <harness/trial/pairing.hpp>
#include <harness/worker/worker.hpp>

namespace harness::trial {

// What the first worker found. Only a trial whose verdict is kReady is timed.
struct Examination {
  enum class Verdict {
    kReady,
    kFailed,          // the solver's fault
    kTimedOut,        // the solver's fault: a call did not end within its limit
    kNoMemory,        // the solver's fault: more than its worker may have
    kDoesNotFit,      // takes or answers other types than the problem: skipped, as any library that does not fit
    kProblemAtFault,  // its checker failed
    kNotStarted,      // no worker could be had: this machine's fault
    kInterrupted
  } verdict = Verdict::kReady;
  std::string reason;           // one line, unless ready
  double seconds_per_call = 0;  // of the longest pilot run, real time; > 0 when ready
  double cpu_share = 1;         // thread CPU time over real time, of the same run
  bool waits = false;           // and gave its core up by itself meanwhile: it is not only a busy machine that makes it lower
  std::shared_ptr<const model::Bytes> answer;  // the verified one, CBOR; when ready
};

// Calls with an input of its own, compares the answer, then calls n = 1, 10, 100... until 1 ms, and compares the last
// answer too. A first call beyond 10 ms is its own pilot; so is the only call with `once`.
Examination examine(const Trial& trial, const Loaded& library, const Input& input, Inputs& judge, const worker::Limits& limits,
                    const worker::Settings& settings, bool once = false);

// Untimed seconds before the timed calls: none for a call beyond 10 ms, whose cold start is below 0.1 %; else at least
// 1 ms, or `asked` where that is more.
double warm_up_seconds(double seconds_per_call, double asked);

// n calls in a fresh worker after `warm_up` seconds of untimed ones. Their last answer is compared with the verified one,
// and judged where it is another: a solver that is only right at first does not get a time. The error is one line.
tl::expected<worker::Timing, std::string> time_calls(const Trial& trial, const Loaded& library, const Input& input,
                                                     const Examination& verified, std::uint64_t calls, double warm_up,
                                                     Inputs& judge, const worker::Limits& limits,
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

// What a trial is measured for besides time. Each pass has a fresh worker of its own, so that none disturbs the clock.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <harness/model/measurement.hpp>
#include <harness/trial/input.hpp>
#include <harness/trial/loaded.hpp>
#include <harness/worker/worker.hpp>

namespace harness::trial {

// The percentiles of single calls need so many samples, or so much time, whichever comes first.
inline constexpr std::uint64_t kMostLatencySamples = 1000;
inline constexpr double kMostLatencySeconds = 0.1;
// A call shorter than this is sampled in batches of about this length: reading the clock would be too large a part of it.
inline constexpr double kShortCallSeconds = 20e-6;

// Calls per sample for calls of this cost: 1 from 20 us on.
std::uint64_t latency_batch(double seconds_per_call);

// Memory of the first call of a process and of two more, in harness-worker-profile.
worker::Outcome<model::Memory> measure_memory(const Loaded& library, const Input& input, double seconds_per_call,
                                              const worker::Limits& limits, const worker::Settings& settings);

struct Calls {
  model::Latency latency;
  std::vector<std::pair<std::string, double>> counters;  // the solver's own, per call
};
// How long single calls take, and what the solver counted in one more.
worker::Outcome<Calls> measure_latency(const Loaded& library, const Input& input, double seconds_per_call,
                                       const worker::Limits& limits, const worker::Settings& settings);

// Instructions of one call: by the processor's counter where it answers, else by callgrind where it is installed. The
// failure says why neither could.
worker::Outcome<double> count_instructions(const Loaded& library, const Input& input, double seconds_per_call,
                                           const worker::Limits& limits, const worker::Settings& settings);

}  // namespace harness::trial

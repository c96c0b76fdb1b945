#include <harness/trial/passes.hpp>

#include <algorithm>
#include <cmath>

namespace harness::trial {
namespace {

// A worker that has the library and the input.
worker::Outcome<worker::Worker> open(const Loaded& library, const Input& input, const worker::Limits& limits,
                                     const worker::Settings& settings) {
  auto worker = worker::Worker::start(library.bytes, library.file_name, limits, settings);
  if (!worker) return worker;
  if (auto opened = worker->open(input.args); !opened) return tl::unexpected(opened.error());
  return worker;
}

}  // namespace

std::uint64_t latency_batch(double seconds_per_call) {
  if (seconds_per_call >= kShortCallSeconds) return 1;
  return static_cast<std::uint64_t>(std::clamp(std::ceil(kShortCallSeconds / std::max(seconds_per_call, 1e-12)), 1.0, 1e7));
}

worker::Outcome<model::Memory> measure_memory(const Loaded& library, const Input& input, double seconds_per_call,
                                              const worker::Limits& limits, const worker::Settings& settings) {
  auto profiling = settings;
  profiling.program = worker::Program::kHeap;
  auto worker = open(library, input, limits, profiling);
  if (!worker) return tl::unexpected(worker.error());
  auto memory = worker->memory(3 * seconds_per_call);
  if (!memory) return memory;
  if (auto ended = worker->finish(); !ended) return tl::unexpected(ended.error());
  return memory;
}

worker::Outcome<Calls> measure_latency(const Loaded& library, const Input& input, double seconds_per_call,
                                       const worker::Limits& limits, const worker::Settings& settings) {
  auto worker = open(library, input, limits, settings);
  if (!worker) return tl::unexpected(worker.error());
  auto latency = worker->latency(latency_batch(seconds_per_call), kMostLatencySamples, kMostLatencySeconds, seconds_per_call);
  if (!latency) return tl::unexpected(latency.error());
  if (auto once = worker->time(1, 0, seconds_per_call); !once) return tl::unexpected(once.error());
  auto counters = worker->counters();
  if (!counters) return tl::unexpected(counters.error());
  if (auto ended = worker->finish(); !ended) return tl::unexpected(ended.error());
  return Calls{std::move(*latency), std::move(*counters)};
}

worker::Outcome<double> count_instructions(const Loaded& library, const Input& input, double seconds_per_call,
                                           const worker::Limits& limits, const worker::Settings& settings) {
  // Enough calls that what surrounds them is below a thousandth, few enough for callgrind, which is 50 times slower.
  const auto calls = static_cast<std::uint64_t>(std::clamp(1e-3 / std::max(seconds_per_call, 1e-12), 1.0, 1e4));
  auto worker = open(library, input, limits, settings);
  if (!worker) return tl::unexpected(worker.error());
  auto counted = worker->instructions(calls, seconds_per_call);
  if (counted) {
    if (auto ended = worker->finish(); !ended) return tl::unexpected(ended.error());
    return counted;
  }
  if (counted.error().kind != worker::FailureKind::kBadState) return counted;
  auto by_callgrind = worker::instructions_by_callgrind(library.bytes, library.file_name, input.args, calls, seconds_per_call,
                                                        limits, settings);
  if (!by_callgrind && by_callgrind.error().kind == worker::FailureKind::kBadState) {
    by_callgrind.error().text = counted.error().text + "; callgrind " + by_callgrind.error().text;
  }
  return by_callgrind;
}

}  // namespace harness::trial

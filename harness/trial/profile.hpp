// A trial's profiles: raw, as the workers give them. Each pass has a fresh worker of its own.
#pragma once

#include <cstdint>

#include <harness/trial/input.hpp>
#include <harness/trial/loaded.hpp>
#include <harness/worker/worker.hpp>

namespace harness::trial {

inline constexpr double kMostProfileSeconds = 30;

worker::Outcome<worker::CpuSampling> profile_cpu(const Loaded& library, const Input& input, double seconds_per_call,
                                                 std::uint64_t enough_samples, const worker::Limits& limits,
                                                 const worker::Settings& settings);
worker::Outcome<worker::HeapDumps> profile_heap(const Loaded& library, const Input& input, double seconds_per_call,
                                                const worker::Limits& limits, const worker::Settings& settings);

}  // namespace harness::trial

// The parent's side of the passes beside time: memory, latency, instructions and the solver's own counters.
#include <algorithm>

#include <fmt/format.h>

#include <harness/worker/generated.hpp>
#include <harness/worker/host.hpp>

namespace harness::worker {
namespace {

constexpr double kWarmupOfSamples = 1e-3;

tl::unexpected<Failure> not_available(const char* why) {
  return tl::unexpected<Failure>(Failure{FailureKind::kBadState, std::string("not available: ") + why, ""});
}

}  // namespace

Outcome<model::Memory> Worker::memory(double predicted_seconds) {
  auto& conversation = state_->conversation;
  if (conversation.settings().isolation == Isolation::kNone)
    return not_available("without isolation the solver shares the harness's heap");
  if (conversation.settings().program != Program::kHeap) return not_available("this worker was started to keep time");
  if (const char* why = no_memory_pass()) return not_available(why);
  auto request = conversation.request(Kind::kMemory, Kind::kHeap, "while its memory was measured",
                                      conversation.limit_of_calls(3, predicted_seconds));
  request.frame.u64(conversation.limits().heap_bytes_max);
  const auto reply = conversation.exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const auto use = decode_heap(reply->payload);
  if (!use) return state_->refuse(fmt::format("sent {}", use.error()));
  model::Memory memory;
  memory.allocs = use->allocs;
  memory.alloc_bytes = use->alloc_bytes;
  memory.leaked_bytes = use->leaked_bytes;
  memory.heap_growths = use->heap_growths;
  memory.peaks_bytes.assign(use->peaks_bytes.begin(), use->peaks_bytes.end());
  memory.peak_heap_bytes = *std::max_element(memory.peaks_bytes.begin(), memory.peaks_bytes.end());
  return memory;
}

Outcome<model::Latency> Worker::latency(std::uint64_t batch, std::uint64_t most_samples, double most_seconds,
                                        double predicted_seconds_per_call) {
  auto& conversation = state_->conversation;
  batch = std::max<std::uint64_t>(1, batch);
  most_samples = std::clamp<std::uint64_t>(most_samples, 1, kMostSamples);
  most_seconds = std::max(0.0, most_seconds);
  const double sample = static_cast<double>(batch) * predicted_seconds_per_call;
  const double predicted = std::min(static_cast<double>(most_samples) * sample, most_seconds) + 2 * sample;
  // Preparing stops them after ten times `most_seconds`, of which ten times the prediction may fall short.
  auto deadline = conversation.limit_of_calls(1, predicted + kWarmupOfSamples);
  deadline.seconds += 10 * most_seconds;
  auto request = conversation.request(Kind::kLatency, Kind::kLatencies, "while single calls were timed", deadline);
  request.frame.u64(batch).u64(most_samples).f64(most_seconds);
  const double cpu_before = conversation.cpu_seconds();
  const auto reply = conversation.exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const double cpu_used = cpu_before < 0 ? -1 : conversation.cpu_seconds() - cpu_before;

  const auto told = decode_latencies(reply->payload);
  if (!told) return state_->refuse(fmt::format("sent {}", told.error()));
  if (told->seconds.size() > most_samples) return state_->refuse("sent more samples than were asked for");
  Timed sum;
  for (const double seconds : told->seconds) sum.real_seconds += seconds;
  sum.total_seconds = told->total_seconds;
  if (auto why = implausible(sum, reply->wall_seconds, cpu_used); !why.empty()) return state_->refuse(std::move(why));

  model::Latency latency;
  latency.batch = batch;
  latency.clock_seconds = told->clock_seconds;
  for (const double seconds : told->seconds)
    latency.seconds_per_call.push_back(std::max(0.0, seconds - told->clock_seconds) / static_cast<double>(batch));
  std::sort(latency.seconds_per_call.begin(), latency.seconds_per_call.end());
  return latency;
}

Outcome<double> Worker::instructions(std::uint64_t calls, double predicted_seconds_per_call) {
  auto& conversation = state_->conversation;
  calls = std::max<std::uint64_t>(1, calls);
  auto request =
      conversation.request(Kind::kCount, Kind::kCounted, "while its instructions were counted",
                           conversation.limit_of_calls(2, 2 * static_cast<double>(calls) * predicted_seconds_per_call));
  request.frame.u64(calls);
  const auto reply = conversation.exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const auto counted = decode_counted(reply->payload);
  if (!counted) return state_->refuse(fmt::format("sent {}", counted.error()));
  return *counted;
}

Outcome<std::vector<std::pair<std::string, double>>> Worker::counters() {
  auto request = state_->conversation.request(Kind::kCounters, Kind::kBytes, "while telling its counters");
  const auto bytes = state_->conversation.bytes_of(request);
  if (!bytes) return tl::unexpected<Failure>(bytes.error());
  auto counters = read_counters(*bytes);
  if (!counters)
    return tl::unexpected<Failure>(
        Failure{FailureKind::kBadState, fmt::format("told {} as counters", counters.error()), ""});
  return std::move(*counters);
}

}  // namespace harness::worker

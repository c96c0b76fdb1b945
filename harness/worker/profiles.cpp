// The parent's side of the profiles: what the CPU profiler and the heap profiler say of calls.
#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <string_view>

#include <fmt/format.h>

#include <harness/worker/host.hpp>

namespace harness::worker {
namespace {

constexpr double kBatchSeconds = 5e-3;
constexpr double kSamplesPerSecond = 250;
constexpr std::size_t kMostProfileBytes = std::size_t{64} << 20;
constexpr const char* kStage = "while it was profiled";

tl::unexpected<Failure> not_available(const char* why) {
  return tl::unexpected<Failure>(Failure{FailureKind::kBadState, std::string("not available: ") + why, ""});
}

std::uint64_t first_batch(double predicted_seconds_per_call) {
  if (!(predicted_seconds_per_call > 0)) return 1;
  return static_cast<std::uint64_t>(std::clamp(kBatchSeconds / predicted_seconds_per_call, 1.0, 1e9));
}

// `predicted_seconds` of profiling come on top of the calls' own limit.
Deadline extended(Deadline deadline, double most_seconds) {
  deadline.seconds += most_seconds;
  deadline.meaning += fmt::format(" and {:.3g} s of profiling", most_seconds);
  return deadline;
}

// Why these numbers cannot be true, or nothing; arguments as `implausible` has them.
std::string implausible_use(const CpuUse& use, double wall_seconds, double cpu_used) {
  if (auto why = implausible({use.wall_seconds, 0, use.total_seconds}, wall_seconds, cpu_used); !why.empty())
    return why;
  if (cpu_used < 0) return {};
  if (use.cpu_seconds > cpu_used * 1.01 + 0.01)
    return fmt::format("claims {:.3g} s of processor time, but {:.3g} s were used", use.cpu_seconds, cpu_used);
  if (static_cast<double>(use.samples) > kSamplesPerSecond * (cpu_used * 1.1 + 0.1))
    return fmt::format("claims {} samples of {:.3g} s of processor time", use.samples, cpu_used);
  return {};
}

std::string why_thin(const CpuUse& use, std::uint64_t enough_samples) {
  if (use.samples >= enough_samples) return {};
  switch (use.loss) {
    case SignalLoss::kIgnored: return "the solver ignores SIGPROF";
    case SignalLoss::kBlocked: return "the solver blocks SIGPROF";
    case SignalLoss::kReplaced: return "the solver replaced the handler of SIGPROF";
    case SignalLoss::kTimerStopped: return "the solver stopped the profiler's timer";
    case SignalLoss::kNone: break;
  }
  return fmt::format("{} sample{} in {:.3g} s", use.samples, use.samples == 1 ? "" : "s", use.total_seconds);
}

// The profiler leaves out the sites that its text of 1 MiB has no room for, and says nothing of it: do the lines add up
// to the head?
bool adds_up(const std::string& dump) {
  unsigned long long live = 0, live_bytes = 0, total = 0, total_bytes = 0;
  if (std::sscanf(dump.c_str(), "heap profile: %llu: %llu [ %llu: %llu]", &live, &live_bytes, &total, &total_bytes) !=
      4)
    return false;
  unsigned long long counts = 0, bytes = 0;
  for (auto at = dump.find('\n'); at != std::string::npos; at = dump.find('\n', at + 1)) {
    unsigned long long count = 0, size = 0;
    if (std::sscanf(dump.c_str() + at + 1, "%*u: %*u [ %llu: %llu] @", &count, &size) != 2) break;
    counts += count;
    bytes += size;
  }
  return counts == total && bytes == total_bytes;
}

}  // namespace

Outcome<CpuSampling> Worker::cpu_profile(std::uint64_t enough_samples, double most_seconds,
                                         double predicted_seconds_per_call) {
  auto& conversation = state_->conversation;
  if (conversation.settings().isolation == Isolation::kNone)
    return not_available("without isolation the harness would be sampled too");
  if (conversation.settings().program != Program::kCpuProfile)
    return not_available("this worker was started without a CPU profiler");
  if (const char* why = no_cpu_profile()) return not_available(why);
  enough_samples = std::max<std::uint64_t>(1, enough_samples);
  most_seconds = std::isfinite(most_seconds) ? std::max(0.0, most_seconds) : 0;
  const auto batch = first_batch(predicted_seconds_per_call);
  // One call is not looked at, and one may begin when the time is nearly over.
  const auto limit = conversation.limit_of_calls(2, static_cast<double>(batch) * predicted_seconds_per_call);
  auto request = conversation.request(Kind::kCpuProfile, Kind::kProfiled, kStage, extended(limit, most_seconds));
  request.frame.u64(enough_samples).f64(most_seconds).u64(batch);
  const double cpu_before = conversation.cpu_seconds();
  const auto reply = conversation.exchange(request);
  if (!reply) return tl::unexpected<Failure>(reply.error());
  const double cpu_used = cpu_before < 0 ? -1 : conversation.cpu_seconds() - cpu_before;

  const auto use = decode_profiled(reply->payload);
  if (!use) return state_->refuse(fmt::format("sent {}", use.error()));
  if (auto why = implausible_use(*use, reply->wall_seconds, cpu_used); !why.empty())
    return state_->refuse(std::move(why));
  const auto taking = conversation.request(Kind::kTakeCpuProfile, Kind::kBytes, "while giving its profile");
  auto bytes = conversation.bytes_of(taking);
  if (!bytes) return tl::unexpected<Failure>(bytes.error());
  if (bytes->empty() || bytes->size() > kMostProfileBytes)
    return state_->refuse(fmt::format("gave a profile of {}", shown_bytes(bytes->size())));
  return CpuSampling{std::move(*bytes),         use->samples,      use->calls,
                     use->wall_seconds,         use->cpu_seconds,  use->voluntary_switches,
                     use->involuntary_switches, use->minor_faults, why_thin(*use, enough_samples)};
}

Outcome<HeapDumps> Worker::heap_profile(double most_seconds) {
  auto& conversation = state_->conversation;
  if (conversation.settings().isolation == Isolation::kNone)
    return not_available("without isolation the solver shares the harness's heap");
  if (conversation.settings().program != Program::kHeap) return not_available("this worker was started to keep time");
  if (const char* why = no_memory_pass()) return not_available(why);
  most_seconds = std::isfinite(most_seconds) ? std::max(0.0, most_seconds) : 0;
  const auto request = conversation.request(Kind::kHeapProfile, Kind::kBytes, kStage,
                                            extended(conversation.limit_of_a_call(), most_seconds));
  const auto bytes = conversation.bytes_of(request);
  if (!bytes) return tl::unexpected<Failure>(bytes.error());
  const auto middle = std::find(bytes->begin(), bytes->end(), 0);
  if (middle == bytes->end() || std::find(middle + 1, bytes->end(), 0) != bytes->end())
    return state_->refuse("gave what are not two heap profiles");
  HeapDumps dumps{std::string(bytes->begin(), middle), std::string(middle + 1, bytes->end())};
  if (!adds_up(dumps.before) || !adds_up(dumps.after))
    return not_available("it allocates at more places than a heap profile can tell of (1 MiB)");
  return dumps;
}

}  // namespace harness::worker

#include <harness/worker/stopwatch.hpp>

#include <algorithm>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace harness::worker {
namespace {

constexpr double kWorthReadingCpuClock = 4e-3;
constexpr std::uint64_t kMostWarmupCalls = 1'000'000'000;
constexpr double kWarmupOfSamples = 1e-3;
constexpr double kMostPreparing = 10;  // times what is measured
constexpr std::size_t kPairsOfReadings = 1000;

std::uint64_t waits_of_thread() {
  rusage used{};
  return ::getrusage(RUSAGE_THREAD, &used) == 0 ? static_cast<std::uint64_t>(used.ru_nvcsw) : 0;
}

double cost_of_cpu_clock() {
  double cost = 1;
  for (int i = 0; i < 5; ++i) {
    const double before = thread_cpu_seconds();
    monotonic_seconds();
    monotonic_seconds();
    cost = std::min(cost, thread_cpu_seconds() - before);
  }
  return cost;
}

double median_cost_of_clock() {
  std::vector<double> costs(kPairsOfReadings);
  for (double& cost : costs) {
    const double before = monotonic_seconds();
    cost = monotonic_seconds() - before;
  }
  const auto middle = costs.begin() + kPairsOfReadings / 2;
  std::nth_element(costs.begin(), middle, costs.end());
  return *middle;
}

harness_status warm_up(const harness_solver& solver, void* instance, std::size_t bytes_per_call, double seconds) {
  const double end = monotonic_seconds() + seconds;
  for (std::uint64_t calls = 1;;) {
    const auto batch = batch_of(calls, bytes_per_call, l2_bytes());
    if (bytes_per_call > 0)
      if (const auto status = solver.prepare(instance, batch); status != HARNESS_OK) return status;
    const double begin = monotonic_seconds();
    if (const auto status = solver.run(instance, batch); status != HARNESS_OK) return status;
    const double now = monotonic_seconds();
    if (now >= end) return HARNESS_OK;
    // Ten times as many, unless that would take much longer than what is left.
    const double fitting = (end - now) / std::max((now - begin) / static_cast<double>(batch), 1e-9);
    calls = std::min({batch * 10, static_cast<std::uint64_t>(fitting) + 1, kMostWarmupCalls});
  }
}

harness_status time_one_batch(const harness_solver& solver, void* instance, std::uint64_t calls, double clock_cost,
                              Timed& timed) {
  const double cpu_begin = thread_cpu_seconds();
  const double begin = monotonic_seconds();
  const auto status = solver.run(instance, calls);
  const double end = monotonic_seconds();
  const double cpu_end = thread_cpu_seconds();
  timed.real_seconds += end - begin;
  // One thread has no more processor time than there was time; what is beyond it is the readings' own.
  timed.cpu_seconds += std::clamp(cpu_end - cpu_begin - clock_cost, 0.0, end - begin);
  return status;
}

harness_status time_batches(const harness_solver& solver, void* instance, std::uint64_t calls, std::uint64_t batch,
                            double clock_cost, Timed& timed) {
  const double cpu_begin = thread_cpu_seconds();
  const double begin = monotonic_seconds();
  bool batches_are_long = true;
  double cpu_of_long_batches = 0;
  for (std::uint64_t left = calls; left > 0;) {
    const auto now = std::min(left, batch);
    if (const auto status = solver.prepare(instance, now); status != HARNESS_OK) return status;
    if (batches_are_long) {
      const double before = timed.real_seconds;
      Timed one;
      if (const auto status = time_one_batch(solver, instance, now, clock_cost, one); status != HARNESS_OK)
        return status;
      timed.real_seconds += one.real_seconds;
      cpu_of_long_batches += one.cpu_seconds;
      const bool full = now == batch && calls > batch;
      if (full && timed.real_seconds - before < kWorthReadingCpuClock) batches_are_long = false;
    } else {
      const double run_begin = monotonic_seconds();
      const auto status = solver.run(instance, now);
      timed.real_seconds += monotonic_seconds() - run_begin;
      if (status != HARNESS_OK) return status;
    }
    left -= now;
  }
  if (batches_are_long) {
    timed.cpu_seconds = cpu_of_long_batches;
  } else {
    const double cpu = thread_cpu_seconds() - cpu_begin - clock_cost, real = monotonic_seconds() - begin;
    timed.cpu_seconds = timed.real_seconds * std::clamp(cpu / std::max(real, 1e-9), 0.0, 1.0);
  }
  return HARNESS_OK;
}

// Adds to `timed`; only what `run` took.
harness_status time_runs(const harness_solver& solver, void* instance, std::uint64_t calls, std::size_t bytes_per_call,
                         double clock_cost, Timed& timed) {
  if (bytes_per_call == 0) return time_one_batch(solver, instance, calls, clock_cost, timed);
  return time_batches(solver, instance, calls, batch_of(calls, bytes_per_call, l2_bytes()), clock_cost, timed);
}

}  // namespace

std::size_t l2_bytes() {
  static const long known = ::sysconf(_SC_LEVEL2_CACHE_SIZE);
  return known > 0 ? static_cast<std::size_t>(known) : std::size_t{1} << 20;
}

std::uint64_t batch_of(std::uint64_t calls, std::size_t bytes_per_call, std::size_t l2_bytes) {
  if (bytes_per_call == 0) return calls;
  return std::min<std::uint64_t>(calls, std::max<std::uint64_t>(1, l2_bytes / 2 / bytes_per_call));
}

harness_status time_calls(const harness_solver& solver, void* instance, std::uint64_t calls, double warmup_seconds,
                          Timed& timed) {
  const double begin = monotonic_seconds();
  const double clock_cost = cost_of_cpu_clock();  // before the warm-up, whose caches it must not disturb
  const auto bytes_per_call = solver.bytes_per_call(instance);
  if (warmup_seconds > 0)
    if (const auto status = warm_up(solver, instance, bytes_per_call, warmup_seconds); status != HARNESS_OK)
      return status;
  Timed counted;
  const auto waits_before = waits_of_thread();
  if (const auto status = time_runs(solver, instance, calls, bytes_per_call, clock_cost, counted);
      status != HARNESS_OK)
    return status;
  counted.waits = waits_of_thread() - waits_before;
  counted.total_seconds = monotonic_seconds() - begin;
  timed = counted;
  return HARNESS_OK;
}

harness_status time_slices(std::span<const Lane> lanes, std::uint64_t rounds, Sliced& sliced, std::size_t& lane) {
  const double begin = monotonic_seconds();
  const double clock_cost = cost_of_cpu_clock();
  sliced.slices.clear();
  sliced.slices.reserve(lanes.size() * rounds);
  std::vector<std::size_t> bytes_per_call;
  for (lane = 0; lane < lanes.size(); ++lane) {
    const auto& [solver, instance, calls, warmup_seconds] = lanes[lane];
    bytes_per_call.push_back(solver->bytes_per_call(instance));
    if (warmup_seconds > 0)
      if (const auto status = warm_up(*solver, instance, bytes_per_call.back(), warmup_seconds); status != HARNESS_OK)
        return status;
  }
  for (std::uint64_t round = 0; round < rounds; ++round) {
    for (lane = 0; lane < lanes.size(); ++lane) {
      const auto& [solver, instance, calls, warmup_seconds] = lanes[lane];
      Timed slice;
      if (const auto status = time_runs(*solver, instance, calls, bytes_per_call[lane], clock_cost, slice);
          status != HARNESS_OK)
        return status;
      sliced.slices.push_back({slice.real_seconds, slice.cpu_seconds});
    }
  }
  sliced.total_seconds = monotonic_seconds() - begin;
  return HARNESS_OK;
}

harness_status sample_calls(const harness_solver& solver, void* instance, std::uint64_t batch,
                            std::uint64_t most_samples, double most_seconds, Latencies& latencies) {
  const double begin = monotonic_seconds();
  latencies.clock_seconds = median_cost_of_clock();
  latencies.seconds.clear();
  latencies.seconds.reserve(most_samples);
  const auto bytes_per_call = solver.bytes_per_call(instance);
  if (const auto status = warm_up(solver, instance, bytes_per_call, kWarmupOfSamples); status != HARNESS_OK)
    return status;
  const double last = monotonic_seconds() + kMostPreparing * most_seconds;
  double measured = 0;
  for (;;) {
    if (bytes_per_call > 0)
      if (const auto status = solver.prepare(instance, batch); status != HARNESS_OK) return status;
    const double run_begin = monotonic_seconds();
    const auto status = solver.run(instance, batch);
    const double run_end = monotonic_seconds();
    if (status != HARNESS_OK) return status;
    latencies.seconds.push_back(run_end - run_begin);
    measured += run_end - run_begin;
    if (latencies.seconds.size() >= most_samples || !(measured < most_seconds) || run_end >= last) break;
  }
  latencies.total_seconds = monotonic_seconds() - begin;
  return HARNESS_OK;
}

}  // namespace harness::worker

#include <harness/worker/cpu_sampling.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <gperftools/profiler.h>

#include <harness/worker/stopwatch.hpp>

namespace harness::worker {
namespace {

constexpr double kBatchSeconds = 5e-3;
constexpr std::uint64_t kMostCallsOfBatch = 1'000'000'000;
constexpr double kPatience = 0.5;   // of processor time without a sample
constexpr double kLeastRate = 125;  // samples a second of processor time: half of what is asked for
constexpr std::uint64_t kMostProfileBytes = 64 << 20;

constinit std::atomic<bool> in_a_call = false;
int is_in_a_call(void*) { return in_a_call.load(std::memory_order_relaxed); }

// While it lives, stderr leads nowhere: the profiler prints a line when it stops.
class Silence {
 public:
  Silence() : kept_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)) {
    const int nowhere = kept_ < 0 ? -1 : ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0) return;
    ::dup2(nowhere, STDERR_FILENO);
    ::close(nowhere);
  }
  ~Silence() {
    if (kept_ < 0) return;
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  int kept_;
};

void stop_profiler() {
  if (::ProfilingIsEnabledForAllThreads() == 0) return;
  const Silence silence;
  ::ProfilerStop();
}

class Profiler {
 public:
  Profiler() : file_(::memfd_create("cpu-profile", MFD_CLOEXEC)) {
    // When a solver exits while it is profiled, before the profiler's own end with its line.
    static const bool once = std::atexit(stop_profiler) == 0;
    const ProfilerOptions options{is_in_a_call, nullptr};
    started_ = once && file_ >= 0 &&
               ::ProfilerStartWithOptions(("/proc/self/fd/" + std::to_string(file_)).c_str(), &options) != 0;
  }
  ~Profiler() {
    stop_profiler();
    if (file_ >= 0) ::close(file_);
  }
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  bool started() const { return started_; }
  std::uint64_t samples() const {
    ProfilerState state;
    ::ProfilerGetCurrentState(&state);
    return static_cast<std::uint64_t>(std::max(0, state.samples_gathered));
  }
  // What it wrote until it stopped here; empty when that cannot be read.
  std::string take() {
    stop_profiler();
    struct stat facts {};
    if (::fstat(file_, &facts) != 0) return {};
    std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
    for (std::size_t at = 0; at < bytes.size();) {
      const auto got = ::pread(file_, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
      if (got <= 0) return {};
      at += static_cast<std::size_t>(got);
    }
    return bytes;
  }

 private:
  int file_;
  bool started_ = false;
};

// CLOCK_PROCESS_CPUTIME_ID would be as of the last tick while the profiler's timer runs.
double cpu_of(const rusage& used) {
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

// Adds to `use` what the process did while it lives; only then samples are taken.
class InCall {
 public:
  explicit InCall(CpuUse& use) : use_(use) {
    ::getrusage(RUSAGE_SELF, &before_);
    begin_ = monotonic_seconds();
    in_a_call.store(true, std::memory_order_relaxed);
  }
  ~InCall() {
    in_a_call.store(false, std::memory_order_relaxed);
    use_.wall_seconds += monotonic_seconds() - begin_;
    rusage after{};
    ::getrusage(RUSAGE_SELF, &after);
    use_.cpu_seconds += std::max(0.0, cpu_of(after) - cpu_of(before_));
    use_.voluntary_switches += static_cast<std::uint64_t>(after.ru_nvcsw - before_.ru_nvcsw);
    use_.involuntary_switches += static_cast<std::uint64_t>(after.ru_nivcsw - before_.ru_nivcsw);
    use_.minor_faults += static_cast<std::uint64_t>(after.ru_minflt - before_.ru_minflt);
  }
  InCall(const InCall&) = delete;
  InCall& operator=(const InCall&) = delete;

 private:
  CpuUse& use_;
  rusage before_{};
  double begin_ = 0;
};

// Is it code of the library that has the profiler?
bool is_profilers(void* function) {
  Dl_info handler{}, profiler{};
  return ::dladdr(function, &handler) != 0 && ::dladdr(reinterpret_cast<void*>(&::ProfilerStop), &profiler) != 0 &&
         handler.dli_fbase == profiler.dli_fbase;
}

SignalLoss look_for_loss() {
  struct sigaction action {};
  ::sigaction(SIGPROF, nullptr, &action);
  if ((action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN) return SignalLoss::kIgnored;
  if (!is_profilers(reinterpret_cast<void*>(action.sa_sigaction))) return SignalLoss::kReplaced;
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  if (::sigismember(&blocked, SIGPROF) == 1) return SignalLoss::kBlocked;
  itimerval timer{};
  ::getitimer(ITIMER_PROF, &timer);
  if (timer.it_interval.tv_sec == 0 && timer.it_interval.tv_usec == 0) return SignalLoss::kTimerStopped;
  return SignalLoss::kNone;
}

std::uint64_t next_batch(std::uint64_t batch, double took) {
  const double fitting = static_cast<double>(batch) * kBatchSeconds / std::max(took, 1e-9);
  const auto most = std::min(10 * batch, kMostCallsOfBatch);
  return fitting >= static_cast<double>(most) ? most : std::max<std::uint64_t>(1, static_cast<std::uint64_t>(fitting));
}

}  // namespace

std::uint64_t most_profile_bytes() { return kMostProfileBytes; }

harness_status sample_cpu(const harness_solver& solver, void* instance, const CpuSamplingOrder& order, CpuUse& use,
                          std::string& profile, std::string& unavailable) {
  const double begin = monotonic_seconds(), last = begin + order.most_seconds;
  const auto bytes_per_call = solver.bytes_per_call(instance);
  const auto prepare = [&](std::uint64_t calls) {
    return bytes_per_call > 0 ? solver.prepare(instance, calls) : HARNESS_OK;
  };
  Profiler profiler;
  if (!profiler.started()) {
    unavailable = "not available here: gperftools' CPU profiler could not be started";
    return HARNESS_OK;
  }
  use = {};
  if (const auto status = prepare(1); status != HARNESS_OK) return status;
  if (const auto status = solver.run(instance, 1); status != HARNESS_OK) return status;

  auto batch = std::clamp<std::uint64_t>(order.first_batch, 1, kMostCallsOfBatch);
  double cpu_at_last_sample = 0;
  for (;;) {
    const double before = use.wall_seconds;
    const auto end = use.calls + batch;
    do {
      const auto now = batch_of(end - use.calls, bytes_per_call, l2_bytes());
      if (const auto status = prepare(now); status != HARNESS_OK) return status;
      harness_status status;
      {
        const InCall in_call(use);
        status = solver.run(instance, now);
      }
      if (status != HARNESS_OK) return status;
      use.calls += now;
    } while (use.calls < end && monotonic_seconds() < last);
    const auto samples = profiler.samples();
    if (samples != use.samples) cpu_at_last_sample = use.cpu_seconds;
    use.samples = samples;
    if (samples >= order.enough_samples || monotonic_seconds() >= last) break;
    if (use.cpu_seconds - cpu_at_last_sample >= kPatience) {
      if (look_for_loss() != SignalLoss::kNone) break;
      cpu_at_last_sample = use.cpu_seconds;
    }
    batch = next_batch(batch, use.wall_seconds - before);
  }
  if (use.samples < order.enough_samples && static_cast<double>(use.samples) < use.cpu_seconds * kLeastRate)
    use.loss = look_for_loss();
  profile = profiler.take();
  use.total_seconds = monotonic_seconds() - begin;
  return HARNESS_OK;
}

}  // namespace harness::worker

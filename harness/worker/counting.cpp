#include <harness/worker/counting.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(HARNESS_CALLGRIND)
#include <valgrind/callgrind.h>
#endif

#include <harness/worker/stopwatch.hpp>

namespace harness::worker {
namespace {

// The processor's counter of retired instructions: this thread, user mode only, never shared with other counters.
class InstructionCounter {
 public:
  InstructionCounter() {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_HARDWARE;
    attributes.config = PERF_COUNT_HW_INSTRUCTIONS;
    attributes.disabled = 1;
    attributes.pinned = 1;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    descriptor_ = static_cast<int>(::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
    if (descriptor_ < 0) error_ = errno;
  }
  ~InstructionCounter() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  InstructionCounter(const InstructionCounter&) = delete;
  InstructionCounter& operator=(const InstructionCounter&) = delete;

  int error() const { return error_; }
  void start() {
    ::ioctl(descriptor_, PERF_EVENT_IOC_RESET, 0);
    ::ioctl(descriptor_, PERF_EVENT_IOC_ENABLE, 0);
  }
  // False: it did not count all the time.
  bool stop(std::uint64_t& instructions) {
    ::ioctl(descriptor_, PERF_EVENT_IOC_DISABLE, 0);
    struct {
      std::uint64_t value, enabled, running;
    } now{};
    if (::read(descriptor_, &now, sizeof now) != sizeof now) return false;
    instructions = now.value;
    return now.value > 0 && now.enabled == now.running;
  }

 private:
  int descriptor_ = -1;
  int error_ = 0;
};

harness_status run_in_batches(const harness_solver& solver, void* instance, std::uint64_t calls,
                              InstructionCounter* counter, double around, double& counted, bool& counts) {
  const auto bytes_per_call = solver.bytes_per_call(instance);
  const auto batch = batch_of(calls, bytes_per_call, l2_bytes());
  for (auto left = calls; left > 0; left -= std::min(left, batch)) {
    const auto now = std::min(left, batch);
    if (bytes_per_call > 0)
      if (const auto status = solver.prepare(instance, now); status != HARNESS_OK) return status;
    if (counter != nullptr) counter->start();
    const auto status = solver.run(instance, now);
    std::uint64_t instructions = 0;
    if (counter != nullptr && !counter->stop(instructions)) counts = false;
    counted += static_cast<double>(instructions) - around;
    if (status != HARNESS_OK) return status;
  }
  return HARNESS_OK;
}

}  // namespace

harness_status count_instructions(const harness_solver& solver, void* instance, std::uint64_t calls, double& per_call,
                                  std::string& unavailable) {
  InstructionCounter counter;
  if (counter.error() != 0) {
    unavailable = std::string("not available here: perf_event_open: ") + std::strerror(counter.error());
    return HARNESS_OK;
  }
  auto around = std::numeric_limits<std::uint64_t>::max();
  bool counts = true;
  for (int i = 0; i < 5; ++i) {
    std::uint64_t nothing = 0;
    counter.start();
    counts = counter.stop(nothing) && counts;
    around = std::min(around, nothing);
  }
  double counted = 0;
  if (counts) {
    double unmeasured = 0;
    if (const auto status = run_in_batches(solver, instance, calls, nullptr, 0, unmeasured, counts);
        status != HARNESS_OK)
      return status;
    if (const auto status =
            run_in_batches(solver, instance, calls, &counter, static_cast<double>(around), counted, counts);
        status != HARNESS_OK)
      return status;
  }
  per_call = counted / static_cast<double>(std::max<std::uint64_t>(1, calls));
  if (!counts || per_call <= 0)
    unavailable = "not available here: perf_event_open: the counter of instructions stands still or is shared";
  return HARNESS_OK;
}

#if defined(HARNESS_CALLGRIND)

harness_status trace_instructions(const harness_solver& solver, void* instance, std::uint64_t calls,
                                  std::string& unavailable) {
  if (RUNNING_ON_VALGRIND == 0) {
    unavailable = "not available: this worker does not run under callgrind";
    return HARNESS_OK;
  }
  const bool prepares = solver.bytes_per_call(instance) > 0;
  const std::uint64_t runs[] = {calls, calls, calls * 2};
  for (int i = 0; i < 3; ++i) {
    if (prepares)
      if (const auto status = solver.prepare(instance, runs[i]); status != HARNESS_OK) return status;
    const bool measured = i > 0;
    if (measured) {
      CALLGRIND_ZERO_STATS;
      CALLGRIND_TOGGLE_COLLECT;
    }
    const auto status = solver.run(instance, runs[i]);
    if (measured) {
      CALLGRIND_TOGGLE_COLLECT;
      CALLGRIND_DUMP_STATS;
    }
    if (status != HARNESS_OK) return status;
  }
  return HARNESS_OK;
}

#else

harness_status trace_instructions(const harness_solver&, void*, std::uint64_t, std::string& unavailable) {
  unavailable = "not available: this worker was built without callgrind's requests";
  return HARNESS_OK;
}

#endif

}  // namespace harness::worker

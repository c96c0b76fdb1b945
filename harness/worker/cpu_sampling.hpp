// Calls under gperftools' CPU profiler, in the child. Works in harness-worker-cpu only, which has the profiler alone and
// the system's allocator: what is sampled is what was timed. Elsewhere (cpu_sampling_absent.cpp) it says that it is not
// available.
//
// The profiler's signal comes 250 times a second of the process's processor time, to the thread that used it. It writes
// to a memory file: nothing of it touches a disk.
#pragma once

#include <cstdint>
#include <string>

#include <harness/sdk/abi.h>
#include <harness/worker/protocol.hpp>

namespace harness::worker {

// How large a file may become that this program writes: RLIMIT_FSIZE. 0 = none may be written.
std::uint64_t most_profile_bytes();

struct CpuSamplingOrder {
  std::uint64_t enough_samples = 0;
  double most_seconds = 0;        // of all of it, preparing too; the call that is under way runs to its end
  std::uint64_t first_batch = 1;  // calls until the first look at the time; later batches take about 5 ms
};

// One call that is not looked at, then calls until there are enough samples. Sampled and counted is what happens while
// `run` runs, in all threads. `profile` is what the profiler wrote. The profiler has stopped when this returns or throws.
// Answers the first status that is not OK; where there is no profiler `unavailable` says why and HARNESS_OK is answered.
//
// When half a second of processor time brought no sample, or less than half of what it should have, it is looked into
// why; a reason that is found ends the calls.
harness_status sample_cpu(const harness_solver& solver, void* instance, const CpuSamplingOrder& order, CpuUse& use,
                          std::string& profile, std::string& unavailable);

}  // namespace harness::worker

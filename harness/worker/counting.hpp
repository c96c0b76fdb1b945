// Instructions of single calls, in the child: by the processor's own counter, or by callgrind when the child runs in it.
#pragma once

#include <cstdint>
#include <string>

#include <harness/sdk/abi.h>

namespace harness::worker {

// User-mode instructions of one call of this thread, the mean of `calls` calls (at least 1) after as many unmeasured
// ones. Where the machine does not count, `unavailable` says why and HARNESS_OK is answered; else `per_call` is above 0.
// What starting and stopping the counter takes is subtracted. Answers the first status that is not OK.
harness_status count_instructions(const harness_solver& solver, void* instance, std::uint64_t calls, double& per_call,
                                  std::string& unavailable);

// Under callgrind: makes it write the cost of `calls` calls to its first file, and that of twice as many to its second,
// after as many unmeasured ones. The difference of the two is free of what surrounds the calls. Private arguments are
// prepared for all calls of a run at once: keep `calls` small.
harness_status trace_instructions(const harness_solver& solver, void* instance, std::uint64_t calls,
                                  std::string& unavailable);

}  // namespace harness::worker

// What a child does to itself before it touches anybody's code.
#pragma once

#include <cstdint>

#include <sys/types.h>

namespace harness::worker {

struct Enclosure {
  pid_t parent = 0;                       // who must be alive; this process dies with it
  std::uint64_t address_space_bytes = 0;  // RLIMIT_AS; 0 = none
  std::uint64_t file_bytes = 0;  // RLIMIT_FSIZE; above 0 only where a tool or a profiler writes
  bool in_tool = false;          // which needs descriptors of its own
};

// In this order: dies with its parent (and at once when that is gone already), resource limits (address space, no file
// may grow beyond file_bytes, few descriptors, a bounded stack, no core dump), not dumpable, no new privileges. Answers the name of the
// step that failed, with errno set, or nothing.
const char* enclose(const Enclosure& enclosure);

// Lets this process use `seconds` more of processor time on each core, then SIGXCPU. The parent's deadline comes first;
// this one holds when the parent is stopped.
void allow_cpu_seconds(double seconds);

}  // namespace harness::worker

// What of this machine spoils measuring, and how to mend it. docs/doctor.md explains each finding.
//
// Whatever is missing or garbage makes a finding `unknown`; nothing here fails.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace harness::machine {

enum class Health { kGood, kSpoils, kUnknown };
const char* word_of(Health health);  // `good`, `spoils`, `unknown`

struct Spoiler {
  std::string what;  // one of kSpoilers
  Health state = Health::kUnknown;
  std::string found;  // one short line: `powersave on 2 of 2 cores`
  std::string mend;   // one line, what to do about it; "" where nothing is to be done
};

// All findings, in this order; each is a heading in docs/doctor.md.
inline constexpr const char* kSpoilers[] = {
    "frequency governor", "turbo",         "sibling threads", "load",     "stolen time", "virtual machine",
    "processor limit",    "cores allowed", "memory limit",    "swap",     "huge pages",  "address randomization",
    "allocator",          "quiet core",    "clock source",    "counters", "valgrind"};

// What the findings rest on: files below `root`, and what has to be asked for otherwise.
struct Surroundings {
  std::filesystem::path root = "/";
  std::vector<int> cores;  // that this process may run on, ascending; empty = not known
  // Passes the time between two readings of /proc/stat.
  std::function<void()> wait_100_ms = [] {};
  std::string search_path;  // PATH, for programs
  // Whether the processor's own counter of instructions answers: 0, or the errno of perf_event_open.
  std::optional<int> counter_errno;
};

// Of this process, on this machine: 100 ms of waiting, and one counter that is opened and closed again.
Surroundings this_machine();

// One finding for each of kSpoilers.
std::vector<Spoiler> spoilers(const Surroundings& surroundings);

// A core that the kernel keeps other programs off (`isolcpus=`) and on which this process may run; rather one without
// timer ticks (`nohz_full=`) when there are several, and the first among equals. Nothing: there is none.
std::optional<int> quiet_core(const Surroundings& surroundings);

// Bytes, of the caches of the first core: its own share of L1 data and L2, and the L3 that it shares. 0 = unknown.
struct CacheSizes {
  std::uint64_t l1_data = 0;
  std::uint64_t l2 = 0;
  std::uint64_t l3 = 0;
};

// From /sys below `root`; what is missing there is asked of the C library, where `root` is `/`.
CacheSizes caches(const std::filesystem::path& root = "/");

}  // namespace harness::machine

// Where a solver's time and memory go: stacks with samples, sites with allocations, what of them is compared from run
// to run, and what a comparison found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harness::model {

// A frame as debug information and symbol tables know it. What is not known is "" or 0, never guessed.
struct CodePlace {
  enum class Origin {
    kSolver,   // its library, inlined code of headers included
    kLibrary,  // libc, libstdc++, the allocator...: `module` says which
    kHarness,  // the worker
    kKernel,   // [vdso]
    kUnknown   // an address in no mapping
  } origin = Origin::kUnknown;
  std::string function;    // demangled, whole: `IndexTable::find(int) const`
  std::string file;        // as compiled: `two-sum-v2.1.0/open_addressing.cpp`, `/usr/include/c++/12/bits/hashtable.h`
  std::uint32_t line = 0;  // of the address
  std::uint32_t function_line = 0;  // where the function is declared
  std::string module;               // `two-sum-v2.1.0.so`, `libc.so.6`
  bool inlined = false;             // into the frame that follows it in the stack
  bool operator==(const CodePlace&) const = default;
};
// `solver`, `library`, `harness`, `kernel`, `unknown`
std::string_view origin_word(CodePlace::Origin origin);
std::optional<CodePlace::Origin> origin_of(std::string_view word);

// Is the frame's file the solver's own source? Not: headers of the system or a compiler, the SDK's, "".
bool is_own_source(const CodePlace& place);

// Frames are indices into the profile's places, innermost first, inlined ones as frames of their own; cut at the
// solver's entry. Direct recursion stands as one frame.
struct SampledStack {
  std::vector<std::uint32_t> frames;  // at least one
  std::uint64_t samples = 0;
  bool truncated = false;  // its outer end was beyond the profiler's 254 frames
  bool operator==(const SampledStack&) const = default;
};

struct CpuProfile {
  std::vector<CodePlace> places;
  std::vector<SampledStack> stacks;   // most samples first
  std::uint64_t samples = 0;          // sum over the stacks
  std::uint64_t outside = 0;          // samples without a frame of the solver's library: left out
  double seconds_per_sample = 0.004;  // of CPU time, as the profile says
  // Of the calls that were profiled, preparing their arguments left out:
  std::uint64_t calls = 0;
  double wall_seconds = 0, cpu_seconds = 0;
  std::uint64_t voluntary_switches = 0, involuntary_switches = 0, minor_faults = 0;
  std::string thin_because;  // one line, of a profile of less than kLeastSamples: `212 samples in 30 s`; "" = it is not
};

// `std::_Hashtable<int, ...>::_M_rehash_aux(unsigned long, ...)` -> `std::_Hashtable::_M_rehash_aux`; `operator()` is kept,
// and so is `(anonymous namespace)`. No name becomes empty.
std::string short_name(std::string_view function);

// A profile of fewer samples names no function.
inline constexpr std::uint64_t kLeastSamples = 400;

struct AllocationSite {
  std::vector<std::uint32_t> frames;               // as SampledStack; the allocator's own left out
  double allocs_per_call = 0, bytes_per_call = 0;  // exact, of one call in steady state
  bool operator==(const AllocationSite&) const = default;
};

struct HeapProfile {
  std::vector<CodePlace> places;
  std::vector<AllocationSite> sites;  // most bytes first, then most allocations
};

// What of a profile is compared between runs of one binary, and between binaries.
struct Fingerprint {
  std::string sha256;              // lower-case hex, over `hot`, `sites` and `growth_class` alone; "" = nothing to hash
  std::vector<std::string> hot;    // at most 3 functions, by name: `open_addressing.cpp:IndexTable::find`
  std::vector<std::string> sites;  // `twoSum hash_map.cpp allocs=2 bytes=4096`, sorted
  std::string growth_class;        // `O(n)`; "" = unknown
  std::vector<double> vector;      // each 0 to 1: profile/fingerprint.hpp names the dimensions
  std::uint64_t samples = 0;       // behind `hot`
};

// A file of the solver's source as it was when the profile was made.
struct SourceText {
  std::string file;    // as compiled: `two-sum-v2.1.0/hash_map.cpp`
  std::string text;    // at most 256 KiB
  bool newer = false;  // it was changed after the library was built: lines may be others
};

// All that was profiled of one solver on one case.
struct CaseProfile {
  std::string problem, solver, case_name;    // `two-sum`, `v2.0.0`, `uniform/65536`
  std::string library_file, library_sha256;  // `two-sum-v2.0.0.so`
  double real_seconds_per_call = 0;          // as timed without a profiler; 0 = unknown
  std::optional<CpuProfile> cpu;
  std::optional<HeapProfile> heap;
  Fingerprint fingerprint;
  std::vector<std::string> warnings;  // one line each: `heap profile: not available: built without gperftools`
  std::vector<SourceText> sources;    // of the places that are the solver's own, where they were found
  // The side it was held against: `v2.1.0@abc1234`; "" = none. Time of a call over that side's.
  std::string compared_with;
  double ratio = 1;
  std::string name() const { return problem + "/" + solver + "/" + case_name; }
};

// A function whose part of the time of a call differs between two sides.
struct FunctionChange {
  std::string function;  // `std::_Hashtable::_M_rehash_aux`: without template arguments and parameters
  std::string file;      // "" = no debug information
  std::string module;    // named where it is not the solver's library
  std::string
      place;  // the line in the solver's own source that it happens at: `two-sum-v2.1.0/hash_map.cpp:14`; "" = unknown
  bool own = false;  // the samples are its own; else also those of what it calls
  std::uint64_t old_samples = 0, new_samples = 0, old_total = 0, new_total = 0;
  double z = 0;     // of the difference
  double part = 0;  // of the whole difference in time that it accounts for, e.g. 0.8
};
struct SiteChange {
  std::string function;  // as above
  std::string place;     // `two-sum-v2.1.0/hash_map.cpp:14`; "" = unknown
  double old_allocs = 0, new_allocs = 0, old_bytes = 0, new_bytes = 0;  // per call
};
// What the profiles of two sides say about why they differ.
struct ProfileChange {
  std::vector<FunctionChange> functions;  // largest part first, at most 3
  std::vector<SiteChange> sites;          // largest difference in bytes first, at most 3
  std::string silent_because;             // why `functions` is empty: `too few samples (212 and 640, 400 are needed)`
  bool fingerprint_changed = false;
  std::string old_sha256, new_sha256;
  std::optional<double> distance;  // 0 alike to 1
};

}  // namespace harness::model

// The performance fingerprint: what stays the same when one binary is run again, and how alike two are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harness/model/profile.hpp>

namespace harness::profile {

// Dimensions of Fingerprint::vector, each 0 to 1, in this order:
//   own share of the 1st, 2nd, 3rd hottest function; depth of the stacks in which each is the leaf (mean frames / 64,
//   at most 1); share of samples in the allocator; heap growths of the first call (n / (n + 1)); blocked share: 1 - CPU
//   / wall time; voluntary and involuntary switches and minor faults per call (each n / (n + 1)).
inline constexpr std::size_t kDimensions = 12;
inline constexpr std::array<std::string_view, kDimensions> kDimensionNames = {"share 1",
                                                                              "share 2",
                                                                              "share 3",
                                                                              "depth 1",
                                                                              "depth 2",
                                                                              "depth 3",
                                                                              "allocator",
                                                                              "heap growths",
                                                                              "blocked",
                                                                              "voluntary switches",
                                                                              "involuntary switches",
                                                                              "minor faults"};

// `before`: the fingerprint that this binary had last time, or null, for hysteresis: a function that was hot stays hot
// while it has kLeaves of the samples and none that was not has kMargin more than the least hot one. Without: functions
// above kEnters, cut at the largest gap between neighbours, at most 3. Fewer than kLeastSamples: `hot` is empty.
inline constexpr double kEnters = 0.12, kLeaves = 0.08, kMargin = 0.08;
model::Fingerprint fingerprint(const std::optional<model::CpuProfile>& cpu,
                               const std::optional<model::HeapProfile>& heap, const std::string& growth_class,
                               std::optional<double> heap_growths, const model::Fingerprint* before);

// Euclidean over the vectors / sqrt(kDimensions): 0 alike, 1 as different as can be. Of vectors of other lengths: 1.
double distance(const model::Fingerprint& a, const model::Fingerprint& b);

// Samples by function, most own samples first. Functions are one by name and file, folders left out (a version's folder
// is part of the path): equal names in two files, or in two modules, are two functions. Plumbing of the standard
// library (`__detail`, `__gnu_cxx`, operators, allocators, names that begin with two underscores, `_M_allocate` and the
// like) counts for its caller, a frame without a name for the named one of its module that called it.
struct FunctionSamples {
  std::string function;  // short: `std::_Hashtable::_M_rehash_aux`; "" = only the module is known
  std::string file, module;
  std::uint64_t own = 0, cumulative = 0;
  double mean_depth = 0;  // of the stacks in which it is the leaf
};
std::vector<FunctionSamples> functions_of(const model::CpuProfile& profile);
// Lines by cumulative samples: a stack counts once for each line of the solver's own source (neither system headers nor
// the SDK) in it. `own`: the line is in the innermost such frame.
struct LineSamples {
  std::string file;
  std::uint32_t line = 0;
  std::uint64_t own = 0, cumulative = 0;
};
std::vector<LineSamples> lines_of(const model::CpuProfile& profile);
using model::is_own_source;

}  // namespace harness::profile

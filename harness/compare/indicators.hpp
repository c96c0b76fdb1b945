// Three indicators of a version over a run: does it grow as declared, is its memory steady, is the way to an answer.
// docs/measures.md has formulas and weights in words.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <harness/compare/growth.hpp>
#include <harness/model/measurement.hpp>

namespace harness::compare {

// `ab.time_deviation`: the worst of a version's families, by what counts: above before below, then by distance.
struct TimeDeviation {
  double relative = 0;      // |T_actual - T_theoretical| / T_theoretical
  bool above = false;       // slower than the theory; faster is never over the limit
  bool over_limit = false;  // above, and relative > 0.35
};
// Nothing where no family has a deviation.
std::optional<TimeDeviation> time_deviation(std::span<const Growth> families);

// Memory volatility: the standard deviation (n - 1) of the calls' peak live bytes over their mean, in a window. The peaks
// carry no time, and a run's memory pass is far shorter than the 60 s of a long-running window: the window is the whole run.
struct MemoryVolatility {
  enum class Level { kSteady, kWarns, kFrozen };
  double relative = 0;
  Level level = Level::kSteady;
  std::size_t calls = 0;  // in the window
};
inline constexpr double kVolatilityWarns = 0.15;   // more than this
inline constexpr double kVolatilityFrozen = 0.18;  // more than this
// Nothing for fewer than two calls, which have no deviation, and where a peak is not finite or negative. All peaks 0: 0.
std::optional<MemoryVolatility> memory_volatility(std::span<const double> peaks_bytes);

// The most volatile trial of one version: calls on different inputs are not compared with each other.
std::optional<MemoryVolatility> memory_volatility(std::span<const model::Measurement> rows);

// What the chain load -> verify -> run went through for one version.
struct Chain {
  std::size_t trials = 0;              // that were started; skipped and interrupted ones were not
  std::size_t succeeded = 0;           // of them; <= trials
  std::size_t repeats = 0;             // steps done again because the first attempt did not end well
  std::optional<double> p99_over_p50;  // >= 1: median over the trials whose latency is known
};
// Counts rows of one version; repeats is what the run knows.
Chain chain_of(std::span<const model::Measurement> rows, std::size_t repeats);

// AC stability score, `ab.ac_score`:
//   100 * (0.50 * success + 0.25 * tail + 0.25 * repeats)
//   success = max(0, 1 - 5 * (1 - succeeded / trials))          one trial in five that fails leaves nothing
//   tail    = 1 - log2(p99/p50 / 2) / 4, within 0 and 1          1 up to a ratio of 2, nothing from 32 on
//   repeats = max(0, 1 - repeats / trials)                       one repeat a trial leaves nothing
// Without a tail its weight is shared by the two others in proportion.
struct StabilityScore {
  double score = 0;                 // 0 to 100
  double success = 0, repeats = 0;  // the parts, 0 to 1
  std::optional<double> tail;
  bool below_threshold = false;  // score < threshold: degrade to the baseline version
};
inline constexpr double kStabilityThreshold = 80;
// Nothing where no trial was started.
std::optional<StabilityScore> stability_score(const Chain& chain, double threshold = kStabilityThreshold);

}  // namespace harness::compare

// How time or memory grows with the size of the input: which class fits, and where and why the declared one is left.
//
// All fits are on logarithms, so that 16 elements count as much as a million. Hardware is no class: a step of a bounded
// factor where the working set outgrows a cache, or where branches can no longer be learnt, must not turn O(n) into
// O(n^2). docs/measures.md has the rules in words, with the figures behind the thresholds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <harness/compare/growth_class.hpp>

namespace harness::compare {

struct GrowthPoint {
  std::uint64_t size = 0;
  double value = 0;              // seconds a call (the median of the processes), or bytes; >= 0
  double relative_spread = 0;    // of the value, >= 0; 0 = exact or not known
  double working_set_bytes = 0;  // what the call touches: input and peak of the heap; 0 = not known
};

struct CacheSizes {
  std::uint64_t l1 = 0, l2 = 0, l3 = 0;  // bytes that one core may use; 0 = not known
};

// Where a series leaves the declared class.
struct Departure {
  std::uint64_t kept_size =
      0;  // the last size that keeps the class: within 17.5 % of what the sizes before it foretell
  std::uint64_t first_size = 0;  // the first that does not, by more than 35 %, and no later one does
  double factor = 1;             // value at the largest size over what kept_size and the sizes below it foretell
  int cache_level = 0;           // 1, 2, 3: the cache that the working set outgrows between the two; 0 = none does
};

struct Growth {
  enum class State {
    kFitted,
    kTooFewSizes,  // fewer than 4 distinct sizes, or less than a factor of 8 between smallest and largest
    kTooNoisy      // the classes in `candidates` cannot be told apart; none is named
  };
  // What the declared class says to it. kUndeclared whenever no class is declared or none was found.
  enum class Finding {
    kUndeclared,
    kKept,        // time_deviation is at most 35 % above
    kBetter,      // a class that grows slower than the declared one fits
    kOtherClass,  // `best` grows faster than declared, and the deviation shows it
    kCache,       // `departure` at a cache size, by a bounded factor: the class is kept
    kStep,        // `departure` by a bounded factor where no cache is known to end (branches, pages): the class is kept
    kTail         // from `departure` on it grows by another power: `tail_class`, where the sizes there are enough
  };

  State state = State::kTooFewSizes;
  Finding finding = Finding::kUndeclared;
  std::size_t sizes = 0;             // distinct ones that counted
  std::size_t zeros = 0;             // smallest sizes left out because their value was 0
  std::optional<GrowthClass> best;   // with kFitted
  std::optional<double> best_error;  // exp(rms of the log residuals) - 1: 0.05 = typically 5 % off
  std::optional<GrowthClass> declared;
  std::optional<double> declared_error;                // same, where sizes are enough
  std::optional<double> signed_deviation;              // T_actual / T_theoretical - 1 at the largest size, see fit()
  std::optional<Departure> departure;                  // with kCache, kStep, kTail, kOtherClass
  std::optional<GrowthClass> tail_class;               // with kTail
  std::vector<GrowthClass> candidates;                 // fit as well as `best` or better, and were not preferred
  std::array<double, kGrowthClasses.size()> errors{};  // of each class, by its position; 0 before there is a fit

  // |T_actual - T_theoretical| / T_theoretical; nothing where no class is declared or sizes do not suffice.
  std::optional<double> time_deviation() const;
};

// Above it the diagnosis starts.
inline constexpr double kTimeDeviationLimit = 0.35;

// `best`: a class whose typical residual is at most 10 %, or twice the spread, wins by least squares; classes that noise
// does not tell from it are ties, of which the declared one is preferred, and without one nothing is named. A declared
// class that differs by a logarithm only and leaves at most 6 %, or twice the spread, is a tie too. Where steps
// keep every class beyond that, the class whose residuals wander least wins; the declared class is then kept unless
// another power wanders less by a quarter and the series climbs three quarters of the way to that power.
//
// `signed_deviation`: T_theoretical = constant + factor * f(largest size) of the declared class, both fitted by least
// squares on the logarithms of all sizes but the largest, each weighted by its spread; the constant only where it pays.
//
// Points in any order; values of one size are averaged on the logarithm; points that are not finite or negative are left
// out. All values 0: O(1), exactly.
Growth fit(const std::vector<GrowthPoint>& points, std::optional<GrowthClass> declared, const CacheSizes& caches);

}  // namespace harness::compare

// From the slices of one process to the one number that decides. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include <tl/expected.hpp>

#include <harness/model/comparison.hpp>
#include <harness/model/measurement.hpp>

namespace harness::compare {

enum class PairEstimate {
  kNeighbours,  // ln(B_i / A_i)
  // Slices strictly alternate (A B A B ...): each slice of the side that came second against both of its neighbours,
  // ln B_i - (ln A_i + ln A_i+1) / 2, which takes away what a steady drift adds. What the turn itself adds has the
  // opposite sign where the other side began: it cancels over processes of both orders.
  kSandwich
};

// The slices of a process in the order in which they ran: reference[0], candidate[0], reference[1], ... when
// `reference_first`, else the other way round. Seconds per call.
struct SlicesOfProcess {
  std::span<const model::Sample> reference, candidate;  // lengths equal
  bool reference_first = true;
  bool cpu_clock = false;   // thread CPU time decides, else real time
  std::size_t ignored = 0;  // pairs at the beginning that are left out: a cold start
};

// Fills everything of DuetProcess but `core` and `seconds`; `pairs` counts the ratios that the median is of (a sandwich
// has one less than there are pairs). A pair in which a deciding time is not above zero is left out (a clock that
// stands still or steps back), and so is a sandwich with a gap in it; the error is one line: nothing was left, or more
// than one pair in ten was lost so. Trimmed means and p99 need 20 slices a side; drift needs 8 pairs. The standard
// error of sandwiches is 1.15 = sqrt(4 / 3) times that of as many independent ratios: neighbours share a slice.
// Swapping the sides and the order in which they ran gives exactly the negative.
tl::expected<model::DuetProcess, std::string> estimate(const SlicesOfProcess& slices, PairEstimate how);

// 1.25 x robust sd / sqrt(n): of the median of these pairs. Fewer than 2: 0.
double standard_error_of_median(std::span<const double> values);

// What the medians cannot see, over the processes of a comparison: a slowdown that hits fewer than half of the slices.
// A ratio is told when it differs from the median's by more than `min_effect`, all processes that have it (at least 3)
// lie on that side of it, and the median of the differences is further from zero than 2 (1 + 4 / n) times their
// sd_of_few. Noise alone passes that in 1.2 % of cases for n = 3, 0.5 % for n = 5; twice the spread would pass 6.4 and
// 1.5 %. The value is the median of the ratios; nothing = nothing to tell.
struct WeakSignals {
  std::optional<double> trimmed_log_ratio, p99_log_ratio;
};
WeakSignals weak_signals(std::span<const model::DuetProcess> processes, double min_effect);

// A side that gets slower (or faster) while it runs: the drifts of at least 3 processes have one sign, and their median
// is beyond `min_effect` and as far from zero as a weak signal has to be. The value is that median.
std::optional<double> steady_drift(std::span<const model::DuetProcess> processes, double min_effect);

}  // namespace harness::compare

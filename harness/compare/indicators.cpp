#include <harness/compare/indicators.hpp>

#include <algorithm>
#include <cmath>

#include <harness/compare/latency.hpp>
#include <harness/compare/statistics.hpp>

namespace harness::compare {
namespace {

constexpr double kSuccessWeight = 0.50;
constexpr double kTailWeight = 0.25;
constexpr double kRepeatsWeight = 0.25;
constexpr double kFailuresToNothing = 5;  // 1 / the share of failures that leaves no point
constexpr double kFreeTail = 2;           // p99 / p50 that costs nothing
constexpr double kTailOctaves = 4;        // from there to nothing
// Rounding must not turn 15 % into more than 15 %.
constexpr double kSlack = 1e-9;

MemoryVolatility::Level level_of(double relative) {
  if (relative > kVolatilityFrozen + kSlack) {
    return MemoryVolatility::Level::kFrozen;
  }
  return relative > kVolatilityWarns + kSlack ? MemoryVolatility::Level::kWarns : MemoryVolatility::Level::kSteady;
}

}  // namespace

std::optional<TimeDeviation> time_deviation(std::span<const Growth> families) {
  std::optional<double> worst;
  for (const Growth& family : families) {
    if (const auto& here = family.signed_deviation) {
      const bool worse = !worst || (*here > 0 ? *here > *worst : *worst <= 0 && *here < *worst);
      worst = worse ? *here : *worst;
    }
  }
  if (!worst) {
    return std::nullopt;
  }
  return TimeDeviation{std::abs(*worst), *worst > 0, *worst > kTimeDeviationLimit};
}

std::optional<MemoryVolatility> memory_volatility(std::span<const double> peaks_bytes) {
  if (peaks_bytes.size() < 2 || !std::all_of(peaks_bytes.begin(), peaks_bytes.end(),
                                             [](double peak) { return std::isfinite(peak) && peak >= 0; })) {
    return std::nullopt;
  }
  const double most = *std::max_element(peaks_bytes.begin(), peaks_bytes.end());
  MemoryVolatility volatility;
  volatility.calls = peaks_bytes.size();
  if (most == 0) {
    return volatility;
  }
  // Of the peaks over the largest, so that no square overflows.
  const double count = static_cast<double>(peaks_bytes.size());
  double mean = 0, squares = 0;
  for (const double peak : peaks_bytes) {
    mean += peak / most / count;
  }
  for (const double peak : peaks_bytes) {
    squares += (peak / most - mean) * (peak / most - mean);
  }
  volatility.relative = std::sqrt(squares / (count - 1)) / mean;
  volatility.level = level_of(volatility.relative);
  return volatility;
}

std::optional<MemoryVolatility> memory_volatility(std::span<const model::Measurement> rows) {
  std::optional<MemoryVolatility> worst;
  for (const model::Measurement& row : rows) {
    if (!row.memory) {
      continue;
    }
    const auto here = memory_volatility(std::span<const double>(row.memory->peaks_bytes));
    if (here && (!worst || here->relative > worst->relative)) {
      worst = here;
    }
  }
  return worst;
}

Chain chain_of(std::span<const model::Measurement> rows, std::size_t repeats) {
  using State = model::Measurement::State;
  Chain chain;
  chain.repeats = repeats;
  std::vector<double> tails;
  for (const model::Measurement& row : rows) {
    chain.trials += row.state == State::kMeasured || row.state == State::kFailed ? 1 : 0;
    chain.succeeded += row.state == State::kMeasured ? 1 : 0;
    if (row.state == State::kMeasured && row.latency && !row.latency->seconds_per_call.empty()) {
      const Percentiles percentiles = percentiles_of(*row.latency);
      if (percentiles.p50 > 0) {
        tails.push_back(percentiles.p99 / percentiles.p50);
      }
    }
  }
  if (!tails.empty()) {
    chain.p99_over_p50 = median(tails);
  }
  return chain;
}

std::optional<StabilityScore> stability_score(const Chain& chain, double threshold) {
  if (chain.trials == 0) {
    return std::nullopt;
  }
  const double trials = static_cast<double>(chain.trials);
  const double failed = 1 - static_cast<double>(std::min(chain.succeeded, chain.trials)) / trials;
  StabilityScore score;
  score.success = std::max(0.0, 1 - kFailuresToNothing * failed);
  score.repeats = std::max(0.0, 1 - static_cast<double>(chain.repeats) / trials);
  double points = kSuccessWeight * score.success + kRepeatsWeight * score.repeats;
  double weights = kSuccessWeight + kRepeatsWeight;
  if (chain.p99_over_p50 && !std::isnan(*chain.p99_over_p50)) {
    score.tail =
        std::clamp(1 - std::log2(std::max(*chain.p99_over_p50, kFreeTail) / kFreeTail) / kTailOctaves, 0.0, 1.0);
    points += kTailWeight * *score.tail;
    weights += kTailWeight;
  }
  score.score = 100 * points / weights;
  score.below_threshold = score.score < threshold - kSlack;
  return score;
}

}  // namespace harness::compare

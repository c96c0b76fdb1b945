#include <harness/compare/slices.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include <harness/compare/latency.hpp>
#include <harness/compare/statistics.hpp>

namespace harness::compare {
namespace {

using model::DuetProcess;
using model::Sample;

constexpr double kMedianToMean = 1.25;
constexpr double kSharedSlice = 1.1547;  // sqrt(1 + 2 / 6): neighbouring sandwiches correlate by 1 / 6
constexpr double kMostSeconds = 1e12;    // what is beyond is no time
constexpr std::size_t kTailSlices = 20;
constexpr std::size_t kTrimmedShare = 20;
constexpr std::size_t kDriftPairs = 8;
constexpr std::size_t kLeastProcesses = 3;

using Pair = std::size_t;  // its number

double seconds_of(const Sample& sample, bool cpu_clock) {
  return cpu_clock ? sample.cpu_seconds_per_call : sample.real_seconds_per_call;
}

bool usable(const Sample& sample, bool cpu_clock) {
  return seconds_of(sample, cpu_clock) > 0 && std::abs(sample.real_seconds_per_call) < kMostSeconds &&
         std::abs(sample.cpu_seconds_per_call) < kMostSeconds;
}

template <typename Value>
std::vector<double> values_of(const std::vector<Pair>& pairs, Value value) {
  std::vector<double> values;
  values.reserve(pairs.size());
  for (const Pair pair : pairs) {
    values.push_back(value(pair));
  }
  return values;
}

double trimmed_mean(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t cut = values.size() / kTrimmedShare;
  double sum = 0;
  for (std::size_t i = cut; i < values.size() - cut; ++i) {
    sum += values[i];
  }
  return sum / static_cast<double>(values.size() - 2 * cut);
}

double p99(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return percentile(values, 0.99);
}

double second_half_less_first(std::span<const double> values) {
  const std::size_t half = values.size() / 2;
  return median(values.last(half)) - median(values.first(half));
}

class Process {
 public:
  explicit Process(const SlicesOfProcess& slices) : slices_(slices) {
    const std::size_t all = std::min(slices.reference.size(), slices.candidate.size());
    for (Pair pair = slices.ignored; pair < all; ++pair) {
      if (usable(slices.reference[pair], slices.cpu_clock) && usable(slices.candidate[pair], slices.cpu_clock)) {
        pairs_.push_back(pair);
      } else {
        ++lost_;
      }
    }
  }

  const std::vector<Pair>& pairs() const { return pairs_; }
  std::size_t lost() const { return lost_; }

  double reference(Pair pair) const { return seconds_of(slices_.reference[pair], slices_.cpu_clock); }
  double candidate(Pair pair) const { return seconds_of(slices_.candidate[pair], slices_.cpu_clock); }

  std::vector<double> log_ratios(PairEstimate how) const {
    if (how == PairEstimate::kNeighbours) {
      return values_of(pairs_, [&](Pair pair) { return std::log(candidate(pair)) - std::log(reference(pair)); });
    }
    std::vector<double> ratios;
    for (std::size_t i = 0; i + 1 < pairs_.size(); ++i) {
      if (pairs_[i + 1] == pairs_[i] + 1) {
        ratios.push_back(sandwich(pairs_[i]));
      }
    }
    return ratios;
  }

 private:
  double sandwich(Pair pair) const {
    const auto second_against_first = [&](double before, double between, double after) {
      return std::log(between) - (std::log(before) + std::log(after)) / 2;
    };
    return slices_.reference_first ? second_against_first(reference(pair), candidate(pair), reference(pair + 1))
                                   : -second_against_first(candidate(pair), reference(pair), candidate(pair + 1));
  }

  const SlicesOfProcess& slices_;
  std::vector<Pair> pairs_;
  std::size_t lost_ = 0;
};

// One sign, beyond `least`, and beyond what the spread of so few explains: the median. See weak_signals.
std::optional<double> stands_out(std::span<const double> values, double least) {
  if (values.size() < kLeastProcesses) {
    return std::nullopt;
  }
  const double centre = median(values);
  const bool one_sign = std::all_of(values.begin(), values.end(), [&](double value) { return value * centre > 0; });
  const double noise = 2 * (1 + 4 / static_cast<double>(values.size())) * sd_of_few(values);
  if (!one_sign || !(std::abs(centre) > std::max(least, noise))) {
    return std::nullopt;
  }
  return centre;
}

std::optional<double> weak_signal(std::span<const DuetProcess> processes, std::optional<double> DuetProcess::*signal,
                                  double least) {
  std::vector<double> ratios, differences;
  for (const DuetProcess& process : processes) {
    if (process.*signal) {
      ratios.push_back(*(process.*signal));
      differences.push_back(*(process.*signal) - process.log_ratio);
    }
  }
  return stands_out(differences, least) ? std::optional(median(ratios)) : std::nullopt;
}

}  // namespace

tl::expected<DuetProcess, std::string> estimate(const SlicesOfProcess& slices, PairEstimate how) {
  const Process process(slices);
  const std::vector<Pair>& pairs = process.pairs();
  const char* const clock = slices.cpu_clock ? "CPU" : "real-time";
  if (process.lost() * 10 > pairs.size() + process.lost()) {
    return tl::unexpected(fmt::format("in {} of {} pairs of slices the {} clock did not advance", process.lost(),
                                      pairs.size() + process.lost(), clock));
  }
  const std::vector<double> ratios = process.log_ratios(how);
  if (ratios.empty()) {
    return tl::unexpected(fmt::format("{} pairs of slices left no ratio", pairs.size()));
  }

  DuetProcess result;
  result.reference_first = slices.reference_first;
  result.log_ratio = median(ratios);
  result.standard_error = standard_error_of_median(ratios) * (how == PairEstimate::kSandwich ? kSharedSlice : 1);
  result.pairs = ratios.size();
  const auto median_of = [&](std::span<const Sample> samples, bool cpu_clock) {
    return median(values_of(pairs, [&](Pair pair) { return seconds_of(samples[pair], cpu_clock); }));
  };
  result.reference_seconds_per_call = median_of(slices.reference, slices.cpu_clock);
  result.candidate_seconds_per_call = median_of(slices.candidate, slices.cpu_clock);
  result.reference_real_seconds_per_call = median_of(slices.reference, false);
  result.candidate_real_seconds_per_call = median_of(slices.candidate, false);
  result.reference_cpu_seconds_per_call = median_of(slices.reference, true);
  result.candidate_cpu_seconds_per_call = median_of(slices.candidate, true);
  if (pairs.size() >= kTailSlices) {
    const auto reference = values_of(pairs, [&](Pair pair) { return process.reference(pair); });
    const auto candidate = values_of(pairs, [&](Pair pair) { return process.candidate(pair); });
    result.trimmed_log_ratio = std::log(trimmed_mean(candidate)) - std::log(trimmed_mean(reference));
    result.p99_log_ratio = std::log(p99(candidate)) - std::log(p99(reference));
  }
  if (pairs.size() >= kDriftPairs && ratios.size() > 1) {
    result.drift = second_half_less_first(ratios);
  }
  return result;
}

double standard_error_of_median(std::span<const double> values) {
  if (values.size() < 2) {
    return 0;
  }
  return kMedianToMean * robust_sd(values) / std::sqrt(static_cast<double>(values.size()));
}

WeakSignals weak_signals(std::span<const DuetProcess> processes, double min_effect) {
  const double least = std::log1p(min_effect);
  return {weak_signal(processes, &DuetProcess::trimmed_log_ratio, least),
          weak_signal(processes, &DuetProcess::p99_log_ratio, least)};
}

std::optional<double> steady_drift(std::span<const DuetProcess> processes, double min_effect) {
  std::vector<double> drifts;
  for (const DuetProcess& process : processes) {
    drifts.push_back(process.drift);
  }
  return stands_out(drifts, std::log1p(min_effect));
}

}  // namespace harness::compare

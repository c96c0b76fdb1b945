#include <harness/compare/growth.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include <harness/compare/log_fit.hpp>

namespace harness::compare {
namespace {

using State = Growth::State;
using Finding = Growth::Finding;

constexpr std::size_t kLeastSizes = 4;
constexpr double kLeastRange = 8;
constexpr double kGoodResidual = 0.10;    // rms of log residuals that no hardware effect need explain
constexpr double kGoodVariance = 4e-4;    // 2 %: no timing is known better
constexpr double kWeightFloor = 0.03;     // relative spread below which sizes weigh alike
constexpr double kTie = 4;                // difference in chi-square: two standard deviations
constexpr double kZigzag = 0.25;          // share of the wandering that goes back and forth, from which it is noise
constexpr double kWildResidual = 0.6931;  // noise of a factor 2: no class is named
constexpr double kWanderRatio = 1.25;
constexpr double kPowerShare = 0.75;  // of the way to the next power
constexpr double kMostHardware = 64;  // factor that caches, pages and branches can add up to
constexpr double kKept = kTimeDeviationLimit / 2;

struct Series {
  std::vector<LogPoint> points;
  std::vector<double> working_sets;
  double mean_square_spread = 0;
  std::size_t zeros = 0;
  bool zero_after_more = false;
};

Series series_of(const std::vector<GrowthPoint>& points) {
  struct Size {
    double log_values = 0, spreads = 0, working_set = 0;
    std::size_t positive = 0, all = 0;
  };
  std::map<std::uint64_t, Size> sizes;
  for (const GrowthPoint& point : points) {
    if (!std::isfinite(point.value) || point.value < 0) {
      continue;
    }
    Size& size = sizes[point.size];
    ++size.all;
    if (point.value > 0) {
      ++size.positive;
      size.log_values += std::log(point.value);
      size.spreads += std::isfinite(point.relative_spread) ? std::max(point.relative_spread, 0.0) : 0;
      size.working_set = std::max(size.working_set, point.working_set_bytes);
    }
  }
  Series series;
  for (const auto& [size, sum] : sizes) {
    if (sum.positive == 0) {
      ++series.zeros;
      series.zero_after_more = series.zero_after_more || !series.points.empty();
      continue;
    }
    const double count = static_cast<double>(sum.positive);
    const double spread = sum.spreads / count;
    series.points.push_back(
        {static_cast<double>(size), sum.log_values / count, 1 / (kWeightFloor * kWeightFloor + spread * spread)});
    series.working_sets.push_back(sum.working_set);
    series.mean_square_spread += spread * spread;
  }
  if (!series.points.empty()) {
    series.mean_square_spread /= static_cast<double>(series.points.size());
  }
  return series;
}

bool wide_enough(std::span<const LogPoint> points) {
  return points.size() >= kLeastSizes && points.back().size >= kLeastRange * std::max(points.front().size, 1.0);
}

double error_of(double mean_square) { return std::expm1(std::min(std::sqrt(mean_square), 700.0)); }

// How much of the residuals' way is walked back at once. Steps of hardware go one way, noise goes to and fro.
double zigzag(std::span<const double> residuals) {
  double back = 0, all = 0, before = 0;
  for (std::size_t i = 1; i < residuals.size(); ++i) {
    const double step = residuals[i] - residuals[i - 1];
    all += std::abs(step);
    if (step * before < 0) {
      back += std::min(std::abs(step), std::abs(before));
    }
    before = step;
  }
  return all > 0 ? back / all : 0;
}

// The power of the size with which the series outgrows `growth` between two points: 1 = by one more factor of n.
double excess_power(std::span<const LogPoint> points, GrowthClass growth, std::size_t from) {
  const LogPoint& first = points[from];
  const LogPoint& last = points.back();
  const double grown = last.log_value - first.log_value;
  const double declared = log_growth(growth, last.size) - log_growth(growth, first.size);
  return (grown - declared) / std::log(last.size / std::max(first.size, 1.0));
}

struct Choice {
  std::optional<GrowthClass> best;  // nothing: too noisy
  std::vector<GrowthClass> candidates;
  bool good = false;  // least squares decided: residuals are as small as noise
};

class Chooser {
 public:
  Chooser(std::span<const LogPoint> points, std::optional<GrowthClass> declared, double mean_square_spread)
      : points_(points), declared_(declared), mean_square_spread_(mean_square_spread) {
    for (const GrowthClass growth : kGrowthClasses) {
      fits_.push_back(fit_log(points, growth));
    }
  }

  const std::vector<LogFit>& fits() const { return fits_; }

  Choice choose() const {
    const LogFit& best = *std::min_element(
        fits_.begin(), fits_.end(), [](const LogFit& a, const LogFit& b) { return a.mean_square < b.mean_square; });
    const double residual = std::sqrt(best.mean_square);
    if (residual <= std::max(kGoodResidual, 2 * std::sqrt(mean_square_spread_))) {
      return by_least_squares(best);
    }
    const auto wanders = wanders_of_all();
    const auto steadiest = std::min_element(wanders.begin(), wanders.end()) - wanders.begin();
    if (zigzag(residuals(points_, fits_[static_cast<std::size_t>(steadiest)])) < kZigzag) {
      return by_wandering(wanders);
    }
    Choice choice = by_least_squares(best);
    choice.good = false;
    if (residual > kWildResidual) {
      choice.best.reset();
    } else if (declared_ && choice.best && choice.best != declared_ && power(*choice.best) == power(*declared_)) {
      // Residuals beyond what measuring leaves, to and fro: no ground to hold a logarithm against the declared class.
      choice.candidates.push_back(*choice.best);
      choice.best = declared_;
    }
    return choice;
  }

 private:
  Choice by_least_squares(const LogFit& best) const {
    const double count = static_cast<double>(points_.size());
    const double variance =
        std::max({kGoodVariance, mean_square_spread_, best.mean_square * count / (count - best.parameters)});
    const auto score = [&](const LogFit& fit) { return fit.mean_square * count / variance + 2 * fit.parameters; };
    double least = score(best);
    for (const LogFit& fit : fits_) {
      least = std::min(least, score(fit));
    }
    Choice choice;
    choice.good = true;
    // With few sizes the variance itself is a guess, as in Student's t.
    const double freedom = count - 2;
    const double tie = kTie * (1 + 8 / (freedom * freedom));
    for (const LogFit& fit : fits_) {
      if (score(fit) - least <= tie || as_good_as(fit, best)) {
        choice.candidates.push_back(fit.growth);
      }
    }
    settle(choice);
    return choice;
  }

  using Wanders = std::array<double, kGrowthClasses.size()>;

  Wanders wanders_of_all() const {
    Wanders wanders{};
    for (const GrowthClass growth : kGrowthClasses) {
      wanders[static_cast<std::size_t>(growth)] = wander(points_, growth);
    }
    return wanders;
  }

  Choice by_wandering(const Wanders& wanders) const {
    const auto of = [&](GrowthClass growth) { return wanders[static_cast<std::size_t>(growth)]; };
    const GrowthClass best =
        kGrowthClasses[static_cast<std::size_t>(std::min_element(wanders.begin(), wanders.end()) - wanders.begin())];
    Choice choice;
    for (const GrowthClass growth : kGrowthClasses) {
      if (of(growth) <= kWanderRatio * of(best)) {
        choice.candidates.push_back(growth);
      }
    }
    if (declared_ && (power(*declared_) == power(best) || (power(*declared_) < power(best) && !climbs()))) {
      choice.candidates.push_back(*declared_);
      if (of(best) < of(*declared_)) {
        choice.candidates.push_back(best);
      }
    }
    settle(choice);
    return choice;
  }

  // The declared class up to a logarithm, where it leaves no more than measuring does: four sizes can favour the other one
  // by chance.
  bool as_good_as(const LogFit& fit, const LogFit& best) const {
    return fit.growth == declared_ && power(fit.growth) == power(best.growth) &&
           std::sqrt(fit.mean_square) <= 2 * std::max(kWeightFloor, std::sqrt(mean_square_spread_));
  }

  // Of several that fit, the declared one; without it, none.
  void settle(Choice& choice) const {
    auto& all = choice.candidates;
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    if (declared_ && std::find(all.begin(), all.end(), *declared_) != all.end()) {
      choice.best = declared_;
    } else if (all.size() == 1) {
      choice.best = all.front();
    }
    if (choice.best) {
      all.erase(std::remove(all.begin(), all.end(), *choice.best), all.end());
    }
  }

  // A single step on the last two sizes is no climb: the way is measured over all sizes, or the upper half if those are
  // at least four.
  bool climbs() const {
    const std::size_t upper = std::min(points_.size() / 2, points_.size() - kLeastSizes);
    return std::max(excess_power(points_, *declared_, 0), excess_power(points_, *declared_, upper)) >= kPowerShare;
  }

  std::span<const LogPoint> points_;
  std::optional<GrowthClass> declared_;
  double mean_square_spread_;
  std::vector<LogFit> fits_;
};

// ln of value over theory at point `at`, the theory being fitted to the first `known` points.
double log_excess(std::span<const LogPoint> points, GrowthClass declared, std::size_t known, std::size_t at) {
  return points[at].log_value - fit_log(points.first(known), declared).log_value_at(points[at].size);
}

// The cache that is outgrown between two working sets: the first fits into it, the second fills more than half of it
// (the rest is what else the call touches). The largest, where there are several.
int outgrown(double kept, double first, const CacheSizes& caches) {
  int level = 0, number = 0;
  for (const std::uint64_t bytes : {caches.l1, caches.l2, caches.l3}) {
    ++number;
    const double cache = static_cast<double>(bytes);
    if (bytes > 0 && kept > 0 && kept <= cache && first > cache / 2) {
      level = number;
    }
  }
  return level;
}

struct Leaving {
  Departure departure;
  std::size_t kept = 0;  // index of kept_size
  bool bounded = false;  // a step, not another power
};

// A step is over after it was taken; another power goes on. What happens at the largest size alone cannot be told.
bool keeps_climbing(std::span<const LogPoint> points, GrowthClass declared, std::size_t kept, std::size_t first) {
  return first + 1 < points.size() && excess_power(points, declared, kept) >= kPowerShare &&
         excess_power(points, declared, first) >= kPowerShare;
}

std::optional<Leaving> leaving_of(const Series& series, GrowthClass declared, const CacheSizes& caches) {
  const std::span<const LogPoint> points = series.points;
  const double limit = std::log1p(kTimeDeviationLimit);
  for (std::size_t first = 1; first < points.size(); ++first) {
    const LogFit theory = fit_log(points.first(first), declared);
    const bool stays =
        std::all_of(points.begin() + static_cast<std::ptrdiff_t>(first), points.end(),
                    [&](const LogPoint& point) { return point.log_value - theory.log_value_at(point.size) > limit; });
    if (!stays) {
      continue;
    }
    std::size_t kept = first - 1;
    while (kept > 0 && log_excess(points, declared, kept, kept) > std::log1p(kKept)) {
      --kept;
    }
    const double excess = log_excess(points, declared, kept + 1, points.size() - 1);
    Leaving leaving;
    leaving.departure = {static_cast<std::uint64_t>(points[kept].size), static_cast<std::uint64_t>(points[first].size),
                         std::exp(std::min(excess, 700.0)),
                         outgrown(series.working_sets[kept], series.working_sets[first], caches)};
    leaving.kept = kept;
    leaving.bounded = excess <= std::log(kMostHardware) && !keeps_climbing(points, declared, kept, first);
    return leaving;
  }
  return std::nullopt;
}

std::optional<GrowthClass> tail_class(const Series& series, std::size_t from) {
  const auto tail = std::span<const LogPoint>(series.points).subspan(from);
  return wide_enough(tail) ? Chooser(tail, std::nullopt, series.mean_square_spread).choose().best : std::nullopt;
}

void judge(Growth& growth, const Series& series, bool good, const CacheSizes& caches) {
  const GrowthClass declared = *growth.declared;
  growth.finding = *growth.best < declared ? Finding::kBetter : Finding::kKept;
  if (*growth.signed_deviation <= kTimeDeviationLimit) {
    return;
  }
  const auto leaving = leaving_of(series, declared, caches);
  if (!leaving) {
    return;
  }
  growth.departure = leaving->departure;
  const bool cache = leaving->bounded && leaving->departure.cache_level > 0;
  if (*growth.best > declared) {
    // A logarithm more, beginning where a cache ends: the cache is as good an explanation, and the author's word stands.
    if (good && cache && power(*growth.best) == power(declared)) {
      growth.candidates.push_back(*growth.best);
      growth.best = declared;
      growth.best_error = growth.declared_error;
    } else {
      growth.finding = Finding::kOtherClass;
      return;
    }
  }
  growth.finding = cache ? Finding::kCache : leaving->bounded ? Finding::kStep : Finding::kTail;
  if (growth.finding == Finding::kTail) {
    growth.tail_class = tail_class(series, leaving->kept);
  }
}

}  // namespace

std::optional<double> Growth::time_deviation() const {
  return signed_deviation ? std::optional(std::abs(*signed_deviation)) : std::nullopt;
}

Growth fit(const std::vector<GrowthPoint>& points, std::optional<GrowthClass> declared, const CacheSizes& caches) {
  Growth growth;
  growth.declared = declared;
  const Series series = series_of(points);
  growth.zeros = series.zeros;
  growth.sizes = series.points.size();
  if (series.points.empty() && series.zeros >= kLeastSizes) {
    growth.state = State::kFitted;
    growth.best = GrowthClass::kConstant;
    growth.best_error = 0;
    if (declared) {
      growth.finding = declared == GrowthClass::kConstant ? Finding::kKept : Finding::kBetter;
    }
    return growth;
  }
  if (!wide_enough(series.points)) {
    return growth;
  }
  const std::span<const LogPoint> all = series.points;
  const Chooser chooser(all, declared, series.mean_square_spread);
  for (const LogFit& one : chooser.fits()) {
    growth.errors[static_cast<std::size_t>(one.growth)] = error_of(one.mean_square);
  }
  if (declared) {
    growth.declared_error = growth.errors[static_cast<std::size_t>(*declared)];
    growth.signed_deviation = std::expm1(std::min(log_excess(all, *declared, all.size() - 1, all.size() - 1), 700.0));
  }
  Choice choice = chooser.choose();
  growth.candidates = std::move(choice.candidates);
  if (!choice.best || series.zero_after_more) {
    growth.state = State::kTooNoisy;
    return growth;
  }
  growth.state = State::kFitted;
  growth.best = choice.best;
  growth.best_error = growth.errors[static_cast<std::size_t>(*choice.best)];
  if (declared) {
    judge(growth, series, choice.good, caches);
  }
  return growth;
}

}  // namespace harness::compare

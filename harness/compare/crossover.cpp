#include <harness/compare/crossover.hpp>

#include <algorithm>
#include <cmath>

namespace harness::compare {
namespace {

using model::Verdict;

// The least whole size at or above the crossing, within (below.size, above.size].
std::uint64_t crossing(const SizedVerdict& below, const SizedVerdict& above) {
  const double from = std::log(std::max(static_cast<double>(below.size), 1.0));
  const double to = std::log(std::max(static_cast<double>(above.size), 1.0));
  const double share = below.log_ratio / (below.log_ratio - above.log_ratio);
  const double size = std::ceil(std::exp(from + share * (to - from)) * (1 - 1e-12));
  if (!(size < static_cast<double>(above.size))) {
    return above.size;
  }
  return std::max(below.size + 1, static_cast<std::uint64_t>(size));
}

}  // namespace

std::optional<Crossover> crossover(std::span<const SizedVerdict> sizes) {
  const SizedVerdict* last = nullptr;  // of those that are faster or slower
  std::optional<Crossover> found;
  for (const SizedVerdict& size : sizes) {
    if (size.verdict == Verdict::kSame && found) {
      return std::nullopt;
    }
    if (size.verdict != Verdict::kFaster && size.verdict != Verdict::kSlower) {
      continue;
    }
    const bool faster = size.verdict == Verdict::kFaster;
    if (!(faster ? size.log_ratio < 0 : size.log_ratio > 0) || !std::isfinite(size.log_ratio)) {
      return std::nullopt;
    }
    if (last && last->verdict != size.verdict) {
      if (found) {
        return std::nullopt;
      }
      found = Crossover{faster, crossing(*last, size)};
    }
    last = &size;
  }
  return found;
}

}  // namespace harness::compare

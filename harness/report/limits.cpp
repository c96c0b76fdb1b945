#include <harness/report/limits.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace harness::report {
namespace {

using model::BrokenLimit;
using model::Measurement;

// Four digits as people write them: 10, 0.5, 12.43, 48120, 2000000.
std::string plain(double value) {
  return std::abs(value) >= 999.5 && std::abs(value) < 1e15 ? fmt::format("{:.0f}", value)
                                                            : fmt::format("{:.4g}", value);
}

}  // namespace

std::string broken_limit_text(const BrokenLimit& one) {
  std::string text = (one.limit == "qps_target" ? "at least " : "at most ") + plain(one.declared);
  if (!std::isfinite(one.measured)) {
    return text + ", passed it and was stopped";
  }
  text += ", measured " + plain(one.measured);
  constexpr double kBeyondPercent = 11;
  if (one.declared > 0 && one.measured >= kBeyondPercent * one.declared) {
    text += " (" + plain(one.measured / one.declared) + " times too much)";
  } else if (one.measured > 0 && one.declared >= kBeyondPercent * one.measured) {
    text += " (" + plain(one.declared / one.measured) + " times too few)";
  } else if (one.declared > 0) {
    const double points = 100 * (one.measured / one.declared - 1);
    text += fmt::format(" ({:+.{}f} %)", points, std::abs(points) < 9.95 ? 1 : 0);
  }
  return text;
}

void print_broken_limits(Page& page, const std::vector<Measurement>& all) {
  std::size_t name = 0, limit = 0, broken = 0;
  for (const Measurement& row : all) {
    for (const BrokenLimit& one : row.broken_limits) {
      name = std::max(name, characters_in(page.safe(row.name())));
      limit = std::max(limit, characters_in(page.safe(one.limit)));
      ++broken;
    }
  }
  if (broken == 0) {
    return;
  }
  page.blank();
  page.add(page.paint().bad(fmt::format("{} declared {} broken:", broken, broken == 1 ? "limit" : "limits")));
  for (const Measurement& row : all) {
    for (const BrokenLimit& one : row.broken_limits) {
      page.phrases({padded_right(page.safe(row.name()), name), padded_right(page.safe(one.limit), limit),
                    broken_limit_text(one)},
                   4);
    }
  }
}

}  // namespace harness::report

#include <harness/report/growth.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <harness/report/page.hpp>

namespace harness::report {
namespace {

constexpr const char* kAlarm = "GROWS FASTER";

std::string percent(double relative) {
  const double points = 100 * relative;
  return std::isfinite(points) ? fmt::format("{:.{}f} %", points, std::abs(points) < 9.95 ? 1 : 0) : "? %";
}

std::string signed_percent(double relative) { return (relative >= 0 ? "+" : "") + percent(relative); }

std::string fit_text(const Page& page, const GrowthLine& line) {
  return line.best.empty() ? "no class fits"
                           : fmt::format("{} {} {}", page.safe(line.best), page.plus_minus(), percent(line.best_error));
}

std::string declared_text(const Page& page, const GrowthLine& line) {
  std::string text = line.declared.empty() ? "not declared" : "declared " + page.safe(line.declared);
  if (line.deviation && !line.declared.empty()) {
    text += ", " + signed_percent(*line.deviation);
  }
  return text;
}

}  // namespace

void print_growth(Page& page, const std::vector<GrowthLine>& lines) {
  if (lines.empty()) {
    return;
  }
  std::size_t family = 0, fit = 0, declared = 0;
  bool any_space = false, any_deviation = false;
  for (const GrowthLine& line : lines) {
    family = std::max(family, characters_in(page.safe(line.family)));
    any_space = any_space || line.measure != "time";
    any_deviation = any_deviation || (line.deviation && !line.declared.empty());
    if (!line.best.empty()) {
      fit = std::max(fit, characters_in(fit_text(page, line)));
      declared = std::max(declared, characters_in(declared_text(page, line)));
    }
  }
  page.blank();
  page.folded_line(
      any_deviation
          ? "growth: the class that fits, and how far the largest size lies from what the declared one predicts"
          : "growth: the class that fits",
      2);
  for (const GrowthLine& line : lines) {
    std::vector<std::string> phrases{"  " + padded_right(page.safe(line.family), family),
                                     any_space ? padded_right(page.safe(line.measure), 5) : ""};
    if (!line.best.empty() || line.remark.empty()) {
      phrases.push_back(padded_right(fit_text(page, line), fit));
      phrases.push_back(padded_right(declared_text(page, line), declared));
    }
    phrases.push_back(line.alarming ? kAlarm : "");
    phrases.push_back(page.safe(line.remark));
    for (std::string& fold : in_phrases(phrases, page.options().columns, 4)) {
      const auto alarm = line.alarming ? fold.rfind(kAlarm) : std::string::npos;
      if (alarm != std::string::npos) {
        fold.replace(alarm, std::string(kAlarm).size(), page.paint().bad(kAlarm));
      }
      page.add(std::move(fold));
    }
  }
}

}  // namespace harness::report

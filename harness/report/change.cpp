#include <harness/report/change.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/page.hpp>

namespace harness::report {
namespace {

constexpr double kEnormousPercent = 99'999;

std::string signed_number(double value, int decimals) {
  const double unit = std::pow(10.0, -decimals);
  if (std::abs(value) < unit / 2) return fmt::format("{:.{}f}", 0.0, decimals);
  return fmt::format("{:+.{}f}", value, decimals);
}

std::string without_blank(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

}  // namespace

std::string change_text(double log_ratio) {
  if (!std::isfinite(log_ratio)) return "?";
  const double percent = 100 * std::expm1(log_ratio);
  const double ratio = std::exp(log_ratio);
  if (ratio > 3) {
    return ratio < 9.95     ? fmt::format("x{:.1f}", ratio)
           : ratio < 99'999 ? fmt::format("x{:.0f}", ratio)
                            : fmt::format("x{:.1e}", ratio);
  }
  if (percent > -9.95 && percent < 9.95) return signed_number(percent, 1) + "%";
  if (percent >= -99) return signed_number(percent, 0) + "%";
  return percent >= -99.99 ? signed_number(percent, 2) + "%" : fmt::format("x{:.2g}", ratio);
}

std::string percent_text(double log_ratio, int decimals) {
  const double percent = 100 * std::expm1(log_ratio);
  if (!std::isfinite(percent)) return "?";
  return percent > kEnormousPercent ? fmt::format("x{:.1e}", std::exp(log_ratio))
                                    : signed_number(percent, decimals) + " %";
}

std::string effect_text(double relative) { return fmt::format("{:.3g} %", 100 * relative); }

std::string at_least_text(double relative) {
  const double percent = 100 * relative;
  const int decimals = percent < 0.095 ? 2 : percent < 9.95 ? 1 : 0;
  const double scale = std::pow(10.0, decimals);
  return fmt::format("{:.{}f} %", std::ceil(percent * scale - 1e-9) / scale, decimals);
}

std::string interval_text(const model::Comparison& comparison) {
  const double low = 100 * std::expm1(comparison.log_ratio_low), high = 100 * std::expm1(comparison.log_ratio_high);
  const bool bounded = std::isfinite(comparison.log_ratio_low) && std::isfinite(high) && high < kEnormousPercent;
  const double half = (high - low) / 2;
  const int decimals = bounded && half < 0.1 ? 2 : std::abs(100 * std::expm1(comparison.log_ratio)) < 100 ? 1 : 0;
  const std::string change = percent_text(comparison.log_ratio, decimals);
  return bounded ? fmt::format("{} [{}, {}]", change, signed_number(low, decimals), signed_number(high, decimals))
                 : change;
}

std::pair<std::string, std::string> pair_of_times(double reference_seconds, double candidate_seconds, bool utf8) {
  const auto alone = [utf8](double seconds) { return without_blank(time_text(seconds, utf8)); };
  const double longer = std::max(reference_seconds, candidate_seconds),
               shorter = std::min(reference_seconds, candidate_seconds);
  const bool alike = std::isfinite(longer) && std::isfinite(shorter) && shorter > 0 && longer <= 10 * shorter;
  if (!alike || longer < 0.9995e-9 || longer >= 9999.5) return {alone(reference_seconds), alone(candidate_seconds)};
  const std::string text = time_text(longer, utf8);
  const auto blank = text.find(' '), point = text.find('.');
  const std::string unit = text.substr(blank + 1);
  const double seconds_of_unit = unit == "ns" ? 1e-9 : unit == "ms" ? 1e-3 : unit == "s" ? 1 : 1e-6;
  const int decimals = point == std::string::npos ? 0 : static_cast<int>(blank - point - 1);
  const auto together = [&](double seconds) {
    return fmt::format("{:.{}f}{}", seconds / seconds_of_unit, decimals, unit);
  };
  return {together(reference_seconds), together(candidate_seconds)};
}

std::string short_bytes_text(double bytes) {
  std::string text = bytes_text(bytes);
  const auto number_end = text.find_first_not_of("-0123456789.");
  if (number_end == std::string::npos || text.size() - number_end < 2 || text.back() != 'B') return text;
  text.pop_back();
  if (number_end >= 2 && text.compare(number_end - 2, 2, ".0") == 0) text.erase(number_end - 2, 2);
  return text;
}

std::string counted(std::size_t count, const std::string& one) {
  const bool sibilant = one.ends_with("s");
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : sibilant ? "es" : "s");
}

double median_over(const model::Comparison& comparison, const std::function<double(const model::DuetProcess&)>& of) {
  std::vector<double> values;
  for (const model::Duet& duet : comparison.duets) {
    for (const model::DuetProcess& process : duet.processes) values.push_back(of(process));
  }
  if (values.empty()) return 0;
  if (std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); })) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : values[middle - 1] / 2 + values[middle] / 2;
}

std::size_t processes_of(const model::Comparison& comparison) {
  std::size_t count = 0;
  for (const model::Duet& duet : comparison.duets) count += duet.processes.size();
  return count;
}

bool is_same_code(const model::Comparison& comparison) {
  return comparison.verdict == model::Verdict::kSame && processes_of(comparison) == 0;
}

std::string side_with_problem(const std::string& problem, const std::string& side) {
  return problem.empty() ? side : problem + " " + side;
}

std::vector<std::string> at_commas(const std::vector<std::string>& parts, std::size_t columns, std::size_t indent) {
  std::vector<std::string> lines;
  const std::string begin(indent, ' ');
  std::string line;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string part = parts[i] + (i + 1 < parts.size() ? "," : "");
    const std::string joined = line.empty() ? begin + part : line + " " + part;
    if (columns == 0 || characters_in(joined) <= columns) {
      line = joined;
      continue;
    }
    if (!line.empty()) lines.push_back(line);
    std::vector<std::string> pieces = folded(begin + part, columns, 0, indent + 2);
    line = pieces.back();
    lines.insert(lines.end(), pieces.begin(), pieces.end() - 1);
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

std::vector<std::string> table_lines(const std::vector<std::vector<std::string>>& rows, std::size_t columns,
                                     std::size_t indent) {
  if (rows.empty() || rows.front().empty()) return {};
  const std::size_t cells = rows.front().size();
  std::vector<std::size_t> widths(cells, 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < cells; ++i) widths[i] = std::max(widths[i], characters_in(row[i]));
  }
  constexpr std::size_t kGap = 2;
  std::vector<std::string> lines;
  for (std::size_t begin = 1, end = 1; end < cells || begin == 1; begin = end) {
    std::size_t taken = indent + widths[0];
    while (end < cells && (end == begin || columns == 0 || taken + kGap + widths[end] <= columns)) {
      taken += kGap + widths[end++];
    }
    for (const auto& row : rows) {
      std::string line = std::string(indent, ' ') + padded_right(row[0], widths[0]);
      for (std::size_t i = begin; i < end; ++i) line += std::string(kGap, ' ') + padded_left(row[i], widths[i]);
      line.erase(line.find_last_not_of(' ') + 1);
      lines.push_back(line);
    }
    if (end >= cells) break;
  }
  return lines;
}

}  // namespace harness::report

#include <harness/cli/quantities.hpp>

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace harness::cli {
namespace {

struct Quantity {
  double number = 0;
  std::string_view unit;
};

std::optional<Quantity> split(std::string_view text) {
  Quantity quantity;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), quantity.number, std::chars_format::fixed);
  if (fault != std::errc{} || !std::isfinite(quantity.number)) return std::nullopt;
  quantity.unit = text.substr(static_cast<std::size_t>(end - text.data()));
  return quantity;
}

}  // namespace

Result<double> read_percent(const std::string& flag, const std::string& text) {
  const auto quantity = split(text);
  if (quantity && quantity->unit == "%" && quantity->number >= 0.01 && quantity->number <= 1000) return quantity->number / 100;
  return fail(flag, fmt::format("expected a percentage from 0.01% to 1000%, found \"{}\"", text), "write " + flag + "=2%");
}

Result<double> read_seconds(const std::string& flag, const std::string& text) {
  constexpr std::pair<std::string_view, double> kUnits[] = {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"min", 60}, {"h", 3600}};
  if (const auto quantity = split(text)) {
    for (const auto& [unit, seconds] : kUnits) {
      const double value = quantity->number * seconds;
      if (quantity->unit == unit && value >= 1e-3 && value <= 86400) return value;
    }
  }
  return fail(flag, fmt::format("expected a time from 1ms to 24h, found \"{}\"", text), "write " + flag + "=5s");
}

}  // namespace harness::cli

#include <harness/report/figures.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace harness::report {
namespace {

// Three significant digits without an exponent: 1.23, 89.0, 812; from 1,000 on no decimals. Beyond the largest prefix
// an exponent keeps it short, whatever a solver counts.
std::string three_digits(double value) {
  return value >= 99'999.5 ? fmt::format("{:.1e}", value)
         : value < 9.995   ? fmt::format("{:.2f}", value)
         : value < 99.95   ? fmt::format("{:.1f}", value)
                           : fmt::format("{:.0f}", value);
}

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : values[middle - 1] / 2 + values[middle] / 2;
}

bool is_bidirectional_mark(std::uint32_t code) {
  return code == 0x61c || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

// Length of the well-formed UTF-8 sequence at the beginning of `text`, 0 when there is none; `code` is its character.
std::size_t decoded(std::string_view text, std::uint32_t& code) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  const std::size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
  if (length == 0 || length > text.size()) {
    return 0;
  }
  code = length == 1 ? lead : lead & (0x7f >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (byte(i) >> 6 != 2) {
      return 0;
    }
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < kLeast[length] || code > 0x10ffff || surrogate ? 0 : length;
}

}  // namespace

std::string time_text(double seconds, bool utf8) {
  if (!std::isfinite(seconds)) {
    return "?";
  }
  if (seconds < 0) {
    return "-" + time_text(-seconds, utf8);
  }
  if (seconds == 0) {
    return "0 ns";
  }
  if (seconds < 0.9995e-9) {
    return fmt::format("{:.3f} ns", seconds * 1e9);
  }
  struct Unit {
    double seconds;
    const char* name;
  };
  const std::array<Unit, 3> units{{{1e-9, "ns"}, {1e-6, utf8 ? "μs" : "us"}, {1e-3, "ms"}}};
  for (const Unit& unit : units) {
    if (seconds < 999.5 * unit.seconds) {
      return three_digits(seconds / unit.seconds) + " " + unit.name;
    }
  }
  return seconds < 9999.5 ? three_digits(seconds) + " s" : three_digits(seconds / 3600) + " h";
}

std::string rate_text(double per_second) {
  if (!std::isfinite(per_second) || per_second < 0) {
    return "?";
  }
  constexpr std::array<const char*, 5> kPrefixes{"", "k", "M", "G", "T"};
  std::size_t prefix = 0;
  while (per_second >= 999.5 && prefix + 1 < kPrefixes.size()) {
    per_second /= 1000;
    ++prefix;
  }
  return three_digits(per_second) + kPrefixes[prefix] + "/s";
}

std::string bytes_text(double bytes) {
  if (!std::isfinite(bytes)) {
    return "?";
  }
  if (bytes < 0) {
    return "-" + bytes_text(-bytes);
  }
  if (bytes < 999.5) {
    return bytes > 0 && bytes < 0.005   ? "<0.01B"
           : bytes == std::floor(bytes) ? fmt::format("{:.0f}B", bytes)
                                        : three_digits(bytes) + "B";
  }
  constexpr std::array<const char*, 5> kUnits{"KB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  for (bytes /= 1000; bytes >= 999.5 && unit + 1 < kUnits.size(); ++unit) {
    bytes /= 1000;
  }
  return (bytes < 99.95 ? fmt::format("{:.1f}", bytes) : three_digits(bytes)) + kUnits[unit];
}

std::string count_text(double count) {
  if (!std::isfinite(count)) {
    return "?";
  }
  if (count < 0) {
    return "-" + count_text(-count);
  }
  if (count < 999'999.5) {
    return count > 0 && count < 0.005                     ? "<0.01"
           : count == std::floor(count) || count >= 999.5 ? fmt::format("{:.0f}", count)
                                                          : three_digits(count);
  }
  constexpr std::array<const char*, 4> kPrefixes{"M", "G", "T", "P"};
  std::size_t prefix = 0;
  for (count /= 1e6; count >= 999.5 && prefix + 1 < kPrefixes.size(); ++prefix) {
    count /= 1000;
  }
  return three_digits(count) + kPrefixes[prefix];
}

std::string spread_text(double relative, bool utf8) {
  const double percent = relative * 100;
  if (!std::isfinite(percent)) {
    return "";
  }
  return (utf8 ? "±" : "+-") +
         (percent < 99.95 ? fmt::format("{:>4.1f} %", percent) : fmt::format("{:>4.0f} %", percent));
}

std::string ratio_text(double ratio, double like) {
  if (like >= 999'999.5) {
    return fmt::format("{:.1e}", ratio);
  }
  return fmt::format("{:.{}f}", ratio, like < 9.995 ? 2 : like < 99.95 ? 1 : 0);
}

std::string printable(std::string_view text, bool utf8, std::size_t most_characters) {
  std::string shown;
  std::size_t characters = 0;
  while (!text.empty()) {
    if (characters >= most_characters) {
      return shown + (utf8 ? "…" : "...");
    }
    std::uint32_t code = 0;
    const std::size_t length = decoded(text, code);
    if (length == 0) {
      shown += utf8 ? fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text.front())) : "?";
    } else if (code == '\n' || code == '\r' || code == '\t') {
      shown += ' ';
    } else if (code < 0x20 || (code >= 0x7f && code < 0xa0) || is_bidirectional_mark(code)) {
      shown += code < 0x100 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{:04x}", code);
    } else if (code >= 0x80 && !utf8) {
      shown += '?';
    } else {
      shown += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
    ++characters;
  }
  return shown;
}

std::string markdown_cell(std::string_view text) {
  std::string safe;
  for (const char c : printable(text)) {
    if (c == '<' || c == '&') {
      safe += c == '<' ? "&lt;" : "&amp;";
      continue;
    }
    if (std::string_view("\\`*_[]|~#@").find(c) != std::string_view::npos) {
      safe += '\\';
    }
    safe += c;
  }
  return safe;
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<std::uint8_t>(c) & 0xc0) != 0x80; }));
}

std::string padded_right(std::string text, std::size_t width) {
  const std::size_t characters = characters_in(text);
  return characters < width ? text.append(width - characters, ' ') : text;
}

std::string padded_left(std::string text, std::size_t width) {
  const std::size_t characters = characters_in(text);
  return characters < width ? text.insert(0, width - characters, ' ') : text;
}

std::string cut(const std::string& text, std::size_t width, bool utf8) {
  if (characters_in(text) <= width) {
    return text;
  }
  const std::string ellipsis = utf8 ? "…" : "...";
  const std::size_t kept = width > characters_in(ellipsis) ? width - characters_in(ellipsis) : 0;
  std::size_t characters = 0, bytes = 0;
  for (; bytes < text.size(); ++bytes) {
    const bool begins = (static_cast<std::uint8_t>(text[bytes]) & 0xc0) != 0x80;
    if (begins && characters++ == kept) {
      break;
    }
  }
  return kept == 0 ? std::string() : text.substr(0, bytes) + ellipsis;
}

double percentile(const model::Latency& latency, double share) {
  const auto samples = static_cast<double>(latency.seconds_per_call.size());
  const double rank = std::clamp(std::ceil(share * samples - 1e-12 * samples), 1.0, samples);
  return latency.seconds_per_call[static_cast<std::size_t>(rank) - 1];
}

bool has_long_tail(const model::Latency& latency) {
  constexpr std::size_t kFewestSamples = 20;
  if (latency.seconds_per_call.size() < kFewestSamples) {
    return false;
  }
  const double median = percentile(latency, 0.5);
  return median > 0 && percentile(latency, 0.95) > kLongTail * median;
}

std::string samples_text(const model::Latency& latency) {
  const std::size_t samples = latency.seconds_per_call.size();
  return fmt::format("{} {}", samples, samples == 1 ? "sample" : "samples") +
         (latency.batch > 1 ? fmt::format(" of {} calls", latency.batch) : "");
}

Figures figures_of(const model::Measurement& measurement) {
  std::vector<double> real, cpu;
  for (const model::Sample& sample : measurement.samples) {
    real.push_back(sample.real_seconds_per_call);
    cpu.push_back(sample.cpu_seconds_per_call);
  }
  Figures figures;
  figures.processes = real.size();
  figures.seconds = median_of(real);
  figures.cpu_seconds = median_of(cpu);
  const auto [least, most] = std::minmax_element(real.begin(), real.end());
  figures.spread = figures.seconds > 0 ? (*most - *least) / 2 / figures.seconds : 0;
  return figures;
}

}  // namespace harness::report

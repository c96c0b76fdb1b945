// Numbers and names as text: the one place where seconds become microseconds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <harness/model/measurement.hpp>

namespace harness::report {

// Beyond these a reader must be told.
inline constexpr double kNoisySpread = 0.05;  // relative half range of the processes
inline constexpr double kCpuDiffers = 0.05;   // |CPU / real - 1|
inline constexpr double kLongTail = 1.5;      // p95 over p50

// `1.23 μs`, `89.0 ns`, `4.15 ms`: four digits at the most, three significant; `utf8` false: `us`. From `s` on hours
// follow at 10,000 s. Below 1 ns three decimals. NaN and infinity: `?`.
std::string time_text(double seconds, bool utf8 = true);
// `11.2M/s`, `812k/s`, `89.1/s`; NaN, infinity and negative: `?`
std::string rate_text(double per_second);
// `1.2MB`, `410KB`, `80B`: decimal, from KB on one digit after the point below 100. Parts of a byte (of an average) are
// told, and what is not nothing is never `0B`. NaN and infinity: `?`.
std::string bytes_text(double bytes);
// `10010`: whole counts exact below a million, then `1.05M`; `2.50` of an average. NaN and infinity: `?`.
std::string count_text(double count);
// `± 1.2 %`, `±12.3 %`, `± 123 %`: always 7 characters wide until 9,999 %; `utf8` false: `+- 1.2 %`
std::string spread_text(double relative, bool utf8 = true);
// `1.34`, `12.3`, `1043`, `1.2e+07`: of a ratio >= 1; `like` decides the decimals, so that `±` parts match their number.
std::string ratio_text(double ratio, double like);

// What others wrote, safe to print on a terminal in one line: control characters, bidirectional marks and bytes that are
// not UTF-8 become `\x1b`, line ends and tabs a space; at most `most_characters`, then an ellipsis. `utf8` false: what is
// not ASCII becomes `?`.
std::string printable(std::string_view text, bool utf8 = true, std::size_t most_characters = 400);
// The same as text of a cell of a Markdown table: nothing in it is markup, and it stays one cell.
std::string markdown_cell(std::string_view text);
// Characters (code points) of UTF-8 text: what padding must count.
std::size_t characters_in(std::string_view text);
// Padded with blanks to `width` characters; longer text stays whole.
std::string padded_right(std::string text, std::size_t width);
std::string padded_left(std::string text, std::size_t width);
// The first `width` characters, the last of them an ellipsis where something was cut off.
std::string cut(const std::string& text, std::size_t width, bool utf8);

// The time within which `share` (0 to 1) of the samples lie, by nearest rank: the shortest that was measured and that at
// least this share of the samples does not exceed. Precondition: at least one sample.
double percentile(const model::Latency& latency, double share);
// A tail that a reader must be told of: p95 beyond 1.5 times p50, over no fewer than the 20 samples of which it is one.
bool has_long_tail(const model::Latency& latency);
// `1000 samples`, `312 samples of 32 calls`
std::string samples_text(const model::Latency& latency);

// A row's figures: medians over its processes.
struct Figures {
  double seconds = 0;      // real, per call
  double cpu_seconds = 0;  // per call
  double spread = 0;       // half of max - min of the real times over their median; 0 for one process
  std::size_t processes = 0;

  bool noisy() const { return spread > kNoisySpread; }
  // CPU over real; 1 where real is 0.
  double cpu_share() const { return seconds > 0 ? cpu_seconds / seconds : 1; }
  bool cpu_differs() const { return cpu_share() > 1 + kCpuDiffers || cpu_share() < 1 - kCpuDiffers; }
};
// Precondition: at least one sample.
Figures figures_of(const model::Measurement& measurement);

}  // namespace harness::report

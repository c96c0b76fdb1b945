#include <harness/report/histogram.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include <harness/report/page.hpp>

namespace harness::report {
namespace {

constexpr std::size_t kWidestBar = 60;
constexpr std::size_t kNarrowestBar = 10;
constexpr std::size_t kColumnsOfAFile = 100;
constexpr std::size_t kFewestFolded = 3;  // empty buckets in a row that take one line
constexpr std::array<double, 3> kShares{0.5, 0.95, 0.99};

std::string bar_text(double length, bool utf8) {
  if (!utf8) {
    return std::string(static_cast<std::size_t>(std::max(1.0, std::round(length))), '#');
  }
  constexpr std::array<const char*, 8> kPartial{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(std::max(1.0, std::round(8 * length)));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) {
    text += "█";
  }
  return text + kPartial[eighths % 8];
}

// Of each bucket the percentiles that fall into it; those beyond all bounds stand at the nearer end.
std::vector<std::string> marks_of(const model::Latency& latency, const std::vector<HistogramBucket>& buckets,
                                  bool utf8) {
  std::vector<std::string> marks(buckets.size());
  for (const double share : kShares) {
    const double seconds = percentile(latency, share);
    const auto above = std::find_if(buckets.begin(), buckets.end(),
                                    [&](const HistogramBucket& bucket) { return seconds < bucket.high_seconds; });
    std::string& mark =
        marks[std::min<std::size_t>(static_cast<std::size_t>(above - buckets.begin()), buckets.size() - 1)];
    mark += (mark.empty() ? "" : ", ") + fmt::format("p{:.0f} {}", 100 * share, time_text(seconds, utf8));
  }
  return marks;
}

}  // namespace

std::string histogram(const std::string& name, const model::Latency& latency,
                      const std::vector<HistogramBucket>& buckets, const ConsoleOptions& options) {
  if (latency.seconds_per_call.empty() || buckets.empty()) {
    return {};
  }
  Page page(options);
  std::string title = page.safe(name) + ": " + samples_text(latency);
  title += latency.clock_seconds > 0 ? fmt::format("; reading the clock takes {}, which was subtracted from each",
                                                   time_text(latency.clock_seconds, options.utf8))
                                     : "";
  page.folded_line(title, 2, true);

  const std::vector<std::string> marks = marks_of(latency, buckets, options.utf8);
  std::size_t most = 1, mark_width = 0, low_width = 0, high_width = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    most = std::max(most, buckets[i].count);
    mark_width = std::max(mark_width, characters_in(marks[i]));
    low_width = std::max(low_width, characters_in(time_text(buckets[i].low_seconds, options.utf8)));
    high_width = std::max(high_width, characters_in(time_text(buckets[i].high_seconds, options.utf8)));
  }
  const std::size_t count_width = std::to_string(most).size();
  // Where even the narrowest bar has no room the upper bounds go: each is the lower one of the line below.
  std::size_t needed = 2 + low_width + 3 + high_width + 2 + count_width + 2 + 2 + mark_width;
  const std::size_t columns = options.columns == 0 ? kColumnsOfAFile : options.columns;
  const bool with_high = needed + kNarrowestBar <= columns;
  needed -= with_high ? 0 : 3 + high_width;
  const std::size_t bar_width =
      columns > needed + kNarrowestBar ? std::min(columns - needed, kWidestBar) : kNarrowestBar;

  for (std::size_t i = 0; i < buckets.size(); ++i) {
    std::size_t empty = i;
    while (empty < buckets.size() && buckets[empty].count == 0 && marks[empty].empty()) {
      ++empty;
    }
    if (empty - i >= kFewestFolded) {
      page.add("  " + std::string(low_width, ' ') + (options.utf8 ? " ⋮" : " :"));
      i = empty - 1;
      continue;
    }
    const HistogramBucket& bucket = buckets[i];
    std::string line = "  " + padded_left(time_text(bucket.low_seconds, options.utf8), low_width);
    if (with_high) {
      line += (options.utf8 ? " – " : " - ") + padded_left(time_text(bucket.high_seconds, options.utf8), high_width);
    }
    line += "  " + padded_left(std::to_string(bucket.count), count_width) + "  ";
    const double length =
        static_cast<double>(bar_width) * static_cast<double>(bucket.count) / static_cast<double>(most);
    line += padded_right(bucket.count > 0 ? bar_text(length, options.utf8) : "", marks[i].empty() ? 0 : bar_width + 2) +
            marks[i];
    line.erase(line.find_last_not_of(' ') + 1);
    page.add(line);
  }
  std::string text;
  for (const std::string& line : std::move(page).lines()) {
    text += line + "\n";
  }
  return text;
}

}  // namespace harness::report

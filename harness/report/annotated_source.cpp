#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/page.hpp>
#include <harness/report/profile.hpp>
#include <harness/report/shares.hpp>

namespace harness::report {
namespace {

constexpr std::size_t kSideBySide = 120;  // columns from which old and new stand beside each other
constexpr std::size_t kTab = 4;
constexpr std::size_t kLongestLine = 500;      // of a source, where no terminal cuts it
constexpr std::size_t kMostCells = 4'000'000;  // of the table that finds equal lines
constexpr double kHot = 0.2, kWarm = 0.05;     // own share

std::string without_tabs(std::string_view text) {
  std::string spread;
  std::size_t at = 0;
  for (const char c : text.substr(0, 4 * kLongestLine)) {
    const std::size_t blanks = c == '\t' ? kTab - at % kTab : 0;
    if (c == '\t')
      spread.append(blanks, ' ');
    else
      spread += c;
    at += c == '\t' ? blanks : (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  }
  return spread;
}

// Rows of two sides that stand in one line; -1 = nothing on that side.
using Pairs = std::vector<std::pair<int, int>>;

// Equal lines beside each other (a longest common subsequence), and what differs between them row by row.
Pairs paired(const std::vector<SourceRow>& before, const std::vector<SourceRow>& after) {
  const std::size_t n = before.size(), m = after.size();
  std::vector<std::uint32_t> longest;
  if ((n + 1) * (m + 1) <= kMostCells) {
    longest.assign((n + 1) * (m + 1), 0);
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t j = m; j-- > 0;) {
        longest[i * (m + 1) + j] = before[i].text == after[j].text
                                       ? longest[(i + 1) * (m + 1) + j + 1] + 1
                                       : std::max(longest[(i + 1) * (m + 1) + j], longest[i * (m + 1) + j + 1]);
      }
    }
  }
  Pairs pairs;
  std::vector<int> only_before, only_after;
  const auto flush = [&] {
    for (std::size_t i = 0; i < std::max(only_before.size(), only_after.size()); ++i) {
      pairs.emplace_back(i < only_before.size() ? only_before[i] : -1, i < only_after.size() ? only_after[i] : -1);
    }
    only_before.clear();
    only_after.clear();
  };
  std::size_t i = 0, j = 0;
  while (i < n || j < m) {
    if (!longest.empty() && i < n && j < m && before[i].text == after[j].text) {
      flush();
      pairs.emplace_back(static_cast<int>(i++), static_cast<int>(j++));
    } else if (j == m ||
               (i < n && (longest.empty() || longest[(i + 1) * (m + 1) + j] >= longest[i * (m + 1) + j + 1]))) {
      only_before.push_back(static_cast<int>(i++));
    } else {
      only_after.push_back(static_cast<int>(j++));
    }
  }
  flush();
  return pairs;
}

class Source {
 public:
  Source(const std::optional<SourceSide>& before, const SourceSide& after, const ConsoleOptions& options)
      : before_(before), after_(after), page_(options) {}

  std::string text() {
    const std::size_t columns = page_.options().columns;
    if (before_ && columns >= kSideBySide && has_rows(*before_) && has_rows(after_)) {
      beside(columns);
    } else {
      if (before_) {
        alone(*before_);
        page_.blank();
      }
      alone(after_);
    }
    std::string shown;
    for (const std::string& line : std::move(page_).lines()) shown += line + "\n";
    return shown;
  }

 private:
  std::string safe(const std::string& text) const { return page_.safe(text); }
  bool utf8() const { return page_.options().utf8; }

  static bool is_thin(const SourceSide& side) { return side.samples < model::kLeastSamples; }

  static bool has_rows(const SourceSide& side) { return side.missing.empty() && !side.rows.empty(); }

  std::string name(const SourceSide& side) const {
    return fmt::format("{} {} (n={})", safe(side.solver), safe(side.file), side.samples);
  }
  static std::string thin_words(const SourceSide& side) {
    return fmt::format("too thin for shares: {}, {} are needed; * marks lines with a sample",
                       counted(side.samples, "sample"), model::kLeastSamples);
  }

  static std::size_t number_width(const SourceSide& side) {
    return side.rows.empty() ? 4 : std::max<std::size_t>(4, std::to_string(side.rows.back().line).size());
  }
  // `  own  total  line  `
  static std::string head(const SourceSide& side) {
    return " own  total  " + padded_left("line", number_width(side)) + "  source";
  }

  // Cut to `width` characters (0 = not), not yet painted.
  std::string row_text(const SourceSide& side, const SourceRow& row, std::size_t width) const {
    const auto cell = [&](const std::optional<double>& share) {
      return share ? is_thin(side) ? std::string("*") : share_text(*share) : std::string();
    };
    std::string line = padded_left(cell(row.own && *row.own > 0 ? row.own : std::nullopt), 4) + "  " +
                       padded_left(cell(row.cumulative), 5) + "  " +
                       padded_left(std::to_string(row.line), number_width(side)) + "  " +
                       printable(without_tabs(row.text), utf8(), kLongestLine);
    line.erase(line.find_last_not_of(' ') + 1);
    return width == 0 ? line : cut(line, width, utf8());
  }

  std::string painted(const SourceSide& side, const SourceRow& row, const std::string& line) const {
    if (is_thin(side) || !row.own) return line;
    return *row.own >= kHot ? page_.paint().bad(line) : *row.own >= kWarm ? page_.paint().doubtful(line) : line;
  }

  std::string gap(const SourceSide& side) const {
    return std::string(13, ' ') + padded_left("...", number_width(side));
  }
  static bool begins_after_gap(const SourceSide& side, std::size_t row) {
    return row > 0 && side.rows[row].line != side.rows[row - 1].line + 1;
  }

  void alone(const SourceSide& side) {
    page_.folded_line(name(side), 2, true);
    if (!side.missing.empty()) {
      page_.folded_line("  " + safe(side.missing), 4);
      return;
    }
    if (side.rows.empty()) {
      page_.folded_line("  no line of it has a sample", 4);
      return;
    }
    if (is_thin(side)) page_.folded_line("  " + thin_words(side), 4);
    page_.cut_line(head(side));
    for (std::size_t i = 0; i < side.rows.size(); ++i) {
      if (begins_after_gap(side, i)) page_.add(gap(side));
      page_.add(painted(side, side.rows[i], row_text(side, side.rows[i], page_.options().columns)));
    }
  }

  void beside(std::size_t columns) {
    const std::size_t width = (columns - 3) / 2;
    const auto put = [&](const std::string& left, const std::string& right) {
      page_.add(left + (utf8() ? " │" : " |") + (right.empty() ? "" : " " + right));
    };
    const auto half = [&](const std::string& text) { return cut(text, width, utf8()); };
    const auto both = [&](const std::string& left, const std::string& right) {
      put(page_.paint().strong(padded_right(half(left), width)), page_.paint().strong(half(right)));
    };
    both(name(*before_), name(after_));
    for (const SourceSide* side : {&*before_, &after_}) {
      if (is_thin(*side)) page_.folded_line(safe(side->solver) + ": " + thin_words(*side), 2);
    }
    both(head(*before_), head(after_));
    const auto cell = [&](const SourceSide& side, int row, bool pad) {
      if (row < 0) return std::string(pad ? width : 0, ' ');
      const SourceRow& of = side.rows[static_cast<std::size_t>(row)];
      const std::string text = row_text(side, of, width);
      return painted(side, of, pad ? padded_right(text, width) : text);
    };
    for (const auto& [left, right] : paired(before_->rows, after_.rows)) {
      const bool left_gap = left > 0 && begins_after_gap(*before_, static_cast<std::size_t>(left));
      const bool right_gap = right > 0 && begins_after_gap(after_, static_cast<std::size_t>(right));
      if (left_gap || right_gap) {
        put(padded_right(left_gap ? gap(*before_) : "", width), right_gap ? gap(after_) : "");
      }
      put(cell(*before_, left, true), cell(after_, right, false));
    }
  }

  const std::optional<SourceSide>& before_;
  const SourceSide& after_;
  Page page_;
};

}  // namespace

std::string annotated_source(const std::optional<SourceSide>& before, const SourceSide& after,
                             const ConsoleOptions& options) {
  return Source(before, after, options).text();
}

}  // namespace harness::report

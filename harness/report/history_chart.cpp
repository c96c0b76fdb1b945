#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/history.hpp>
#include <harness/report/history_words.hpp>
#include <harness/report/page.hpp>

namespace harness::report {
namespace {

using Kind = HistoryMark::Kind;

constexpr std::size_t kMostLines = 24;
constexpr std::size_t kRows = 9;
constexpr std::size_t kWidestStep = 3;
constexpr std::size_t kColumnsOfAFile = 100;
constexpr double kOffTheScale = 12;  // sigmas: what is farther stands at the border
constexpr std::size_t kLabelWidth = 7;

struct Scale {
  double low = 0, high = 1;
  std::size_t row(double value) const {
    const double from_top = (high - value) / (high - low) * static_cast<double>(kRows - 1);
    return static_cast<std::size_t>(std::lround(std::clamp(from_top, 0.0, static_cast<double>(kRows - 1))));
  }
  double at(std::size_t row) const {
    return high - (high - low) * static_cast<double>(row) / static_cast<double>(kRows - 1);
  }
};

Scale scale_of(const HistoryView& view, std::size_t first) {
  Scale scale{view.points[first].ratio, view.points[first].ratio};
  if (view.mean) {
    const double band = 2.4 * view.sigma.value_or(0);
    scale = {*view.mean - band, *view.mean + band};
  }
  for (std::size_t i = first; i < view.points.size(); ++i) {
    double value = view.points[i].ratio;
    if (view.mean) {
      const double most = kOffTheScale * view.sigma.value_or(0);
      value = std::clamp(value, *view.mean - most, *view.mean + most);
    }
    scale.low = std::min(scale.low, value);
    scale.high = std::max(scale.high, value);
  }
  if (scale.high - scale.low < 1e-9 * std::abs(scale.high)) {
    const double around = std::max(0.01 * std::abs(scale.high), 1e-9);
    scale.low -= around;
    scale.high += around;
  }
  return scale;
}

char letter_of(Kind kind) {
  switch (kind) {
    case Kind::kSegment: return '|';
    case Kind::kVersion: return 'v';
    case Kind::kLevel: return '^';
    case Kind::kBeyond: return 'x';
    case Kind::kAlert: return '!';
  }
  return ' ';
}

class Chart {
 public:
  Chart(const HistoryView& view, const ConsoleOptions& options) : view_(view), page_(options) {}

  std::string text() {
    const std::size_t runs = view_.points.size();
    const std::string name = page_.safe(name_of(view_.problem, view_.solver, view_.case_name));
    if (runs == 0) return page_.paint().strong(name) + "\n  no run is recorded yet\n";
    head(name);
    place();
    const Scale scale = scale_of(view_, first_);
    for (std::size_t row = 0; row < kRows; ++row) chart_row(scale, row);
    mark_rows();
    facts();
    legend();
    std::vector<std::string> lines = std::move(page_).lines();
    lines.resize(std::min(lines.size(), kMostLines));  // of a terminal too narrow for its facts
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
  }

 private:
  bool utf8() const { return page_.options().utf8; }
  std::size_t columns() const { return page_.options().columns == 0 ? kColumnsOfAFile : page_.options().columns; }
  void folded_at_commas(const std::vector<std::string>& parts) {
    for (std::string& line : at_commas(parts, page_.options().columns, 2)) {
      page_.add(std::move(line));
      ++used_;
    }
  }

  void head(const std::string& name) {
    const auto& last = *view_.points.back().run;
    const std::string span = fmt::format("{}, {} to {}", counted(view_.points.size(), "run"),
                                         day_of(view_.points.front().run->date), day_of(last.date));
    for (const std::string& line :
         in_phrases({name, page_.safe(span), state_text(view_)}, page_.options().columns, 2)) {
      page_.add(used_++ == 0 ? page_.paint().strong(line) : line);
    }
  }

  // As many of the last runs as there is room for, up to three columns each.
  void place() {
    const std::size_t room = columns() > kLabelWidth + 4 ? columns() - kLabelWidth - 4 : 1;
    const std::size_t runs = view_.points.size();
    step_ = std::clamp<std::size_t>(room / runs, 1, kWidestStep);
    first_ = runs > room ? runs - room : 0;
    width_ = (runs - first_ - 1) * step_ + 1;
    for (HistoryMark& mark : marks_of(view_)) {
      if (mark.point >= first_) marks_.push_back(std::move(mark));
    }
  }

  std::string dot(const HistoryPoint& point, const Scale& scale) const {
    const double half = (scale.high - scale.low) / static_cast<double>(kRows - 1) / 2;
    if (point.ratio > scale.high + half) return page_.paint().bad(utf8() ? "▲" : "A");
    if (point.ratio < scale.low - half) return page_.paint().bad(utf8() ? "▼" : "V");
    if (point.run->is_beyond(model::Metric::kTime)) return page_.paint().bad(utf8() ? "×" : "x");
    return point.counts ? (utf8() ? "●" : "o") : page_.paint().faint(utf8() ? "○" : "c");
  }

  void chart_row(const Scale& scale, std::size_t row) {
    const bool has_band = view_.mean.has_value();
    const std::size_t mean_row = has_band ? scale.row(*view_.mean) : kRows;
    const double band = 2 * view_.sigma.value_or(0);
    const bool in_band = has_band && row >= scale.row(*view_.mean + band) && row <= scale.row(*view_.mean - band);
    const std::string fill = row == mean_row ? (utf8() ? "─" : "-") : in_band ? (utf8() ? "·" : ".") : " ";
    std::vector<std::string> cells(width_, fill == " " ? fill : page_.paint().faint(fill));
    for (std::size_t i = first_; i < view_.points.size(); ++i) {
      if (scale.row(view_.points[i].ratio) == row) cells[(i - first_) * step_] = dot(view_.points[i], scale);
    }
    const bool labelled = row == 0 || row == kRows - 1 || row == mean_row;
    const double value = row == mean_row ? *view_.mean : scale.at(row);
    std::string line = "  " + padded_left(labelled ? label(value) : "", kLabelWidth) + (utf8() ? " │" : " |");
    for (const std::string& cell : cells) line += cell;
    line.erase(line.find_last_not_of(' ') + 1);
    page_.add(line);
    ++used_;
  }

  static std::string label(double ratio) {
    return ratio < 9.9995   ? fmt::format("{:.4f}", ratio)
           : ratio < 99'999 ? fmt::format("{:.2f}", ratio)
                            : fmt::format("{:.1e}", ratio);
  }

  void mark_rows() {
    std::map<std::size_t, std::vector<Kind>> at;
    std::size_t most = 0;
    for (const HistoryMark& mark : marks_) {
      auto& here = at[mark.point];
      here.push_back(mark.kind);
      most = std::max(most, here.size());
    }
    for (std::size_t level = 0; level < most; ++level) {
      std::string line(kLabelWidth + 4 + width_, ' ');
      for (const auto& [point, kinds] : at) {
        if (level < kinds.size()) line[kLabelWidth + 4 + (point - first_) * step_] = letter_of(kinds[level]);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      page_.add(line);
      ++used_;
    }
  }

  void facts() {
    const auto& last = view_.points.back();
    std::vector<std::string> parts{fmt::format("last {} ({})", label(last.ratio), page_.safe(day_of(last.run->date)))};
    if (view_.mean) {
      const double sigma = view_.sigma.value_or(0);
      parts.push_back(fmt::format("mean {}", label(*view_.mean)));
      parts.push_back(fmt::format("{} {} to {}", utf8() ? "2σ band" : "2 sigma band", label(*view_.mean - 2 * sigma),
                                  label(*view_.mean + 2 * sigma)));
    } else {
      parts.push_back("no mean: nothing counts yet");
    }
    if (view_.segment != nullptr) {
      parts.push_back(
          fmt::format("pin {} of {}", page_.safe(view_.segment->pin_solver), page_.safe(day_of(view_.segment->begun))));
    }
    folded_at_commas(parts);
    if (first_ > 0) folded_at_commas({fmt::format("{} before these are not shown", counted(first_, "run"))});
  }

  // The newest of each kind matter most: what there is no room for is counted.
  void legend() {
    std::vector<std::string> lines;
    std::vector<const HistoryMark*> beyond;
    for (const HistoryMark& mark : marks_) {
      if (mark.kind == Kind::kBeyond) {
        beyond.push_back(&mark);
        continue;
      }
      lines.push_back(
          fmt::format("  {} {}  {}", letter_of(mark.kind), page_.safe(date_of(mark)), page_.safe(mark.words)));
    }
    if (!beyond.empty()) {
      const std::string from = date_of(*beyond.front()), to = date_of(*beyond.back());
      lines.push_back(fmt::format("  x {}{}  {}{}", page_.safe(from), from == to ? "" : " to " + page_.safe(to),
                                  beyond.size() == 1 ? "" : counted(beyond.size(), "run") + ", the last ",
                                  page_.safe(beyond.back()->words)));
    }
    const std::size_t room = kMostLines > used_ ? kMostLines - used_ : 0;
    const std::size_t left = lines.size() > room ? lines.size() - room + 1 : 0;
    if (left > 0 && room > 0) page_.add(fmt::format("  {} are not told", counted(left, "older mark")));
    if (room == 0) return;
    for (std::size_t i = left; i < lines.size(); ++i) page_.cut_line(lines[i]);
  }

  std::string date_of(const HistoryMark& mark) const { return day_of(view_.points[mark.point].run->date); }

  const HistoryView& view_;
  Page page_;
  std::vector<HistoryMark> marks_;
  std::size_t first_ = 0, step_ = 1, width_ = 0, used_ = 0;
};

}  // namespace

std::string history_text(const HistoryView& view, const ConsoleOptions& options) { return Chart(view, options).text(); }

std::string history_line(const HistoryView& view, const ConsoleOptions& options) {
  Page page(options);
  const std::string name =
      padded_right(page.safe(name_of(view.problem, view.solver, view.case_name)), options.name_width);
  std::vector<std::string> parts{padded_left(counted(view.points.size(), "run"), 7)};
  parts.push_back(padded_right(state_text(view), 15));
  if (!view.points.empty()) parts.push_back(fmt::format("last {:.4f}", view.points.back().ratio));
  if (view.mean) {
    const double relative = view.sigma.value_or(0) / std::abs(*view.mean);
    parts.push_back(fmt::format("mean {:.4f} {}", *view.mean, spread_text(relative, options.utf8)));
  }
  if (view.segment != nullptr) {
    parts.push_back(
        fmt::format("pin {} of {}", page.safe(view.segment->pin_solver), page.safe(day_of(view.segment->begun))));
  }
  // One line: what does not fit whole is left out, from the end.
  std::string line = name;
  for (const std::string& part : parts) {
    if (options.columns > 0 && characters_in(line) + 2 + characters_in(part) > options.columns) break;
    line += "  " + part;
  }
  return line.erase(line.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace harness::report

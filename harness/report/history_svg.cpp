#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/history.hpp>
#include <harness/report/history_words.hpp>
#include <harness/report/xml_text.hpp>

namespace harness::report {
namespace {

using Kind = HistoryMark::Kind;

constexpr double kWidth = 960, kPanel = 300;
constexpr double kLeft = 76, kRight = 24, kTop = 64, kPlot = 160;
constexpr double kWidestGap = 60;    // between two runs
constexpr double kOffTheScale = 15;  // sigmas: what is farther stands at the border, its title has the figure
constexpr std::size_t kLongestText = 110;

constexpr const char* kStyle = R"(
  :root { color-scheme: light dark; --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d1d9e0;
    --band: #0969da22; --mean: #0969da; --point: #0969da; --old: #818b98; --bad: #cf222e; --mark: #8250df; }
  @media (prefers-color-scheme: dark) { :root { --paper: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --grid: #3d444d;
    --band: #4493f833; --mean: #4493f8; --point: #4493f8; --old: #656c76; --bad: #ff7b72; --mark: #d2a8ff; } }
  .paper { fill: var(--paper); } text { fill: var(--ink); font: 12px system-ui, sans-serif; }
  .name { font-weight: 600; font-size: 15px; } .faint { fill: var(--faint); } .grid { stroke: var(--grid); }
  .band { fill: var(--band); } .mean { stroke: var(--mean); stroke-dasharray: 6 4; }
  .path { fill: none; stroke: var(--point); stroke-opacity: 0.5; }
  .counts { fill: var(--point); } .old { fill: var(--paper); stroke: var(--old); stroke-width: 1.5; }
  .beyond { fill: none; stroke: var(--bad); stroke-width: 2.5; } .alert { fill: var(--bad); font-weight: 700; font-size: 16px; }
  .mark { stroke: var(--mark); } .level { fill: var(--mark); } .label { fill: var(--mark); font-size: 11px; }
)";

std::string escaped(const std::string& text, std::size_t most = kLongestText) { return xml_text(text, most); }

std::string ratio_label(double ratio) {
  return ratio < 99.995 ? fmt::format("{:.3f}", ratio) : fmt::format("{:.3g}", ratio);
}

class Panel {
 public:
  Panel(const HistoryView& view, double top) : view_(view), top_(top) {}

  std::string text() {
    head();
    if (view_.points.empty()) {
      put(R"(<text class="faint" x="{:.0f}" y="{:.0f}">no run is recorded yet</text>)", kLeft, top_ + kTop);
      return std::move(text_);
    }
    find_scale();
    axes();
    verticals();
    path();
    for (std::size_t i = 0; i < view_.points.size(); ++i) point(i);
    foot();
    return std::move(text_);
  }

 private:
  template <class... Arguments>
  void put(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_ += fmt::format(format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }

  double x(std::size_t point) const {
    const double runs = static_cast<double>(view_.points.size());
    const double room = kWidth - kLeft - kRight - 40;
    const double gap = runs > 1 ? std::min(room / (runs - 1), kWidestGap) : 0;
    return kLeft + 20 + gap * static_cast<double>(point);
  }
  double y(double ratio) const {
    return top_ + kTop + kPlot * (1 - std::clamp((ratio - low_) / (high_ - low_), 0.0, 1.0));
  }

  void find_scale() {
    low_ = high_ = view_.mean.value_or(view_.points.front().ratio);
    const double sigma = view_.sigma.value_or(0), middle = low_;
    const auto stretch = [&](double value) {
      if (view_.mean) value = std::clamp(value, middle - kOffTheScale * sigma, middle + kOffTheScale * sigma);
      low_ = std::min(low_, value);
      high_ = std::max(high_, value);
    };
    stretch(middle - 3 * sigma);
    stretch(middle + 3 * sigma);
    for (const HistoryPoint& each : view_.points) stretch(each.ratio);
    const double around = std::max(0.06 * (high_ - low_), 1e-6 * std::max(std::abs(high_), 1e-9));
    low_ -= around;
    high_ += around;
  }

  void head() {
    put(R"(<text class="name" x="24" y="{:.0f}">{}</text>)", top_ + 26,
        escaped(name_of(view_.problem, view_.solver, view_.case_name)));
    std::vector<std::string> words{counted(view_.points.size(), "run"), state_text(view_)};
    if (view_.mean) {
      const double sigma = view_.sigma.value_or(0);
      words.push_back(fmt::format("mean {:.4f}, 2σ band {:.4f} to {:.4f}", *view_.mean, *view_.mean - 2 * sigma,
                                  *view_.mean + 2 * sigma));
    }
    if (view_.segment != nullptr) {
      words.push_back(fmt::format("pin {} of {}", view_.segment->pin_solver, day_of(view_.segment->begun)));
    }
    if (!view_.machine.empty()) words.push_back("machine " + view_.machine.substr(0, 40));
    std::string line;
    for (const std::string& each : words) line += (line.empty() ? "" : " · ") + each;
    put(R"(<text class="faint" x="24" y="{:.0f}">{}</text>)", top_ + 45, escaped(line, 160));
  }

  void axes() {
    const double left = kLeft, right = kWidth - kRight;
    if (view_.mean) {
      const double band = 2 * view_.sigma.value_or(0);
      put(R"(<rect class="band" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>)", left, y(*view_.mean + band),
          right - left, y(*view_.mean - band) - y(*view_.mean + band));
      put(R"(<line class="mean" x1="{0:.1f}" y1="{2:.1f}" x2="{1:.1f}" y2="{2:.1f}"/>)", left, right, y(*view_.mean));
    }
    for (const double at : ticks()) {
      put(R"(<line class="grid" x1="{0:.1f}" y1="{2:.1f}" x2="{1:.1f}" y2="{2:.1f}"/>)", left - 4, left, y(at));
      put(R"(<text class="faint" x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>)", left - 8, y(at) + 4,
          ratio_label(at));
    }
    put(R"(<path class="grid" fill="none" d="M{0:.1f} {2:.1f}V{3:.1f}H{1:.1f}"/>)", left, right, top_ + kTop,
        top_ + kTop + kPlot);
  }

  // Round values, three to six of them.
  std::vector<double> ticks() const {
    const double span = high_ - low_;
    double step = std::pow(10, std::floor(std::log10(span)));
    while (span / step < 3) step /= span / step < 1.5 ? 5 : 2;
    std::vector<double> found;
    for (double at = std::ceil(low_ / step) * step; at <= high_ && found.size() < 8; at += step) found.push_back(at);
    return found;
  }

  // Where segments and versions begin.
  void verticals() {
    double free_above = 0;  // labels that would cover each other are left to the titles
    for (const HistoryMark& mark : marks_of(view_)) {
      if (mark.kind != Kind::kSegment && mark.kind != Kind::kVersion) continue;
      const double at = x(mark.point) - 7;
      put(R"(<g><title>{} {}</title><line class="mark" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"{}/></g>)",
          escaped(day_of(view_.points[mark.point].run->date)), escaped(mark.words), at, top_ + kTop - 6, at,
          top_ + kTop + kPlot, mark.kind == Kind::kSegment ? "" : R"( stroke-dasharray="2 3")");
      const std::string label = escaped(mark.words, 28);
      if (at < free_above || at > kWidth - 160) continue;
      put(R"(<text class="label" x="{:.1f}" y="{:.1f}">{}</text>)", at + 2, top_ + kTop - 1, label);
      free_above = at + 8.0 * static_cast<double>(characters_in(label)) + 8;
    }
  }

  // Runs that count or did, joined within a segment.
  void path() {
    std::string line;
    bool joins = false;
    for (std::size_t i = 0; i < view_.points.size(); ++i) {
      const HistoryPoint& each = view_.points[i];
      if (each.begins_segment || each.run->new_level) joins = false;
      if (each.run->is_beyond(model::Metric::kTime)) continue;
      line += fmt::format("{}{:.1f} {:.1f}", joins ? "L" : "M", x(i), y(each.ratio));
      joins = true;
    }
    if (!line.empty()) put(R"(<path class="path" d="{}"/>)", line);
  }

  std::string title(const HistoryPoint& each) const {
    const model::RecordedRun& run = *each.run;
    std::vector<std::string> parts{run.date, run.run_id, run.solver, fmt::format("ratio {:.4f}", each.ratio)};
    if (run.z) parts.push_back("z " + sigma_text(*run.z, true));
    parts.push_back(run.git_sha.empty() ? "no commit"
                                        : "commit " + run.git_sha.substr(0, 12) + (run.git_dirty ? ", changed" : ""));
    for (const model::Metric metric : run.beyond)
      parts.push_back(fmt::format("beyond in {}", model::metric_word(metric)));
    if (run.confirmed) parts.push_back("confirmed by a duet");
    if (run.alert) parts.push_back("alert");
    if (!run.note.empty()) parts.push_back(run.note);
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : "\n") + escaped(part, 200);
    return text;
  }

  void point(std::size_t i) {
    const HistoryPoint& each = view_.points[i];
    const model::RecordedRun& run = *each.run;
    const double at = x(i), height = y(each.ratio);
    put("<g><title>{}</title>", title(each));
    const bool beyond = run.is_beyond(model::Metric::kTime);
    if (run.new_level) {
      put(R"(<path class="level" d="M{0:.1f} {1:.1f}l-6 10h12z"/>)", at, top_ + kTop + kPlot + 4);
    }
    if (beyond) {
      cross(at, height);
    } else {
      put(R"(<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="4"/>)", each.counts ? "counts" : "old", at, height);
    }
    if (!run.beyond.empty() && !beyond) cross(at, top_ + kTop + kPlot + 9);  // in a metric that is not drawn
    if (run.alert) {
      const double above = height - 24 < top_ + kTop - 8 ? height + 22 : height - 11;
      put(R"(<text class="alert" x="{:.1f}" y="{:.1f}" text-anchor="middle">!</text>)", at, above);
    }
    put("</g>");
  }

  void cross(double at, double height) {
    put(R"(<path class="beyond" d="M{:.1f} {:.1f}l8 8m0-8l-8 8"/>)", at - 4, height - 4);
  }

  void foot() {
    const double base = top_ + kTop + kPlot + 32;
    const std::size_t last = view_.points.size() - 1;
    put(R"(<text class="faint" x="{:.1f}" y="{:.1f}">{}</text>)", kLeft, base,
        escaped(day_of(view_.points.front().run->date)));
    if (last > 0) {
      put(R"(<text class="faint" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>)",
          std::max(x(last) + 14, kLeft + 180), base, "end", escaped(day_of(view_.points.back().run->date)));
    }
    put(R"(<text class="faint" x="{:.1f}" y="{:.1f}" text-anchor="end">time over that of the pin; cross: beyond 2σ (below the axis: in another metric); !: alert; hollow: does not count any more; triangle: new level</text>)",
        kWidth - kRight, base + 20);
  }

  const HistoryView& view_;
  double top_ = 0, low_ = 0, high_ = 1;
  std::string text_;
};

}  // namespace

std::string history_svg(const std::vector<HistoryView>& views) {
  const double height = views.empty() ? 80 : kPanel * static_cast<double>(views.size());
  std::string text = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}" width="{0:.0f}" height="{1:.0f}" role="img">
<title>{2}</title>
<style>{3}</style>
<rect class="paper" width="100%" height="100%"/>
)",
      kWidth, height,
      views.size() == 1 ? escaped("history of " + name_of(views[0].problem, views[0].solver, views[0].case_name))
                        : fmt::format("{} histories", views.size()),
      kStyle);
  if (views.empty()) text += "<text x=\"24\" y=\"44\">no history</text>\n";
  for (std::size_t i = 0; i < views.size(); ++i) text += Panel(views[i], kPanel * static_cast<double>(i)).text();
  return text + "</svg>\n";
}

}  // namespace harness::report

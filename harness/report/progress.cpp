#include <harness/report/progress.hpp>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include <harness/report/figures.hpp>

namespace harness::report {
namespace {

constexpr double kSecondsBetweenLines = 10;
constexpr std::size_t kBarWidth = 24;

// `0:07`, `12:34`, `1:02:03`
std::string clock_text(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(std::clamp(seconds, 0.0, 1e9)));
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

double at_least_nothing(double seconds) { return std::isfinite(seconds) ? std::max(0.0, seconds) : 0; }

}  // namespace

Progress::Progress(std::ostream& err, bool terminal, bool utf8, std::size_t columns, Clock clock)
    : err_(err), terminal_(terminal), utf8_(utf8), columns_(columns), clock_(std::move(clock)) {}

void Progress::plan(double expected_seconds) {
  planned_seconds_ = at_least_nothing(expected_seconds);
  if (started_ < 0) {
    started_ = clock_();
  }
}

void Progress::step(const std::string& what, double expected_seconds) {
  what_ = printable(what, utf8_);
  step_seconds_ = at_least_nothing(expected_seconds);
  step_started_ = clock_();
  if (started_ < 0) {
    started_ = step_started_;
  }
  redraw();
}

void Progress::restate(const std::string& what) {
  what_ = printable(what, utf8_);
  redraw();
}

void Progress::done_step() {
  finished_seconds_ += step_seconds_;
  spent_seconds_ += clock_() - step_started_;
  step_seconds_ = 0;
  what_.clear();
  if (terminal_) {
    redraw();
  }
}

void Progress::clear() {
  if (drawn_) {
    err_ << "\r\x1b[K" << std::flush;
    drawn_ = false;
  }
}

double Progress::share() const {
  const double planned = std::max(planned_seconds_, finished_seconds_ + step_seconds_);
  return planned > 0 ? finished_seconds_ / planned : 0;
}

double Progress::seconds_left(double now) const {
  const double planned = std::max(planned_seconds_, finished_seconds_ + step_seconds_);
  // Starting workers and the like comes on top of the plan; what the steps really took tells by how much.
  const double pace = finished_seconds_ > 0 ? spent_seconds_ / finished_seconds_ : 1;
  const double in_step = std::min(now - step_started_, step_seconds_ * pace);
  return (planned - finished_seconds_) * pace - (what_.empty() ? 0 : in_step);
}

std::string Progress::bar(double part) const {
  const auto full = static_cast<std::size_t>(part * kBarWidth);
  std::string text = utf8_ ? "" : "[";
  for (std::size_t i = 0; i < kBarWidth; ++i) {
    text += utf8_ ? (i < full ? "█" : "░") : i < full ? "#" : ".";
  }
  return text + (utf8_ ? "" : "]");
}

void Progress::redraw() {
  const double now = clock_();
  const std::string percent = fmt::format("{:>3.0f} %", std::floor(100 * share()));
  const std::string left = clock_text(seconds_left(now));
  if (terminal_) {
    // A terminal wraps when its last column is written.
    const std::size_t room = columns_ > 1 ? columns_ - 1 : 0;
    const std::string figures = percent + "  ETA " + left;
    const std::string with_bar = bar(share()) + " " + figures;
    std::string line = characters_in(with_bar) + 16 <= room ? with_bar : figures;
    line += what_.empty() ? "" : "  " + what_;
    err_ << "\r\x1b[K" << cut(line, room, utf8_) << std::flush;
    drawn_ = true;
    return;
  }
  const bool due = last_line_ < 0 ? now - started_ >= kSecondsBetweenLines || step_seconds_ >= kSecondsBetweenLines
                                  : now - last_line_ >= kSecondsBetweenLines;
  if (due) {
    err_ << percent.substr(percent.find_first_not_of(' ')) << ", about " << left << " left: " << what_ << std::endl;
    last_line_ = now;
  }
}

}  // namespace harness::report

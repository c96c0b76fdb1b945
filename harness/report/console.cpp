#include <harness/report/console.hpp>

#include <algorithm>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include <harness/report/page.hpp>
#include <harness/report/summary.hpp>

namespace harness::report {
namespace {

using model::Measurement;

constexpr std::size_t kTimeWidth = 8;   // `0.123 ns`, `89.0 ns`
constexpr std::size_t kCountWidth = 5;  // `n=3`, `n=100`
constexpr std::size_t kRateWidth = 7;   // `11.2M/s`
constexpr std::size_t kGap = 2;
constexpr std::size_t kStateWidth = 9;       // `FAILED`, `skipped`
constexpr std::size_t kLeastNoteWidth = 30;  // less room beside the name: the note goes on below it

std::size_t spread_width(bool utf8) { return utf8 ? 7 : 8; }

// Numbers end and units begin in the same column: ` 1.23 s ` below `89.0 ns`.
std::string aligned_time(double seconds, bool utf8) {
  const std::string text = time_text(seconds, utf8);
  const auto blank = text.find(' ');
  if (blank == std::string::npos) {
    return padded_left(text, kTimeWidth);
  }
  return padded_left(text.substr(0, blank), kTimeWidth - 3) + " " + padded_right(text.substr(blank + 1), 2);
}

std::string found(const model::Context& context, const std::string& key) {
  const auto place = std::find_if(context.begin(), context.end(), [&](const auto& fact) { return fact.first == key; });
  return place == context.end() ? std::string() : place->second;
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

// What of a row there is room for.
struct Layout {
  bool own_line = false;
  bool count = true;
  bool rate = true;
};

Layout layout_for(std::size_t name_width, const ConsoleOptions& options) {
  Layout layout;
  if (options.columns == 0) {
    return layout;
  }
  const std::size_t least = kGap + kTimeWidth + kGap + spread_width(options.utf8);
  layout.own_line = name_width + least > options.columns;
  const std::size_t taken = (layout.own_line ? kGap : name_width) + least;
  layout.count = taken + kGap + kCountWidth <= options.columns;
  layout.rate = taken + 2 * kGap + kCountWidth + kRateWidth <= options.columns;
  return layout;
}

}  // namespace

Console::Console(std::ostream& out, ConsoleOptions options)
    : out_(out), options_(options), name_width_(options.name_width) {}

void Console::begin(const model::Context& context) {
  const std::string cpu = found(context, "cpu"), cores = found(context, "cores");
  const std::string repetitions = found(context, "repetitions"), min_time = found(context, "min_time");
  std::string line = printable(cpu, options_.utf8);
  if (!cores.empty()) {
    line += (line.empty() ? "" : ", ") + printable(cores, options_.utf8) + (cores == "1" ? " core" : " cores");
  }
  if (!repetitions.empty()) {
    line += (line.empty() ? "" : "; ") + printable(repetitions, options_.utf8) +
            (repetitions == "1" ? " process a trial" : " processes a trial");
  }
  if (!min_time.empty()) {
    const std::string figure = printable(min_time, options_.utf8);
    const bool counted = figure.back() == 'x';
    const std::string amount = figure.substr(0, figure.find_first_not_of("0123456789.+-eE"));
    line += (line.empty() ? "" : ", ") + amount + (counted ? " calls each" : " s each");
  }
  if (line.empty()) {
    return;
  }
  for (const std::string& part : folded(line, options_.columns, 0, 2)) {
    out_ << part << '\n';
  }
  out_ << '\n';
}

bool Console::begins_a_group(const Measurement& row) {
  const bool elsewhere = row.problem != last_problem_ || row.dataset != last_dataset_;
  const bool next_block = row.solver != last_solver_ && row.case_name != last_case_;
  const bool begins = !last_problem_.empty() && (elsewhere || next_block);
  last_problem_ = row.problem;
  last_solver_ = row.solver;
  last_dataset_ = row.dataset;
  last_case_ = row.case_name;
  return begins && options_.grouped;
}

void Console::trial(const Measurement& measurement) {
  const std::string name = printable(measurement.name(), options_.utf8);
  name_width_ = std::max(name_width_, characters_in(name));
  if (!header_printed_) {
    header_printed_ = true;
    const Layout layout = layout_for(name_width_, options_);
    if (!layout.own_line) {
      std::string titles = padded_right("trial", name_width_ + kGap) + padded_left("time/call", kTimeWidth) + " " +
                           padded_left("spread", spread_width(options_.utf8));
      titles += layout.count ? "  procs" : "";
      titles += layout.rate ? padded_left("calls", kGap + kRateWidth) : "";
      out_ << Paint(options_.colour).faint(titles) << '\n';
    }
  }
  if (begins_a_group(measurement)) {
    out_ << '\n';
  }
  if (!measurement.samples.empty() && measurement.state != Measurement::State::kFailed) {
    print_figures(name, measurement);
  }
  if (measurement.samples.empty() || measurement.state != Measurement::State::kMeasured) {
    print_state(name, measurement);
  }
  out_.flush();
}

void Console::print_figures(const std::string& name, const Measurement& measurement) {
  const Paint paint(options_.colour);
  const Figures figures = figures_of(measurement);
  const Layout layout = layout_for(name_width_, options_);
  const std::string spread = figures.processes > 1 ? spread_text(figures.spread, options_.utf8) : "";
  std::string line = layout.own_line ? name + "\n" + std::string(kGap, ' ') : padded_right(name, name_width_ + kGap);
  std::size_t taken = (layout.own_line ? 0 : name_width_) + kGap + kTimeWidth + kGap + spread_width(options_.utf8);
  line += aligned_time(figures.seconds, options_.utf8) + std::string(kGap, ' ');
  const std::string aligned_spread = padded_left(spread, spread_width(options_.utf8));
  line += figures.noisy() ? paint.doubtful(aligned_spread) : aligned_spread;
  if (layout.count) {
    line += "  " + padded_right(fmt::format("n={}", figures.processes), kCountWidth);
    taken += kGap + kCountWidth;
  }
  if (layout.rate) {
    line += "  " + padded_left(figures.seconds > 0 ? rate_text(1 / figures.seconds) : "", kRateWidth);
    taken += kGap + kRateWidth;
  }
  if (figures.cpu_differs()) {
    const std::string time = "CPU " + time_text(figures.cpu_seconds, options_.utf8);
    const std::string share = fmt::format("CPU {:.0f} %", 100 * figures.cpu_share());
    for (const std::string& text : {time, share}) {
      if (options_.columns == 0 || taken + kGap + characters_in(text) <= options_.columns) {
        line += "  " + paint.doubtful(text);
        break;
      }
    }
  }
  out_ << without_trailing_blanks(std::move(line)) << '\n';
}

void Console::print_state(const std::string& name, const Measurement& measurement) {
  const Paint paint(options_.colour);
  std::string word;
  switch (measurement.state) {
    case Measurement::State::kFailed: word = paint.bad("FAILED") + "   "; break;
    case Measurement::State::kSkipped: word = paint.faint("skipped") + "  "; break;
    case Measurement::State::kInterrupted: word = paint.doubtful("interrupted"); break;
    case Measurement::State::kMeasured: word = paint.bad("nothing measured"); break;
  }
  const std::string note = printable(measurement.note, options_.utf8);
  const std::size_t before = name_width_ + kGap + kStateWidth;
  const std::size_t indent = before + kLeastNoteWidth <= options_.columns ? before : 4;
  const std::vector<std::string> lines = folded(note, options_.columns, before, indent);
  out_ << without_trailing_blanks(padded_right(name, name_width_ + kGap) + word + (word.ends_with(' ') ? "" : " ") +
                                  lines.front())
       << '\n';
  for (std::size_t i = 1; i < lines.size(); ++i) {
    out_ << lines[i] << '\n';
  }
}

void Console::skipped(const std::vector<model::SkippedLibrary>& libraries) {
  const Paint paint(options_.colour);
  for (const model::SkippedLibrary& library : libraries) {
    const std::string text =
        printable(library.file.filename().string(), options_.utf8) + ": " + printable(library.reason, options_.utf8);
    const std::vector<std::string> lines = folded(text, options_.columns, kStateWidth, 4);
    out_ << paint.faint("skipped") << "  ";
    for (const std::string& line : lines) {
      out_ << line << '\n';
    }
  }
  if (!libraries.empty()) {
    out_ << '\n';
  }
}

void Console::summary(const std::vector<Measurement>& all, const std::vector<model::Ranking>& rankings) {
  for (const std::string& line : summary_lines(all, rankings, options_)) {
    out_ << line << '\n';
  }
  out_.flush();
}

}  // namespace harness::report

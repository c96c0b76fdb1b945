#include <harness/report/console.hpp>

#include <algorithm>
#include <array>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include <harness/report/page.hpp>
#include <harness/report/summary.hpp>

namespace harness::report {
namespace {

using model::Measurement;

constexpr std::size_t kGap = 2;
constexpr std::size_t kRemarkRoom = 14;      // two blanks and a remark, `breaks limit`
constexpr std::size_t kStateWidth = 9;       // `FAILED`, `skipped`
constexpr std::size_t kLeastNoteWidth = 30;  // less room beside the name: the note goes on below it

// Columns beyond time and spread as they stand in a row that was not asked for any, and in which order they get their
// room.
constexpr std::array kByDefault{"procs", "calls", "p95", "allocs", "peak", "items/s", "bytes/s", "instructions"};
constexpr std::array kRoomFirst{"instructions", "p95", "allocs", "peak", "items/s", "bytes/s", "procs", "calls"};
// Those that follow from the time and the run's settings: a remark comes before them.
bool is_derived(const std::string& name) {
  return name == "procs" || name == "calls" || name == "items/s" || name == "bytes/s";
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
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
  std::vector<Column> columns;     // in the order of the row, time first
  std::vector<std::string> below;  // asked for, and without room beside the name
  std::size_t taken = 0;           // by the name (if beside) and the columns

  bool has(const std::string& name) const {
    return std::any_of(columns.begin(), columns.end(), [&](const Column& one) { return one.name == name; });
  }
};

Layout layout_for(std::size_t name_width, const ConsoleOptions& options, const std::vector<std::string>& wanted) {
  Layout layout;
  const auto fits = [&](std::size_t width) { return options.columns == 0 || layout.taken + width <= options.columns; };
  const auto place = [&](const Column& column) {
    layout.columns.push_back(column);
    layout.taken += kGap + column.width;
  };
  const Column time = column_named("time", options.utf8), spread = column_named("spread", options.utf8);
  layout.taken = name_width;
  layout.own_line = !fits(2 * kGap + time.width + spread.width);
  layout.taken = layout.own_line ? 0 : name_width;
  place(time);
  place(spread);
  if (!options.columns_shown.empty()) {
    for (const std::string& name : wanted) {
      const Column column = column_named(name, options.utf8);
      if (layout.below.empty() && fits(kGap + column.width)) {
        place(column);
      } else {
        layout.below.push_back(name);
      }
    }
    return layout;
  }
  const bool beyond_time =
      std::any_of(wanted.begin(), wanted.end(), [](const auto& name) { return name != "procs" && name != "calls"; });
  std::vector<std::string> placed;
  const std::size_t before = layout.taken;
  for (const std::string name : kRoomFirst) {
    const std::size_t width = kGap + column_named(name, options.utf8).width;
    if (!contains(wanted, name)) {
      continue;
    }
    if (!fits(width + (beyond_time && is_derived(name) ? kRemarkRoom : 0))) {
      break;
    }
    placed.push_back(name);
    layout.taken += width;
  }
  layout.taken = before;
  for (const std::string& name : wanted) {
    if (contains(placed, name)) {
      place(column_named(name, options.utf8));
    }
  }
  return layout;
}

// What only some rows have to say: the forms it may take, the shortest last.
struct Remark {
  enum class Weight { kPlain, kDoubtful, kBad } weight;
  std::vector<std::string> forms;
};

std::vector<Remark> remarks_on(const Measurement& row, const Figures& figures, const Layout& layout, bool utf8) {
  std::vector<Remark> remarks;
  const auto labelled = [&](const char* name) { return labelled_text(column_named(name, utf8), row, figures, utf8); };
  bool late = false;
  if (!row.broken_limits.empty()) {
    const std::size_t count = row.broken_limits.size();
    Remark broken{Remark::Weight::kBad, {"breaks " + printable(row.broken_limits.front().limit, utf8), "breaks limit"}};
    if (count > 1) {
      broken.forms = {fmt::format("breaks {} limits", count)};
    }
    remarks.push_back(broken);
    late = std::any_of(row.broken_limits.begin(), row.broken_limits.end(),
                       [](const model::BrokenLimit& one) { return one.limit == "p95_latency_ms"; });
  }
  if (row.memory && row.memory->leaked_bytes > 0 && !layout.has("leaked")) {
    remarks.push_back({Remark::Weight::kDoubtful, {"leaks " + bytes_text(row.memory->leaked_bytes)}});
  }
  if (row.latency && !row.latency->seconds_per_call.empty() && !layout.has("p95") &&
      (late || has_long_tail(*row.latency))) {
    Remark tail{Remark::Weight::kDoubtful, {labelled("p95")}};
    if (const double median = percentile(*row.latency, 0.5); median > 0) {
      const double times = percentile(*row.latency, 0.95) / median;
      tail.forms.push_back("p95 x" + ratio_text(times, times));
    }
    remarks.push_back(tail);
  }
  if (figures.cpu_differs() && !layout.has("cpu")) {
    remarks.push_back(
        {Remark::Weight::kDoubtful, {labelled("cpu"), fmt::format("CPU {:.0f} %", 100 * figures.cpu_share())}});
  }
  for (const auto& counter : row.counters) {
    remarks.push_back({Remark::Weight::kPlain, {labelled(("counter:" + counter.first).c_str())}});
  }
  return remarks;
}

// As many as fit behind `taken` characters. Counters keep their order: behind one that does not fit there is none.
std::string remarks_text(const std::vector<Remark>& remarks, std::size_t taken, std::size_t columns,
                         const Paint& paint) {
  std::string text;
  for (const Remark& remark : remarks) {
    const auto form = std::find_if(remark.forms.begin(), remark.forms.end(), [&](const std::string& one) {
      return columns == 0 || taken + kGap + characters_in(one) <= columns;
    });
    if (form != remark.forms.end()) {
      taken += kGap + characters_in(*form);
      text += "  " + (remark.weight == Remark::Weight::kBad        ? paint.bad(*form)
                      : remark.weight == Remark::Weight::kDoubtful ? paint.doubtful(*form)
                                                                   : *form);
    } else if (remark.weight == Remark::Weight::kPlain) {
      break;
    }
  }
  return text;
}

bool is_doubtful(const std::string& column, const Measurement& row, const Figures& figures) {
  return (column == "spread" && figures.noisy()) || (column == "cpu" && figures.cpu_differs()) ||
         (column == "p95" && row.latency && has_long_tail(*row.latency)) ||
         (column == "leaked" && row.memory && row.memory->leaked_bytes > 0);
}

// Of a figure that the run has and the row has not. Today's columns stay blank.
const char* nothing_in(const std::string& column) { return column == "spread" || column == "calls" ? "" : "-"; }

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

// What the row shall show beside time and spread, by what was asked for, what the run expects and what the row has.
void Console::choose_columns(const Measurement& row) {
  std::vector<std::string> present = columns_of(row);
  present.insert(present.end(), options_.columns_expected.begin(), options_.columns_expected.end());
  wanted_.clear();
  const auto want = [&](const std::string& name) {
    if (name != "time" && name != "spread" && !contains(wanted_, name)) {
      wanted_.push_back(name);
    }
  };
  if (options_.columns_shown.empty()) {
    for (const std::string name : kByDefault) {
      if (name == "procs" || name == "calls" || contains(name == "p95" ? options_.columns_expected : present, name)) {
        want(name);
      }
    }
    return;
  }
  for (const std::string& name : options_.columns_shown) {
    if (name != "all" && name != "counters") {
      want(name);
      continue;
    }
    for (const std::string& known : name == "all" ? known_columns() : std::vector<std::string>()) {
      if (known == "procs" || known == "calls" || contains(present, known)) {
        want(known);
      }
    }
    for (const auto& counter : row.counters) {
      want("counter:" + counter.first);
    }
  }
}

void Console::print_titles() {
  const Layout layout = layout_for(name_width_, options_, wanted_);
  titled_ = wanted_;
  if (layout.own_line) {
    return;
  }
  std::string titles = "trial";
  std::size_t begin = name_width_ + kGap;
  for (const Column& column : layout.columns) {
    const bool left = column.left || column.name == "time";
    titles = padded_right(std::move(titles), begin) + (left ? column.title : padded_left(column.title, column.width));
    begin += column.width + kGap;
  }
  out_ << Paint(options_.colour).faint(titles) << '\n';
}

void Console::trial(const Measurement& measurement) {
  const std::string name = printable(measurement.name(), options_.utf8);
  name_width_ = std::max(name_width_, characters_in(name));
  const bool has_figures = !measurement.samples.empty() && measurement.state != Measurement::State::kFailed;
  const bool grouped = begins_a_group(measurement);
  if (!chosen_) {
    choose_columns(measurement);
    chosen_ = has_figures;
    if (!header_printed_ || titled_ != wanted_) {
      out_ << (header_printed_ ? "\n" : "");
      print_titles();
    } else if (grouped) {
      out_ << '\n';
    }
    header_printed_ = true;
  } else if (grouped) {
    out_ << '\n';
  }
  if (has_figures) {
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
  Layout layout = layout_for(name_width_, options_, wanted_);
  std::string line = layout.own_line ? name + "\n" : padded_right(name, name_width_);
  for (const Column& column : layout.columns) {
    std::string cell = cell_text(column, measurement, figures, options_.utf8, true);
    if (cell.empty()) {
      cell = nothing_in(column.name);
    }
    cell = column.left ? padded_right(cell, column.width) : padded_left(cell, column.width);
    const bool marked = column.name == "time" && !measurement.broken_limits.empty();
    line += marked ? " " + paint.bad("!") : std::string(kGap, ' ');
    line += is_doubtful(column.name, measurement, figures) ? paint.doubtful(cell) : cell;
  }
  if (options_.columns_shown.empty()) {
    const std::vector<Remark> remarks = remarks_on(measurement, figures, layout, options_.utf8);
    line += remarks_text(remarks, layout.taken, options_.columns, paint);
  } else if (contains(options_.columns_shown, "counters") || options_.shows_all()) {
    for (const auto& counter : measurement.counters) {
      if (!contains(wanted_, "counter:" + counter.first)) {
        layout.below.push_back("counter:" + counter.first);  // one that the row under the titles did not have
      }
    }
  }
  out_ << without_trailing_blanks(std::move(line)) << '\n';
  std::vector<std::string> below;
  for (const std::string& column : layout.below) {
    below.push_back((below.empty() ? "    " : "") +
                    labelled_text(column_named(column, options_.utf8), measurement, figures, options_.utf8));
  }
  for (const std::string& part : in_phrases(below, options_.columns, 4)) {
    out_ << part << '\n';
  }
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

void Console::summary(const std::vector<Measurement>& all, const std::vector<model::Ranking>& rankings,
                      const SummaryExtras& extras) {
  for (const std::string& line : summary_lines(all, rankings, extras, options_)) {
    out_ << line << '\n';
  }
  out_.flush();
}

}  // namespace harness::report

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <harness/report/console.hpp>
#include <harness/report/limits.hpp>

namespace harness::report {
namespace {

using model::Measurement;

// Those beyond the table's own that any row has a figure for, the solvers' counters last.
std::vector<Column> extra_columns(const std::vector<Measurement>& all) {
  std::vector<std::string> present;
  for (const Measurement& row : all) {
    const std::vector<std::string> of_row = columns_of(row);
    present.insert(present.end(), of_row.begin(), of_row.end());
  }
  std::vector<std::string> names = known_columns();
  names.insert(names.end(), present.begin(), present.end());
  constexpr std::array kOwn{"time", "spread", "procs", "calls", "cpu"};
  std::vector<std::string> done(kOwn.begin(), kOwn.end());
  std::vector<Column> columns;
  for (const std::string& name : names) {
    if (std::find(present.begin(), present.end(), name) != present.end() &&
        std::find(done.begin(), done.end(), name) == done.end()) {
      done.push_back(name);
      columns.push_back(column_named(name, true));
    }
  }
  return columns;
}

}  // namespace

std::string markdown(const std::vector<Measurement>& all, const model::Context& context) {
  std::string text;
  for (const char* key : {"cpu", "cores", "repetitions", "min_time", "git_sha", "run_id"}) {
    const auto fact = std::find_if(context.begin(), context.end(), [&](const auto& one) { return one.first == key; });
    if (fact != context.end() && !fact->second.empty()) {
      text += (text.empty() ? "" : ", ") + std::string(key == std::string_view("git_sha") ? "revision" : key) + ": " +
              markdown_cell(fact->second);
    }
  }
  text += text.empty() ? "" : "\n\n";
  const std::vector<Column> extra = extra_columns(all);
  const bool any_broken =
      std::any_of(all.begin(), all.end(), [](const Measurement& row) { return !row.broken_limits.empty(); });
  text += "| trial | time per call | spread | processes | calls per second | CPU time |";
  for (const Column& column : extra) {
    text += " " + markdown_cell(column.title) + " |";
  }
  text += any_broken ? " limits broken |\n" : "\n";
  text += "|:--|--:|--:|--:|--:|--:|";
  for (std::size_t i = 0; i < extra.size(); ++i) {
    text += "--:|";
  }
  text += any_broken ? ":--|\n" : "\n";
  for (const Measurement& row : all) {
    const bool has_figures = !row.samples.empty() && row.state != Measurement::State::kFailed;
    std::vector<std::string> cells(5 + extra.size() + (any_broken ? 1 : 0));
    if (has_figures) {
      const Figures figures = figures_of(row);
      cells[0] = time_text(figures.seconds);
      cells[1] = figures.processes > 1 ? fmt::format("± {:.1f} %", 100 * figures.spread) : "";
      cells[2] = std::to_string(figures.processes);
      cells[3] = figures.seconds > 0 ? rate_text(1 / figures.seconds) : "";
      cells[4] = time_text(figures.cpu_seconds);
      for (std::size_t i = 0; i < extra.size(); ++i) {
        cells[5 + i] = cell_text(extra[i], row, figures, true, false);
      }
    } else {
      const char* word = row.state == Measurement::State::kFailed        ? "**FAILED**"
                         : row.state == Measurement::State::kSkipped     ? "skipped"
                         : row.state == Measurement::State::kInterrupted ? "interrupted"
                                                                         : "nothing measured";
      cells[0] = word + (row.note.empty() ? "" : ": " + markdown_cell(row.note));
    }
    for (const model::BrokenLimit& one : row.broken_limits) {
      cells.back() += (cells.back().empty() ? "" : "; ") + markdown_cell(one.limit + " " + broken_limit_text(one));
    }
    text += "| " + markdown_cell(row.name()) + " |";
    for (const std::string& one : cells) {
      text += one.empty() ? " |" : " " + one + " |";
    }
    text += "\n";
  }
  return text;
}

}  // namespace harness::report

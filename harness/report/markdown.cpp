#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <harness/report/console.hpp>

namespace harness::report {
namespace {

using model::Measurement;

// Text of others as text of a table's cell: nothing in it is markup, and it stays one cell.
std::string cell(const std::string& text) {
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

}  // namespace

std::string markdown(const std::vector<Measurement>& all, const model::Context& context) {
  std::string text;
  for (const char* key : {"cpu", "cores", "repetitions", "min_time", "git_sha", "run_id"}) {
    const auto fact = std::find_if(context.begin(), context.end(), [&](const auto& one) { return one.first == key; });
    if (fact != context.end() && !fact->second.empty()) {
      text += (text.empty() ? "" : ", ") + std::string(key == std::string_view("git_sha") ? "revision" : key) + ": " +
              cell(fact->second);
    }
  }
  text += text.empty() ? "" : "\n\n";
  text += "| trial | time per call | spread | processes | calls per second | CPU time |\n";
  text += "|:--|--:|--:|--:|--:|--:|\n";
  for (const Measurement& row : all) {
    const bool has_figures = !row.samples.empty() && row.state != Measurement::State::kFailed;
    std::array<std::string, 5> cells;
    if (has_figures) {
      const Figures figures = figures_of(row);
      cells = {time_text(figures.seconds), figures.processes > 1 ? fmt::format("± {:.1f} %", 100 * figures.spread) : "",
               std::to_string(figures.processes), figures.seconds > 0 ? rate_text(1 / figures.seconds) : "",
               time_text(figures.cpu_seconds)};
    } else {
      const char* word = row.state == Measurement::State::kFailed        ? "**FAILED**"
                         : row.state == Measurement::State::kSkipped     ? "skipped"
                         : row.state == Measurement::State::kInterrupted ? "interrupted"
                                                                         : "nothing measured";
      cells[0] = word + (row.note.empty() ? "" : ": " + cell(row.note));
    }
    text += "| " + cell(row.name()) + " |";
    for (const std::string& one : cells) {
      text += one.empty() ? " |" : " " + one + " |";
    }
    text += "\n";
  }
  return text;
}

}  // namespace harness::report

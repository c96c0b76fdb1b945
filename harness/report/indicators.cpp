#include <harness/report/indicators.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <harness/report/page.hpp>

namespace harness::report {
namespace {

std::string percent_or_none(const std::optional<double>& relative, bool with_sign) {
  if (!relative || !std::isfinite(*relative)) {
    return "-";
  }
  return fmt::format(fmt::runtime(with_sign ? "{:+.0f} %" : "{:.1f} %"), 100 * *relative);
}

std::string painted_state(const Page& page, const std::string& state) {
  const std::string shown = page.safe(state);
  return state == "frozen" || state == "degrade" ? page.paint().bad(shown) : page.paint().doubtful(shown);
}

}  // namespace

void print_indicators(Page& page, const std::vector<IndicatorLine>& lines, bool every) {
  std::size_t solver = 0, state = 0, deviation = 0, volatility = 0;
  for (const IndicatorLine& line : lines) {
    if (every || !line.state.empty()) {
      solver = std::max(solver, characters_in(page.safe(line.solver)));
      state = std::max(state, characters_in(page.safe(line.state)));
      deviation = std::max(deviation, percent_or_none(line.time_deviation, true).size());
      volatility = std::max(volatility, percent_or_none(line.memory_volatility, false).size());
    }
  }
  if (solver == 0) {
    return;
  }
  page.blank();
  page.add(every ? "indicators:" : "indicators over a threshold:");
  for (const IndicatorLine& line : lines) {
    if (!every && line.state.empty()) {
      continue;
    }
    const std::string name = "  " + padded_right(page.safe(line.solver), solver);
    const std::string mark = page.safe(line.state);
    const std::string score =
        line.ac_score && std::isfinite(*line.ac_score) ? fmt::format("{:.0f}", *line.ac_score) : "-";
    std::vector<std::string> folds =
        in_phrases({name, padded_right(mark, state),
                    "time deviation " + padded_left(percent_or_none(line.time_deviation, true), deviation),
                    "memory volatility " + padded_left(percent_or_none(line.memory_volatility, false), volatility),
                    "AC score " + padded_left(score, 3), page.safe(line.remark)},
                   page.options().columns, 4);
    if (!mark.empty() && folds.front().compare(0, name.size(), name) == 0 &&
        folds.front().compare(std::min(name.size() + 2, folds.front().size()), mark.size(), mark) == 0) {
      folds.front().replace(name.size() + 2, mark.size(), painted_state(page, line.state));
    }
    for (std::string& fold : folds) {
      page.add(std::move(fold));
    }
  }
}

}  // namespace harness::report

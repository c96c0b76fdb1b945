#include <harness/report/summary.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace harness::report {
namespace {

using model::Measurement;
using model::Place;
using model::Ranking;

constexpr std::size_t kMostFailed = 20;   // listed with their names, then a count
constexpr std::size_t kMostSkipped = 8;
constexpr std::size_t kMostDoubtful = 5;
constexpr std::size_t kEnoughProcesses = 15;  // more would hardly tell tied versions apart
constexpr std::size_t kRatioWidth = 8;        // of a cell in the table cases x versions

bool is_measured(const Measurement& row) {
  return row.state == Measurement::State::kMeasured && !row.samples.empty();
}

bool is_number(const std::string& name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
}

std::string listed(const std::vector<std::string>& names, const std::string& last_joint) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? last_joint : ", ") + names[i];
  }
  return text;
}

// Blanks in the place of missing decimals, so that points stand below each other: `1.34`, `12.3 `, `1043   `.
std::string at_the_point(std::string ratio) {
  const auto point = ratio.find('.');
  const std::size_t after = point == std::string::npos ? 0 : ratio.size() - point;
  return after < 3 ? ratio.append(3 - after, ' ') : ratio;
}

class Summary {
 public:
  Summary(const std::vector<Measurement>& all, const std::vector<Ranking>& rankings, const ConsoleOptions& options)
      : all_(all), rankings_(rankings), options_(options), paint_(options.colour) {
    for (const Measurement& row : all) {
      name_width_ = std::max(name_width_, characters_in(name_of(row)));
    }
  }

  std::vector<std::string> lines() {
    list_state(Measurement::State::kSkipped, "skipped", kMostSkipped);
    list_noisy();
    list_waits();
    list_warnings();
    list_state(Measurement::State::kFailed, "FAILED", kMostFailed);
    std::vector<std::string> problems;
    for (const Measurement& row : all_) {
      if (std::find(problems.begin(), problems.end(), row.problem) == problems.end()) {
        problems.push_back(row.problem);
      }
    }
    for (const std::string& problem : problems) {
      table(problem);
      ranking(problem);
    }
    counts();
    return std::move(lines_);
  }

 private:
  std::string safe(const std::string& text) const { return printable(text, options_.utf8); }
  std::string name_of(const Measurement& row) const { return safe(row.name()); }
  const char* plus_minus() const { return options_.utf8 ? "±" : "+-"; }

  void blank() { lines_.emplace_back(); }
  void folded_line(const std::string& text, std::size_t indent) {
    for (std::string& line : folded(text, options_.columns, 0, indent)) {
      lines_.push_back(std::move(line));
    }
  }
  // One line, cut where the terminal ends: its whole text stands elsewhere.
  void cut_line(const std::string& text) {
    lines_.push_back(options_.columns == 0 ? text : cut(text, options_.columns, options_.utf8));
  }

  void list_state(Measurement::State state, const std::string& word, std::size_t most) {
    std::vector<const Measurement*> rows;
    for (const Measurement& row : all_) {
      if (row.state == state) {
        rows.push_back(&row);
      }
    }
    if (rows.empty()) {
      return;
    }
    blank();
    const std::string title = fmt::format("{} {}:", rows.size(), word);
    lines_.push_back(state == Measurement::State::kFailed ? paint_.bad(title) : title);
    for (std::size_t i = 0; i < std::min(rows.size(), most); ++i) {
      const std::string name = name_of(*rows[i]);
      const std::size_t least = 2 + name_width_ + 2 + 12;
      const bool room = options_.columns == 0 || least <= options_.columns;
      cut_line(room ? "  " + padded_right(name, name_width_) + "  " + safe(rows[i]->note) : "  " + name);
    }
    and_more(rows.size(), most);
  }

  void and_more(std::size_t count, std::size_t most) {
    if (count > most) {
      lines_.push_back(fmt::format("  and {} more, above", count - most));
    }
  }

  // Rows with a figure to doubt, the worst first.
  template <class Doubt, class Text>
  void list_doubtful(const std::string& title, Doubt doubt_of, Text text_of) {
    std::vector<std::pair<double, const Measurement*>> rows;
    for (const Measurement& row : all_) {
      const double doubt = is_measured(row) ? doubt_of(figures_of(row)) : 0;
      if (doubt > 0) {
        rows.emplace_back(doubt, &row);
      }
    }
    if (rows.empty()) {
      return;
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    blank();
    folded_line(title, 2);
    for (std::size_t i = 0; i < std::min(rows.size(), kMostDoubtful); ++i) {
      lines_.push_back("  " + padded_right(name_of(*rows[i].second), name_width_) + "  " +
                       text_of(figures_of(*rows[i].second)));
    }
    and_more(rows.size(), kMostDoubtful);
  }

  void list_noisy() {
    list_doubtful(
        fmt::format("noisy: processes more than {}{:.0f} % apart; end what else runs on this machine, or take more "
                    "processes (--benchmark_repetitions=9):",
                    plus_minus(), 100 * kNoisySpread),
        [](const Figures& figures) { return figures.noisy() ? figures.spread : 0; },
        [&](const Figures& figures) { return spread_text(figures.spread, options_.utf8); });
  }

  void list_waits() {
    list_doubtful(
        "waits: less CPU time than real time; the solver sleeps, reads, takes locks, has threads of its own, or had to "
        "share the processor:",
        [](const Figures& figures) { return figures.cpu_differs() && figures.cpu_share() < 1 ? 1 / figures.cpu_share() : 0; },
        [](const Figures& figures) { return fmt::format("CPU {:.0f} % of real time", 100 * figures.cpu_share()); });
    list_doubtful(
        "clocks: more CPU time than real time; the calls are too few or too short for the CPU clock "
        "(--benchmark_min_time=0.5):",
        [](const Figures& figures) { return figures.cpu_differs() && figures.cpu_share() > 1 ? figures.cpu_share() : 0; },
        [](const Figures& figures) { return fmt::format("CPU {:.0f} % of real time", 100 * figures.cpu_share()); });
  }

  void list_warnings() {
    std::vector<std::string> texts;
    std::map<std::string, std::vector<std::string>> names;
    for (const Measurement& row : all_) {
      for (const std::string& warning : row.warnings) {
        std::vector<std::string>& carriers = names[warning];
        if (carriers.empty()) {
          texts.push_back(warning);
        }
        carriers.push_back(name_of(row));
      }
    }
    for (const std::string& text : texts) {
      const std::vector<std::string>& carriers = names[text];
      blank();
      folded_line("warning: " + safe(text) + ":", 2);
      for (std::size_t i = 0; i < std::min(carriers.size(), kMostDoubtful); ++i) {
        lines_.push_back("  " + carriers[i]);
      }
      and_more(carriers.size(), kMostDoubtful);
    }
  }

  const Ranking* ranking_of(const std::string& problem, const std::string& dataset, const std::string& case_name) const {
    for (const Ranking& one : rankings_) {
      if (one.problem == problem && one.dataset == dataset && one.case_name == case_name) {
        return &one;
      }
    }
    return nullptr;
  }

  // Cases x versions: the fastest's time, and everybody's time in units of it.
  void table(const std::string& problem) {
    std::vector<std::string> solvers;
    std::vector<std::pair<std::string, std::string>> cases;
    std::map<std::pair<std::string, std::string>, std::map<std::string, const Measurement*>> rows;
    for (const Measurement& row : all_) {
      if (row.problem != problem) {
        continue;
      }
      if (std::find(solvers.begin(), solvers.end(), row.solver) == solvers.end()) {
        solvers.push_back(row.solver);
      }
      auto& of_case = rows[{row.dataset, row.case_name}];
      if (of_case.empty()) {
        cases.emplace_back(row.dataset, row.case_name);
      }
      of_case[row.solver] = &row;
    }
    if (solvers.size() < 2 || cases.size() < 2) {
      return;
    }
    const std::string title = safe(problem) + ": times the fastest";
    std::size_t first_width = characters_in(title);
    for (const auto& [dataset, case_name] : cases) {
      first_width = std::max(first_width, 2 + characters_in(safe(dataset + "/" + case_name)));
    }
    std::string head = padded_right(title, first_width) + "   fastest";
    for (const std::string& solver : solvers) {
      head += "  " + padded_left(safe(solver), kRatioWidth - 1) + " ";
    }
    if (options_.columns != 0 && characters_in(head) > options_.columns + 1) {
      return;  // the lines below say who is in front where
    }
    blank();
    head.pop_back();
    lines_.push_back(paint_.strong(head));
    bool any_tie = false;
    for (const auto& key : cases) {
      lines_.push_back(table_line(problem, key, solvers, rows[key], first_width, any_tie));
    }
    if (any_tie) {
      lines_.push_back("  ~ as fast as the fastest, within the spread of their processes");
    }
  }

  std::string table_line(const std::string& problem, const std::pair<std::string, std::string>& key,
                         const std::vector<std::string>& solvers,
                         const std::map<std::string, const Measurement*>& rows, std::size_t first_width, bool& any_tie) {
    double fastest = 0;
    for (const auto& [solver, row] : rows) {
      if (is_measured(*row)) {
        const double seconds = figures_of(*row).seconds;
        fastest = fastest == 0 ? seconds : std::min(fastest, seconds);
      }
    }
    std::string line = padded_right("  " + safe(key.first + "/" + key.second), first_width) + "  " +
                       padded_left(fastest > 0 ? time_text(fastest, options_.utf8) : "", 8);
    for (const std::string& solver : solvers) {
      const std::size_t width = std::max(kRatioWidth - 1, characters_in(safe(solver)));
      const auto place = rows.find(solver);
      const Measurement* row = place == rows.end() ? nullptr : place->second;
      std::string cell = "-";
      const char* mark = " ";
      if (row != nullptr && row->state == Measurement::State::kFailed) {
        cell = "FAILED";
      } else if (row != nullptr && row->state == Measurement::State::kSkipped) {
        cell = "skipped";
      } else if (row != nullptr && is_measured(*row) && fastest > 0) {
        const double ratio = figures_of(*row).seconds / fastest;
        cell = at_the_point(ratio_text(ratio, ratio));
        if (is_tied(problem, key, solver)) {
          mark = "~";
          any_tie = true;
        }
      }
      const bool first = is_first(problem, key, solver);
      const std::string aligned = padded_left(cell, width);
      line += "  " + (first ? paint_.good(aligned) : cell == "FAILED" ? paint_.bad(aligned) : aligned) + mark;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  }

  bool is_tied(const std::string& problem, const std::pair<std::string, std::string>& key, const std::string& solver) const {
    const Ranking* one = ranking_of(problem, key.first, key.second);
    return one != nullptr && std::any_of(one->places.begin(), one->places.end(), [&](const Place& place) {
             return place.solver == solver && place.tied;
           });
  }
  bool is_first(const std::string& problem, const std::pair<std::string, std::string>& key, const std::string& solver) const {
    const Ranking* one = ranking_of(problem, key.first, key.second);
    return one != nullptr && !one->places.empty() && one->places.front().solver == solver;
  }

  static std::vector<std::string> leaders(const Ranking& ranking) {
    std::vector<std::string> names;
    for (const Place& place : ranking.places) {
      if (names.empty() || place.tied) {
        names.push_back(place.solver);
      }
    }
    return names;
  }

  void ranking(const std::string& problem) {
    const Ranking* whole = ranking_of(problem, "", "");
    if (whole == nullptr) {
      return;
    }
    blank();
    if (whole->places.empty()) {
      folded_line(safe(problem) + ": not ranked, the versions have no case in common", 2);
    } else {
      const std::vector<std::string> front = leaders(*whole);
      const std::string who = safe(listed(front, " and ")) + (front.size() == 1 ? " ran fastest" : " are tied for the fastest");
      std::string scope = whole->cases == 1 ? "on the only case" : fmt::format("over the {} cases", whole->cases);
      scope += whole->places.size() == 2 ? " that both versions ran" : fmt::format(" that all {} versions ran", whole->places.size());
      const std::size_t before = lines_.size();
      folded_line(safe(problem) + ": " + who + ", " + scope, 2);
      lines_[before] = paint_.strong(lines_[before]);
      for (std::size_t i = 1; i < whole->places.size(); ++i) {
        lines_.push_back(place_line(*whole, whole->places[i]));
      }
      if (!whole->left_out.empty()) {
        folded_line("  not counted, as some version did not run it: " + safe(listed(whole->left_out, ", ")), 4);
      }
      if (whole->processes == 1) {
        folded_line("  one process each, so the spread is unknown: --benchmark_repetitions=3 tells more", 4);
      } else if (front.size() > 1 && whole->processes < kEnoughProcesses) {
        folded_line(fmt::format("  more processes may tell them apart: --benchmark_repetitions={}", kEnoughProcesses), 4);
      }
    }
    in_front(problem);
  }

  std::string place_line(const Ranking& ranking, const Place& place) const {
    std::string figure = padded_left(ratio_text(place.ratio, place.ratio), 8);
    if (ranking.processes > 1) {
      figure += fmt::format(" {} {}", plus_minus(), ratio_text(place.ratio_spread, place.ratio));
    }
    const std::size_t width = ranking.processes > 1 ? 8 + 1 + characters_in(plus_minus()) + 1 + 4 : 8;
    return "  " + padded_right(figure, width) + " times faster than " + safe(place.solver) + (place.tied ? ": tied" : "");
  }

  // Who is fastest, or tied with the fastest, in which stretch of each dataset.
  void in_front(const std::string& problem) {
    std::vector<std::pair<std::string, std::vector<const Ranking*>>> datasets;
    for (const Ranking& one : rankings_) {
      if (one.problem != problem || one.case_name.empty() || one.places.empty()) {
        continue;
      }
      if (datasets.empty() || datasets.back().first != one.dataset) {
        datasets.push_back({one.dataset, {}});
      }
      datasets.back().second.push_back(&one);
    }
    if (datasets.empty() || (datasets.size() == 1 && datasets.front().second.size() == 1)) {
      return;
    }
    std::vector<const Ranking*> everywhere;
    for (const auto& dataset : datasets) {
      everywhere.insert(everywhere.end(), dataset.second.begin(), dataset.second.end());
    }
    const auto [throughout, end] = stretch(everywhere, 0);
    if (end == everywhere.size()) {
      folded_line(fmt::format("  in front, or tied with who is, in all {} cases: {}", everywhere.size(), safe(listed(throughout, " = "))), 4);
      return;
    }
    std::size_t width = 0;
    for (const auto& dataset : datasets) {
      width = std::max(width, characters_in(safe(dataset.first)));
    }
    lines_.emplace_back("  in front, or tied with who is:");
    for (auto& [dataset, cases] : datasets) {
      if (std::all_of(cases.begin(), cases.end(), [](const Ranking* one) { return is_number(one->case_name); })) {
        std::stable_sort(cases.begin(), cases.end(), [](const Ranking* a, const Ranking* b) {
          return std::pair(a->case_name.size(), a->case_name) < std::pair(b->case_name.size(), b->case_name);
        });
      }
      folded_line("    " + padded_right(safe(dataset), width) + "  " + stretches(cases), 6 + width);
    }
  }

  // The longest row of cases from `begin` on in all of which somebody is in front: those who are, and where it ends.
  static std::pair<std::vector<std::string>, std::size_t> stretch(const std::vector<const Ranking*>& cases,
                                                                  std::size_t begin) {
    std::vector<std::string> front = leaders(*cases[begin]);
    std::size_t end = begin + 1;
    for (; end < cases.size(); ++end) {
      const std::vector<std::string> there = leaders(*cases[end]);
      std::vector<std::string> both;
      std::copy_if(front.begin(), front.end(), std::back_inserter(both), [&](const std::string& name) {
        return std::find(there.begin(), there.end(), name) != there.end();
      });
      if (both.empty()) {
        break;
      }
      front = both;
    }
    return {front, end};
  }

  std::string stretches(const std::vector<const Ranking*>& cases) const {
    std::string text;
    for (std::size_t begin = 0; begin < cases.size();) {
      const auto [front, end] = stretch(cases, begin);
      text += (text.empty() ? "" : "; ") + safe(listed(front, " = "));
      const std::string first = safe(cases[begin]->case_name), last = safe(cases[end - 1]->case_name);
      if (begin == 0 && end == cases.size() && end > 1) {
        text += fmt::format(" in all {} cases", cases.size());
      } else if (end == begin + 1) {
        text += " at " + first;
      } else {
        text += " at " + first + (end == begin + 2 ? " and " : " to ") + last;
      }
      begin = end;
    }
    return text;
  }

  void counts() {
    std::size_t measured = 0, failed = 0, skipped = 0, interrupted = 0;
    for (const Measurement& row : all_) {
      switch (row.state) {
        case Measurement::State::kMeasured: ++measured; break;
        case Measurement::State::kFailed: ++failed; break;
        case Measurement::State::kSkipped: ++skipped; break;
        case Measurement::State::kInterrupted: ++interrupted; break;
      }
    }
    if (all_.empty() || (all_.size() == 1 && measured == 1)) {
      return;
    }
    std::string line = fmt::format("{} {}: {} measured", all_.size(), all_.size() == 1 ? "trial" : "trials", measured);
    line += failed > 0 ? ", " + paint_.bad(fmt::format("{} FAILED", failed)) : "";
    line += skipped > 0 ? fmt::format(", {} skipped", skipped) : "";
    line += interrupted > 0 ? ", " + paint_.doubtful(fmt::format("{} interrupted", interrupted)) : "";
    blank();
    lines_.push_back(line);
  }

  const std::vector<Measurement>& all_;
  const std::vector<Ranking>& rankings_;
  const ConsoleOptions& options_;
  Paint paint_;
  std::size_t name_width_ = 0;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> folded(const std::string& text, std::size_t columns, std::size_t first, std::size_t indent) {
  if (columns == 0) {
    return {text};
  }
  std::vector<std::string> lines(1);
  std::size_t taken = first;
  bool empty = true;  // nothing but the text's own leading blanks stands in this line yet
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = std::min(text.find_first_not_of(' ', at), text.size());
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    const std::string gap = text.substr(at, begin - at);
    const bool fits = taken + gap.size() + characters_in(word) <= columns;
    const bool may_break = lines.size() == 1 ? !empty || first > indent : !empty;
    if (!fits && may_break && !word.empty()) {
      lines.emplace_back(indent, ' ');
      lines.back() += word;
      taken = indent + characters_in(word);
    } else {
      lines.back() += gap + word;
      taken += gap.size() + characters_in(word);
    }
    empty = false;
    at = end;
  }
  return lines;
}

std::vector<std::string> summary_lines(const std::vector<Measurement>& all, const std::vector<Ranking>& rankings,
                                       const ConsoleOptions& options) {
  return Summary(all, rankings, options).lines();
}

}  // namespace harness::report

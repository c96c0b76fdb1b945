#include <harness/report/standings.hpp>

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
using CaseKey = std::pair<std::string, std::string>;  // dataset and case; empty = all

constexpr std::size_t kRatioWidth = 8;        // of a cell in the table cases x versions

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

class Standings {
 public:
  Standings(Page& page, const std::string& problem, const std::vector<Measurement>& all,
            const std::vector<Ranking>& rankings)
      : page_(page), problem_(problem), all_(all), all_rankings_(rankings) {
    for (const Ranking& one : rankings) {
      if (one.problem == problem) {
        rankings_.emplace(CaseKey(one.dataset, one.case_name), &one);
      }
    }
  }

  const Ranking* ranking_on(const CaseKey& key) const {
    const auto place = rankings_.find(key);
    return place == rankings_.end() ? nullptr : place->second;
  }

  // Cases x versions: the fastest's time, and everybody's time in units of it.
  void table() {
    std::vector<std::string> solvers;
    std::vector<CaseKey> cases;
    std::map<CaseKey, std::map<std::string, const Measurement*>> rows;
    for (const Measurement& row : all_) {
      if (row.problem != problem_) {
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
    const std::string title = page_.safe(problem_) + ": times the fastest";
    std::size_t first_width = characters_in(title);
    for (const auto& [dataset, case_name] : cases) {
      first_width = std::max(first_width, 2 + characters_in(page_.safe(dataset + "/" + case_name)));
    }
    std::string head = padded_right(title, first_width) + "   fastest";
    for (const std::string& solver : solvers) {
      head += "  " + padded_left(page_.safe(solver), kRatioWidth - 1) + " ";
    }
    if (page_.options().columns != 0 && characters_in(head) > page_.options().columns + 1) {
      return;  // the lines below say who is in front where
    }
    page_.blank();
    head.pop_back();
    page_.add(page_.paint().strong(head));
    bool any_tie = false;
    for (const auto& key : cases) {
      page_.add(table_line(key, solvers, rows[key], first_width, any_tie));
    }
    if (any_tie) {
      page_.add("  ~ as fast as the fastest, within the spread of their processes");
    }
  }

  std::string table_line(const CaseKey& key, const std::vector<std::string>& solvers,
                         const std::map<std::string, const Measurement*>& rows, std::size_t first_width,
                         bool& any_tie) {
    double fastest = 0;
    for (const auto& [solver, row] : rows) {
      if (is_measured(*row)) {
        const double seconds = figures_of(*row).seconds;
        fastest = fastest == 0 ? seconds : std::min(fastest, seconds);
      }
    }
    std::string line = padded_right("  " + page_.safe(key.first + "/" + key.second), first_width) + "  " +
                       padded_left(fastest > 0 ? time_text(fastest, page_.options().utf8) : "", 8);
    for (const std::string& solver : solvers) {
      const std::size_t width = std::max(kRatioWidth - 1, characters_in(page_.safe(solver)));
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
        if (is_tied(key, solver)) {
          mark = "~";
          any_tie = true;
        }
      }
      const bool first = is_first(key, solver);
      const std::string aligned = padded_left(cell, width);
      line += "  " +
              (first              ? page_.paint().good(aligned)
               : cell == "FAILED" ? page_.paint().bad(aligned)
                                  : aligned) +
              mark;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  }

  bool is_tied(const CaseKey& key, const std::string& solver) const {
    const Ranking* one = ranking_on(key);
    return one != nullptr && std::any_of(one->places.begin(), one->places.end(),
                                         [&](const Place& place) { return place.solver == solver && place.tied; });
  }
  bool is_first(const CaseKey& key, const std::string& solver) const {
    const Ranking* one = ranking_on(key);
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

  void ranking() {
    const Ranking* whole = ranking_on({});
    if (whole == nullptr) {
      return;
    }
    page_.blank();
    if (whole->places.empty()) {
      page_.folded_line(page_.safe(problem_) + ": not ranked, the versions have no case in common", 2);
    } else {
      const std::vector<std::string> front = leaders(*whole);
      const std::string who =
          page_.safe(listed(front, " and ")) + (front.size() == 1 ? " ran fastest" : " are tied for the fastest");
      std::string scope = whole->cases == 1 ? "on the only case" : fmt::format("over the {} cases", whole->cases);
      scope += whole->places.size() == 2 ? " that both versions ran"
                                         : fmt::format(" that all {} versions ran", whole->places.size());
      page_.folded_line(page_.safe(problem_) + ": " + who + ", " + scope, 2, true);
      for (std::size_t i = 1; i < whole->places.size(); ++i) {
        page_.add(place_line(*whole, whole->places[i]));
      }
      if (!whole->left_out.empty()) {
        page_.folded_line("  not counted, as some version did not run it: " + page_.safe(listed(whole->left_out, ", ")),
                          4);
      }
      if (whole->processes == 1) {
        page_.folded_line("  one process each, so the spread is unknown: --benchmark_repetitions=3 tells more", 4);
      } else if (front.size() > 1) {
        page_.folded_line(fmt::format("  a duet tells them apart, or that nothing does: --ab={0}-{1},{0}-{2}", page_.safe(problem_),
                                      page_.safe(front[0]), page_.safe(front[1])),
                          4);
      }
    }
    in_front();
  }

  std::string place_line(const Ranking& ranking, const Place& place) const {
    std::string figure = padded_left(ratio_text(place.ratio, place.ratio), 8);
    if (ranking.processes > 1) {
      figure += fmt::format(" {} {}", page_.plus_minus(), ratio_text(place.ratio_spread, place.ratio));
    }
    const std::size_t width = ranking.processes > 1 ? 8 + 1 + characters_in(page_.plus_minus()) + 1 + 4 : 8;
    return "  " + padded_right(figure, width) + " times faster than " + page_.safe(place.solver) +
           (place.tied ? ": tied" : "");
  }

  // Who is fastest, or tied with the fastest, in which stretch of each dataset.
  void in_front() {
    std::vector<std::pair<std::string, std::vector<const Ranking*>>> datasets;
    for (const Ranking& one : all_rankings_) {
      if (one.problem != problem_ || one.case_name.empty() || one.places.empty()) {
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
      page_.folded_line(fmt::format("  in front, or tied with who is, in all {} cases: {}", everywhere.size(),
                                    page_.safe(listed(throughout, " = "))),
                        4);
      return;
    }
    std::size_t width = 0;
    for (const auto& dataset : datasets) {
      width = std::max(width, characters_in(page_.safe(dataset.first)));
    }
    page_.add("  in front, or tied with who is:");
    for (auto& [dataset, cases] : datasets) {
      if (std::all_of(cases.begin(), cases.end(), [](const Ranking* one) { return is_number(one->case_name); })) {
        std::stable_sort(cases.begin(), cases.end(), [](const Ranking* a, const Ranking* b) {
          return std::pair(a->case_name.size(), a->case_name) < std::pair(b->case_name.size(), b->case_name);
        });
      }
      page_.folded_line("    " + padded_right(page_.safe(dataset), width) + "  " + stretches(cases), 6 + width);
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
      std::copy_if(front.begin(), front.end(), std::back_inserter(both),
                   [&](const std::string& name) { return std::find(there.begin(), there.end(), name) != there.end(); });
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
      text += (text.empty() ? "" : "; ") + page_.safe(listed(front, " = "));
      const std::string first = page_.safe(cases[begin]->case_name), last = page_.safe(cases[end - 1]->case_name);
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

  Page& page_;
  const std::string& problem_;
  const std::vector<Measurement>& all_;
  const std::vector<Ranking>& all_rankings_;
  std::map<CaseKey, const Ranking*> rankings_;
};

}  // namespace

void print_standings(Page& page, const std::string& problem, const std::vector<Measurement>& all,
                     const std::vector<Ranking>& rankings) {
  Standings standings(page, problem, all, rankings);
  standings.table();
  standings.ranking();
}

}  // namespace harness::report

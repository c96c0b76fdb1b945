#include <harness/experiment/histories.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <ostream>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/bench/flags.hpp>
#include <harness/compare/history.hpp>
#include <harness/machine/identity.hpp>
#include <harness/model/document.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/history.hpp>
#include <harness/store/atomic_file.hpp>
#include <harness/store/baseline.hpp>
#include <harness/store/dataset.hpp>
#include <harness/store/library_cache.hpp>

namespace harness::experiment {
namespace {

using model::CaseHistory;

std::string name_of(const std::string& problem, const CaseHistory& history) {
  return problem + "/" + history.solver + "/" + history.case_name;
}

bool is_meant(const std::string& what, const std::string& name) {
  return what.empty() || name == what || name.starts_with(what + "/") || model::glob_matches(what, name);
}

void say(const Terminal& terminal, const Error& error) {
  terminal.err << "harness: " << report::printable(error.text()) << std::endl;
}

report::ConsoleOptions options_of(const Terminal& terminal) {
  report::ConsoleOptions options;
  options.colour = terminal.colour;
  options.utf8 = terminal.utf8;
  options.columns = terminal.out_is_terminal ? terminal.columns : 0;
  return options;
}

report::HistoryView view_of(const std::string& problem, const std::string& machine, const CaseHistory& history) {
  report::HistoryView view;
  view.problem = problem;
  view.machine = machine;
  view.solver = history.solver;
  view.case_name = history.case_name;
  view.segment = &history.segments.back();
  if (const auto level = compare::level_of(history, model::Metric::kTime, {})) {
    view.mean = level->mean;
    view.sigma = level->sigma;
  }
  const auto last = history.segments.size() - 1;
  for (const auto& run : history.runs) {
    report::HistoryPoint point;
    point.run = &run;
    point.ratio = run.ratio_to_pin;
    for (auto segment = run.segment + 1; segment <= last; ++segment) {
      if (history.segments[segment].chain)
        point.ratio /= *history.segments[segment].chain;
      else
        point.counts = false;
    }
    point.counts &= !run.is_beyond(model::Metric::kTime);
    if (!view.points.empty()) {
      const auto& before = *view.points.back().run;
      point.begins_segment = before.segment != run.segment;
      point.begins_version = before.solver != run.solver;
    }
    view.points.push_back(point);
  }
  for (std::size_t i = 0; i < view.points.size(); ++i) {
    if (!view.points[i].run->new_level) continue;
    for (std::size_t before = 0; before < i; ++before) view.points[before].counts = false;
  }
  return view;
}

// All histories of this machine that are meant. Errors: a file that cannot be read; nothing is meant.
class Histories {
 public:
  explicit Histories(const HistoriesRequest& request)
      : machine_(machine::identify().key()), store_(request.directory, machine_), request_(request) {}

  Result<void> read() {
    auto problems = store_.problems();
    if (!problems) return tl::unexpected(problems.error());
    std::vector<std::string> names;
    for (const auto& problem : *problems) {
      auto baseline = store_.read(problem);
      if (!baseline) return tl::unexpected(baseline.error());
      for (const auto& history : baseline->cases) names.push_back(name_of(problem, history));
      baselines_.push_back(std::move(*baseline));
    }
    for (const auto& name : names) any_ |= is_meant(request_.what, name);
    if (any_ || (names.empty() && request_.what.empty())) return {};
    if (names.empty())
      return fail(
          request_.what,
          fmt::format("has no history: {} holds none of this machine ({})", request_.directory.string(), machine_),
          "begin one with `harness --baseline`");
    return fail(request_.what, "is no history's name",
                fmt::format("nearest: {}", fmt::join(bench::nearest(request_.what, names), ", ")));
  }

  void each(const std::function<void(const std::string& problem, const CaseHistory& history)>& visit) const {
    for (const auto& baseline : baselines_) {
      for (const auto& history : baseline.cases) {
        if (is_meant(request_.what, name_of(baseline.problem, history))) visit(baseline.problem, history);
      }
    }
  }

  bool empty() const { return !any_; }
  const std::string& machine() const { return machine_; }
  const store::Baselines& store() const { return store_; }
  const std::vector<model::Baseline>& baselines() const { return baselines_; }

 private:
  std::string machine_;
  store::Baselines store_;
  const HistoriesRequest& request_;
  std::vector<model::Baseline> baselines_;
  bool any_ = false;
};

Exit refuse(const Terminal& terminal, const Error& error) {
  say(terminal, error);
  return error.exit;
}

}  // namespace

Exit list_histories(const HistoriesRequest& request, const Terminal& terminal) {
  Histories histories(request);
  if (auto read = histories.read(); !read) return refuse(terminal, read.error());
  if (histories.empty()) {
    terminal.out << fmt::format("no history of this machine ({}) in {}; begin one with `harness --baseline`\n",
                                report::printable(histories.machine()), report::printable(request.directory.string()));
    return Exit::kFine;
  }
  auto options = options_of(terminal);
  histories.each([&](const auto& problem, const auto& history) {
    options.name_width = std::max(options.name_width, name_of(problem, history).size());
  });
  histories.each([&](const auto& problem, const auto& history) {
    terminal.out << report::history_line(view_of(problem, histories.machine(), history), options);
  });
  return Exit::kFine;
}

Exit show_histories(const HistoriesRequest& request, const Terminal& terminal) {
  Histories histories(request);
  if (auto read = histories.read(); !read) return refuse(terminal, read.error());
  std::vector<report::HistoryView> views;
  histories.each([&](const auto& problem, const auto& history) {
    views.push_back(view_of(problem, histories.machine(), history));
  });
  if (!request.svg.empty()) {
    if (auto written = store::write_atomically(request.svg, report::history_svg(views), 0644); !written)
      return refuse(terminal, written.error());
    terminal.out << fmt::format("{} histor{} drawn in {}\n", views.size(), views.size() == 1 ? "y" : "ies",
                                report::printable(request.svg));
    return Exit::kFine;
  }
  for (const auto& view : views) {
    if (&view != views.data()) terminal.out << '\n';
    terminal.out << report::history_text(view, options_of(terminal));
  }
  return Exit::kFine;
}

Exit accept_histories(const HistoriesRequest& request, const Terminal& terminal) {
  Histories histories(request);
  if (auto read = histories.read(); !read) return refuse(terminal, read.error());
  std::vector<std::string> lines;
  for (const auto& before : histories.baselines()) {
    const auto is_its = [&](const auto& history) { return is_meant(request.what, name_of(before.problem, history)); };
    if (std::none_of(before.cases.begin(), before.cases.end(), is_its)) continue;
    const auto changed = histories.store().change(before.problem, [&](model::Baseline& baseline) -> Result<void> {
      for (auto& history : baseline.cases) {
        if (is_its(history) && compare::accept(history, request.why)) lines.push_back(name_of(before.problem, history));
      }
      return {};
    });
    if (!changed) return refuse(terminal, changed.error());
  }
  for (const auto& line : lines) terminal.out << "accepted: " << report::printable(line) << '\n';
  return Exit::kFine;
}

Exit prune_histories(const HistoriesRequest& request, const Terminal& terminal) {
  Histories histories(request);
  if (auto read = histories.read(); !read) return refuse(terminal, read.error());
  std::set<std::string> named;
  std::size_t forgotten = 0;
  for (const auto& before : histories.baselines()) {
    // A problem whose datasets cannot be read keeps its histories: nothing is known of them.
    for (const auto& history : before.cases) {
      for (const auto& segment : history.segments) named.insert(segment.pin_sha256);
      for (const auto& run : history.runs) named.insert(run.library_sha256);
    }
    auto problem = store::read_problem(request.places.dataset_directory, before.problem);
    if (!problem) {
      say(terminal, problem.error());
      terminal.err << fmt::format("kept: the histories of {}\n", report::printable(before.problem));
      continue;
    }
    auto datasets = store::list_datasets(*problem);
    if (!datasets) return refuse(terminal, datasets.error());
    std::set<std::string> cases;
    for (const auto& dataset : *datasets) {
      auto read = store::read_dataset(*problem, dataset);
      if (!read) return refuse(terminal, read.error());
      for (const auto& each : *read) cases.insert(each.dataset_and_name());
    }
    const auto is_gone = [&](const auto& history) {
      return !cases.contains(history.case_name) && is_meant(request.what, name_of(before.problem, history));
    };
    if (request.what.empty()) {
      for (const auto& history : before.cases) {
        if (!is_gone(history)) continue;
        terminal.out << fmt::format("in no dataset of {}: {}; `harness baseline prune {}` forgets it\n",
                                    report::printable(request.places.dataset_directory.string()),
                                    report::printable(name_of(before.problem, history)),
                                    report::printable(name_of(before.problem, history)));
      }
    } else if (std::any_of(before.cases.begin(), before.cases.end(), is_gone)) {
      const auto changed = histories.store().change(before.problem, [&](model::Baseline& baseline) -> Result<void> {
        for (const auto& history : baseline.cases) {
          if (!is_gone(history)) continue;
          terminal.out << "forgotten: " << report::printable(name_of(before.problem, history)) << '\n';
          ++forgotten;
        }
        std::erase_if(baseline.cases, is_gone);
        return {};
      });
      if (!changed) return refuse(terminal, changed.error());
    }
  }
  const auto pruned = store::LibraryCache(store::LibraryCache::default_directory()).prune(named);
  if (!pruned) return refuse(terminal, pruned.error());
  terminal.out << fmt::format("{} histor{} forgotten, {} kept librar{} removed ({})\n", forgotten,
                              forgotten == 1 ? "y" : "ies", pruned->files, pruned->files == 1 ? "y" : "ies",
                              report::bytes_text(static_cast<double>(pruned->bytes)));
  return Exit::kFine;
}

}  // namespace harness::experiment

#include <harness/report/summary.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include <fmt/format.h>

#include <harness/report/limits.hpp>
#include <harness/report/standings.hpp>

namespace harness::report {
namespace {

using model::Measurement;
using model::Ranking;

constexpr std::size_t kMostFailed = 20;  // listed with their names, then a count
constexpr std::size_t kMostSkipped = 8;
constexpr std::size_t kMostDoubtful = 5;
constexpr std::size_t kSamplesForP95 = 59;  // of fewer, all may lie below the true p95 with more than 5 % probability

using Phrases = std::vector<std::string>;

class Summary {
 public:
  Summary(const std::vector<Measurement>& all, const std::vector<Ranking>& rankings, const SummaryExtras& extras,
          const ConsoleOptions& options)
      : all_(all), rankings_(rankings), extras_(extras), page_(options) {
    for (const Measurement& row : all) {
      name_width_ = std::max(name_width_, characters_in(name_of(row)));
    }
  }

  std::vector<std::string> lines() {
    list_state(Measurement::State::kSkipped, "skipped", kMostSkipped);
    list_noisy();
    list_waits();
    list_tails();
    percentiles();
    list_leaks();
    list_warnings();
    list_state(Measurement::State::kFailed, "FAILED", kMostFailed);
    print_broken_limits(page_, all_);
    std::vector<std::string> problems;
    for (const Measurement& row : all_) {
      if (std::find(problems.begin(), problems.end(), row.problem) == problems.end()) {
        problems.push_back(row.problem);
      }
    }
    for (const std::string& problem : problems) {
      print_standings(page_, problem, all_, rankings_);
    }
    print_growth(page_, extras_.growth);
    print_indicators(page_, extras_.indicators, page_.options().shows_all());
    counts();
    return std::move(page_).lines();
  }

 private:
  std::string name_of(const Measurement& row) const { return page_.safe(row.name()); }

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
    page_.blank();
    const std::string title = fmt::format("{} {}:", rows.size(), word);
    page_.add(state == Measurement::State::kFailed ? page_.paint().bad(title) : title);
    for (std::size_t i = 0; i < std::min(rows.size(), most); ++i) {
      const std::string name = name_of(*rows[i]);
      const std::size_t least = 2 + name_width_ + 2 + 12;
      const bool room = page_.options().columns == 0 || least <= page_.options().columns;
      page_.cut_line(room ? "  " + padded_right(name, name_width_) + "  " + page_.safe(rows[i]->note) : "  " + name);
    }
    and_more(rows.size(), most);
  }

  void and_more(std::size_t count, std::size_t most) {
    if (count > most) {
      page_.add(fmt::format("  and {} more, above", count - most));
    }
  }

  // Rows with a figure to doubt, the worst first.
  template <class Doubt, class Text>
  void list_doubtful(const std::string& title, Doubt doubt_of, Text text_of) {
    std::vector<std::pair<double, const Measurement*>> rows;
    for (const Measurement& row : all_) {
      const double doubt = is_measured(row) ? doubt_of(row, figures_of(row)) : 0;
      if (doubt > 0) {
        rows.emplace_back(doubt, &row);
      }
    }
    if (rows.empty()) {
      return;
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    page_.blank();
    page_.folded_line(title, 2);
    for (std::size_t i = 0; i < std::min(rows.size(), kMostDoubtful); ++i) {
      const Measurement& row = *rows[i].second;
      Phrases phrases = text_of(row, figures_of(row));
      phrases.insert(phrases.begin(), padded_right(name_of(row), name_width_));
      page_.phrases(phrases, 4);
    }
    and_more(rows.size(), kMostDoubtful);
  }

  void list_noisy() {
    list_doubtful(
        fmt::format("noisy: processes more than {}{:.0f} % apart; end what else runs on this machine, or take more "
                    "processes (--benchmark_repetitions=9):",
                    page_.plus_minus(), 100 * kNoisySpread),
        [](const Measurement&, const Figures& figures) { return figures.noisy() ? figures.spread : 0; },
        [&](const Measurement&, const Figures& figures) {
          return Phrases{spread_text(figures.spread, page_.options().utf8)};
        });
  }

  void list_waits() {
    const auto share = [](const Measurement&, const Figures& figures) {
      return Phrases{fmt::format("CPU {:.0f} % of real time", 100 * figures.cpu_share())};
    };
    list_doubtful(
        "waits: less CPU time than real time; the solver sleeps, reads, takes locks, has threads of its own, or had to "
        "share the processor:",
        [](const Measurement&, const Figures& figures) {
          return figures.cpu_differs() && figures.cpu_share() < 1 ? 1 / figures.cpu_share() : 0;
        },
        share);
    list_doubtful(
        "clocks: more CPU time than real time; the calls are too few or too short for the CPU clock "
        "(--benchmark_min_time=0.5):",
        [](const Measurement&, const Figures& figures) {
          return figures.cpu_differs() && figures.cpu_share() > 1 ? figures.cpu_share() : 0;
        },
        share);
  }

  void list_tails() {
    list_doubtful(
        fmt::format(
            "uneven: one sample in 20 takes more than {:g} times the median; it may meet a cold cache, a growing "
            "container, a lock, or other programs:",
            kLongTail),
        [](const Measurement& row, const Figures&) {
          return row.latency && has_long_tail(*row.latency)
                     ? percentile(*row.latency, 0.95) / percentile(*row.latency, 0.5)
                     : 0;
        },
        [&](const Measurement& row, const Figures&) {
          const auto at = [&](double share) {
            return time_text(percentile(*row.latency, share), page_.options().utf8);
          };
          return Phrases{"p50 " + at(0.5), "p95 " + at(0.95), "p99 " + at(0.99), samples_text(*row.latency)};
        });
  }

  void list_leaks() {
    list_doubtful(
        "leaks: memory that each call leaves behind:",
        [](const Measurement& row, const Figures&) { return row.memory ? row.memory->leaked_bytes : 0; },
        [](const Measurement& row, const Figures&) {
          return Phrases{bytes_text(row.memory->leaked_bytes) + " a call"};
        });
  }

  // Behind which number of samples the percentiles in the rows stand, where no column says it.
  void percentiles() {
    const std::vector<std::string>& shown =
        page_.options().columns_shown.empty() ? page_.options().columns_expected : page_.options().columns_shown;
    const auto has = [&](const char* name) { return std::find(shown.begin(), shown.end(), name) != shown.end(); };
    if (!(has("p50") || has("p95") || has("p99")) || has("samples") || page_.options().shows_all()) {
      return;
    }
    std::vector<std::uint64_t> samples, batches;
    for (const Measurement& row : all_) {
      if (is_measured(row) && row.latency) {
        samples.push_back(row.latency->seconds_per_call.size());
        batches.push_back(row.latency->batch);
      }
    }
    if (samples.empty()) {
      return;
    }
    const auto range = [](const std::vector<std::uint64_t>& values) {
      const auto [least, most] = std::minmax_element(values.begin(), values.end());
      return *least == *most ? fmt::format("{}", *least) : fmt::format("{} to {}", *least, *most);
    };
    page_.blank();
    std::string line = fmt::format("percentiles: of {} samples a trial, each of {} (--columns=samples has them a row)",
                                   range(samples), range(batches) == "1" ? "one call" : range(batches) + " calls");
    if (*std::min_element(samples.begin(), samples.end()) < kSamplesForP95) {
      line += fmt::format("; of fewer than {} samples a p95 is a lower bound", kSamplesForP95);
    }
    page_.folded_line(line, 2);
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
      page_.blank();
      page_.folded_line("warning: " + page_.safe(text) + ":", 2);
      for (std::size_t i = 0; i < std::min(carriers.size(), kMostDoubtful); ++i) {
        page_.add("  " + carriers[i]);
      }
      and_more(carriers.size(), kMostDoubtful);
    }
  }

  void counts() {
    std::size_t measured = 0, failed = 0, skipped = 0, interrupted = 0, broken = 0;
    for (const Measurement& row : all_) {
      broken += row.broken_limits.empty() ? 0 : 1;
      switch (row.state) {
        case Measurement::State::kMeasured: ++measured; break;
        case Measurement::State::kFailed: ++failed; break;
        case Measurement::State::kSkipped: ++skipped; break;
        case Measurement::State::kInterrupted: ++interrupted; break;
      }
    }
    if (all_.empty() || (all_.size() == 1 && measured == 1 && broken == 0)) {
      return;
    }
    std::string line = fmt::format("{} {}: {} measured", all_.size(), all_.size() == 1 ? "trial" : "trials", measured);
    line += failed > 0 ? ", " + page_.paint().bad(fmt::format("{} FAILED", failed)) : "";
    line += skipped > 0 ? fmt::format(", {} skipped", skipped) : "";
    line += interrupted > 0 ? ", " + page_.paint().doubtful(fmt::format("{} interrupted", interrupted)) : "";
    line +=
        broken > 0
            ? ", " + page_.paint().bad(fmt::format("{} {} a declared limit", broken, broken == 1 ? "breaks" : "break"))
            : "";
    page_.blank();
    page_.add(line);
  }

  const std::vector<Measurement>& all_;
  const std::vector<Ranking>& rankings_;
  const SummaryExtras& extras_;
  Page page_;
  std::size_t name_width_ = 0;
};

}  // namespace

std::vector<std::string> summary_lines(const std::vector<Measurement>& all, const std::vector<Ranking>& rankings,
                                       const SummaryExtras& extras, const ConsoleOptions& options) {
  return Summary(all, rankings, extras, options).lines();
}

}  // namespace harness::report

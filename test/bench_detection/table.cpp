#include "table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include <harness/compare/rates.hpp>

#include "../bench_overhead/program.hpp"

namespace detection {
namespace {

using harness::compare::rate_at_least;
using harness::compare::rate_at_most;

struct Tally {
  std::size_t decisions = 0, slower = 0, faster = 0, same = 0, cannot_tell = 0, failed = 0;
  std::vector<double> log_ratios, first, confirm, found_first;  // found_first: of those called slower

  std::size_t wrong() const { return slower + faster; }
  void add(const Record& record) {
    ++decisions;
    (record.verdict == "slower"   ? slower
     : record.verdict == "faster" ? faster
     : record.verdict == "same"   ? same
     : record.verdict == "failed" ? failed
                                  : cannot_tell)++;
    if (record.processes > 0) log_ratios.push_back(record.log_ratio), first.push_back(record.first_seconds);
    if (record.confirm_seconds > 0) confirm.push_back(record.confirm_seconds);
    if (record.verdict == "slower") found_first.push_back(record.first_seconds);
  }
};

Tally tally_of(const Cell& cell, const Records& records) {
  Tally tally;
  for (const Record& record : records.of(cell.id)) tally.add(record);
  return tally;
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size()))) - 1;
  return values[std::min(at, values.size() - 1)];
}

std::string seconds_text(const std::vector<double>& values) {
  if (values.empty()) return "-";
  return fmt::format("{:.2f} / {:.2f}", overhead::median(values), quantile(values, 0.95));
}

std::string percent_text(double share) { return fmt::format("{:.{}f} %", 100 * share, share < 0.1 || share > 0.9 ? 2 : 1); }

std::string rate_text(const Cell& cell, const Tally& tally) {
  if (tally.decisions == 0) return "-";
  if (cell.kind == Kind::kSlower) {
    return fmt::format("found {} of {} (at least {})", tally.slower, tally.decisions, percent_text(rate_at_least(tally.slower, tally.decisions)));
  }
  return fmt::format("wrong {} of {} (at most {})", tally.wrong(), tally.decisions, percent_text(rate_at_most(tally.wrong(), tally.decisions)));
}

std::string what_is(const Cell& cell) {
  switch (cell.kind) {
    case Kind::kSameCode: return "same code";
    case Kind::kOtherLayout: return "other layout";
    case Kind::kSlower: return fmt::format("+{} %", cell.percent);
  }
  return "";
}

const Function& function_of(const std::string& name) {
  return *std::find_if(functions().begin(), functions().end(), [&](const Function& one) { return one.name == name; });
}

void print_cells(const std::vector<Cell>& cells, const Records& records) {
  std::printf("| function | call | pair | | decisions | slower | faster | same | cannot tell | rate, 95 %% bound | measured | first duet, s | confirmation, s |\n"
              "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const Cell& cell : cells) {
    const Tally tally = tally_of(cell, records);
    if (tally.decisions == 0) continue;
    const std::string measured = tally.log_ratios.empty() ? "-" : fmt::format("{:+.2f} %", 100 * std::expm1(overhead::median(tally.log_ratios)));
    std::printf("| %s%s | %s | %s%s | %s | %zu of %zu | %zu | %zu | %zu | %s | %s | %s | %s | %s |\n", cell.programs ? "program: " : "",
                cell.function.c_str(), function_of(cell.function).call.c_str(), what_is(cell).c_str(),
                cell.min_effect == 0.01 ? ", `--min-effect=1%`" : "", cell.loaded ? "load" : "quiet", tally.decisions, cell.count,
                tally.slower, tally.faster, tally.same,
                tally.failed == 0 ? fmt::format("{}", tally.cannot_tell).c_str() : fmt::format("{}, failed {}", tally.cannot_tell, tally.failed).c_str(),
                rate_text(cell, tally).c_str(), measured.c_str(), seconds_text(tally.first).c_str(), seconds_text(tally.confirm).c_str());
  }
  std::printf("\nBounds are one-sided and exact (Clopper and Pearson). Seconds are median / 95th percentile of wall time from the first\n"
              "process of a duet to its verdict. `measured`: median of what the decisions measured. `load`: a busy loop ran beside it.\n\n");
}

// Median seconds of our whole decision, first duet and confirmation.
std::optional<double> ours(const Contest& contest, const Records& records) {
  std::vector<double> seconds;
  for (const Record& record : records.of(fmt::format("{}/+{}%/quiet", contest.function, contest.percent))) {
    if (record.verdict == "slower") seconds.push_back(record.first_seconds + record.confirm_seconds);
  }
  if (seconds.empty()) return std::nullopt;
  return overhead::median(seconds);
}

void print_rivals(const Records& records, const Rivals& rivals) {
  std::printf("| rule | function | call | finds | with | same code called different | found | seconds | harness, both duets | times as long |\n"
              "|---|---|---|---|---|---|---|---|---|---|\n");
  for (const Contest& contest : rivals.contests()) {
    const Standing standing = rivals.standing(contest);
    if (standing.state == Standing::State::kRunning && standing.same + standing.slower == 0) continue;
    const auto mine = ours(contest, records);
    std::string seconds = fmt::format("{:.1f}", standing.seconds), times = "-";
    if (standing.state == Standing::State::kRunning) seconds += " (not finished)";
    if (standing.state == Standing::State::kNever) seconds = standing.beyond_a_minute ? "> 60" : fmt::format("never ({:.1f})", standing.seconds);
    if (mine && standing.state == Standing::State::kReached) times = fmt::format("{:.0f}", standing.seconds / *mine);
    if (mine && standing.state == Standing::State::kNever) times = fmt::format("> {:.0f}", (standing.beyond_a_minute ? 60 : standing.seconds) / *mine);
    std::printf("| %s | %s | %s | +%d %% | %s | %zu of %zu | %zu of %zu | %s | %s | %s |\n", words_of(contest.rule), contest.function.c_str(),
                function_of(contest.function).call.c_str(), contest.percent, standing.setting.c_str(), standing.same_wrong, standing.same,
                standing.slower_found, standing.slower, seconds.c_str(), mine ? fmt::format("{:.2f}", *mine).c_str() : "-", times.c_str());
  }
  std::printf("\nEach rule is given repetitions until identical code is called different at most once in a hundred and the slowdown is found\n"
              "95 times (30 decisions each: never, and 29 times). `never`: not with the most repetitions that it was given. Counts are of\n"
              "the last setting, which ended as soon as it could not be reached any more. The rivals decide by CPU time.\n");
  if (!rivals.has_hyperfine()) std::printf("hyperfine is left out: it is not installed here.\n");
  std::printf("\n");
}

class Aims {
 public:
  // `counts_known`: enough decisions to hold it against; without them it is reported, and fails nothing.
  void hold(const std::string& aim, const std::string& found, bool met, bool counts_known) {
    if (!printed_) std::printf("| aim | found | |\n|---|---|---|\n");
    printed_ = true;
    std::printf("| %s | %s | %s |\n", aim.c_str(), found.c_str(), !counts_known ? "not finished" : met ? "within" : "**beyond**");
    all_met_ = all_met_ && (met || !counts_known);
  }
  bool all_met() const { return all_met_; }

 private:
  bool printed_ = false, all_met_ = true;
};

struct Tier {
  const char* name;
  double below, two_percent, two_percent_load, one_percent;  // seconds
};
constexpr Tier kTiers[] = {{"< 50 us", 50e-6, 0.3, 0.3, 0.3}, {"50 us - 10 ms", 10e-3, 1.5, 5, 5}, {"10 - 50 ms", 50e-3, 3, 3, 6}, {"50 - 200 ms", 1, 8, 8, 20}};

const Tier& tier_of(const Cell& cell) {
  const double seconds = function_of(cell.function).seconds;
  return *std::find_if(std::begin(kTiers), std::end(kTiers), [&](const Tier& tier) { return seconds < tier.below; });
}

void hold_same_code(Aims& aims, const std::vector<Cell>& cells, const Records& records) {
  Tally short_ones, others, programs;
  std::size_t wanted_short = 0, wanted_others = 0, wanted_programs = 0;
  for (const Cell& cell : cells) {
    if (cell.kind != Kind::kSameCode || cell.loaded) continue;
    const bool is_short = function_of(cell.function).seconds < 50e-6;
    (cell.programs ? wanted_programs : is_short ? wanted_short : wanted_others) += cell.judged;
    for (const Record& record : records.of(cell.id)) (cell.programs ? programs : is_short ? short_ones : others).add(record);
  }
  const auto found = [](const Tally& tally) {
    return fmt::format("{} of {} (at most {})", tally.wrong(), tally.decisions, percent_text(rate_at_most(tally.wrong(), tally.decisions)));
  };
  aims.hold("same code called different, short calls: <= 3 in 3,000", found(short_ones), short_ones.wrong() * 1000 <= short_ones.decisions || short_ones.wrong() == 0,
            short_ones.decisions >= wanted_short);
  aims.hold("same code called different, the others: none", found(others), others.wrong() == 0, others.decisions >= wanted_others);
  aims.hold("same program called different: none in 60", found(programs), programs.wrong() == 0, programs.decisions >= wanted_programs);
}

void hold_tiers(Aims& aims, const std::vector<Cell>& cells, const Records& records) {
  for (const Cell& cell : cells) {
    const Tally tally = tally_of(cell, records);
    if (cell.programs || tally.decisions == 0) continue;
    const Tier& tier = tier_of(cell);
    const std::string where = fmt::format("{} ({}){}", cell.function, function_of(cell.function).call, cell.loaded ? ", load" : "");
    const bool known = tally.decisions >= cell.judged;
    if (cell.kind == Kind::kOtherLayout) {
      aims.hold(where + ": other layout called slower <= 1 %", fmt::format("{} of {}", tally.slower, tally.decisions),
                100 * tally.slower <= tally.decisions, known);
      continue;
    }
    if (cell.kind != Kind::kSlower || (cell.percent != 1 && cell.percent != 2) || (cell.loaded && cell.percent == 1)) continue;
    const double limit = cell.percent == 1 ? tier.one_percent : cell.loaded ? tier.two_percent_load : tier.two_percent;
    const double share = cell.percent == 1 ? 0.90 : 0.99;
    const auto in_time = std::count_if(tally.found_first.begin(), tally.found_first.end(), [&](double seconds) { return seconds <= limit; });
    aims.hold(fmt::format("{}: +{} % found in {:.0f} % within {:g} s", where, cell.percent, 100 * share, limit),
              fmt::format("{} of {} ({} found at all)", in_time, tally.decisions, tally.slower),
              static_cast<double>(in_time) >= share * static_cast<double>(tally.decisions), known);
  }
}

void hold_speed(Aims& aims, const std::vector<Cell>& cells, const Records& records, const Rivals& rivals) {
  for (const Cell& cell : cells) {
    if (cell.kind != Kind::kSlower || cell.percent != 5 || cell.loaded) continue;
    const Tally tally = tally_of(cell, records);
    if (tally.decisions == 0) continue;
    const bool known = tally.decisions >= cell.judged;
    const std::string where = fmt::format("{} ({})", cell.function, function_of(cell.function).call);
    if (cell.programs) {
      aims.hold("program " + where + ": +5 % found each time", fmt::format("{} of {}", tally.slower, tally.decisions), tally.slower == tally.decisions, known);
      std::vector<double> whole;
      for (const Record& record : records.of(cell.id)) whole.push_back(record.first_seconds + record.confirm_seconds);
      aims.hold("program " + where + ": within 5 s a case", seconds_text(whole), overhead::median(whole) <= 5, known);
    } else if (function_of(cell.function).seconds < 10e-3) {
      const double seconds = tally.first.empty() ? INFINITY : overhead::median(tally.first);
      aims.hold(where + ": 5 % decided within 0.5 s", fmt::format("{:.2f} s", seconds), seconds <= 0.5, known);
    }
  }
  for (const Contest& contest : rivals.contests()) {
    const auto mine = ours(contest, records);
    const Standing standing = rivals.standing(contest);
    if (!mine || contest.percent != 5 || contest.rule == Rule::kHyperfine || function_of(contest.function).seconds >= 10e-3) continue;
    using State = Standing::State;
    const std::string found = standing.state == State::kRunning   ? "it is still being tried"
                              : standing.state == State::kReached ? fmt::format("{:.0f} x", standing.seconds / *mine)
                                                                  : "it never reaches the same error";
    aims.hold(fmt::format("{}: 5 % at least 10 x sooner than {}", contest.function, words_of(contest.rule)), found,
              standing.state == State::kNever || standing.seconds >= 10 * *mine, standing.state != State::kRunning && rivals.wanted() >= 30);
  }
}

}  // namespace

bool print_tables(const std::vector<Cell>& cells, const Records& records, const Rivals& rivals) {
  print_cells(cells, records);
  print_rivals(records, rivals);
  Aims aims;
  hold_same_code(aims, cells, records);
  hold_tiers(aims, cells, records);
  hold_speed(aims, cells, records, rivals);
  std::printf("\nRaw records: %s\n", records.file().c_str());
  return aims.all_met();
}

}  // namespace detection

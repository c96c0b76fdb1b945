#include "table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include <fmt/format.h>

#include <harness/compare/rates.hpp>

namespace gate_bench {
namespace {

using harness::compare::rate_at_least;
using harness::compare::rate_at_most;
using Gates = std::map<std::size_t, Record>;

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return NAN;
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(std::max(1.0, std::ceil(share * static_cast<double>(values.size())))) - 1;
  return values[std::min(at, values.size() - 1)];
}

std::string percent(double share) { return fmt::format("{:.2f} %", 100 * share); }
std::string ratio_text(double log_ratio) { return fmt::format("{:+.2f} %", 100 * std::expm1(log_ratio)); }

std::vector<double> seconds_of(const Gates& gates) {
  std::vector<double> seconds;
  for (const auto& [index, record] : gates) seconds.push_back(record.seconds);
  return seconds;
}

template <class Holds>
std::size_t count(const Gates& gates, const Holds& holds) {
  return static_cast<std::size_t>(std::count_if(gates.begin(), gates.end(), [&](const auto& one) { return holds(one.second); }));
}

bool is_red(const Record& record) { return record.is_red(); }
bool is_broken(const Record& record) { return record.exit != 0 && record.exit != 1; }

// Green or red by what it measured: of all its cases.
bool is_whole(const Record& record, const Series& series) {
  return !is_broken(record) && record.cases.size() == series.cases && record.not_measured + record.incomparable + record.count("failed") == 0;
}

void print_series(const std::vector<Series>& all, const Records& records) {
  std::printf("| gates | made | red | neither green nor red | cases compared | slower | faster | same | cannot tell | not compared | wall time, s: median / 95 %% / most |\n"
              "|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const Series& series : all) {
    const auto& gates = records.of(series.name);
    if (gates.empty()) continue;
    std::size_t cases = 0, not_compared = 0;
    std::map<std::string, std::size_t> verdicts;
    for (const auto& [index, record] : gates) {
      cases += record.cases.size();
      not_compared += record.not_measured + record.incomparable + record.count("failed");
      for (const auto& one : record.cases) ++verdicts[one.verdict];
    }
    const auto seconds = seconds_of(gates);
    std::printf("| %s | %zu of %zu | %zu | %zu | %zu | %zu | %zu | %zu | %zu | %zu | %s |\n", series.words.c_str(), gates.size(), series.count,
                count(gates, is_red), count(gates, is_broken), cases, verdicts["slower"], verdicts["faster"], verdicts["same"], verdicts["cannot-tell"],
                not_compared, fmt::format("{:.2f} / {:.2f} / {:.2f}", quantile(seconds, 0.5), quantile(seconds, 0.95), quantile(seconds, 1)).c_str());
  }
}

void print_cases(const std::string& title, const Gates& gates, bool with_instructions) {
  struct Tally {
    std::size_t compared = 0, red = 0, slower = 0, cannot_tell = 0;
    std::vector<double> log_ratios, sizes;
    std::string instructions = "not counted";
  };
  std::map<std::string, Tally> tallies;
  for (const auto& [index, record] : gates) {
    for (const auto& one : record.cases) {
      auto& tally = tallies[one.name];
      ++tally.compared;
      tally.red += one.failed.empty() ? 0 : 1;
      tally.slower += one.verdict == "slower" ? 1 : 0;
      tally.cannot_tell += one.verdict == "cannot-tell" ? 1 : 0;
      if (one.processes > 0) tally.log_ratios.push_back(one.log_ratio), tally.sizes.push_back(std::abs(one.log_ratio));
      if (one.instructions) tally.instructions = fmt::format("{:+.3f} %", 100 * *one.instructions);
    }
  }
  if (tallies.empty()) return;
  std::printf("\n| %s | compared | red | cannot tell | measured: median | median, without sign | most |%s\n|---|---|---|---|---|---|---|%s\n", title.c_str(),
              with_instructions ? " instructions |" : "", with_instructions ? "---|" : "");
  for (const auto& [name, tally] : tallies) {
    std::printf("| %s | %zu | %zu | %zu | %s | %s | %s |%s\n", name.c_str(), tally.compared, tally.red, tally.cannot_tell,
                tally.log_ratios.empty() ? "-" : ratio_text(quantile(tally.log_ratios, 0.5)).c_str(),
                tally.sizes.empty() ? "-" : percent(std::expm1(quantile(tally.sizes, 0.5))).c_str(),
                tally.sizes.empty() ? "-" : percent(std::expm1(quantile(tally.sizes, 1))).c_str(),
                with_instructions ? (" " + tally.instructions + " |").c_str() : "");
  }
}

// Each gate that was not what it should have been, so that it can be looked into.
void print_surprises(const std::vector<Series>& all, const Records& records) {
  bool any = false;
  const auto print = [&](const Series& series, const Record& record, const std::string& what) {
    if (!any) std::printf("\n| gate | base | head | exit | what | evidence |\n|---|---|---|---|---|---|\n");
    any = true;
    std::printf("| %s %zu | %.10s | %.10s | %d | %s | %s |\n", series.name.c_str(), record.index, record.base.c_str(), record.head.c_str(), record.exit,
                what.c_str(), record.evidence.c_str());
  };
  for (const Series& series : all) {
    const bool is_slower = series.name == "slower" || series.name == "counted" || series.name == "twelve-slower";
    for (const auto& [index, record] : records.of(series.name)) {
      std::string what = record.note;
      for (const auto& one : record.cases) {
        const bool is_odd = is_slower ? one.failed.empty() : !one.failed.empty();
        if (is_odd) what += fmt::format("{}{}: {}{} {} in {} processes", what.empty() ? "" : "; ", one.name, one.verdict,
                                        one.failed.empty() ? "" : " (" + one.failed + ")", ratio_text(one.log_ratio), one.processes);
      }
      if (what.empty() && !is_whole(record, series)) what = fmt::format("{} of {} cases were compared", record.cases.size(), series.cases);
      if (!what.empty()) print(series, record, what);
    }
  }
}

class Aims {
 public:
  // `known`: enough gates to hold it against; without them it is reported, and fails nothing.
  void hold(const std::string& aim, const std::string& found, bool met, bool known) {
    tell(aim, found, !known ? "not finished" : met ? "within" : "**beyond**");
    all_met_ = all_met_ && (met || !known);
  }
  void tell(const std::string& what, const std::string& found, const char* word = "told") {
    if (!printed_) std::printf("\n| aim | found | |\n|---|---|---|\n");
    printed_ = true;
    std::printf("| %s | %s | %s |\n", what.c_str(), found.c_str(), word);
  }
  bool all_met() const { return all_met_; }

 private:
  bool printed_ = false, all_met_ = true;
};

void hold_seconds(Aims& aims, const Series& series, const Gates& gates, double most) {
  const auto seconds = seconds_of(gates);
  aims.hold(fmt::format("{}: each below {:g} s", series.words, most), fmt::format("{:.2f} s at most in {}", quantile(seconds, 1), gates.size()),
            quantile(seconds, 1) < most, gates.size() >= series.judged);
}

}  // namespace

bool print_tables(const std::vector<Series>& all, const Records& records) {
  print_series(all, records);
  print_cases("three solvers linked anew", records.of("same"), false);
  print_cases("+5 % in one of ten solvers", records.of("slower"), false);
  print_cases("+5 %, counted", records.of("counted"), true);
  print_surprises(all, records);
  Aims aims;
  for (const Series& series : all) {
    const auto& gates = records.of(series.name);
    if (gates.empty()) continue;
    const bool known = gates.size() >= series.judged;
    const auto whole = count(gates, [&](const Record& record) { return is_whole(record, series); });
    const auto red = count(gates, is_red);
    if (series.name == "same") {
      aims.hold("identical source red: at most 1 in 200", fmt::format("{} of {} (at most {})", red, gates.size(), percent(rate_at_most(red, gates.size()))),
                red <= 1, known);
      aims.hold("identical source: no gate without an answer", fmt::format("{} of {} compared all their cases", whole, gates.size()), whole == gates.size(), known);
      std::size_t compared = 0, cannot_tell = 0;
      for (const auto& [index, record] : gates) compared += record.cases.size(), cannot_tell += record.count("cannot-tell");
      aims.tell("identical source, cannot tell", fmt::format("{} of {} cases (at most {})", cannot_tell, compared, percent(rate_at_most(cannot_tell, compared))));
      double sum = 0;
      for (const double each : seconds_of(gates)) sum += each;
      aims.hold("200 gates in 25 minutes", fmt::format("{} in {:.1f} min", gates.size(), sum / 60), sum <= 25 * 60, known);
    } else if (series.name == "slower") {
      const auto found = count(gates, [](const Record& record) { return record.exit == 1 && record.named && record.cases.size() == 1 && !record.cases.front().failed.empty(); });
      aims.hold("+5 % red with its case named: 20 of 20", fmt::format("{} of {} (at least {})", found, gates.size(), percent(rate_at_least(found, gates.size()))),
                found == gates.size(), known);
      aims.tell("of these, red by time", fmt::format("{} of {}", count(gates, [](const Record& record) { return record.count("slower") > 0; }), gates.size()));
    } else if (series.name == "counted") {
      double most = 0;
      std::size_t counted = 0;
      for (const auto& [index, record] : gates) {
        for (const auto& one : record.cases) {
          if (one.instructions) most = std::max(most, std::abs(*one.instructions - 0.05)), ++counted;
        }
      }
      if (counted > 0) aims.hold("the +5 % are that many instructions, within 0.2 %", fmt::format("off by {} at most in {}", percent(most), counted), most <= 0.002, true);
    } else if (series.name == "text") {
      aims.hold("no solver changed: green", fmt::format("{} of {}", gates.size() - red, gates.size()), red == 0 && whole == gates.size(), true);
      hold_seconds(aims, series, gates, 1);
    } else if (series.name == "twelve" || series.name == "twelve-slower") {
      hold_seconds(aims, series, gates, 30);
    } else {
      aims.tell(series.words, fmt::format("{:.1f} s", quantile(seconds_of(gates), 1)));
    }
  }
  std::printf("\nBounds are one-sided and exact (Clopper and Pearson, 95 %%). Raw records: %s\n", records.file().c_str());
  return aims.all_met();
}

}  // namespace gate_bench

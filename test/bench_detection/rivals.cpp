#include "rivals.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "../bench_overhead/program.hpp"

namespace detection {
namespace {

constexpr double kMostSeconds = 60;
constexpr std::size_t kStoredRuns = 30;
const double kLeastDifference = std::log(1.01);

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::string found_in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = folder + "/" + program;
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  return "";
}

double call_of(const std::string& function) {
  return std::find_if(functions().begin(), functions().end(), [&](const Function& one) { return one.name == function; })->seconds;
}

std::string what_is(int percent) { return percent == 0 ? "same" : fmt::format("+{}%", percent); }

}  // namespace

const char* words_of(Rule rule) {
  switch (rule) {
    case Rule::kBlocks: return "blocks, U test";
    case Rule::kStored: return "mean + 2 sigma of 30 stored runs";
    case Rule::kHyperfine: return "hyperfine";
  }
  return "";
}

double mann_whitney_p(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<std::pair<double, bool>> all;
  for (const double value : a) all.emplace_back(value, true);
  for (const double value : b) all.emplace_back(value, false);
  std::sort(all.begin(), all.end());
  const auto n = static_cast<double>(all.size());
  double ranks_of_a = 0, ties = 0;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    while (end < all.size() && all[end].first == all[i].first) ++end;
    const auto count = static_cast<double>(end - i);
    const double rank = (static_cast<double>(i + 1) + static_cast<double>(end)) / 2;
    for (; i < end; ++i) ranks_of_a += all[i].second ? rank : 0;
    ties += count * count * count - count;
  }
  const auto na = static_cast<double>(a.size()), nb = static_cast<double>(b.size());
  const double u = ranks_of_a - na * (na + 1) / 2;
  const double variance = na * nb / 12 * (n + 1 - ties / (n * (n - 1)));
  if (variance <= 0) return 1;
  const double z = std::max(0.0, std::abs(u - na * nb / 2) - 0.5) / std::sqrt(variance);
  return std::erfc(z / std::sqrt(2.0));
}

std::string Rivals::Setting::words() const {
  return min_seconds > 0 ? fmt::format("{} x {:g} s", repetitions, min_seconds) : fmt::format("{} runs", repetitions);
}

const std::vector<Rivals::Setting>& Rivals::ladder(Rule rule) {
  static const std::vector<Setting> blocks = {{10, 0.05}, {20, 0.05}, {40, 0.05}, {40, 0.5}, {80, 0.5}};
  static const std::vector<Setting> stored = {{10, 0.05}, {20, 0.05}, {40, 0.05}};
  static const std::vector<Setting> runs = {{10, 0}, {20, 0}, {40, 0}};
  return rule == Rule::kBlocks ? blocks : rule == Rule::kStored ? stored : runs;
}

Rivals::Rivals(const Places& places, Records& records, std::size_t wanted)
    : places_(places), records_(records), wanted_(wanted), hyperfine_(found_in_path("hyperfine")) {
  const bool all = wanted >= 30;
  for (const Rule rule : {Rule::kBlocks, Rule::kStored}) {
    for (const Function& function : functions()) {
      if (!all && function.name != "interpreter" && function.name != "hash-map") continue;
      for (const int percent : {5, 2}) {
        if (all || percent == 5) contests_.push_back({rule, function.name, percent});
      }
    }
  }
  if (hyperfine_.empty()) return;
  for (const char* function : {"interpreter", "hash-map", "sort"}) contests_.push_back({Rule::kHyperfine, function, 5});
}

Rivals::Step Rivals::step(const Contest& contest) const {
  const char* rules[] = {"blocks", "stored", "hyperfine"};
  Step step;
  double last_seconds = 0, last_work = 0;
  for (const Setting& setting : ladder(contest.rule)) {
    const double work = setting.repetitions * std::max({setting.min_seconds, 0.05, 2 * call_of(contest.function)});
    const double expected = last_work > 0 ? last_seconds * work / last_work : (contest.rule == Rule::kStored ? 1 : 2) * work;
    if (expected > kMostSeconds) {
      step.standing.state = Standing::State::kNever;
      step.standing.beyond_a_minute = true;
      return step;
    }
    const auto cell = [&](const std::string& what) {
      return fmt::format("rival/{}/{}/{}/{}x{:g}", rules[static_cast<int>(contest.rule)], contest.function, what,
                         setting.repetitions, setting.min_seconds);
    };
    Standing& standing = step.standing = Standing{};
    step.setting = setting;
    standing.setting = setting.words();
    std::vector<double> seconds;
    for (const int percent : {0, contest.percent}) {
      for (const Record& record : records_.of(cell(what_is(percent)))) {
        auto& count = percent == 0 ? standing.same : standing.slower;
        if (count == wanted_) break;
        ++count;
        seconds.push_back(record.whole_seconds);
        if (percent == 0 && record.verdict != "same") ++standing.same_wrong;
        if (percent != 0 && record.verdict == "slower") ++standing.slower_found;
      }
    }
    standing.seconds = seconds.empty() ? expected : overhead::median(seconds);
    last_seconds = standing.seconds;
    last_work = work;
    const std::size_t missed = standing.slower - standing.slower_found;
    if (100 * standing.same_wrong > wanted_ || 20 * missed > wanted_) continue;  // can no longer be reached
    if (standing.same == wanted_ && standing.slower == wanted_) {
      standing.state = Standing::State::kReached;
      return step;
    }
    const std::string stored = fmt::format("stored/{}/{}x{:g}", contest.function, setting.repetitions, setting.min_seconds);
    step.stored = contest.rule == Rule::kStored && records_.of(stored).size() < kStoredRuns;
    step.percent = step.stored || standing.same <= standing.slower ? 0 : contest.percent;
    step.cell = step.stored ? stored : cell(what_is(step.percent));
    standing.seconds_of_next = standing.seconds;
    const auto left = 2 * wanted_ - standing.same - standing.slower + (step.stored ? kStoredRuns - records_.of(stored).size() : 0);
    standing.seconds_left = static_cast<double>(left) * standing.seconds;
    return step;
  }
  step.standing.state = Standing::State::kNever;
  return step;
}

Standing Rivals::standing(const Contest& contest) const { return step(contest).standing; }

std::vector<double> Rivals::repeat(const std::string& function, const std::string& program, const Setting& setting) const {
  const auto finished = overhead::run_or_exit({places_.programs / ("detection_program_" + program), "--benchmark_filter=^" + function + "$",
                                               fmt::format("--benchmark_repetitions={}", setting.repetitions),
                                               fmt::format("--benchmark_min_time={:g}", setting.min_seconds), "--benchmark_format=csv"});
  std::vector<double> seconds;
  for (const auto& row : overhead::rows_of(finished.output)) seconds.push_back(row.cpu_seconds_per_call);
  return seconds;
}

Record Rivals::decide(const Contest& contest, const Step& next) const {
  const std::string candidate = next.percent == 0 ? "0_again" : std::to_string(next.percent);
  Record record;
  const auto judge = [&record](bool differs, double log_ratio) {
    record.log_ratio = log_ratio;
    record.verdict = !differs || std::abs(log_ratio) <= kLeastDifference ? "same" : log_ratio > 0 ? "slower" : "faster";
  };
  if (contest.rule == Rule::kBlocks) {
    const auto a = repeat(contest.function, "0", next.setting), b = repeat(contest.function, candidate, next.setting);
    judge(mann_whitney_p(a, b) < 0.05, std::log(overhead::median(b) / overhead::median(a)));
  } else if (contest.rule == Rule::kStored) {
    std::vector<double> stored;
    for (const Record& run : records_.of(fmt::format("stored/{}/{}x{:g}", contest.function, next.setting.repetitions, next.setting.min_seconds))) {
      stored.push_back(run.value);
    }
    const double centre = mean(stored);
    double squares = 0;
    for (const double value : stored) squares += (value - centre) * (value - centre);
    const double sigma = std::sqrt(squares / static_cast<double>(stored.size() - 1));
    const double value = mean(repeat(contest.function, candidate, next.setting));
    record.log_ratio = std::log(value / centre);
    record.verdict = value > centre + 2 * sigma ? "slower" : "same";
  } else {
    const std::string calls = fmt::format(" {} {:.0f}", contest.function, 0.1 / call_of(contest.function));
    char csv[] = "/tmp/harness-detection-XXXXXX";
    const int descriptor = mkstemp(csv);
    if (descriptor < 0) overhead::give_up("no temporary file for hyperfine");
    close(descriptor);
    overhead::run_or_exit({hyperfine_, "-N", "--style=none", "--warmup=1", fmt::format("--runs={}", next.setting.repetitions), "--export-csv", csv,
                           (places_.programs / "detection_driver_0").string() + calls,
                           (places_.programs / ("detection_driver_" + candidate)).string() + calls});
    std::ifstream lines(csv);
    std::vector<std::pair<double, double>> sides;  // mean, standard deviation
    std::string line;
    for (std::getline(lines, line); std::getline(lines, line);) {
      const std::size_t first = line.find(',');
      char* end = nullptr;
      const double middle = std::strtod(line.c_str() + first + 1, &end);
      sides.emplace_back(middle, std::strtod(end + 1, nullptr));
    }
    unlink(csv);
    if (sides.size() != 2) overhead::give_up("hyperfine wrote no two rows");
    const double ratio = sides[1].first / sides[0].first;
    const double error = ratio * std::hypot(sides[0].second / sides[0].first, sides[1].second / sides[1].first);
    judge(std::abs(ratio - 1) > error, std::log(ratio));
  }
  return record;
}

void Rivals::go_on(const Contest& contest) {
  const Step next = step(contest);
  const auto begin = std::chrono::steady_clock::now();
  Record record;
  if (next.stored) {
    record.value = mean(repeat(contest.function, "0", next.setting));
  } else {
    record = decide(contest, next);
  }
  record.cell = next.cell;
  record.whole_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  record.first_seconds = next.stored ? 0 : record.whole_seconds;
  records_.add(record);
}

}  // namespace detection

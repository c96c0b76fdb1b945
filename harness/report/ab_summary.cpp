#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/comparison.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/page.hpp>

namespace harness::report {
namespace {

using model::Comparison;
using model::Verdict;
using Cases = std::vector<const Comparison*>;

constexpr std::size_t kMostNamed = 10;

// The log ratio of a case and half of its interval: exact for equal code, nothing where no interval is known.
struct Ratio {
  double log = 0, half = 0;
};
std::optional<Ratio> ratio_of(const Comparison& one) {
  if (is_same_code(one)) return Ratio{};
  const bool judged = one.verdict == Verdict::kFaster || one.verdict == Verdict::kSlower ||
                      one.verdict == Verdict::kSame || one.verdict == Verdict::kCannotTell;
  if (one.reason == "interrupted") return std::nullopt;
  const double half = (one.log_ratio_high - one.log_ratio_low) / 2;
  if (!judged || processes_of(one) == 0 || !std::isfinite(one.log_ratio) || !std::isfinite(half) || half < 0) {
    return std::nullopt;
  }
  return Ratio{one.log_ratio, half};
}

struct Mean {
  std::size_t cases = 0;
  double log = 0, half = 0;
};
Mean mean_of(const Cases& cases, const std::set<std::string>* only = nullptr) {
  Mean mean;
  for (const Comparison* one : cases) {
    const auto ratio = ratio_of(*one);
    if (!ratio || (only != nullptr && !only->contains(one->case_name))) continue;
    ++mean.cases;
    mean.log += ratio->log;
    mean.half = std::hypot(mean.half, ratio->half);
  }
  if (mean.cases > 0) {
    mean.log /= static_cast<double>(mean.cases);
    mean.half /= static_cast<double>(mean.cases);
  }
  return mean;
}

std::size_t count_of(const Cases& cases, Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(cases.begin(), cases.end(), [&](const Comparison* one) { return one->verdict == verdict; }));
}

class Summary {
 public:
  Summary(const model::AbReport& report, const std::vector<CrossoverLine>& crossovers, const ConsoleOptions& options)
      : report_(report), crossovers_(crossovers), page_(options) {
    for (const Comparison& one : report.comparisons) {
      if (std::find(sides_.begin(), sides_.end(), one.candidate) == sides_.end()) sides_.push_back(one.candidate);
      cases_[one.candidate].push_back(&one);
    }
  }

  std::string text() {
    if (report_.comparisons.empty()) return {};
    if (sides_.size() == 1) {
      two_sides(cases_[sides_[0]]);
    } else {
      table();
    }
    std::string text;
    for (const std::string& line : std::move(page_).lines()) text += (text.empty() ? "\n" : "") + line + "\n";
    return text;
  }

 private:
  std::string safe(const std::string& text) const { return page_.safe(text); }
  const Comparison& first() const { return report_.comparisons.front(); }
  std::string reference() const { return safe(first().reference); }
  std::string named(const std::string& side) const { return side_with_problem(safe(first().problem), side); }

  void say(const std::string& text) {
    if (!text.empty()) page_.folded_line(text, 2);
  }
  void say_parts(const std::vector<std::string>& parts) {
    for (auto& line : at_commas(parts, page_.options().columns, 0)) page_.add(std::move(line));
  }

  void two_sides(const Cases& cases) {
    if (cases.size() > 1) counts(cases);
    standouts(cases);
    const Mean mean = mean_of(cases);
    const bool measured = std::any_of(cases.begin(), cases.end(),
                                      [](const Comparison* one) { return ratio_of(*one) && !is_same_code(*one); });
    if (!measured) return;
    if (mean.cases > 1) {
      say(fmt::format("geometric mean of {}: {} takes {} times as long as {} ({})",
                      counted(mean.cases, "measured case"), safe(sides_[0]),
                      fmt::format("{:.{}f}", std::exp(mean.log), std::exp(mean.log) < 9.995 ? 2 : 1), reference(),
                      change_text(mean.log)));
    }
    crossings();
    say(sentence(sides_[0], cases, mean));
  }

  void counts(const Cases& cases) {
    const auto same_code = static_cast<std::size_t>(
        std::count_if(cases.begin(), cases.end(), [](const Comparison* one) { return is_same_code(*one); }));
    const bool one_effect = std::all_of(cases.begin(), cases.end(), [&](const Comparison* one) {
      return one->min_effect == cases.front()->min_effect;
    });
    const std::string no_difference =
        one_effect ? fmt::format("no difference of {} or more", effect_text(cases.front()->min_effect))
                   : "no difference of the effect looked for";
    const std::array<std::pair<std::size_t, std::string>, 9> all{
        {{count_of(cases, Verdict::kFaster), "faster"},
         {count_of(cases, Verdict::kSlower), "SLOWER"},
         {count_of(cases, Verdict::kSame) - same_code, no_difference},
         {same_code, "same code"},
         {count_of(cases, Verdict::kCannotTell), "cannot tell"},
         {count_of(cases, Verdict::kFailed), "FAILED"},
         {count_of(cases, Verdict::kNew), "new"},
         {count_of(cases, Verdict::kMissing), "missing"},
         {count_of(cases, Verdict::kIncomparable), "not comparable"}}};
    std::vector<std::string> parts;
    for (const auto& [count, word] : all) {
      if (count > 0) parts.push_back(fmt::format("{} {}", count, word));
    }
    parts.front() = counted(cases.size(), "case") + ": " + parts.front();
    say_parts(parts);
  }

  // What the exit code rests on, so that nobody has to scroll for it: the slower ones, worst first, and the failed ones.
  void standouts(const Cases& cases) {
    Cases slower;
    std::vector<std::string> failed;
    for (const Comparison* one : cases) {
      if (one->verdict == Verdict::kSlower) slower.push_back(one);
      if (one->verdict == Verdict::kFailed) failed.push_back(safe(one->case_name));
    }
    std::stable_sort(slower.begin(), slower.end(),
                     [](const Comparison* a, const Comparison* b) { return a->log_ratio > b->log_ratio; });
    std::vector<std::string> names;
    for (const Comparison* one : slower) names.push_back(safe(one->case_name) + " " + change_text(one->log_ratio));
    if (cases.size() == 1) return;
    list(fmt::format("{} is SLOWER, confirmed, in", safe(cases.front()->candidate)), names);
    list(sides_.size() > 1 ? fmt::format("{} against {}: FAILED in", safe(cases.front()->candidate), reference())
                           : "FAILED in",
         failed);
  }
  void list(const std::string& begin, std::vector<std::string> names) {
    if (names.empty()) return;
    const std::string count = counted(names.size(), "case");
    const std::size_t more = names.size() > kMostNamed + 1 ? names.size() - kMostNamed : 0;
    if (more > 0) names.resize(kMostNamed);
    names.front() = fmt::format("{} {}: {}", begin, count, names.front());
    if (more > 0) names.push_back(fmt::format("and {} more", more));
    say_parts(names);
  }

  void crossings() {
    for (const CrossoverLine& one : crossovers_) {
      say(fmt::format("{} is {} from n >= {} ({})", safe(one.side), one.faster_above ? "faster" : "slower", one.size,
                      safe(one.dataset)));
    }
  }

  // `two-sum v2.0.0 ran 1.39 ± 0.02 times faster than v1.0.0`; nothing where the counts say all.
  std::string sentence(const std::string& side, const Cases& cases, const Mean& mean) const {
    const std::size_t faster = count_of(cases, Verdict::kFaster), slower = count_of(cases, Verdict::kSlower);
    const std::string candidate = safe(side);
    const std::string in_cases = counted(cases.size(), "case");
    if (faster + slower == 0) {
      if (count_of(cases, Verdict::kSame) == cases.size()) {
        return fmt::format("{} ran as fast as {}", named(candidate), reference());
      }
      const bool unknown = count_of(cases, Verdict::kCannotTell) == cases.size();
      return unknown ? fmt::format("whether {} is faster than {} cannot be told", named(candidate), reference())
                     : std::string();
    }
    const bool candidate_wins = mean.log < 0;
    const bool told = mean.cases > 0 && std::abs(mean.log) > mean.half && (candidate_wins ? faster : slower) > 0;
    if (!told) {
      return fmt::format("{} is faster than {} in {} and slower in {} of {}: on the whole neither is in front",
                         named(candidate), reference(), faster, slower, in_cases);
    }
    std::string text = fmt::format("{} ran {} times faster than {}", named(candidate_wins ? candidate : reference()),
                                   times_text(std::abs(mean.log), mean.half), candidate_wins ? reference() : candidate);
    const std::size_t against = candidate_wins ? slower : faster;
    return against == 0 ? text : fmt::format("{} on the whole, but slower in {} of {}", text, against, in_cases);
  }

  // `1.39 ± 0.02`
  std::string times_text(double log_ratio, double half) const {
    const double times = std::exp(log_ratio);
    const double around = (std::exp(log_ratio + half) - std::exp(log_ratio - half)) / 2;
    const int least = times < 9.995 ? 2 : times < 99.95 ? 1 : 0;
    const int decimals = around > 0 ? std::clamp(static_cast<int>(std::ceil(-std::log10(around))), least, 4) : least;
    return times > 1e6 ? fmt::format("{:.1e} {} {:.1e}", times, page_.plus_minus(), around)
                       : fmt::format("{:.{}f} {} {:.{}f}", times, decimals, page_.plus_minus(), around, decimals);
  }

  void table() {
    const std::set<std::string> common = common_cases();
    struct Line {
      std::string side;
      const Cases* cases;
      Mean mean;
    };
    std::vector<Line> ranking{{first().reference, nullptr, {1, 0, 0}}};
    for (const std::string& side : sides_) ranking.push_back({side, &cases_[side], mean_of(cases_[side], &common)});
    std::stable_sort(ranking.begin(), ranking.end(), [](const Line& a, const Line& b) {
      const bool a_none = a.mean.cases == 0, b_none = b.mean.cases == 0;
      return a_none != b_none ? b_none : a.mean.log < b.mean.log;
    });
    bool others = false;
    for (const Line& line : ranking) {
      const std::size_t judged = line.cases == nullptr
                                     ? 0
                                     : count_of(*line.cases, Verdict::kFaster) + count_of(*line.cases, Verdict::kSame) +
                                           count_of(*line.cases, Verdict::kSlower) +
                                           count_of(*line.cases, Verdict::kCannotTell);
      others = others || (line.cases != nullptr && judged < line.cases->size());
    }
    std::vector<std::vector<std::string>> rows{
        {"side", "ratio to " + reference(), "faster", "same", "slower", "cannot tell"}};
    if (others) rows.front().push_back("not measured");
    for (const Line& line : ranking) {
      std::vector<std::string> row{safe(line.side)};
      if (line.cases == nullptr) {
        row.push_back("1");
        row.resize(rows.front().size(), "-");
      } else {
        row.push_back(line.mean.cases == 0                        ? "-"
                      : line.mean.half == 0 && line.mean.log == 0 ? "1 (same code)"
                                                                  : times_text(line.mean.log, line.mean.half));
        std::size_t judged = 0;
        for (const Verdict verdict : {Verdict::kFaster, Verdict::kSame, Verdict::kSlower, Verdict::kCannotTell}) {
          judged += count_of(*line.cases, verdict);
          row.push_back(std::to_string(count_of(*line.cases, verdict)));
        }
        if (others) row.push_back(std::to_string(line.cases->size() - judged));
      }
      rows.push_back(std::move(row));
    }
    if (common.empty()) {
      say("no case was measured with all sides: there is no ratio to rank by");
    } else {
      say(fmt::format("time in units of {}'s, geometric mean of the {} that all sides ran:", reference(),
                      counted(common.size(), "case")));
    }
    for (auto& line : table_lines(rows, page_.options().columns, 2)) page_.add(std::move(line));
    for (const std::string& side : sides_) standouts(cases_[side]);
    crossings();
    const Line& best = ranking.front();
    if (best.cases == nullptr || best.mean.cases == 0 || common.empty()) return;
    if (count_of(*best.cases, Verdict::kFaster) > 0 && -best.mean.log > best.mean.half) {
      say(sentence(best.side, *best.cases, best.mean));
    }
  }

  // With a ratio for every side that has one at all.
  std::set<std::string> common_cases() const {
    std::map<std::string, std::size_t> sides_with;
    std::size_t sides = 0;
    for (const auto& [side, cases] : cases_) {
      sides += mean_of(cases).cases > 0;
      for (const Comparison* one : cases) sides_with[one->case_name] += ratio_of(*one).has_value();
    }
    std::set<std::string> common;
    for (const auto& [name, count] : sides_with) {
      if (count == sides && sides > 0) common.insert(name);
    }
    return common;
  }

  const model::AbReport& report_;
  const std::vector<CrossoverLine>& crossovers_;
  Page page_;
  std::vector<std::string> sides_;  // later ones, in their order
  std::map<std::string, Cases> cases_;
};

}  // namespace

std::string ab_summary(const model::AbReport& report, const std::vector<CrossoverLine>& crossovers,
                       const ConsoleOptions& options) {
  return Summary(report, crossovers, options).text();
}

}  // namespace harness::report

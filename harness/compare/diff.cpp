#include <harness/compare/diff.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include <harness/compare/statistics.hpp>
#include <harness/model/version.hpp>

namespace harness::compare {
namespace {

using model::BenchmarkEntry;
using model::Verdict;

constexpr std::size_t kLeastRepetitions = 3;  // that show how much a time varies
constexpr std::size_t kFewRepetitions = 10;   // below, Qn is the better estimate, and still cheap
constexpr double kSigmas = 2;
constexpr double kLeastEffect = 0.05;
constexpr std::uint64_t kMostBytesHeld = std::uint64_t{4} << 30;

double nanoseconds_in(std::string_view unit) {
  if (unit == "s") return 1e9;
  if (unit == "ms") return 1e6;
  return unit == "us" ? 1e3 : 1;
}

// Multiplied or divided by a whole power of ten, which are exact: 1.5 ms is 1500000 ns, not 1500000.0000000002.
double in_unit(double value, std::string_view from, std::string_view to) {
  const double have = nanoseconds_in(from), wanted = nanoseconds_in(to);
  return have >= wanted ? value * (have / wanted) : value / (wanted / have);
}

bool is_time(std::string_view member) { return member == "real_time" || member == "cpu_time"; }
// The coefficients of a BigO row too: times per N.
bool has_unit(std::string_view member) {
  return is_time(member) || member == "real_coefficient" || member == "cpu_coefficient";
}

// One figure of all repetitions.
class Samples {
 public:
  void add(double value) { values_.push_back(value); }
  std::size_t count() const { return values_.size(); }
  // Undefined where any is.
  double middle() const {
    const bool undefined = std::any_of(values_.begin(), values_.end(), [](double value) { return std::isnan(value); });
    return undefined ? std::nan("") : median(values_);
  }
  std::optional<double> sd() const {
    const bool finite = std::all_of(values_.begin(), values_.end(), [](double value) { return std::isfinite(value); });
    if (values_.size() < 2 || !finite) return std::nullopt;
    return values_.size() < kFewRepetitions ? sd_of_few(values_) : robust_sd(values_);
  }

 private:
  std::vector<double> values_;
};

// A counter may be called like a text that is there without a key of its own, such as error_message: then the text
// counts.
void put_in_order(std::vector<std::pair<std::string, Member>>& members) {
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
    const int order = a.first.compare(b.first);
    return order != 0 ? order < 0 : a.second.index() > b.second.index();
  });
  const auto end =
      std::unique(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first == b.first; });
  members.erase(end, members.end());
}

// Calls `text` and `figure` with the name and value of each that is compared.
template <class Text, class Figure>
void visit(const BenchmarkEntry& row, const Text& text, const Figure& figure) {
  if (!row.time_unit.empty()) text("time_unit", row.time_unit);
  if (!row.label.empty()) text("label", row.label);
  if (!row.big_o.empty()) text("big_o", row.big_o);
  if (row.error) text("error_message", *row.error);
  if (row.skipped) text("skip_message", *row.skipped);
  if (row.error || row.skipped) return;  // its times are zeros, or what was measured until then
  if (row.real_time) figure("real_time", *row.real_time);
  if (row.cpu_time) figure("cpu_time", *row.cpu_time);
  for (const auto& [name, value] : row.counters) figure(name, value);
}

EntrySummary summary_of(const BenchmarkEntry& row) {
  EntrySummary entry;
  entry.time_unit = row.time_unit;
  entry.percentage = row.percentage;
  entry.repetitions = 1;
  entry.members.reserve(4 + row.counters.size());
  const auto put = [&](auto&& name, const auto& value) { entry.members.emplace_back(name, value); };
  visit(row, put, put);
  put_in_order(entry.members);
  return entry;
}

enum Aggregate { kMedian, kMean, kStddev, kCv, kAggregates };
constexpr std::array<std::string_view, kAggregates> kAggregateNames{"median", "mean", "stddev", "cv"};

// The rows of one name.
class Run {
 public:
  Run() = default;
  // Goes on from a first row.
  explicit Run(EntrySummary first) : time_unit_(std::move(first.time_unit)), percentage_(first.percentage), rows_(1) {
    for (auto& [name, member] : first.members) {
      if (const double* value = std::get_if<double>(&member))
        figures_.emplace_back(std::move(name), Samples()).second.add(*value);
      else
        texts_.emplace_back(std::move(name), std::move(std::get<std::string>(member)));
    }
  }

  // About how many bytes more it holds then.
  std::uint64_t add(const BenchmarkEntry& row) {
    if (rows_++ == 0) {
      time_unit_ = row.time_unit;
      percentage_ = row.percentage;
      repetitions_ = row.repetitions.value_or(row.iterations.value_or(0));
      if (row.is_aggregate()) own_name_ = row.name;
    }
    const bool other_unit = !percentage_ && row.time_unit != time_unit_;
    std::uint64_t held = 0;
    next_ = 0;
    visit(
        row, [&](std::string_view name, const std::string& value) { held += add_text(name, value); },
        [&](std::string_view name, double value) {
          held += add_figure(name, other_unit && has_unit(name) ? in_unit(value, row.time_unit, time_unit_) : value);
        });
    return held;
  }

  std::uint64_t add_aggregate(Aggregate which, const BenchmarkEntry& row) {
    if (!aggregates_) aggregates_ = std::make_unique<std::array<Run, kAggregates>>();
    return sizeof(Run) + (*aggregates_)[which].add(row);
  }

  // Nothing where it has neither repetitions nor a median nor a mean. Its rows are used up.
  std::optional<EntrySummary> summary() {
    if (rows_ > 0) return of_rows({});
    for (Aggregate middle : {kMedian, kMean}) {
      Run& one = (*aggregates_)[middle];
      if (one.rows_ == 0) continue;
      EntrySummary entry = one.of_rows(one.repetitions_);
      const Run& stddev = (*aggregates_)[kStddev];
      const bool same_unit = stddev.time_unit_ == entry.time_unit;
      entry.real_sd = same_unit ? stddev.figure("real_time") : std::nullopt;
      entry.cpu_sd = same_unit ? stddev.figure("cpu_time") : std::nullopt;
      return entry;
    }
    return std::nullopt;
  }

  // Those that are entries of their own then, with their names.
  std::vector<std::pair<std::string, EntrySummary>> strays() {
    std::vector<std::pair<std::string, EntrySummary>> found;
    for (Aggregate spread : {kStddev, kCv}) {
      Run& one = (*aggregates_)[spread];
      if (one.rows_ > 0) found.emplace_back(one.own_name_, one.of_rows(one.repetitions_));
    }
    return found;
  }

 private:
  // Of texts that differ from repetition to repetition the first counts.
  std::uint64_t add_text(std::string_view name, const std::string& text) {
    for (const auto& [known, value] : texts_) {
      if (known == name) return 0;
    }
    texts_.emplace_back(name, text);
    return sizeof texts_.back() + text.size();
  }

  // The rows of one name mostly have their figures in the same order; this takes on that of the last one.
  std::uint64_t add_figure(std::string_view name, double value) {
    if (next_ >= figures_.size() || figures_[next_].first != name) {
      const auto place = place_of(name);
      if (place == figures_.size()) {
        figures_.emplace_back(name, Samples()).second.add(value);
        if (places_) places_->emplace(name, place);
        return sizeof figures_[0] + name.size();
      }
      if (places_ || place < next_)
        next_ = place;
      else
        std::swap(figures_[next_], figures_[place]);
    }
    figures_[next_++].second.add(value);
    return sizeof value;
  }

  std::size_t place_of(std::string_view name) {
    constexpr std::size_t kMany = 64;
    if (figures_.size() < kMany) {
      const auto found =
          std::find_if(figures_.begin(), figures_.end(), [&](const auto& one) { return one.first == name; });
      return static_cast<std::size_t>(found - figures_.begin());
    }
    if (!places_) {
      places_ = std::make_unique<std::map<std::string, std::size_t, std::less<>>>();
      for (std::size_t i = 0; i < figures_.size(); ++i) places_->emplace(figures_[i].first, i);
    }
    const auto found = places_->find(name);
    return found == places_->end() ? figures_.size() : found->second;
  }

  std::optional<double> figure(std::string_view name) const {
    for (const auto& [known, samples] : figures_) {
      if (known == name) return samples.middle();
    }
    return std::nullopt;
  }

  // `repetitions`: behind an aggregate.
  EntrySummary of_rows(std::optional<std::uint64_t> repetitions) {
    EntrySummary entry;
    entry.repetitions = repetitions.value_or(0);
    entry.members.reserve(figures_.size() + texts_.size());
    for (auto& [name, samples] : figures_) {
      if (name == "real_time") entry.real_sd = samples.sd();
      if (name == "cpu_time") entry.cpu_sd = samples.sd();
      if (is_time(name) && !repetitions) entry.repetitions = std::max(entry.repetitions, samples.count());
      entry.members.emplace_back(std::move(name), samples.middle());
    }
    for (auto& [name, text] : texts_) entry.members.emplace_back(std::move(name), std::move(text));
    put_in_order(entry.members);
    entry.time_unit = std::move(time_unit_);
    entry.percentage = percentage_;
    return entry;
  }

  std::string own_name_;  // of an aggregate
  std::string time_unit_;
  bool percentage_ = false;
  std::uint64_t rows_ = 0, repetitions_ = 0;
  std::size_t next_ = 0;  // the figure that is expected
  std::vector<std::pair<std::string, Samples>> figures_;
  std::vector<std::pair<std::string, std::string>> texts_;
  std::unique_ptr<std::map<std::string, std::size_t, std::less<>>> places_;  // of many figures
  std::unique_ptr<std::array<Run, kAggregates>> aggregates_;
};

// Positions of the solver in `<problem>/<solver>/<dataset>/<case>`; nothing for any other name.
std::optional<std::pair<std::size_t, std::size_t>> solver_in(std::string_view name) {
  if (std::count(name.begin(), name.end(), '/') != 3) return std::nullopt;
  const auto begin = name.find('/') + 1, end = name.find('/', begin);
  const auto word = name.substr(begin, end - begin);
  if (!word.starts_with('v') || !model::Version::parse(word)) return std::nullopt;  // a variant reads as a pre-release
  return std::pair(begin, end);
}

using Entries = std::map<std::string, EntrySummary>;

}  // namespace

struct Document::Rows {
  bool by_case;
  Entries entries;  // of one row each, which most reports have; empty where there is a run
  std::unordered_map<const Entries::value_type*, Run> runs;
  Entries::value_type* last = nullptr;  // repetitions mostly follow one another
  Run* last_run = nullptr;
  std::string name;                            // by case only: of the row at hand
  std::map<std::string, std::string> solvers;  // by case only: whose rows stand under a name
  std::uint64_t bytes_held = 0;

  Run& run() {
    if (last_run == nullptr) {
      const bool has_row = last->second.repetitions > 0;
      last_run = &runs.emplace(last, has_row ? Run(std::exchange(last->second, {})) : Run()).first->second;
      bytes_held += sizeof(Run);
    }
    return *last_run;
  }
};

Document::Document(bool by_case) : rows_(std::make_unique<Rows>()) { rows_->by_case = by_case; }
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Result<void> Document::add(const model::BenchmarkEntry& entry, const std::string& file) {
  Rows& rows = *rows_;
  const auto known = std::find(kAggregateNames.begin(), kAggregateNames.end(), entry.aggregate_name);
  const bool follows =
      entry.is_aggregate() && known != kAggregateNames.end();  // from repetitions that may stand here, too
  const std::string* name = entry.is_aggregate() && !follows ? &entry.name : &entry.run_name;
  if (rows.by_case) {
    std::string_view solver;
    if (const auto found = solver_in(*name)) {
      const auto [begin, end] = *found;
      solver = std::string_view(*name).substr(begin, end - begin);
      rows.name.assign(*name, 0, begin).append(*name, end + 1);
      name = &rows.name;
    }
    const auto first = rows.solvers.emplace(*name, solver).first;
    if (first->second != solver) {
      const auto words = [](std::string_view text) { return text.empty() ? std::string("none") : std::string(text); };
      return fail(fmt::format("{}: {}", file, *name),
                  fmt::format("expected one solver a case, found {} and {}", words(first->second), words(solver)),
                  "compare without --by=case, or reports of one solver each");
    }
  }
  if (rows.last == nullptr || rows.last->first != *name) {
    auto place = rows.entries.lower_bound(*name);
    if (place == rows.entries.end() || place->first != *name) {
      place = rows.entries.emplace_hint(place, *name, EntrySummary());
      rows.bytes_held += sizeof *place + name->size();
    }
    rows.last = &*place;
    const auto run = rows.runs.find(rows.last);
    rows.last_run = run == rows.runs.end() ? nullptr : &run->second;
  }
  if (follows) {
    rows.bytes_held += rows.run().add_aggregate(static_cast<Aggregate>(known - kAggregateNames.begin()), entry);
  } else if (rows.last_run == nullptr && rows.last->second.repetitions == 0) {
    EntrySummary& summary = rows.last->second = summary_of(entry);
    rows.bytes_held += summary.members.size() * sizeof summary.members[0];
  } else {
    rows.bytes_held += rows.run().add(entry);
  }
  if (rows.bytes_held > kMostBytesHeld) {
    return fail(file, fmt::format("expected names and figures that fit into {} GiB, found more", kMostBytesHeld >> 30));
  }
  return {};
}

std::map<std::string, EntrySummary> Document::take() {
  std::vector<std::pair<std::string, EntrySummary>> strays;
  for (auto& [entry, run] : rows_->runs) {
    if (auto summary = run.summary()) {
      rows_->entries.find(entry->first)->second = std::move(*summary);
      continue;
    }
    for (auto& stray : run.strays()) strays.push_back(std::move(stray));
    rows_->entries.erase(rows_->entries.find(entry->first));
  }
  for (auto& stray : strays) rows_->entries.insert(std::move(stray));
  Entries entries = std::move(rows_->entries);
  *rows_ = Rows{rows_->by_case};
  return entries;
}

namespace {

// Names in the order that their paths have as text: `/` is written `~1`, `~` is `~0`, and behind the name ends the
// path, or a `/` follows.
class PathOrder {
 public:
  PathOrder() {
    for (std::size_t byte = 0; byte < rank_.size(); ++byte)
      rank_[byte] = static_cast<std::uint16_t>(byte < 0x7f ? byte : byte + 1);
    rank_['/'] = 0x7f;  // right behind `~`
  }
  bool less(std::string_view a, bool a_goes_on, std::string_view b, bool b_goes_on) const {
    const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return rank(in_a, a.end(), a_goes_on) < rank(in_b, b.end(), b_goes_on);
  }

 private:
  int rank(std::string_view::const_iterator at, std::string_view::const_iterator end, bool goes_on) const {
    if (at != end) return rank_[static_cast<unsigned char>(*at)];
    return goes_on ? '/' : -1;
  }
  std::array<std::uint16_t, 256> rank_{};
};

struct Pair {
  std::string_view name;
  const EntrySummary* before = nullptr;
  const EntrySummary* after = nullptr;
  bool in_both() const { return before != nullptr && after != nullptr; }
};

// Both are sorted by `key_of`; `visit` gets each key with what either side has, a null pointer for nothing.
template <class Sorted, class Visit>
void merge(const Sorted& before, const Sorted& after, const Visit& visit) {
  auto a = before.begin();
  auto b = after.begin();
  while (a != before.end() || b != after.end()) {
    const int order = a == before.end() ? 1 : b == after.end() ? -1 : a->first.compare(b->first);
    visit(order <= 0 ? a->first : b->first, order <= 0 ? &a->second : nullptr, order >= 0 ? &b->second : nullptr);
    if (order <= 0) ++a;
    if (order >= 0) ++b;
  }
}

// No report can say of an infinite or undefined number which it is, so these are all one.
bool equal(const Member& a, const Member& b) {
  const double* x = std::get_if<double>(&a);
  const double* y = std::get_if<double>(&b);
  if (x == nullptr || y == nullptr) return a == b;
  return *x == *y || (!std::isfinite(*x) && !std::isfinite(*y));
}

std::optional<double> percent_of(double before, double after) {
  if (!(before > 0)) return std::nullopt;
  const double percent = (after - before) * 100 / before;
  if (!std::isfinite(percent)) return std::nullopt;
  // To nine decimals, as far as a double has them: from 10 to 11 ms are 10 %, not 10.000000000000009.
  const bool has_decimals = std::abs(percent) >= 1e-3 && std::abs(percent) < 1e6;
  return has_decimals ? std::round(percent * 1e9) / 1e9 : percent;
}

Verdict verdict_on(double before, double after, const EntrySummary& old_entry, const std::optional<double>& sd) {
  if (!sd || old_entry.repetitions < kLeastRepetitions || !std::isfinite(*sd)) return Verdict::kCannotTell;
  if (!std::isfinite(before) || !std::isfinite(after)) return Verdict::kCannotTell;
  const double moved = std::abs(after - before);
  return moved > kSigmas * *sd && moved >= kLeastEffect * std::abs(before) ? Verdict::kSuspect : Verdict::kSame;
}

class Differences {
 public:
  explicit Differences(const std::function<void(const Difference&)>& on_difference) : on_difference_(on_difference) {}

  void whole(const Pair& pair) {
    Difference one;
    one.op = pair.before != nullptr ? Difference::Op::kRemove : Difference::Op::kAdd;
    one.name = pair.name;
    one.old_entry = pair.before;
    one.new_entry = pair.after;
    one.verdict = pair.before != nullptr ? Verdict::kMissing : Verdict::kNew;
    on_difference_(one);
  }

  void members(const Pair& pair, const PathOrder& order) {
    found_.clear();
    bool in_order = true;
    merge(pair.before->members, pair.after->members,
          [&](const std::string& name, const Member* before, const Member* after) {
            in_order = in_order && name.find_first_of("/~") == name.npos;
            compare(pair, name, before, after);
          });
    if (!in_order) {
      std::sort(found_.begin(), found_.end(),
                [&](const Found& a, const Found& b) { return order.less(*a.name, false, *b.name, false); });
    }
    Difference one;
    one.name = pair.name;
    one.old_entry = pair.before;
    one.new_entry = pair.after;
    for (Found& each : found_) {
      one.op = each.before == nullptr ? Difference::Op::kAdd
               : each.after           ? Difference::Op::kModify
                                      : Difference::Op::kRemove;
      one.member = *each.name;
      one.old_value = each.before == nullptr ? std::nullopt : std::optional(*each.before);
      one.new_value = std::move(each.after);
      one.percent = each.percent;
      one.verdict = each.verdict;
      on_difference_(one);
    }
  }

 private:
  struct Found {
    const std::string* name;
    const Member* before;
    std::optional<Member> after;  // in the unit of the old entry
    std::optional<double> percent;
    std::optional<Verdict> verdict;
  };

  void compare(const Pair& pair, const std::string& name, const Member* before, const Member* after) {
    const EntrySummary &old_entry = *pair.before, &new_entry = *pair.after;
    const double* x = before == nullptr ? nullptr : std::get_if<double>(before);
    const double* y = after == nullptr ? nullptr : std::get_if<double>(after);
    Member converted;
    if (x != nullptr && y != nullptr && old_entry.time_unit != new_entry.time_unit && !new_entry.percentage &&
        has_unit(name)) {
      converted = in_unit(*y, new_entry.time_unit, old_entry.time_unit);
      after = &converted;
      y = std::get_if<double>(after);
    }
    if (before != nullptr && after != nullptr && equal(*before, *after)) return;
    Found& one =
        found_.emplace_back(Found{&name, before, after == nullptr ? std::nullopt : std::optional(*after), {}, {}});
    if (x == nullptr || y == nullptr) return;
    one.percent = percent_of(*x, *y);
    if (is_time(name))
      one.verdict = verdict_on(*x, *y, old_entry, name == "real_time" ? old_entry.real_sd : old_entry.cpu_sd);
  }

  const std::function<void(const Difference&)>& on_difference_;
  std::vector<Found> found_;
};

}  // namespace

void diff(const std::map<std::string, EntrySummary>& before, const std::map<std::string, EntrySummary>& after,
          const std::function<void(const Difference&)>& on_difference) {
  std::vector<Pair> pairs;
  pairs.reserve(std::max(before.size(), after.size()));
  merge(before, after, [&](const std::string& name, const EntrySummary* a, const EntrySummary* b) {
    pairs.push_back({name, a, b});
  });
  const PathOrder order;
  const auto by_path = [&](const Pair& a, const Pair& b) {
    return order.less(a.name, a.in_both(), b.name, b.in_both());
  };
  if (!std::is_sorted(pairs.begin(), pairs.end(), by_path)) std::stable_sort(pairs.begin(), pairs.end(), by_path);
  Differences differences(on_difference);
  for (const Pair& pair : pairs) {
    if (pair.in_both())
      differences.members(pair, order);
    else
      differences.whole(pair);
  }
}

}  // namespace harness::compare

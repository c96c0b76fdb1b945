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
bool is_coefficient(std::string_view member) { return member == "real_coefficient" || member == "cpu_coefficient"; }

// One figure of all repetitions. Most reports have one repetition only: no memory of its own for that.
class Samples {
 public:
  void add(double value) {
    if (count_ == 1) more_.push_back(first_);
    if (count_ > 0) more_.push_back(value);
    else first_ = value;
    ++count_;
  }
  // Undefined where any is.
  double middle() const {
    if (count_ == 1) return first_;
    const bool undefined = std::any_of(more_.begin(), more_.end(), [](double value) { return std::isnan(value); });
    return undefined ? std::nan("") : median(more_);
  }
  std::optional<double> sd() const {
    const bool finite = std::all_of(more_.begin(), more_.end(), [](double value) { return std::isfinite(value); });
    if (count_ < 2 || !finite) return std::nullopt;
    return count_ < kFewRepetitions ? sd_of_few(more_) : robust_sd(more_);
  }

 private:
  double first_ = 0;
  std::size_t count_ = 0;
  std::vector<double> more_;  // all of them, from two on
};

enum Aggregate { kMedian, kMean, kStddev, kCv, kAggregates };
constexpr std::array<std::string_view, kAggregates> kAggregateNames{"median", "mean", "stddev", "cv"};

// The rows of one name.
class Run {
 public:
  // About how many bytes more it holds then.
  std::uint64_t add(const BenchmarkEntry& entry) {
    if (rows_++ == 0) {
      time_unit_ = entry.time_unit;
      percentage_ = entry.percentage;
      if (entry.is_aggregate()) {
        own_name_ = entry.name;
        repetitions_ = entry.repetitions.value_or(entry.iterations.value_or(0));
      }
    }
    std::uint64_t held = add_text("time_unit", entry.time_unit) + add_text("label", entry.label) + add_text("big_o", entry.big_o);
    if (entry.error) held += add_text("error_message", *entry.error, true);
    if (entry.skipped) held += add_text("skip_message", *entry.skipped, true);
    if (entry.error || entry.skipped) return held;  // its times are zeros, or what was measured until then
    next_ = 0;
    if (entry.real_time) held += add_figure("real_time", in_own_unit(*entry.real_time, entry));
    if (entry.cpu_time) held += add_figure("cpu_time", in_own_unit(*entry.cpu_time, entry));
    for (const auto& [name, value] : entry.counters) {
      held += add_figure(name, is_coefficient(name) && !entry.big_o.empty() ? in_own_unit(value, entry) : value);
    }
    return held;
  }

  std::uint64_t add_aggregate(Aggregate which, const BenchmarkEntry& entry) {
    if (!aggregates_) aggregates_ = std::make_unique<std::array<Run, kAggregates>>();
    return sizeof(Run) + (*aggregates_)[which].add(entry);
  }

  // Gives every entry that it makes to `keep`, with its name where that is not the run's own. It is used up.
  template <class Keep>
  void summarise(const Keep& keep) {
    if (rows_ > 0) return keep(summary(), std::string());
    if (!aggregates_) return;
    auto& [middle, mean, stddev, cv] = *aggregates_;
    for (Run* one : {&middle, &mean}) {
      if (one->rows_ == 0) continue;
      EntrySummary entry = one->summary();
      entry.real_sd = stddev.figure("real_time");
      entry.cpu_sd = stddev.figure("cpu_time");
      if (stddev.rows_ > 0 && stddev.time_unit_ != entry.time_unit) entry.real_sd = entry.cpu_sd = std::nullopt;
      return keep(std::move(entry), std::string());
    }
    for (Run* one : {&stddev, &cv}) {
      if (one->rows_ > 0) keep(one->summary(), std::move(one->own_name_));
    }
  }

  std::string solver;  // by case only: whose rows these are

 private:
  double in_own_unit(double value, const BenchmarkEntry& entry) const {
    return percentage_ || entry.time_unit == time_unit_ ? value : in_unit(value, entry.time_unit, time_unit_);
  }

  // Of texts that differ from repetition to repetition the first counts.
  std::uint64_t add_text(std::string_view name, const std::string& text, bool even_empty = false) {
    if (text.empty() && !even_empty) return 0;
    for (const auto& [known, value] : texts_) {
      if (known == name) return 0;
    }
    texts_.emplace_back(name, text);
    return sizeof texts_.back() + text.size();
  }

  // The rows of one name mostly have their figures in the same order.
  std::uint64_t add_figure(std::string_view name, double value) {
    const bool in_order = next_ < figures_.size() && figures_[next_].first == name;
    if (!in_order) next_ = place_of(name);
    const bool is_new = next_ == figures_.size();
    if (is_new) {
      figures_.emplace_back(name, Samples());
      if (places_) places_->emplace(name, next_);
    }
    figures_[next_++].second.add(value);
    return is_new ? sizeof figures_[0] + name.size() : sizeof value;
  }

  std::size_t place_of(std::string_view name) {
    constexpr std::size_t kMany = 64;
    if (figures_.size() < kMany) {
      const auto found = std::find_if(figures_.begin(), figures_.end(), [&](const auto& one) { return one.first == name; });
      return static_cast<std::size_t>(found - figures_.begin());
    }
    if (!places_) {
      places_ = std::make_unique<std::unordered_map<std::string, std::size_t>>();
      for (std::size_t i = 0; i < figures_.size(); ++i) places_->emplace(figures_[i].first, i);
    }
    const auto found = places_->find(std::string(name));
    return found == places_->end() ? figures_.size() : found->second;
  }

  std::optional<double> figure(std::string_view name) const {
    for (const auto& [known, samples] : figures_) {
      if (known == name) return samples.middle();
    }
    return std::nullopt;
  }

  EntrySummary summary() {
    EntrySummary entry;
    entry.members.reserve(figures_.size() + texts_.size());
    for (auto& [name, samples] : figures_) {
      if (name == "real_time") entry.real_sd = samples.sd();
      if (name == "cpu_time") entry.cpu_sd = samples.sd();
      entry.members.emplace_back(std::move(name), samples.middle());
    }
    for (auto& [name, text] : texts_) entry.members.emplace_back(name, std::move(text));
    std::sort(entry.members.begin(), entry.members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    entry.time_unit = std::move(time_unit_);
    entry.percentage = percentage_;
    entry.repetitions = own_name_.empty() ? rows_ : repetitions_;
    return entry;
  }

  std::string own_name_;  // of an aggregate
  std::string time_unit_;
  bool percentage_ = false;
  std::uint64_t rows_ = 0, repetitions_ = 0;
  std::size_t next_ = 0;  // the figure that is expected
  std::vector<std::pair<std::string, Samples>> figures_;
  std::vector<std::pair<std::string_view, std::string>> texts_;
  std::unique_ptr<std::unordered_map<std::string, std::size_t>> places_;  // of many figures
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

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
using Runs = std::unordered_map<std::string, Run, Hash, std::equal_to<>>;

}  // namespace

struct Document::Rows {
  bool by_case;
  Runs runs;
  Runs::value_type* last = nullptr;  // repetitions mostly follow one another
  std::string name, solver;          // by case only: of the row at hand
  std::uint64_t bytes_held = 0;
};

Document::Document(bool by_case) : rows_(std::make_unique<Rows>()) { rows_->by_case = by_case; }
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Result<void> Document::add(const model::BenchmarkEntry& entry, const std::string& file) {
  const auto aggregate = std::find(kAggregateNames.begin(), kAggregateNames.end(), entry.aggregate_name);
  const bool of_its_own = entry.is_aggregate() && aggregate == kAggregateNames.end();
  std::string_view name = of_its_own ? entry.name : entry.run_name;
  std::string_view solver;
  if (rows_->by_case) {
    if (const auto found = solver_in(name)) {
      const auto [begin, end] = *found;
      solver = name.substr(begin, end - begin);
      rows_->name.assign(name.substr(0, begin)).append(name.substr(end + 1));
      name = rows_->name;
    }
  }
  auto*& last = rows_->last;
  if (last == nullptr || last->first != name) {
    const auto known = rows_->runs.find(name);
    last = known != rows_->runs.end() ? &*known : nullptr;
    if (last == nullptr) {
      last = &*rows_->runs.emplace(name, Run()).first;
      last->second.solver = solver;
      rows_->bytes_held += sizeof(Runs::value_type) + name.size();
    }
  }
  Run& run = last->second;
  if (run.solver != solver) {
    return fail(fmt::format("{}: {}", file, name),
                fmt::format("expected one solver a case, found {} and {}", run.solver.empty() ? "none" : run.solver,
                            solver.empty() ? "none" : solver),
                "compare without --by=case, or reports of one solver each");
  }
  rows_->bytes_held += !entry.is_aggregate() || of_its_own
                           ? run.add(entry)
                           : run.add_aggregate(static_cast<Aggregate>(aggregate - kAggregateNames.begin()), entry);
  if (rows_->bytes_held > kMostBytesHeld) {
    return fail(file, fmt::format("expected names and figures of at most {} GiB in memory, found more", kMostBytesHeld >> 30));
  }
  return {};
}

std::map<std::string, EntrySummary> Document::take() {
  // Node by node, each of which is freed when it is read.
  std::vector<Runs::node_type> nodes;
  nodes.reserve(rows_->runs.size());
  rows_->last = nullptr;
  while (!rows_->runs.empty()) nodes.push_back(rows_->runs.extract(rows_->runs.begin()));
  std::sort(nodes.begin(), nodes.end(), [](const auto& a, const auto& b) { return a.key() < b.key(); });
  std::map<std::string, EntrySummary> entries;
  for (auto& node : nodes) {
    node.mapped().summarise([&](EntrySummary entry, std::string own_name) {
      entries.emplace_hint(entries.end(), own_name.empty() ? std::move(node.key()) : std::move(own_name), std::move(entry));
    });
    node = {};
  }
  return entries;
}

namespace {

// Names in the order that their paths have as text: `/` is written `~1`, `~` is `~0`, and behind the name ends the path,
// or a `/` follows.
class PathOrder {
 public:
  PathOrder() {
    for (std::size_t byte = 0; byte < rank_.size(); ++byte) rank_[byte] = static_cast<std::uint16_t>(byte < 0x7f ? byte : byte + 1);
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

std::optional<double> percent_of(const Member& old_value, const Member& new_value) {
  const double* before = std::get_if<double>(&old_value);
  const double* after = std::get_if<double>(&new_value);
  if (before == nullptr || after == nullptr || !(*before > 0)) return std::nullopt;
  // In this order round numbers have round percentages.
  const double percent = (*after - *before) * 100 / *before;
  return std::isfinite(percent) ? std::optional(percent) : std::nullopt;
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
    merge(pair.before->members, pair.after->members, [&](const std::string& name, const Member* before, const Member* after) {
      compare(pair, name, before, after);
    });
    const auto by_path = [&](const Difference& a, const Difference& b) { return order.less(a.member, false, b.member, false); };
    if (!std::is_sorted(found_.begin(), found_.end(), by_path)) std::sort(found_.begin(), found_.end(), by_path);
    for (const Difference& one : found_) on_difference_(one);
  }

 private:
  void compare(const Pair& pair, const std::string& name, const Member* before, const Member* after) {
    const EntrySummary &old_entry = *pair.before, &new_entry = *pair.after;
    Member converted;
    const double* number = after == nullptr ? nullptr : std::get_if<double>(after);
    if (before != nullptr && number != nullptr && old_entry.time_unit != new_entry.time_unit && !new_entry.percentage &&
        (is_time(name) || is_coefficient(name))) {
      converted = in_unit(*number, new_entry.time_unit, old_entry.time_unit);
      after = &converted;
    }
    if (before != nullptr && after != nullptr && equal(*before, *after)) return;
    Difference& one = found_.emplace_back();
    one.op = before == nullptr ? Difference::Op::kAdd : after == nullptr ? Difference::Op::kRemove : Difference::Op::kModify;
    one.name = pair.name;
    one.member = name;
    one.old_entry = pair.before;
    one.new_entry = pair.after;
    if (before != nullptr) one.old_value = *before;
    if (after != nullptr) one.new_value = *after;
    if (one.op != Difference::Op::kModify) return;
    one.percent = percent_of(*before, *after);
    if (is_time(name) && std::holds_alternative<double>(*before) && std::holds_alternative<double>(*after)) {
      one.verdict = verdict_on(std::get<double>(*before), std::get<double>(*after), old_entry,
                               name == "real_time" ? old_entry.real_sd : old_entry.cpu_sd);
    }
  }

  const std::function<void(const Difference&)>& on_difference_;
  std::vector<Difference> found_;
};

}  // namespace

void diff(const std::map<std::string, EntrySummary>& before, const std::map<std::string, EntrySummary>& after,
          const std::function<void(const Difference&)>& on_difference) {
  std::vector<Pair> pairs;
  pairs.reserve(std::max(before.size(), after.size()));
  merge(before, after, [&](const std::string& name, const EntrySummary* a, const EntrySummary* b) { pairs.push_back({name, a, b}); });
  const PathOrder order;
  std::sort(pairs.begin(), pairs.end(), [&](const Pair& a, const Pair& b) { return order.less(a.name, a.in_both(), b.name, b.in_both()); });
  Differences differences(on_difference);
  for (const Pair& pair : pairs) {
    if (pair.in_both()) differences.members(pair, order);
    else differences.whole(pair);
  }
}

}  // namespace harness::compare

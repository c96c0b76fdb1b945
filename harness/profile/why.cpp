#include <harness/profile/why.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <harness/profile/attribution.hpp>
#include <harness/profile/fingerprint.hpp>
#include <harness/profile/line_map.hpp>

namespace harness::profile {
namespace {

constexpr std::size_t kMostNamed = 3;
constexpr double kSameRatio = 0.01;  // a time that differs by less is the same
constexpr double kMostly = 0.5;      // one callee with more of a caller's difference stands for it
constexpr double kTogether = 0.7;    // ... and so do several
constexpr double kOwnPart = 0.5;     // of a function's difference that is its own: then its own samples are told
constexpr double kLeastLineZ = 2.5;

// A line in the old side's count; one that only the new side has is negative.
using LineKey = std::pair<std::string, std::int64_t>;

// What the two sides say of one thing.
struct Pair {
  std::array<std::uint64_t, 2> samples{};
};

struct Difference {
  double time = 0;  // in calls of the old side
  double z = 0;
};

class Lines {
 public:
  explicit Lines(const WhyOptions& options) : options_(options) {}

  void know_old(const model::CodePlace& place, std::uint32_t function) {
    if (!is_own_source(place)) return;
    old_file_.try_emplace(std::string(base_name(place.file)), place.file);
    if (place.function_line > 0) old_function_line_.try_emplace(function, place.function_line);
  }

  LineKey old_key(const model::CodePlace& place) const { return {std::string(base_name(place.file)), place.line}; }

  LineKey new_key(const model::CodePlace& place, std::uint32_t function) {
    std::string file(base_name(place.file));
    if (const LineMap* map = map_of(file, place.file); map != nullptr) {
      const auto line = map->old_line(place.line);
      return {std::move(file), line ? std::int64_t{*line} : -std::int64_t{place.line}};
    }
    const auto begin = old_function_line_.find(function);
    if (begin == old_function_line_.end() || place.function_line == 0) return {std::move(file), place.line};
    // Without the text: as far from where the function begins.
    const std::int64_t offset = std::int64_t{place.line} - std::int64_t{place.function_line};
    return {std::move(file), std::max<std::int64_t>(1, std::int64_t{begin->second} + offset)};
  }

 private:
  const LineMap* map_of(const std::string& file, const std::string& new_path) {
    const auto [at, is_new] = maps_.try_emplace(file);
    const auto old_path = old_file_.find(file);
    if (is_new && old_path != old_file_.end()) {
      const auto before = lines_of_file(options_.old_source, old_path->second);
      const auto after = lines_of_file(options_.new_source, new_path);
      if (!before.empty() && !after.empty()) at->second.emplace(before, after);
    }
    return at->second ? &*at->second : nullptr;
  }

  const WhyOptions& options_;
  std::map<std::string, std::string> old_file_;  // by name -> as compiled
  std::map<std::uint32_t, std::uint32_t> old_function_line_;
  std::map<std::string, std::optional<LineMap>> maps_;
};

std::string place_text(const model::CodePlace& place) { return fmt::format("{}:{}", place.file, place.line); }

class Comparison {
 public:
  Comparison(const model::CpuProfile& before, const model::CpuProfile& after, const WhyOptions& options)
      : profiles_{&before, &after},
        attributions_{Attribution(before.places, functions_), Attribution(after.places, functions_)},
        ratio_(options.ratio),
        lines_(options) {
    own_.resize(functions_.size());
    all_.resize(functions_.size());
    for (std::size_t side = 0; side < 2; ++side) count(side);
  }

  std::vector<model::FunctionChange> functions(std::string& silent_because) {
    find_whole();
    auto candidates = passing();
    if (candidates.empty() && nameless()) {
      silent_because = "most samples are in functions whose names are not known";
      return {};
    }
    if (candidates.empty()) {
      silent_because = fmt::format("no function's time differs by more than chance (n={}/{})", total(0), total(1));
      return {};
    }
    if (std::abs(ratio_ - 1) <= kSameRatio && !moved_) {
      silent_because = fmt::format(
          "the time of a call is the same, and no function's share of it moved by {:.0f} points", kLeastMove * 100);
      return {};
    }
    keep_largest(candidates);
    leave_callers(candidates);
    // What goes the way of the whole comes first: the rest only says what gave way to it.
    std::stable_sort(candidates.begin(), candidates.end(), [this](const Candidate& a, const Candidate& b) {
      if (is_against(a) != is_against(b)) return is_against(b);
      return std::abs(a.difference.time) > std::abs(b.difference.time);
    });
    if (candidates.size() > kMostNamed) candidates.resize(kMostNamed);
    std::vector<model::FunctionChange> changes;
    for (const Candidate& candidate : candidates) changes.push_back(change_of(candidate));
    return changes;
  }

 private:
  struct Candidate {
    std::uint32_t function;
    bool own;
    Difference difference;
  };

  bool is_against(const Candidate& candidate) const {
    return std::abs(ratio_ - 1) > kSameRatio && (ratio_ > 1) != (candidate.difference.time > 0);
  }

  bool nameless() const {
    std::array<std::uint64_t, 2> samples{};
    for (std::uint32_t function = 0; function < functions_.size(); ++function) {
      if (!functions_[function].name.empty()) continue;
      for (std::size_t side = 0; side < 2; ++side) samples[side] += own_[function].samples[side];
    }
    return 2 * samples[0] > total(0) || 2 * samples[1] > total(1);
  }

  std::uint64_t total(std::size_t side) const { return profiles_[side]->samples; }

  void count(std::size_t side) {
    const model::CpuProfile& profile = *profiles_[side];
    for (const model::SampledStack& stack : profile.stacks) {
      counted_[side].push_back(attributions_[side].functions_of(stack.frames));
      auto functions = counted_[side].back();
      if (functions.empty()) continue;
      own_[functions.front()].samples[side] += stack.samples;
      for (std::size_t i = 0; i < functions.size(); ++i) {
        const model::CodePlace& place = profile.places[stack.frames[i]];
        if (side == 0) lines_.know_old(place, functions[i]);
        if (side == 1 && is_own_source(place))
          new_place_.try_emplace(lines_.new_key(place, functions[i]), place_text(place));
      }
      std::sort(functions.begin(), functions.end());
      functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
      for (const std::uint32_t function : functions) all_[function].samples[side] += stack.samples;
    }
  }

  Difference difference(const Pair& pair) const {
    const double n_old = static_cast<double>(total(0)), n_new = static_cast<double>(total(1));
    const double x_old = static_cast<double>(pair.samples[0]), x_new = static_cast<double>(pair.samples[1]);
    const double time = ratio_ * x_new / n_new - x_old / n_old;
    // One sample and one that is none are added to each side: a share of 0 or 1 is not known without error either.
    const double p_old = (x_old + 1) / (n_old + 2), p_new = (x_new + 1) / (n_new + 2);
    const double variance = p_old * (1 - p_old) / (n_old + 2) + ratio_ * ratio_ * p_new * (1 - p_new) / (n_new + 2);
    return {time, time / std::sqrt(variance)};
  }
  double move(const Pair& pair) const {
    return std::abs(static_cast<double>(pair.samples[1]) / static_cast<double>(total(1)) -
                    static_cast<double>(pair.samples[0]) / static_cast<double>(total(0)));
  }

  // What the parts are parts of: the difference in time, or what was gained where as much was lost elsewhere.
  void find_whole() {
    double gains = 0, losses = 0;
    for (const Pair& pair : own_) {
      const Difference own = difference(pair);
      if (std::abs(own.z) <= kLeastZ) continue;
      (own.time > 0 ? gains : losses) += std::abs(own.time);
    }
    whole_ = std::max({std::abs(ratio_ - 1), gains, losses});
  }

  bool passes(const Difference& difference) const {
    return std::abs(difference.z) > kLeastZ && whole_ > 0 && std::abs(difference.time) >= kLeastPart * whole_;
  }

  std::vector<Candidate> passing() {
    std::vector<Candidate> found;
    for (std::uint32_t function = 0; function < functions_.size(); ++function) {
      if (functions_[function].name.empty()) continue;
      const Difference own = difference(own_[function]), all = difference(all_[function]);
      if (passes(own) && (std::abs(own.time) >= kOwnPart * std::abs(all.time) || !passes(all))) {
        found.push_back({function, true, own});
      } else if (passes(all)) {
        found.push_back({function, false, all});
      } else {
        continue;
      }
      const Candidate& last = found.back();
      moved_ = moved_ || (move(last.own ? own_[function] : all_[function]) >= kLeastMove &&
                          std::abs(last.difference.z) > kLeastZAtSameTime);
    }
    return found;
  }

  // Samples of stacks in which the caller has one of the callees inside of it.
  Pair inside(std::uint32_t caller, const std::vector<std::uint32_t>& callees) const {
    Pair pair;
    for (std::size_t side = 0; side < 2; ++side) {
      for (std::size_t i = 0; i < counted_[side].size(); ++i) {
        const auto& stack = counted_[side][i];
        const auto last = std::find(stack.rbegin(), stack.rend(), caller);
        if (last == stack.rend()) continue;
        const auto first = std::find_first_of(stack.begin(), stack.end(), callees.begin(), callees.end());
        if (first < last.base() - 1) pair.samples[side] += profiles_[side]->stacks[i].samples;
      }
    }
    return pair;
  }

  // Callees come first: who is mostly inside of others is inside of more of them than they are.
  void sort_by_depth(std::vector<Candidate>& candidates) const {
    const auto samples = [](const Pair& pair) { return pair.samples[0] + pair.samples[1]; };
    std::map<std::uint32_t, std::size_t> callers;
    for (const Candidate& callee : candidates) {
      for (const Candidate& caller : candidates) {
        if (samples(inside(caller.function, {callee.function})) > samples(inside(callee.function, {caller.function})))
          ++callers[callee.function];
      }
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [&](const Candidate& a, const Candidate& b) { return callers[a.function] > callers[b.function]; });
  }

  // What follows looks at every pair of them in every stack.
  void keep_largest(std::vector<Candidate>& candidates) const {
    constexpr std::size_t kMost = 24;
    std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      return std::abs(a.difference.time) > std::abs(b.difference.time);
    });
    if (candidates.size() > kMost) candidates.resize(kMost);
  }

  void leave_callers(std::vector<Candidate>& candidates) const {
    sort_by_depth(candidates);
    std::vector<Candidate> kept;
    for (const Candidate& candidate : candidates) {
      std::vector<std::uint32_t> callees;
      bool is_left = false;
      const auto holds = [&](const std::vector<std::uint32_t>& some, double part) {
        return difference(inside(candidate.function, some)).time / candidate.difference.time > part;
      };
      for (const Candidate& callee : kept) {
        if ((callee.difference.time > 0) != (candidate.difference.time > 0)) continue;
        callees.push_back(callee.function);
        is_left = is_left || holds({callee.function}, kMostly);
      }
      is_left = is_left || (!callees.empty() && holds(callees, kTogether));
      if (candidate.own || !is_left) kept.push_back(candidate);
    }
    candidates = std::move(kept);
  }

  model::FunctionChange change_of(const Candidate& candidate) {
    const CountedFunction& function = functions_[candidate.function];
    const Pair& pair = candidate.own ? own_[candidate.function] : all_[candidate.function];
    model::FunctionChange change;
    change.function = function.name;
    if (has_namesake(candidate.function)) change.function += fmt::format(" ({})", base_name(function.file));
    change.file = function.file;
    if (function.origin != model::CodePlace::Origin::kSolver) change.module = function.module;
    change.place = place_of(candidate);
    change.own = candidate.own;
    change.old_samples = pair.samples[0];
    change.new_samples = pair.samples[1];
    change.old_total = total(0);
    change.new_total = total(1);
    change.z = candidate.difference.z;
    change.part = (is_against(candidate) ? -1 : 1) * std::min(1.0, std::abs(candidate.difference.time) / whole_);
    return change;
  }

  // A function of the same name in another file, on either side: they are told apart.
  bool has_namesake(std::uint32_t function) const {
    for (std::uint32_t other = 0; other < functions_.size(); ++other) {
      if (other == function || functions_[other].name != functions_[function].name) continue;
      if (functions_[other].origin == functions_[function].origin && !functions_[function].file.empty() &&
          base_name(functions_[other].file) != base_name(functions_[function].file))
        return true;
    }
    return false;
  }

  std::string place_of(const Candidate& candidate) {
    struct Line {
      Pair pair;
      std::string old_place;
    };
    std::map<LineKey, Line> found;
    for (std::size_t side = 0; side < 2; ++side) {
      const model::CpuProfile& profile = *profiles_[side];
      for (std::size_t i = 0; i < profile.stacks.size(); ++i) {
        const auto& stack = counted_[side][i];
        const auto at = std::find(stack.begin(), stack.end(), candidate.function);
        if (at == stack.end() || (candidate.own && at != stack.begin())) continue;
        const auto& frames = profile.stacks[i].frames;
        const std::size_t own =
            attributions_[side].own_source_from(frames, static_cast<std::size_t>(at - stack.begin()));
        if (own == frames.size()) continue;
        const model::CodePlace& place = profile.places[frames[own]];
        Line& line = found[side == 0 ? lines_.old_key(place) : lines_.new_key(place, stack[own])];
        line.pair.samples[side] += profile.stacks[i].samples;
        if (side == 0) line.old_place = place_text(place);
      }
    }
    const double sign = candidate.difference.time > 0 ? 1 : -1;
    const std::pair<const LineKey, Line>* best = nullptr;
    double most = 0;
    for (const auto& line : found) {
      const Difference one = difference(line.second.pair);
      if (sign * one.time <= most || std::abs(one.z) < kLeastLineZ) continue;
      most = sign * one.time;
      best = &line;
    }
    if (best == nullptr) return "";
    const auto place = new_place_.find(best->first);
    return place == new_place_.end() ? best->second.old_place : place->second;
  }

  std::array<const model::CpuProfile*, 2> profiles_;
  FunctionTable functions_;
  std::array<Attribution, 2> attributions_;
  double ratio_;
  Lines lines_;
  std::array<std::vector<std::vector<std::uint32_t>>, 2> counted_;  // of each stack
  std::vector<Pair> own_, all_;                                     // by function
  std::map<LineKey, std::string> new_place_;                        // of lines that the new side has samples at
  double whole_ = 0;
  bool moved_ = false;  // a share did, beyond chance
};

bool is_different(double before, double after) {
  return std::abs(after - before) > 1e-6 * std::max({1.0, std::abs(before), std::abs(after)});
}

std::vector<model::SiteChange> sites(const model::HeapProfile& before, const model::HeapProfile& after,
                                     const WhyOptions& options) {
  FunctionTable functions;
  const std::array<const model::HeapProfile*, 2> profiles{&before, &after};
  const std::array<Attribution, 2> attributions{Attribution(before.places, functions),
                                                Attribution(after.places, functions)};
  Lines lines(options);
  std::map<std::pair<std::uint32_t, LineKey>, model::SiteChange> changes;
  for (std::size_t side = 0; side < 2; ++side) {
    const auto& places = profiles[side]->places;
    const auto each = [&](auto&& use) {
      for (const model::AllocationSite& site : profiles[side]->sites) {
        if (site.frames.empty()) continue;
        const auto counted = attributions[side].functions_of(site.frames);
        const std::size_t own = attributions[side].own_source_from(site.frames, 0);
        use(site, own, own < site.frames.size() ? counted[own] : counted.front());
      }
    };
    if (side == 0) {
      each([&](const auto& site, std::size_t own, std::uint32_t function) {
        if (own < site.frames.size()) lines.know_old(places[site.frames[own]], function);
      });
    }
    each([&](const auto& site, std::size_t own, std::uint32_t function) {
      LineKey key;
      std::string place;
      if (own < site.frames.size()) {
        const model::CodePlace& at = places[site.frames[own]];
        key = side == 0 ? lines.old_key(at) : lines.new_key(at, function);
        place = place_text(at);
      }
      model::SiteChange& change = changes[{function, key}];
      change.function = functions[function].name.empty() ? functions[function].module : functions[function].name;
      if (!place.empty()) change.place = place;  // the new side's, where both have it
      (side == 0 ? change.old_allocs : change.new_allocs) += site.allocs_per_call;
      (side == 0 ? change.old_bytes : change.new_bytes) += site.bytes_per_call;
    });
  }
  std::vector<model::SiteChange> found;
  for (const auto& [key, change] : changes) {
    if (is_different(change.old_allocs, change.new_allocs) || is_different(change.old_bytes, change.new_bytes))
      found.push_back(change);
  }
  std::stable_sort(found.begin(), found.end(), [](const model::SiteChange& a, const model::SiteChange& b) {
    const double bytes_a = std::abs(a.new_bytes - a.old_bytes), bytes_b = std::abs(b.new_bytes - b.old_bytes);
    if (bytes_a != bytes_b) return bytes_a > bytes_b;
    return std::abs(a.new_allocs - a.old_allocs) > std::abs(b.new_allocs - b.old_allocs);
  });
  if (found.size() > kMostNamed) found.resize(kMostNamed);
  return found;
}

}  // namespace

model::ProfileChange why(const model::CaseProfile& before, const model::CaseProfile& after, const WhyOptions& options) {
  model::ProfileChange change;
  const std::uint64_t n_old = before.cpu ? before.cpu->samples : 0, n_new = after.cpu ? after.cpu->samples : 0;
  if (!before.cpu || !after.cpu) {
    change.silent_because = !before.cpu && !after.cpu
                                ? "neither side has a CPU profile"
                                : fmt::format("the {} side has no CPU profile", before.cpu ? "new" : "old");
  } else if (n_old < model::kLeastSamples || n_new < model::kLeastSamples) {
    change.silent_because =
        fmt::format("too few samples ({} and {}, {} are needed)", n_old, n_new, model::kLeastSamples);
  } else if (!std::isfinite(options.ratio) || options.ratio <= 0) {
    change.silent_because = "the two sides' times are not known";
  } else {
    change.functions = Comparison(*before.cpu, *after.cpu, options).functions(change.silent_because);
  }
  if (before.heap && after.heap) change.sites = sites(*before.heap, *after.heap, options);
  change.old_sha256 = before.fingerprint.sha256;
  change.new_sha256 = after.fingerprint.sha256;
  // Only where both were made of the same: a thin profile, or one without a heap, hashes otherwise.
  const auto& a = before.fingerprint;
  const auto& b = after.fingerprint;
  const bool same_kind = before.heap.has_value() == after.heap.has_value() &&
                         a.growth_class.empty() == b.growth_class.empty() &&
                         (n_old >= model::kLeastSamples) == (n_new >= model::kLeastSamples);
  change.fingerprint_changed =
      same_kind && !change.old_sha256.empty() && !change.new_sha256.empty() && change.old_sha256 != change.new_sha256;
  if (!before.fingerprint.vector.empty() && !after.fingerprint.vector.empty())
    change.distance = distance(before.fingerprint, after.fingerprint);
  return change;
}

std::uint64_t samples_for(double ratio) {
  constexpr double kLeast = 800, kMost = 4000;
  const double effect = ratio - 1;
  const double wanted = effect == 0 || !std::isfinite(effect) ? kMost : 5 / (effect * effect);
  return static_cast<std::uint64_t>(std::ceil(std::clamp(wanted, kLeast, kMost)));
}

}  // namespace harness::profile

#include <harness/report/flame.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/flame_svg.hpp>
#include <harness/report/flame_tree.hpp>
#include <harness/report/shares.hpp>

namespace harness::report {
namespace {

using model::CpuProfile;
using Origin = model::CodePlace::Origin;

constexpr std::uint64_t kParts = 1'000'000;  // of a side's samples: the unit of width where two sides are drawn
constexpr std::size_t kLongestName = 4000;
constexpr double kShown = 2;  // standard errors, below which a difference has no colour
constexpr std::array<double, 4> kSteps{0.01, 0.03, 0.1, 0.3};  // of the old side's time, for the shades

// Name and place of a frame, a line each.
std::string identity(const FlameNode& node) {
  if (node.place == nullptr) return node.name + "\nbeyond the frames that the profiler keeps";
  const model::CodePlace& place = *node.place;
  std::string text = printable(place.function.empty() ? node.name : place.function, true, kLongestName);
  if (node.inlined) text += " (inlined)";
  std::string where = place_text(place.file, node.line);
  if (place.origin != Origin::kSolver || where.empty()) {
    if (!where.empty()) where += ", ";
    where += place.module.empty() ? std::string(model::origin_word(place.origin)) : place.module;
  }
  return text + "\n" + printable(where);
}

std::vector<std::string> notes_of(const FlameTree& tree) {
  std::vector<std::string> notes;
  if (tree.too_small > 0) {
    notes.push_back(fmt::format("{} below 0.1% of the samples not drawn", counted(tree.too_small, "frame")));
  }
  if (tree.too_deep) notes.push_back(fmt::format("frames beyond {} levels not drawn", kMostLevels));
  return notes;
}

// Callers before callees, siblings in order.
template <class Visit>
void walk(const FlameTree& tree, Visit visit) {
  std::vector<std::uint32_t> open{0};
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    visit(at);
    const auto& children = tree.nodes[at].children;
    open.insert(open.end(), children.rbegin(), children.rend());
  }
}

FlamePicture one_side(const CpuProfile& profile, const std::string& title) {
  FlamePicture picture;
  picture.title = title;
  picture.facts = {sampling_text(profile)};
  if (!profile.thin_because.empty()) picture.doubt = "thin: " + profile.thin_because + ": its shares are rough";
  const FlameTree tree = flame_tree(nullptr, profile);
  const std::uint64_t all = tree.samples[1];
  if (all == 0) {
    picture.doubt.clear();
    picture.empty_because =
        "nothing to draw: " + (profile.thin_because.empty() ? "no sample was in the solver" : profile.thin_because);
    return picture;
  }
  picture.width = picture.whole = all;
  std::vector<std::uint64_t> free_from(tree.nodes.size());  // where the next callee begins
  std::set<Origin> origins;
  bool any_inlined = false;
  walk(tree, [&](std::uint32_t at) {
    const FlameNode& node = tree.nodes[at];
    FlameFrame frame;
    frame.begin = at == 0 ? 0 : free_from[node.parent];
    frame.end = free_from[node.parent] = frame.begin + node.samples[1];
    free_from[at] = frame.begin;
    frame.level = node.depth;
    const std::string share = exact_share_text(tree.share(node, 1));
    if (at == 0) {
      frame.style = "root";
      frame.label = "all";
      frame.figure = counted(all, "sample");
      frame.title = fmt::format("all\n\n{}", counted(all, "sample"));
    } else {
      const Origin origin = node.place == nullptr ? Origin::kUnknown : node.place->origin;
      origins.insert(origin);
      any_inlined |= node.inlined;
      frame.style = std::string(model::origin_word(origin)) + (node.inlined ? " inlined" : "");
      frame.label = node.name;
      frame.figure = share_text(tree.share(node, 1));
      frame.title =
          fmt::format("{}\n{} of {} samples, {}; {} its own", identity(node), node.samples[1], all, share, node.own[1]);
    }
    picture.frames.push_back(std::move(frame));
  });
  for (const Origin origin : origins) {
    const std::string word(model::origin_word(origin));
    picture.keys.push_back({word, word});
  }
  if (any_inlined) picture.keys.push_back({"solver inlined", "paler: inlined"});
  picture.notes = notes_of(tree);
  return picture;
}

class Differential {
 public:
  Differential(const CpuProfile& before, const CpuProfile& after, double ratio)
      : before_(before),
        after_(after),
        tree_(flame_tree(&before, after)),
        has_ratio_(std::isfinite(ratio) && ratio > 0),
        ratio_(has_ratio_ ? ratio : 1) {}

  FlamePicture picture(const std::string& old_title, const std::string& new_title) {
    FlamePicture picture;
    picture.two_sides = true;
    picture.title = old_title + " → " + new_title;
    picture.facts = {"before: " + old_title + ", " + sampling_text(before_),
                     "after: " + new_title + ", " + sampling_text(after_) + (has_ratio_ ? ratio_words() : "")};
    for (const auto& [name, profile] : {std::pair("before", &before_), std::pair("after", &after_)}) {
      if (profile->thin_because.empty()) continue;
      picture.doubt += std::string(picture.doubt.empty() ? "thin: " : "; ") + name + " " + profile->thin_because;
    }
    if (tree_.samples[0] == 0 || tree_.samples[1] == 0) {
      picture.empty_because = fmt::format("nothing to compare: no sample of the {} side was in the solver",
                                          tree_.samples[0] == 0 ? "old" : "new");
      return picture;
    }
    picture.whole = kParts;
    add_new_side(picture);
    picture.width = kParts;
    add_old_side(picture);
    picture.scale = "more or less of the old call's time, at least:";
    picture.keys = {{"less4", "-30%"}, {"less3", "-10%"}, {"less2", "-3%"},  {"less1", "-1%"}, {"same", "none shown"},
                    {"more1", "+1%"},  {"more2", "+3%"},  {"more3", "+10%"}, {"more4", "+30%"}};
    if (picture.width > kParts) picture.keys.push_back({"gone", "only before"});
    picture.notes = notes_of(tree_);
    picture.notes.insert(
        picture.notes.begin(),
        fmt::format("width: share of the new samples (n={}){}; grey: no difference that n={}/{} can show",
                    tree_.samples[1], picture.width > kParts ? ", of hollow frames of the old ones" : "",
                    tree_.samples[0], tree_.samples[1]));
    return picture;
  }

 private:
  std::string ratio_words() const { return fmt::format("; a call takes {} times as long", ratio_text(ratio_, ratio_)); }

  static std::uint64_t parts(std::uint64_t samples, std::uint64_t of) {
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(samples) / static_cast<double>(of) * kParts));
  }

  std::string shade(const FlameNode& node) const {
    const double difference = ratio_ * tree_.share(node, 1) - tree_.share(node, 0);
    double variance = 0;
    for (const std::size_t side : {0, 1}) {
      const auto n = static_cast<double>(tree_.samples[side]);
      const double share = (static_cast<double>(node.samples[side]) + 1) / (n + 2);
      variance += share * (1 - share) / n * (side == 1 ? ratio_ * ratio_ : 1);
    }
    // What every stack holds is as long as the call: only the ratio counts.
    if (tree_.share(node, 0) == 1 && tree_.share(node, 1) == 1) variance = 0;
    const double size = std::abs(difference);
    if (size < kSteps[0] || size <= kShown * std::sqrt(variance)) return "same";
    const auto step = std::upper_bound(kSteps.begin(), kSteps.end(), size) - kSteps.begin();
    return fmt::format("{}{}", difference > 0 ? "more" : "less", step);
  }

  std::string change_of_share(const FlameNode& node) const {
    return share_text(tree_.share(node, 0)) + " → " + share_text(tree_.share(node, 1));
  }

  std::string title(std::uint32_t at) const {
    const FlameNode& node = tree_.nodes[at];
    const double before = tree_.share(node, 0), after = tree_.share(node, 1);
    return fmt::format("{}\n{} → {} of samples ({} of {} → {} of {})\n{:+.1f}% of the old call's time",
                       at == 0 ? "all\n" : identity(node), exact_share_text(before), exact_share_text(after),
                       node.samples[0], tree_.samples[0], node.samples[1], tree_.samples[1],
                       100 * (ratio_ * after - before));
  }

  void add_new_side(FlamePicture& picture) {
    std::vector<std::uint64_t> free_from(tree_.nodes.size());
    walk(tree_, [&](std::uint32_t at) {
      const FlameNode& node = tree_.nodes[at];
      if (!tree_.is_drawn(node, 1)) return;
      const std::uint64_t begin = at == 0 ? 0 : free_from[node.parent];
      free_from[node.parent] = begin + node.samples[1];
      free_from[at] = begin;
      FlameFrame frame;
      frame.begin = parts(begin, tree_.samples[1]);
      frame.end = parts(begin + node.samples[1], tree_.samples[1]);
      frame.before = parts(node.samples[0], tree_.samples[0]);
      frame.level = node.depth;
      frame.style = shade(node);
      frame.label = at == 0 ? "after" : node.name;
      frame.figure = at == 0 ? fmt::format("n={}", tree_.samples[1]) : change_of_share(node);
      frame.title = title(at);
      picture.frames.push_back(std::move(frame));
    });
  }

  // To the right: what the new side has no longer, upon its callers.
  void add_old_side(FlamePicture& picture) {
    const auto is_gone = [&](const FlameNode& node) { return !tree_.is_drawn(node, 1); };
    std::vector<std::uint64_t> width(tree_.nodes.size());
    for (std::size_t i = tree_.nodes.size(); i-- > 1;) {
      const FlameNode& node = tree_.nodes[i];
      if (is_gone(node)) width[i] = node.samples[0];
      if (!is_gone(tree_.nodes[node.parent])) width[node.parent] += width[i];
    }
    if (width[0] == 0) return;
    std::vector<std::uint64_t> free_from(tree_.nodes.size());
    const std::uint64_t gap = kParts / 60;
    walk(tree_, [&](std::uint32_t at) {
      const FlameNode& node = tree_.nodes[at];
      if (width[at] == 0) return;
      const std::uint64_t begin = at == 0 ? 0 : free_from[node.parent];
      free_from[node.parent] = begin + width[at];
      free_from[at] = begin;
      FlameFrame frame;
      frame.begin = kParts + gap + parts(begin, tree_.samples[0]);
      frame.end = kParts + gap + parts(begin + width[at], tree_.samples[0]);
      frame.level = node.depth;
      frame.style = is_gone(node) ? "gone" : "context";
      if (is_gone(node)) frame.before = frame.end - frame.begin;
      frame.label = at == 0 ? "only before" : node.name;
      if (at == 0) frame.figure = fmt::format("n={}", tree_.samples[0]);
      if (is_gone(node)) frame.figure = change_of_share(node);
      frame.title = title(at);
      picture.frames.push_back(std::move(frame));
    });
    picture.width = kParts + gap + parts(width[0], tree_.samples[0]);
  }

  const CpuProfile &before_, &after_;
  FlameTree tree_;
  bool has_ratio_ = false;
  double ratio_ = 1;
};

}  // namespace

std::string flame_graph(const CpuProfile& profile, const std::string& title) {
  return flame_svg(one_side(profile, title));
}

std::string differential_flame_graph(const CpuProfile& before, const CpuProfile& after, double ratio,
                                     const std::string& old_title, const std::string& new_title) {
  return flame_svg(Differential(before, after, ratio).picture(old_title, new_title));
}

}  // namespace harness::report

#include <harness/report/flame_tree.hpp>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include <harness/report/shares.hpp>

namespace harness::report {
namespace {

using model::CodePlace;
using model::CpuProfile;
using model::SampledStack;

constexpr std::uint64_t kMostSamples = std::uint64_t{1} << 40;  // of a stack: sums of millions of them stay exact
constexpr std::uint32_t kNowhere = 0xffffffff;

// What is drawn as one function.
struct Function {
  std::string name;
  std::string_view file;
  const CodePlace* place = nullptr;
};

struct GrowingNode {
  std::uint32_t parent = 0, function = 0, depth = 0;
  bool inlined = true;
  std::array<std::uint64_t, 2> samples{}, own{};
};

class Merge {
 public:
  Merge(const CpuProfile* before, const CpuProfile& after) : profiles_{before, &after} {
    functions_.emplace_back();                                   // of the root
    functions_.push_back({"[outer frames lost]", {}, nullptr});  // of stacks that the profiler cut
    nodes_.emplace_back();
    for (std::size_t side : {1, 0}) {
      if (profiles_[side] == nullptr) continue;
      name_functions(side);
      for (const SampledStack& stack : profiles_[side]->stacks) add(stack, side);
    }
  }

  FlameTree tree() {
    tree_.samples = nodes_.front().samples;
    std::vector<std::uint32_t> kept_as(nodes_.size(), kNowhere);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const GrowingNode& from = nodes_[i];
      FlameNode node;
      node.samples = from.samples;
      if (i > 0 && !tree_.is_drawn(node, 0) && !tree_.is_drawn(node, 1)) {
        ++tree_.too_small;
        continue;
      }
      const Function& function = functions_[from.function];
      node.name = function.name;
      node.file = function.file;
      node.place = function.place;
      node.own = from.own;
      node.inlined = from.inlined && node.place != nullptr;
      node.depth = from.depth;
      node.parent = i == 0 ? 0 : kept_as[from.parent];
      kept_as[i] = static_cast<std::uint32_t>(tree_.nodes.size());
      if (i > 0) tree_.nodes[node.parent].children.push_back(kept_as[i]);
      tree_.nodes.push_back(std::move(node));
    }
    find_lines(kept_as);
    for (FlameNode& node : tree_.nodes) {
      std::sort(node.children.begin(), node.children.end(),
                [&](std::uint32_t a, std::uint32_t b) { return order(tree_.nodes[a]) < order(tree_.nodes[b]); });
    }
    return std::move(tree_);
  }

 private:
  static std::tuple<std::string_view, std::string_view, std::string_view, std::string_view> order(
      const FlameNode& node) {
    const auto of_place = [&](std::string CodePlace::*member) {
      return node.place == nullptr ? std::string_view() : std::string_view(node.place->*member);
    };
    return {node.name, node.file, of_place(&CodePlace::module), of_place(&CodePlace::function)};
  }

  void name_functions(std::size_t side) {
    const bool whole_names = profiles_[0] == nullptr;
    for (const CodePlace& place : profiles_[side]->places) {
      Function function{frame_name(place.function, place.module), file_name(place.file), &place};
      std::string key = whole_names && !place.function.empty() ? place.function : function.name;
      key += '\0';
      key += function.file;
      key += '\0';
      // A solver's module has its version in its name.
      if (place.origin != CodePlace::Origin::kSolver) key += place.module;
      const auto [known, is_new] = function_of_.try_emplace(std::move(key), functions_.size());
      if (is_new) functions_.push_back(std::move(function));
      function_of_place_[side].push_back(static_cast<std::uint32_t>(known->second));
    }
  }

  // Every node from the root to the leaf, with the place that stands there.
  template <class Visit>
  void walk(const SampledStack& stack, std::size_t side, Visit visit) {
    const auto& places = profiles_[side]->places;
    std::size_t level = 0;
    if (stack.truncated && ++level) visit(std::uint32_t{1}, nullptr);
    for (auto frame = stack.frames.rbegin(); frame != stack.frames.rend(); ++frame) {
      if (*frame >= places.size()) continue;
      if (++level > kMostLevels) {
        tree_.too_deep = true;
        return;
      }
      visit(function_of_place_[side][*frame], &places[*frame]);
    }
  }

  void add(const SampledStack& stack, std::size_t side) {
    const std::uint64_t samples = std::min(stack.samples, kMostSamples);
    std::uint32_t at = 0;
    nodes_[0].samples[side] += samples;
    walk(stack, side, [&](std::uint32_t function, const CodePlace* place) {
      const auto [known, is_new] = child_.try_emplace(std::uint64_t{at} << 32 | function, nodes_.size());
      if (is_new) nodes_.push_back({at, function, nodes_[at].depth + 1});
      at = known->second;
      nodes_[at].samples[side] += samples;
      nodes_[at].inlined &= place != nullptr && place->inlined;
    });
    nodes_[at].own[side] += samples;
  }

  // Of the newest side that has the node: the line at which most of its samples are.
  void find_lines(const std::vector<std::uint32_t>& kept_as) {
    std::vector<std::uint64_t> most(tree_.nodes.size());
    for (std::size_t side : {1, 0}) {
      if (profiles_[side] == nullptr) continue;
      std::unordered_map<std::uint64_t, std::uint64_t> samples_at;
      for (const SampledStack& stack : profiles_[side]->stacks) {
        std::uint32_t at = 0;
        walk(stack, side, [&](std::uint32_t function, const CodePlace* place) {
          at = child_.find(std::uint64_t{at} << 32 | function)->second;
          if (kept_as[at] == kNowhere || place == nullptr || place->line == 0) return;
          FlameNode& node = tree_.nodes[kept_as[at]];
          if (side == 0 && tree_.is_drawn(node, 1)) return;
          std::uint64_t& samples = samples_at[std::uint64_t{kept_as[at]} << 32 | place->line];
          samples += std::min(stack.samples, kMostSamples);
          std::uint64_t& best = most[kept_as[at]];
          if (samples > best || (samples == best && place->line < node.line)) {
            best = samples;
            node.line = place->line;
            node.place = place;
          }
        });
      }
    }
  }

  std::array<const CpuProfile*, 2> profiles_;
  std::vector<Function> functions_;
  std::unordered_map<std::string, std::size_t> function_of_;
  std::array<std::vector<std::uint32_t>, 2> function_of_place_;
  std::vector<GrowingNode> nodes_;
  std::unordered_map<std::uint64_t, std::uint32_t> child_;
  FlameTree tree_;
};

}  // namespace

bool FlameTree::is_drawn(const FlameNode& node, std::size_t side) const {
  const std::uint64_t least = samples[side] / kLeastDrawnShare + (samples[side] % kLeastDrawnShare == 0 ? 0 : 1);
  return node.samples[side] > 0 && node.samples[side] >= least;
}

FlameTree flame_tree(const CpuProfile* before, const CpuProfile& after) { return Merge(before, after).tree(); }

}  // namespace harness::report

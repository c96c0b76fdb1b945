// Stacks of one or two profiles, merged from their roots into one tree.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <harness/model/profile.hpp>

namespace harness::report {

// A frame in the context of its callers.
struct FlameNode {
  std::string name;  // as it is drawn: short, `[libc.so.6]` without a symbol
  std::string file;  // without folders
  // Where most of its samples are; none for the root and for what stands for lost frames. Points into a profile.
  const model::CodePlace* place = nullptr;
  std::uint32_t line = 0;  // the one with the most samples; 0 = unknown
  bool inlined = false;    // everywhere
  std::uint32_t parent = 0, depth = 0;
  std::array<std::uint64_t, 2> samples{}, own{};  // before, after
  std::vector<std::uint32_t> children;            // by name, then file, then module
};

struct FlameTree {
  std::vector<FlameNode> nodes;            // [0] is the root; a parent stands before its children
  std::array<std::uint64_t, 2> samples{};  // of all: before, after
  std::size_t too_small = 0;               // nodes that are left out, see kLeastDrawnShare
  bool too_deep = false;                   // frames beyond kMostLevels are left out

  double share(const FlameNode& node, std::size_t side) const {
    return samples[side] == 0 ? 0 : static_cast<double>(node.samples[side]) / static_cast<double>(samples[side]);
  }
  // It has enough of this side's samples to be drawn there.
  bool is_drawn(const FlameNode& node, std::size_t side) const;
};

// One node in so many samples: smaller ones have no width that can be seen.
inline constexpr std::uint64_t kLeastDrawnShare = 1000;
inline constexpr std::size_t kMostLevels = 1000;

// `before` may be null. Then nodes are one by their whole names, else by short name and file name, so that functions are
// found again in another version; library functions also by module. Indices that point nowhere are passed over.
FlameTree flame_tree(const model::CpuProfile* before, const model::CpuProfile& after);

}  // namespace harness::report

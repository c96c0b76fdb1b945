#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <unordered_map>

#include <harness/profile/attribution.hpp>
#include <harness/profile/symbols.hpp>

namespace harness::profile {
namespace {

using model::CodePlace;

bool is_sdk(const CodePlace& place) {
  if (place.origin != CodePlace::Origin::kSolver) return false;
  return model::short_name(place.function).starts_with("harness::sdk::") ||
         place.file.find("harness/sdk/") != std::string::npos;
}

bool is_same_function(const CodePlace& a, const CodePlace& b) {
  return !a.function.empty() && a.function == b.function && a.module == b.module &&
         base_name(a.file) == base_name(b.file);
}

// The profile's table of places: equal ones stand once.
class Places {
 public:
  std::uint32_t index_of(const CodePlace& place) {
    const auto [at, is_new] = known_.try_emplace(std::tuple(place.origin, place.function, place.file, place.line,
                                                            place.function_line, place.module, place.inlined),
                                                 static_cast<std::uint32_t>(all_.size()));
    if (is_new) all_.push_back(place);
    return at->second;
  }
  const CodePlace& operator[](std::uint32_t index) const { return all_[index]; }
  std::vector<CodePlace> take() { return std::move(all_); }

 private:
  std::map<std::tuple<CodePlace::Origin, std::string, std::string, std::uint32_t, std::uint32_t, std::string, bool>,
           std::uint32_t>
      known_;
  std::vector<CodePlace> all_;
};

// Stacks of addresses -> stacks of places that end at the solver's entry.
class Cutter {
 public:
  Cutter(const std::vector<Mapping>& mappings, Symbols& symbols) : mappings_(mappings), symbols_(symbols) {}

  // Empty = no frame of the solver's library is in it. `first_returns`: the innermost address is a caller's too.
  std::vector<std::uint32_t> frames(const std::vector<std::uint64_t>& addresses, bool first_returns) {
    std::vector<std::uint32_t> whole;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      const auto& some = at(addresses[i], first_returns || i > 0);
      whole.insert(whole.end(), some.begin(), some.end());
    }
    const auto is_solvers = [&](std::uint32_t place) { return places[place].origin == CodePlace::Origin::kSolver; };
    const auto last = std::find_if(whole.rbegin(), whole.rend(), is_solvers);
    whole.erase(last.base(), whole.end());
    while (whole.size() > 1 && is_sdk(places[whole.back()])) whole.pop_back();
    if (!whole.empty()) mark_outermost(whole.back());
    fold_recursion(whole);
    return whole;
  }

  Places places;

 private:
  const std::vector<std::uint32_t>& at(std::uint64_t address, bool returns) {
    auto& known = known_[returns ? 1 : 0];
    const auto [found, is_new] = known.try_emplace(address);
    if (is_new) {
      for (const CodePlace& place : symbols_.frames(mappings_, address, returns))
        found->second.push_back(places.index_of(place));
    }
    return found->second;
  }

  void mark_outermost(std::uint32_t& place) {
    if (!places[place].inlined) return;
    CodePlace alone = places[place];
    alone.inlined = false;
    place = places.index_of(alone);
  }

  void fold_recursion(std::vector<std::uint32_t>& frames) {
    std::vector<std::uint32_t> kept;
    for (const std::uint32_t frame : frames) {
      if (kept.empty() || !is_same_function(places[kept.back()], places[frame])) {
        kept.push_back(frame);
      } else if (places[kept.back()].inlined != places[frame].inlined) {
        CodePlace one = places[kept.back()];
        one.inlined = places[frame].inlined;
        kept.back() = places.index_of(one);
      }
    }
    frames = std::move(kept);
  }

  const std::vector<Mapping>& mappings_;
  Symbols& symbols_;
  std::array<std::unordered_map<std::uint64_t, std::vector<std::uint32_t>>, 2> known_;
};

}  // namespace

model::CpuProfile symbolise(const RawProfile& raw, Symbols& symbols) {
  model::CpuProfile profile;
  profile.seconds_per_sample = raw.seconds_per_sample;
  Cutter cutter(raw.mappings, symbols);
  std::map<std::pair<std::vector<std::uint32_t>, bool>, std::uint64_t> stacks;
  for (const RawStack& stack : raw.stacks) {
    auto frames = cutter.frames(stack.addresses, false);
    if (frames.empty()) {
      profile.outside += stack.samples;
    } else {
      profile.samples += stack.samples;
      stacks[{std::move(frames), stack.addresses.size() >= kMostFrames}] += stack.samples;
    }
  }
  for (auto& [key, samples] : stacks) profile.stacks.push_back({key.first, samples, key.second});
  std::stable_sort(profile.stacks.begin(), profile.stacks.end(),
                   [](const auto& a, const auto& b) { return a.samples > b.samples; });
  profile.places = cutter.places.take();
  return profile;
}

model::HeapProfile symbolise(const RawHeapProfile& raw, std::uint64_t calls, Symbols& symbols) {
  model::HeapProfile profile;
  Cutter cutter(raw.mappings, symbols);
  std::map<std::vector<std::uint32_t>, std::pair<std::uint64_t, std::uint64_t>> sites;
  for (const RawSite& site : raw.sites) {
    auto frames = cutter.frames(site.addresses, true);
    std::size_t allocators = 0;
    while (allocators + 1 < frames.size() && is_allocator(cutter.places[frames[allocators]])) ++allocators;
    frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(allocators));
    if (frames.empty()) continue;
    auto& [count, bytes] = sites[std::move(frames)];
    count += site.total_count;
    bytes += site.total_bytes;
  }
  const double share = calls == 0 ? 0 : 1 / static_cast<double>(calls);
  for (const auto& [frames, totals] : sites) {
    profile.sites.push_back(
        {frames, static_cast<double>(totals.first) * share, static_cast<double>(totals.second) * share});
  }
  std::stable_sort(profile.sites.begin(), profile.sites.end(), [](const auto& a, const auto& b) {
    if (a.bytes_per_call != b.bytes_per_call) return a.bytes_per_call > b.bytes_per_call;
    return a.allocs_per_call > b.allocs_per_call;
  });
  profile.places = cutter.places.take();
  return profile;
}

}  // namespace harness::profile

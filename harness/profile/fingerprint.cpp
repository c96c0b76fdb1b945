#include <harness/profile/fingerprint.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <harness/model/sha256.hpp>
#include <harness/profile/attribution.hpp>

namespace harness::profile {
namespace {

constexpr std::size_t kMostHot = 3;

// `open_addressing.cpp:IndexTable::find`, `libc.so.6:malloc`, `libc.so.6`
std::string hot_name(const FunctionSamples& function) {
  const std::string place(function.file.empty() ? function.module : base_name(function.file));
  if (function.function.empty()) return place;
  return place.empty() ? function.function : place + ":" + function.function;
}

struct Share {
  std::string name;
  double share;
};

std::vector<std::string> chosen_anew(const std::vector<Share>& shares) {
  std::size_t entered = 0;
  while (entered < std::min(shares.size(), kMostHot) && shares[entered].share > kEnters) ++entered;
  std::size_t best = 0;
  double widest = -1;
  for (std::size_t count = 1; count <= entered; ++count) {
    const double next = count < shares.size() ? shares[count].share : 0;
    if (const double gap = shares[count - 1].share - next; gap > widest) {
      widest = gap;
      best = count;
    }
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < best; ++i) names.push_back(shares[i].name);
  return names;
}

bool still_holds(const std::vector<std::string>& hot, const std::vector<Share>& shares) {
  double least_hot = 1, most_other = 0;
  std::size_t found = 0;
  for (const Share& share : shares) {
    if (std::find(hot.begin(), hot.end(), share.name) != hot.end()) {
      ++found;
      least_hot = std::min(least_hot, share.share);
    } else {
      most_other = std::max(most_other, share.share);
    }
  }
  return found == hot.size() && least_hot >= kLeaves && most_other < least_hot + kMargin;
}

std::vector<std::string> hot_functions(const std::vector<FunctionSamples>& functions, std::uint64_t samples,
                                       const model::Fingerprint* before) {
  std::vector<Share> shares;
  for (const FunctionSamples& function : functions)
    shares.push_back({hot_name(function), static_cast<double>(function.own) / static_cast<double>(samples)});
  const bool keep = before != nullptr && !before->hot.empty() && still_holds(before->hot, shares);
  auto hot = keep ? before->hot : chosen_anew(shares);
  std::sort(hot.begin(), hot.end());
  return hot;
}

std::string amount(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{}", static_cast<std::int64_t>(value));
  return fmt::format("{:.3f}", value);
}

std::vector<std::string> site_lines(const model::HeapProfile& heap) {
  FunctionTable functions;
  const Attribution attribution(heap.places, functions);
  std::map<std::string, std::pair<double, double>> sums;
  for (const model::AllocationSite& site : heap.sites) {
    if (site.frames.empty()) continue;
    const auto counted = attribution.functions_of(site.frames);
    const std::size_t own = attribution.own_source_from(site.frames, 0);
    std::string name;
    if (own < site.frames.size()) {
      const model::CodePlace& place = heap.places[site.frames[own]];
      // Without the line: a comment above it is no change.
      name = fmt::format("{} {}", functions[counted[own]].name, base_name(place.file));
    } else {
      const CountedFunction& function = functions[counted.front()];
      name = function.name.empty() ? function.module : function.name;
    }
    auto& [allocs, bytes] = sums[name];
    allocs += site.allocs_per_call;
    bytes += site.bytes_per_call;
  }
  std::vector<std::string> lines;
  for (const auto& [name, sum] : sums)
    lines.push_back(fmt::format("{} allocs={} bytes={}", name, amount(sum.first), amount(sum.second)));
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string hash_of(const model::Fingerprint& fingerprint) {
  if (fingerprint.hot.empty() && fingerprint.sites.empty() && fingerprint.growth_class.empty()) return "";
  model::Sha256 hash;
  for (const std::string& hot : fingerprint.hot) hash.add("hot " + hot + "\n");
  for (const std::string& site : fingerprint.sites) hash.add("site " + site + "\n");
  hash.add("growth " + fingerprint.growth_class + "\n");
  return hash.hex();
}

double squeezed(double count) { return count > 0 ? count / (count + 1) : 0; }

std::uint64_t allocator_samples(const model::CpuProfile& profile) {
  std::vector<bool> is_allocators;
  for (const model::CodePlace& place : profile.places) is_allocators.push_back(is_allocator(place));
  std::uint64_t samples = 0;
  for (const model::SampledStack& stack : profile.stacks) {
    if (std::any_of(stack.frames.begin(), stack.frames.end(),
                    [&](std::uint32_t frame) { return is_allocators[frame]; }))
      samples += stack.samples;
  }
  return samples;
}

}  // namespace

model::Fingerprint fingerprint(const std::optional<model::CpuProfile>& cpu,
                               const std::optional<model::HeapProfile>& heap, const std::string& growth_class,
                               std::optional<double> heap_growths, const model::Fingerprint* before) {
  model::Fingerprint made;
  made.growth_class = growth_class;
  made.vector.assign(kDimensions, 0);
  if (heap) made.sites = site_lines(*heap);
  if (cpu && cpu->samples > 0) {
    made.samples = cpu->samples;
    const auto functions = functions_of(*cpu);
    if (cpu->samples >= model::kLeastSamples) made.hot = hot_functions(functions, cpu->samples, before);
    const double samples = static_cast<double>(cpu->samples);
    for (std::size_t i = 0; i < std::min(functions.size(), kMostHot); ++i) {
      made.vector[i] = static_cast<double>(functions[i].own) / samples;
      made.vector[kMostHot + i] = functions[i].own == 0 ? 0 : std::min(functions[i].mean_depth / 64, 1.0);
    }
    made.vector[6] = static_cast<double>(allocator_samples(*cpu)) / samples;
  }
  made.vector[7] = squeezed(heap_growths.value_or(0));
  if (cpu && cpu->calls > 0) {
    const double calls = static_cast<double>(cpu->calls);
    if (cpu->wall_seconds > 0) made.vector[8] = std::clamp(1 - cpu->cpu_seconds / cpu->wall_seconds, 0.0, 1.0);
    made.vector[9] = squeezed(static_cast<double>(cpu->voluntary_switches) / calls);
    made.vector[10] = squeezed(static_cast<double>(cpu->involuntary_switches) / calls);
    made.vector[11] = squeezed(static_cast<double>(cpu->minor_faults) / calls);
  }
  made.sha256 = hash_of(made);
  return made;
}

double distance(const model::Fingerprint& a, const model::Fingerprint& b) {
  if (a.vector.size() != kDimensions || b.vector.size() != kDimensions) return 1;
  double sum = 0;
  for (std::size_t i = 0; i < kDimensions; ++i) sum += (a.vector[i] - b.vector[i]) * (a.vector[i] - b.vector[i]);
  return std::sqrt(sum / static_cast<double>(kDimensions));
}

std::vector<FunctionSamples> functions_of(const model::CpuProfile& profile) {
  FunctionTable functions;
  const Attribution attribution(profile.places, functions);
  std::vector<FunctionSamples> found;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    const CountedFunction& function = functions[static_cast<std::uint32_t>(i)];
    found.push_back({function.name, function.file, function.module, 0, 0, 0});
  }
  for (const model::SampledStack& stack : profile.stacks) {
    auto counted = attribution.functions_of(stack.frames);
    if (counted.empty()) continue;
    FunctionSamples& leaf = found[counted.front()];
    leaf.own += stack.samples;
    leaf.mean_depth += static_cast<double>(stack.frames.size()) * static_cast<double>(stack.samples);
    std::sort(counted.begin(), counted.end());
    counted.erase(std::unique(counted.begin(), counted.end()), counted.end());
    for (const std::uint32_t function : counted) found[function].cumulative += stack.samples;
  }
  std::erase_if(found, [](const FunctionSamples& function) { return function.cumulative == 0; });
  for (FunctionSamples& function : found) {
    if (function.own > 0) function.mean_depth /= static_cast<double>(function.own);
  }
  std::stable_sort(found.begin(), found.end(), [](const FunctionSamples& a, const FunctionSamples& b) {
    if (a.own != b.own) return a.own > b.own;
    if (a.cumulative != b.cumulative) return a.cumulative > b.cumulative;
    return std::tie(a.function, a.file, a.module) < std::tie(b.function, b.file, b.module);
  });
  return found;
}

std::vector<LineSamples> lines_of(const model::CpuProfile& profile) {
  FunctionTable functions;
  const Attribution attribution(profile.places, functions);
  std::map<std::pair<std::string, std::uint32_t>, LineSamples> lines;
  for (const model::SampledStack& stack : profile.stacks) {
    std::set<std::pair<std::string, std::uint32_t>> seen;
    for (std::size_t at = attribution.own_source_from(stack.frames, 0); at < stack.frames.size();
         at = attribution.own_source_from(stack.frames, at + 1)) {
      const model::CodePlace& place = profile.places[stack.frames[at]];
      const std::pair key(place.file, place.line);
      if (!seen.insert(key).second) continue;
      LineSamples& line = lines[key];
      if (seen.size() == 1) line.own += stack.samples;
      line.cumulative += stack.samples;
    }
  }
  std::vector<LineSamples> found;
  for (auto& [key, line] : lines) found.push_back({key.first, key.second, line.own, line.cumulative});
  std::stable_sort(found.begin(), found.end(),
                   [](const LineSamples& a, const LineSamples& b) { return a.cumulative > b.cumulative; });
  return found;
}

}  // namespace harness::profile

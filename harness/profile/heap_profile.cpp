#include <harness/profile/heap_profile.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <harness/model/text.hpp>

namespace harness::profile {
namespace {

constexpr std::string_view kHeader = "heap profile:", kMappings = "MAPPED_LIBRARIES:";
constexpr std::uint64_t kMostOfOne = std::uint64_t{1} << 53;
constexpr const char* kRecord = "profile the solver again";

// A line from its front: what is expected there is taken, or it is not there.
class Scanner {
 public:
  explicit Scanner(std::string_view line) : rest_(line) {}

  bool take(std::string_view text) {
    skip_blanks();
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  std::optional<std::uint64_t> number(int base) {
    skip_blanks();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
    if (error != std::errc{}) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  bool at_end() {
    skip_blanks();
    return rest_.empty();
  }
  std::string_view rest() {
    skip_blanks();
    return rest_;
  }

 private:
  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r"), rest_.size())); }
  std::string_view rest_;
};

// `<in use>: <bytes> [<total>: <bytes>] @`
std::optional<RawSite> amounts(Scanner& line) {
  std::array<std::uint64_t, 4> values{};
  constexpr std::array<std::string_view, 4> kFollowers{":", "[", ":", "]"};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = line.number(10);
    if (!value || *value > kMostOfOne || !line.take(kFollowers[i])) return std::nullopt;
    values[i] = *value;
  }
  if (!line.take("@")) return std::nullopt;
  return RawSite{{}, values[0], values[1], values[2], values[3]};
}

void add(RawSite& to, const RawSite& other) {
  to.live_count += other.live_count;
  to.live_bytes += other.live_bytes;
  to.total_count += other.total_count;
  to.total_bytes += other.total_bytes;
}

// One site once, with the sum of its amounts.
void sum_up(std::vector<RawSite>& sites) {
  std::sort(sites.begin(), sites.end(), [](const RawSite& a, const RawSite& b) { return a.addresses < b.addresses; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < sites.size(); ++i) {
    if (sites[i].addresses == sites[kept].addresses) {
      add(sites[kept], sites[i]);
    } else if (++kept != i) {
      sites[kept] = std::move(sites[i]);
    }
  }
  if (!sites.empty()) sites.resize(kept + 1);
}

}  // namespace

Result<RawHeapProfile> read_heap_profile(std::string_view text, const std::string& file) {
  const auto refuse = [&file](std::size_t byte, const std::string& why, const char* next = kRecord) {
    return fail(fmt::format("{}: at byte {}", file, byte), why, next);
  };
  if (text.size() > kMostProfileBytes) {
    return refuse(kMostProfileBytes, fmt::format("the profile goes on, {} MiB are read", kMostProfileBytes >> 20));
  }
  std::size_t at = 0;
  const auto next_line = [&]() -> std::optional<std::string_view> {
    const auto end = text.find('\n', at);
    if (end == std::string_view::npos) return std::nullopt;  // cut within a line, where digits may be missing
    return text.substr(std::exchange(at, end + 1), end - at);
  };

  const auto first = next_line();
  Scanner header(first.value_or(""));
  const auto all = header.take(kHeader) ? amounts(header) : std::nullopt;
  if (!all) return refuse(0, "this is no heap profile of gperftools");
  const std::string_view kind = header.rest();
  if (kind.starts_with("heap_v2") || kind.starts_with("heapz_v2")) {
    return refuse(0, "a sampled heap profile, whose counts are estimates", "record it with the heap profiler");
  }
  if (kind.starts_with("growth")) {
    return refuse(0, "a profile of the heap's growth, not of allocations", "record it with the heap profiler");
  }
  if (kind != "heapprofile") {
    return refuse(0, fmt::format("expected @ heapprofile, found {}", model::in_quotes(kind)));
  }

  RawHeapProfile profile;
  RawSite sum;
  for (;;) {
    const std::size_t line_at = at;
    const auto line = next_line();
    if (!line) return refuse(line_at, fmt::format("the profile ends before its {}", kMappings));
    Scanner scanner(*line);
    if (scanner.at_end()) continue;
    if (scanner.take(kMappings)) break;
    auto site = amounts(scanner);
    if (!site) {
      return refuse(line_at,
                    fmt::format("expected a site such as 1: 64 [2: 128] @ 0x1000, found {}", model::in_quotes(*line)));
    }
    while (!scanner.at_end()) {
      const auto address = scanner.take("0x") ? scanner.number(16) : std::nullopt;
      if (!address)
        return refuse(line_at, fmt::format("expected an address, found {}", model::in_quotes(scanner.rest())));
      if (site->addresses.size() == kMostSiteFrames) {
        return refuse(line_at, fmt::format("expected at most {} frames, found more", kMostSiteFrames));
      }
      site->addresses.push_back(*address);
    }
    add(sum, *site);
    if (std::max({sum.total_count, sum.total_bytes, sum.live_count, sum.live_bytes}) > kMostOfOne) {
      return refuse(line_at, "the sites have more than 2^53 allocations or bytes");
    }
    profile.sites.push_back(std::move(*site));
  }
  // The profiler leaves out lines for which its buffer has no room.
  if (sum.total_count != all->total_count || sum.total_bytes != all->total_bytes) {
    return refuse(0, fmt::format("the sites have {} allocations of {} bytes, the first line says {} of {}",
                                 sum.total_count, sum.total_bytes, all->total_count, all->total_bytes));
  }
  sum_up(profile.sites);
  profile.mappings = read_mappings(text.substr(at));
  return profile;
}

RawHeapProfile between(const RawHeapProfile& before, const RawHeapProfile& after) {
  RawHeapProfile result;
  result.mappings = after.mappings;
  const auto less = [](std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; };
  auto old = before.sites.begin();
  for (const RawSite& site : after.sites) {
    while (old != before.sites.end() && old->addresses < site.addresses) ++old;
    RawSite difference = site;
    if (old != before.sites.end() && old->addresses == site.addresses) {
      difference.total_count = less(site.total_count, old->total_count);
      difference.total_bytes = less(site.total_bytes, old->total_bytes);
      difference.live_count = less(site.live_count, old->live_count);
      difference.live_bytes = less(site.live_bytes, old->live_bytes);
    }
    if (difference.total_count > 0 || difference.total_bytes > 0) result.sites.push_back(std::move(difference));
  }
  return result;
}

std::string difference_text(const RawHeapProfile& before, const RawHeapProfile& after, std::string_view after_text) {
  const auto calls = between(before, after);
  std::uint64_t live_count = 0, live_bytes = 0, total_count = 0, total_bytes = 0;
  std::string lines;
  for (const RawSite& site : calls.sites) {
    live_count += site.live_count;
    live_bytes += site.live_bytes;
    total_count += site.total_count;
    total_bytes += site.total_bytes;
    lines += fmt::format("{}: {} [{}: {}] @", site.live_count, site.live_bytes, site.total_count, site.total_bytes);
    for (const std::uint64_t address : site.addresses) lines += fmt::format(" 0x{:016x}", address);
    lines += "\n";
  }
  const auto maps = after_text.find("\nMAPPED_LIBRARIES:");
  return fmt::format("heap profile: {}: {} [{}: {}] @ heapprofile\n{}{}", live_count, live_bytes, total_count,
                     total_bytes, lines, maps == std::string_view::npos ? "" : std::string(after_text.substr(maps)));
}

}  // namespace harness::profile

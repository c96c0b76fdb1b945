#include <harness/report/profile.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <harness/report/change.hpp>
#include <harness/report/figures.hpp>
#include <harness/report/page.hpp>
#include <harness/report/shares.hpp>

namespace harness::report {
namespace {

using model::AllocationSite;
using model::CaseProfile;
using model::CodePlace;
using model::CpuProfile;
using model::FunctionChange;
using model::HeapProfile;
using model::ProfileChange;
using model::SiteChange;

constexpr std::size_t kMostSites = 10;
constexpr double kHot = 0.1;  // own share of a function that is marked

double share(std::uint64_t samples, std::uint64_t total) {
  return total == 0 ? 0 : static_cast<double>(samples) / static_cast<double>(total);
}

// The samples alone do not say that the shares moved, or they moved against the time: then its part of the time is told.
bool tells_by_shares(const FunctionChange& change) {
  const double before = share(change.old_samples, change.old_total),
               after = share(change.new_samples, change.new_total);
  const auto variance = [](double of, std::uint64_t n) { return n == 0 ? 1 : of * (1 - of) / static_cast<double>(n); };
  const double error = std::sqrt(variance(before, change.old_total) + variance(after, change.new_total));
  return std::abs(after - before) > 2 * error && (after > before) == (change.z > 0);
}

std::string part_text(double part) {
  if (!std::isfinite(part) || part <= 0) return "";
  return part > 1 ? "accounts for more than the whole difference"
                  : "accounts for " + share_text(part) + " of the difference";
}

std::string function_line(const FunctionChange& change) {
  std::string text = printable(frame_name(change.function, change.module));
  if (!change.function.empty() && !change.module.empty()) text += " (" + printable(change.module) + ")";
  text += fmt::format(
      " {} of samples (n={}/{})",
      share_change_text(share(change.old_samples, change.old_total), share(change.new_samples, change.new_total)),
      change.old_total, change.new_total);
  if (!change.place.empty()) text += ", at " + printable(change.place);
  if (!change.own) text += ", with what it calls";
  if (!tells_by_shares(change)) {
    if (const std::string part = part_text(change.part); !part.empty()) text += ", " + part;
  }
  return text;
}

// In as many digits as it takes to tell them apart.
template <class Text>
std::string change_of(double before, double after, Text text) {
  std::string old_text = text(before), new_text = text(after);
  if (old_text == new_text && before != after) {
    old_text = fmt::format("{:.10g}", before);
    new_text = fmt::format("{:.10g}", after);
  }
  return old_text + " -> " + new_text;
}

std::string site_line(const SiteChange& change) {
  const std::string where = !change.place.empty()      ? " at " + printable(change.place)
                            : !change.function.empty() ? " in " + printable(model::short_name(change.function))
                                                       : " at an unknown place";
  return change.old_allocs != change.new_allocs
             ? "allocations " + change_of(change.old_allocs, change.new_allocs, count_text) + where
             : "allocated bytes " + change_of(change.old_bytes, change.new_bytes, bytes_text) + where;
}

std::string hash_text(const std::string& sha256) { return sha256.empty() ? "none" : printable(sha256.substr(0, 8)); }

std::string distance_text(double distance) { return fmt::format("{:.2f}", distance); }

class Profile {
 public:
  Profile(const ProfileText& text, const ConsoleOptions& options)
      : text_(text), now_(*text.profile), before_(text.before), page_(options) {}

  std::string text() {
    page_.folded_line(
        before_ == nullptr ? safe(now_.name()) : fmt::format("{} against {}", safe(now_.name()), safe(before_->solver)),
        2, true);
    if (before_ != nullptr) side("before", *before_);
    side(before_ == nullptr ? "profile" : "after", now_);
    why();
    functions();
    sites();
    fingerprint();
    if (!text_.files.empty()) {
      title("files");
      for (const std::string& file : text_.files) page_.add("  " + safe(file));
    }
    warnings();
    std::string shown;
    for (const std::string& line : std::move(page_).lines()) shown += line + "\n";
    return shown;
  }

 private:
  std::string safe(const std::string& text) const { return page_.safe(text); }
  std::size_t columns() const { return page_.options().columns; }
  bool utf8() const { return page_.options().utf8; }
  void title(const std::string& text) {
    page_.blank();
    page_.folded_line(text, 2, true);
  }
  void entry(const std::string& what, const std::string& text) {
    page_.folded_line("  " + padded_right(what, 12) + text, 14);
  }
  void tell(const std::vector<std::vector<std::string>>& rows) {
    for (std::string& line : table_lines(rows, columns(), 2)) page_.add(std::move(line));
  }

  void side(const std::string& what, const CaseProfile& profile) {
    std::string text = before_ == nullptr ? "" : safe(profile.solver) + ": ";
    if (!profile.cpu) {
      entry(what, text + "no CPU profile");
      return;
    }
    const CpuProfile& cpu = *profile.cpu;
    text += sampling_text(cpu);
    if (cpu.wall_seconds > 0) {
      text += fmt::format("; {} of wall time, CPU {}", time_text(cpu.wall_seconds, utf8()),
                          share_text(cpu.cpu_seconds / cpu.wall_seconds));
    }
    entry(what, text);
    if (is_thin(profile)) {
      entry("", fmt::format("too thin to name functions: {} ({} samples are needed)",
                            cpu.thin_because.empty() ? counted(cpu.samples, "sample") : safe(cpu.thin_because),
                            model::kLeastSamples));
    }
  }

  void why() {
    if (text_.why.empty()) return;
    title("why");
    for (const std::string& line : text_.why) page_.folded_line("  " + safe(line), 4);
  }

  static bool is_thin(const CaseProfile& profile) {
    return profile.cpu && (!profile.cpu->thin_because.empty() || profile.cpu->samples < model::kLeastSamples);
  }

  // Names come last, so that what the terminal cuts off is never a figure.
  void functions() {
    if (!now_.cpu || text_.functions.empty() || is_thin(now_)) return;
    const bool two = before_ != nullptr && before_->cpu && !is_thin(*before_);
    title(two ? fmt::format("functions (n={}/{})", before_->cpu->samples, now_.cpu->samples)
              : fmt::format("functions (n={})", now_.cpu->samples));
    const std::size_t width = two ? 12 : 4;
    page_.cut_line("  " + padded_left("own", width) + "  " + padded_left("total", std::max<std::size_t>(width, 5)) +
                   "  function");
    for (const FunctionRow& row : text_.functions) {
      const auto cell = [&](double now, const std::optional<double>& old) {
        return two ? padded_left(old ? share_text(*old) : "0%", 4) + " -> " + padded_left(share_text(now), 4)
                   : padded_left(share_text(now), 4);
      };
      std::string name = frame_name(row.function, row.module);
      if (!row.function.empty() && !row.module.empty()) name += " (" + row.module + ")";
      if (!row.file.empty()) name += "  " + std::string(file_name(row.file));
      std::string line = "  " + cell(row.own, row.old_own) + "  " +
                         padded_left(cell(row.cumulative, row.old_cumulative), std::max<std::size_t>(width, 5)) + "  " +
                         safe(name);
      if (columns() != 0) line = cut(line, columns(), utf8());
      page_.add(row.own >= kHot ? page_.paint().strong(line) : line);
    }
  }

  // Where in the solver's own code: its innermost frame with a line, else its innermost one.
  static std::string where(const HeapProfile& heap, const AllocationSite& site) {
    const CodePlace* best = nullptr;
    for (const std::uint32_t frame : site.frames) {
      if (frame >= heap.places.size()) continue;
      const CodePlace& place = heap.places[frame];
      const bool own = model::is_own_source(place);
      if (best == nullptr || own) best = &place;
      if (own) break;
    }
    if (best == nullptr) return "[unknown]";
    const std::string at = place_text(best->file, best->line);
    return frame_name(best->function, best->module) + (at.empty() ? "" : "  " + at);
  }

  static std::string totals(const HeapProfile& heap) {
    double allocs = 0, bytes = 0;
    for (const AllocationSite& site : heap.sites) {
      allocs += site.allocs_per_call;
      bytes += site.bytes_per_call;
    }
    return count_text(allocs) + ", " + bytes_text(bytes);
  }

  void sites() {
    if (!now_.heap) return;
    const std::string before = before_ != nullptr && before_->heap ? " (before: " + totals(*before_->heap) + ")" : "";
    title("allocations of a call: " + (now_.heap->sites.empty() ? "none" : totals(*now_.heap)) + before);
    if (now_.heap->sites.empty()) return;
    page_.cut_line("   count    bytes  site");
    std::size_t shown = 0;
    HeapProfile rest;
    for (const AllocationSite& site : now_.heap->sites) {
      if (shown++ >= kMostSites) {
        rest.sites.push_back(site);
        continue;
      }
      page_.cut_line(fmt::format("  {:>6}  {:>7}  {}", count_text(site.allocs_per_call),
                                 bytes_text(site.bytes_per_call), safe(where(*now_.heap, site))));
    }
    if (!rest.sites.empty()) {
      page_.cut_line(fmt::format("  and {} more: {}", counted(rest.sites.size(), "site"), totals(rest)));
    }
  }

  void listed(const std::string& what, const std::vector<std::string>& values) {
    for (std::size_t i = 0; i < std::min(values.size(), kMostSites); ++i) entry(i == 0 ? what : "", safe(values[i]));
    if (values.size() > kMostSites) entry("", fmt::format("and {} more", values.size() - kMostSites));
  }

  void fingerprint() {
    const model::Fingerprint& print = now_.fingerprint;
    title("fingerprint");
    entry("sha256", print.sha256.empty() ? "none: nothing to hash" : safe(print.sha256));
    if (before_ != nullptr) {
      const std::string& old = before_->fingerprint.sha256;
      entry("before", old == print.sha256 ? "the same" : old.empty() ? "none" : safe(old));
    }
    listed("hot", print.hot);
    listed("sites", print.sites);
    if (!print.growth_class.empty()) entry("growth", safe(print.growth_class));
    const bool two = before_ != nullptr && before_->fingerprint.vector.size() == print.vector.size();
    if (print.vector.empty() || print.vector.size() != text_.dimension_names.size()) return;
    std::vector<std::vector<std::string>> rows{{"vector"}};
    if (two) rows.front().push_back(safe(before_->solver));
    rows.front().push_back(safe(now_.solver));
    for (std::size_t i = 0; i < print.vector.size(); ++i) {
      rows.push_back({safe(text_.dimension_names[i])});
      if (two) rows.back().push_back(fmt::format("{:.3f}", before_->fingerprint.vector[i]));
      rows.back().push_back(fmt::format("{:.3f}", print.vector[i]));
    }
    tell(rows);
  }

  void warnings() {
    bool any = false;
    for (const CaseProfile* each : {before_, &now_}) {
      if (each == nullptr) continue;
      for (const std::string& warning : each->warnings) {
        if (!std::exchange(any, true)) page_.blank();
        page_.folded_line((before_ == nullptr ? "" : safe(each->solver) + ": ") + "warning: " + safe(warning), 2);
      }
    }
  }

  const ProfileText& text_;
  const CaseProfile& now_;
  const CaseProfile* before_;
  Page page_;
};

}  // namespace

std::vector<std::string> why_lines(const ProfileChange& change) {
  std::vector<std::string> lines;
  for (const FunctionChange& each : change.functions) lines.push_back(function_line(each));
  for (const SiteChange& each : change.sites) lines.push_back(site_line(each));
  if (change.fingerprint_changed) {
    lines.push_back(fmt::format("fingerprint {} -> {}", hash_text(change.old_sha256), hash_text(change.new_sha256)));
    if (change.distance) lines.back() += fmt::format(": distance {} of 1", distance_text(*change.distance));
  }
  return lines;
}

std::vector<std::string> why_in_full(const ProfileChange& change) {
  std::vector<std::string> lines = why_lines(change);
  if (change.functions.empty() && !change.silent_because.empty()) {
    lines.insert(lines.begin(), "no function is named: " + printable(change.silent_because));
  }
  return lines;
}

std::string profile_text(const ProfileText& text, const ConsoleOptions& options) {
  return text.profile == nullptr ? "" : Profile(text, options).text();
}

}  // namespace harness::report

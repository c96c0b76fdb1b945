#include <algorithm>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include <harness/machine/findings.hpp>

namespace harness::machine {
namespace {

constexpr double kMiB = 1048576.0;
constexpr double kGiB = 1024 * kMiB;

std::string size_words(double bytes) {
  return bytes >= kGiB ? fmt::format("{:.1f} GiB", bytes / kGiB) : fmt::format("{:.0f} MiB", bytes / kMiB);
}

struct Ticks {
  double all = 0;
  double stolen = 0;
};

// The first line of /proc/stat: user nice system idle iowait irq softirq steal. Guests are part of user.
std::optional<Ticks> ticks(const SystemFiles& files) {
  const auto text = files.text("proc/stat");
  if (!text || text->empty()) return {};
  const auto words = words_of(lines_of(*text).front());
  if (words.size() < 9 || words[0] != "cpu") return {};
  Ticks ticks;
  for (std::size_t i = 1; i <= 8; ++i) {
    const auto count = whole_number(words[i]);
    if (!count) return {};
    ticks.all += static_cast<double>(*count);
    if (i == 8) ticks.stolen = static_cast<double>(*count);
  }
  return ticks;
}

// The folders of our group and of those above it, as far as they can be seen. In a container with a view of its own
// the path is `/` or leads out of it.
std::vector<std::string> cgroup_folders(const SystemFiles& files) {
  std::vector<std::string> folders = {"sys/fs/cgroup"};
  const auto text = files.text("proc/self/cgroup");
  if (!text) return folders;
  for (const auto line : lines_of(*text)) {
    if (!line.starts_with("0::/")) continue;
    const std::string_view path = line.substr(3);
    if (path.find("..") != std::string_view::npos || path.size() > 4096) continue;
    for (std::size_t at = 1; at < path.size();) {
      const auto end = std::min(path.find('/', at), path.size());
      folders.push_back("sys/fs/cgroup" + std::string(path.substr(0, end)));
      at = end + 1;
    }
  }
  return folders;
}

bool has_cgroup_v2(const SystemFiles& files) { return files.text("sys/fs/cgroup/cgroup.controllers").has_value(); }

// Of all limits that hold for us the tightest: quota of time by its period, in cores.
std::pair<std::optional<double>, bool> least_quota(const SystemFiles& files) {
  std::optional<double> least;
  bool garbage = false;
  for (const auto& folder : cgroup_folders(files)) {
    const auto text = files.text(folder + "/cpu.max");
    if (!text) continue;
    const auto words = words_of(*text);
    if (words.size() == 2 && words[0] == "max") continue;
    const auto quota = words.size() == 2 ? whole_number(words[0]) : std::nullopt;
    const auto period = words.size() == 2 ? whole_number(words[1]) : std::nullopt;
    if (!quota || !period || *period == 0) {
      garbage = true;
      continue;
    }
    const double in_cores = static_cast<double>(*quota) / static_cast<double>(*period);
    least = std::min(in_cores, least.value_or(in_cores));
  }
  return {least, garbage};
}

std::pair<std::optional<double>, bool> least_memory(const SystemFiles& files) {
  std::optional<double> least;
  bool garbage = false;
  for (const auto& folder : cgroup_folders(files)) {
    const auto text = files.text(folder + "/memory.max");
    if (!text || *text == "max") continue;
    const auto bytes = whole_number(*text);
    if (!bytes) {
      garbage = true;
      continue;
    }
    least = std::min(static_cast<double>(*bytes), least.value_or(static_cast<double>(*bytes)));
  }
  return {least, garbage};
}

constexpr const char* kNoGroups = "no control groups of version 2 to be seen";

}  // namespace

Spoiler load(const SystemFiles& files, std::size_t cores) {
  Spoiler finding{"load", Health::kUnknown, "the kernel does not tell", ""};
  const auto text = files.text("proc/loadavg");
  const auto words = text ? words_of(*text) : std::vector<std::string_view>{};
  const double minute = words.empty() ? -1 : decimal_number(words[0]).value_or(-1);
  const auto online = files.cores("sys/devices/system/cpu/online");
  if (online && !online->empty()) cores = online->size();  // the load is the whole machine's
  if (minute < 0 || cores == 0) return finding;
  const bool busy = minute > 0.5 * static_cast<double>(cores);
  finding.state = busy ? Health::kSpoils : Health::kGood;
  finding.found = fmt::format("{:.2f} on average over a minute, {} core{}", minute, cores, cores == 1 ? "" : "s");
  if (busy) finding.mend = "wait, or stop what else runs: `top` names it";
  return finding;
}

Spoiler stolen_time(const SystemFiles& files, const std::function<void()>& wait_100_ms) {
  Spoiler finding{"stolen time", Health::kUnknown, "the kernel does not tell", ""};
  const auto before = ticks(files);
  if (!before) return finding;
  wait_100_ms();
  const auto after = ticks(files);
  if (!after || after->stolen < before->stolen || after->all < before->all || after->all <= 0) return finding;
  const double now = after->stolen - before->stolen;
  const double since_boot = after->stolen / after->all;
  const double share_now = after->all > before->all ? now / (after->all - before->all) : 0;
  finding.state = now > 0 || since_boot >= 0.01 ? Health::kSpoils : Health::kGood;
  finding.found = fmt::format("{:.0f} % in 100 ms, {:.2f} % since boot", 100 * share_now, 100 * since_boot);
  if (finding.state == Health::kSpoils)
    finding.mend = "the host gives this machine's cores to others: choose one with cores of its own, or a quieter hour";
  return finding;
}

Spoiler processor_limit(const SystemFiles& files, std::size_t cores) {
  Spoiler finding{"processor limit", Health::kUnknown, kNoGroups, ""};
  const auto [quota, garbage] = least_quota(files);
  if (quota && *quota < static_cast<double>(std::max<std::size_t>(cores, 1))) {
    finding.state = Health::kSpoils;
    finding.found = fmt::format("{:.2f} of {} core{}: beyond that everything stands still for a while", *quota, cores,
                                cores == 1 ? "" : "s");
    finding.mend =
        "lift the limit of the container or service (`docker run` without --cpus), or give whole cores by cpuset";
  } else if (garbage) {
    finding.found = "cpu.max holds something else than a limit";
  } else if (quota || has_cgroup_v2(files)) {
    finding.state = Health::kGood;
    finding.found = quota ? fmt::format("{:.2f} cores, no less than there are", *quota) : "none";
  }
  return finding;
}

Spoiler cores_allowed(const SystemFiles& files, const std::vector<int>& cores) {
  Spoiler finding{"cores allowed", Health::kUnknown, "the kernel does not tell", ""};
  if (cores.empty()) return finding;
  const auto online = files.cores("sys/devices/system/cpu/online");
  finding.found = online && !online->empty() ? fmt::format("{} of {}", cores.size(), online->size())
                                             : fmt::format("{}", cores.size());
  finding.state = cores.size() > 1 ? Health::kGood : Health::kSpoils;
  if (cores.size() == 1) {
    finding.found += ": what is measured shares it with all else";
    finding.mend = "allow two cores or more: to the container (cpuset), to the job, or by `taskset`";
  }
  return finding;
}

Spoiler memory_limit(const SystemFiles& files) {
  Spoiler finding{"memory limit", Health::kUnknown, kNoGroups, ""};
  const auto [bytes, garbage] = least_memory(files);
  if (bytes && *bytes < 2 * kGiB) {
    finding.state = Health::kSpoils;
    finding.found = size_words(*bytes) + ": near it the kernel takes pages back while the clock runs";
    finding.mend = "allow 2 GiB or more to the container or service, or keep to small cases";
  } else if (garbage) {
    finding.found = "memory.max holds something else than a limit";
  } else if (bytes || has_cgroup_v2(files)) {
    finding.state = Health::kGood;
    finding.found = bytes ? size_words(*bytes) : "none";
  }
  return finding;
}

Spoiler swap(const SystemFiles& files) {
  Spoiler finding{"swap", Health::kUnknown, "the kernel does not tell", ""};
  const auto text = files.text("proc/swaps");
  if (!text || !text->starts_with("Filename")) return finding;
  double size = 0, used = 0;
  const auto lines = lines_of(*text);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto words = words_of(lines[i]);
    const auto kib = words.size() >= 5 ? whole_number(words[words.size() - 3]) : std::nullopt;
    const auto used_kib = words.size() >= 5 ? whole_number(words[words.size() - 2]) : std::nullopt;
    if (!kib || !used_kib) return finding;
    size += 1024 * static_cast<double>(*kib);
    used += 1024 * static_cast<double>(*used_kib);
  }
  finding.state = used >= 64 * kMiB ? Health::kSpoils : Health::kGood;
  finding.found = size > 0 ? fmt::format("{} of {} in use", size_words(used), size_words(size)) : "none";
  if (finding.state == Health::kSpoils)
    finding.mend = "free memory, then `swapoff -a && swapon -a` as root brings the pages back";
  return finding;
}

Spoiler huge_pages(const SystemFiles& files) {
  Spoiler finding{"huge pages", Health::kUnknown, "the kernel does not tell", ""};
  const auto text = files.text("sys/kernel/mm/transparent_hugepage/enabled");
  if (!text) return finding;
  const auto is = [&](const char* word) { return text->find(fmt::format("[{}]", word)) != std::string::npos; };
  if (is("always")) {
    finding.state = Health::kSpoils;
    finding.found = "always: the kernel joins pages when it likes";
    finding.mend = "`echo madvise > /sys/kernel/mm/transparent_hugepage/enabled` as root";
  } else if (is("madvise") || is("never")) {
    finding.state = Health::kGood;
    finding.found = is("never") ? "never" : "only for those who ask";
  }
  return finding;
}

Spoiler address_randomization(const SystemFiles& files) {
  Spoiler finding{"address randomization", Health::kUnknown, "the kernel does not tell", ""};
  const auto level = files.number("proc/sys/kernel/randomize_va_space");
  if (!level || *level > 2) return finding;
  const auto personality = files.text("proc/self/personality");
  constexpr unsigned long kNoRandomization = 0x0040000;
  const bool switched_off = personality && !personality->empty() && personality->size() <= 16 &&
                            (std::strtoul(personality->c_str(), nullptr, 16) & kNoRandomization) != 0;
  if (*level == 0 || switched_off) {
    finding.state = Health::kGood;
    finding.found = *level == 0 ? "off" : "off for this process";
  } else {
    finding.state = Health::kSpoils;
    finding.found = "on: code, stack and heap lie elsewhere in each process";
    finding.mend =
        "`setarch -R harness ...` for a look at single runs; comparisons span many processes and need no mend";
  }
  return finding;
}

Spoiler allocator(const SystemFiles& files) {
  Spoiler finding{"allocator", Health::kUnknown, "the memory map cannot be read", ""};
  const auto maps = files.text("proc/self/maps");
  if (!maps) return finding;
  const std::string preloaded = files.text("etc/ld.so.preload").value_or("");
  for (const char* name : {"jemalloc", "tcmalloc", "mimalloc", "hoard", "snmalloc", "rpmalloc"}) {
    const std::string library = fmt::format("lib{}", name);
    const bool everywhere = preloaded.find(library) != std::string::npos;
    if (!everywhere && maps->find("/" + library) == std::string::npos) continue;
    finding.state = Health::kSpoils;
    finding.found = fmt::format("{} stands in for the system's{}", name, everywhere ? ", in every process" : " here");
    finding.mend = everywhere ? "take it out of /etc/ld.so.preload"
                              : "start without LD_PRELOAD; workers do not inherit it, --isolation=none does";
    return finding;
  }
  finding.state = Health::kGood;
  finding.found = "the system's";
  return finding;
}

Spoiler valgrind(const SystemFiles& files, const std::string& search_path, std::optional<int> counter_errno) {
  Spoiler finding{"valgrind", Health::kGood, "", ""};
  std::string_view rest = search_path;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(':'), rest.size());
    const std::string_view folder = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!folder.starts_with('/')) continue;
    const std::string program = std::string(folder) + "/valgrind";
    if (!files.is_program(program.substr(1))) continue;
    finding.found = shown(program);
    return finding;
  }
  finding.found = "not installed";
  if (counter_errno && *counter_errno == 0) {
    finding.found += ", and not needed: the processor counts";
    return finding;
  }
  finding.state = Health::kSpoils;
  finding.mend = "install the package valgrind: without it and without counters there is no --metric=instructions";
  return finding;
}

}  // namespace harness::machine

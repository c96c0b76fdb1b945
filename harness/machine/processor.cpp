#include <algorithm>
#include <cerrno>
#include <map>

#include <fmt/format.h>

#include <harness/machine/findings.hpp>

namespace harness::machine {
namespace {

constexpr const char* kCpu = "sys/devices/system/cpu";

std::string of_core(int core, const char* file) { return fmt::format("{}/cpu{}/{}", kCpu, core, file); }

bool has(const std::vector<int>& cores, int core) { return std::find(cores.begin(), cores.end(), core) != cores.end(); }

// The words of the first line of /proc/cpuinfo that begins with `flags`: x86 only.
std::optional<std::vector<std::string>> cpu_flags(const SystemFiles& files) {
  const auto text = files.text("proc/cpuinfo");
  if (!text) return {};
  for (const auto line : lines_of(*text)) {
    const auto colon = line.find(':');
    if (!line.starts_with("flags") || colon == std::string_view::npos) continue;
    const auto words = words_of(line.substr(colon + 1));
    return std::vector<std::string>(words.begin(), words.end());
  }
  return {};
}

std::string errno_words(int error) {
  switch (error) {
    case EACCES:
    case EPERM: return "not allowed";
    case ENOSYS: return "not part of this kernel";
    default: return "not there";
  }
}

}  // namespace

Spoiler frequency_governor(const SystemFiles& files, const std::vector<int>& cores) {
  Spoiler finding{"frequency governor", Health::kUnknown, "", ""};
  std::map<std::string, std::size_t> governors;
  std::size_t known = 0;
  for (const int core : cores) {
    if (const auto governor = files.word(of_core(core, "cpufreq/scaling_governor"))) {
      ++governors[*governor];
      ++known;
    }
  }
  if (known == 0) {
    finding.found = "the kernel does not tell how it sets the frequency";
    finding.mend =
        "on a virtual machine the host decides; on your own, see whether `cpupower frequency-info` says more";
    return finding;
  }
  const std::size_t fixed = governors["performance"];
  if (fixed == known) {
    finding.state = Health::kGood;
    finding.found = fmt::format("performance on {} of {} cores", known, cores.size());
    return finding;
  }
  const auto most = std::max_element(governors.begin(), governors.end(), [](const auto& a, const auto& b) {
    return (a.first != "performance" ? a.second : 0) < (b.first != "performance" ? b.second : 0);
  });
  finding.state = Health::kSpoils;
  finding.found = fmt::format("{} on {} of {} cores", most->first, most->second, cores.size());
  finding.mend = "`cpupower frequency-set -g performance` as root; it lasts until the next boot";
  return finding;
}

Spoiler turbo(const SystemFiles& files) {
  Spoiler finding{"turbo", Health::kUnknown, "the kernel does not tell",
                  "look for turbo or boost in the firmware's setup"};
  const auto no_turbo = files.number(fmt::format("{}/intel_pstate/no_turbo", kCpu));
  const auto boost = files.number(fmt::format("{}/cpufreq/boost", kCpu));
  const bool intel = no_turbo && *no_turbo <= 1;
  if (!intel && !(boost && *boost <= 1)) return finding;
  const bool on = intel ? *no_turbo == 0 : *boost == 1;
  finding.state = on ? Health::kSpoils : Health::kGood;
  finding.found = on ? "on: the frequency depends on the heat and on what the other cores do" : "off";
  finding.mend = !on     ? ""
                 : intel ? "`echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo` as root"
                         : "`echo 0 > /sys/devices/system/cpu/cpufreq/boost` as root";
  return finding;
}

Spoiler sibling_threads(const SystemFiles& files, const std::vector<int>& cores) {
  Spoiler finding{"sibling threads", Health::kUnknown, "the kernel does not tell", ""};
  const auto active = files.number(fmt::format("{}/smt/active", kCpu));
  std::string shared;
  bool any_known = active && *active <= 1;
  for (const int core : cores) {
    const auto siblings = files.cores(of_core(core, "topology/thread_siblings_list"));
    if (!siblings || siblings->empty()) continue;
    any_known = true;
    if (siblings->size() > 1 && shared.empty()) shared = list_of_cores(*siblings);
  }
  if (!any_known) {
    finding.mend = "`lscpu` tells the threads of a core";
    return finding;
  }
  if (shared.empty() && !(active && *active == 1)) {
    finding.state = Health::kGood;
    finding.found = "one thread on each core";
    return finding;
  }
  finding.state = Health::kSpoils;
  finding.found = shared.empty() ? "two threads share a core"
                                 : fmt::format("{} are threads of one core and take turns in it", shared);
  finding.mend =
      "`echo off > /sys/devices/system/cpu/smt/control` as root, or leave the other thread of each core idle";
  return finding;
}

Spoiler virtual_machine(const SystemFiles& files) {
  Spoiler finding{"virtual machine", Health::kUnknown, "neither the processor nor the firmware tells", ""};
  const auto flags = cpu_flags(files);
  const std::string vendor = shown(files.text("sys/class/dmi/id/sys_vendor").value_or(""));
  const std::string product = shown(files.text("sys/class/dmi/id/product_name").value_or(""));
  const std::string hypervisor = files.word("sys/hypervisor/type").value_or("");
  const std::string names = vendor + (vendor.empty() || product.empty() ? "" : " ") + product;
  constexpr std::string_view kVirtual[] = {"QEMU",
                                           "KVM",
                                           "VMware",
                                           "VirtualBox",
                                           "innotek",
                                           "Xen",
                                           "Virtual Machine",
                                           "Google Compute Engine",
                                           "BHYVE",
                                           "Bochs",
                                           "Parallels",
                                           "OpenStack",
                                           "Amazon EC2",
                                           "Apple Virtualization"};
  const bool named = std::any_of(std::begin(kVirtual), std::end(kVirtual),
                                 [&](auto name) { return names.find(name) != std::string::npos; });
  // A processor that lists its flags knows; the firmware of a rented machine of metal may carry the same names.
  const bool virtualised =
      flags ? std::find(flags->begin(), flags->end(), "hypervisor") != flags->end() : named || !hypervisor.empty();
  if (virtualised) {
    finding.state = Health::kSpoils;
    finding.found = "yes" + (names.empty() ? (hypervisor.empty() ? "" : ": " + hypervisor) : ": " + names);
    finding.mend = "other guests share caches and cores unseen: prefer a machine of your own, or --metric=instructions";
  } else if (flags || !names.empty()) {
    finding.state = Health::kGood;
    finding.found = "none to be seen";
  } else {
    finding.mend = "`systemd-detect-virt` may know";
  }
  return finding;
}

std::optional<int> quiet_core(const Surroundings& surroundings) {
  const SystemFiles files(surroundings.root);
  const auto isolated = files.cores(fmt::format("{}/isolated", kCpu));
  if (!isolated) return {};
  const auto tickless = files.cores(fmt::format("{}/nohz_full", kCpu)).value_or(std::vector<int>{});
  std::optional<int> quiet;
  for (const int core : *isolated) {
    if (!has(surroundings.cores, core)) continue;
    if (has(tickless, core)) return core;
    if (!quiet) quiet = core;
  }
  return quiet;
}

Spoiler quiet_core_finding(const SystemFiles& files, const Surroundings& surroundings) {
  Spoiler finding{"quiet core", Health::kUnknown, "the kernel does not tell which cores are isolated", ""};
  const auto isolated = files.cores(fmt::format("{}/isolated", kCpu));
  if (!isolated) return finding;
  const auto tickless = files.cores(fmt::format("{}/nohz_full", kCpu)).value_or(std::vector<int>{});
  if (const auto core = quiet_core(surroundings)) {
    finding.state = Health::kGood;
    finding.found = fmt::format("core {} is isolated{}", *core, has(tickless, *core) ? " and without timer ticks" : "");
    return finding;
  }
  finding.state = Health::kSpoils;
  if (isolated->empty()) {
    finding.found = "none: anything may run beside a measurement, on its core";
    finding.mend =
        "`isolcpus=` and `nohz_full=` on the kernel's command line set cores aside; the other mends come first";
  } else {
    finding.found = fmt::format("{} isolated, but not for this process", list_of_cores(*isolated));
    std::vector<int> all = surroundings.cores;
    all.insert(all.end(), isolated->begin(), isolated->end());
    std::sort(all.begin(), all.end());
    finding.mend = fmt::format("run as `taskset -c {} harness ...`", list_of_cores(all));
  }
  return finding;
}

Spoiler clock_source(const SystemFiles& files) {
  Spoiler finding{"clock source", Health::kUnknown, "the kernel does not tell", ""};
  const auto source = files.word("sys/devices/system/clocksource/clocksource0/current_clocksource");
  if (!source) return finding;
  finding.found = *source;
  const auto is = [&](std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return *source == name; });
  };
  if (is({"tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page", "riscv_clocksource", "timebase",
          "tod"})) {
    finding.state = Health::kGood;
  } else if (is({"hpet", "acpi_pm", "jiffies", "refined-jiffies", "pit", "xen", "hyperv_clocksource_msr"})) {
    finding.state = Health::kSpoils;
    finding.found += ": asking for the time takes a system call or worse";
    finding.mend =
        "`tsc` where the kernel offers it: `echo tsc > "
        "/sys/devices/system/clocksource/clocksource0/current_clocksource` "
        "as root";
  } else {
    finding.mend = "see whether the kernel offers `tsc` beside it";
  }
  return finding;
}

Spoiler counters(const SystemFiles& files, std::optional<int> counter_errno) {
  Spoiler finding{"counters", Health::kUnknown, "not tried", ""};
  const auto level = files.text("proc/sys/kernel/perf_event_paranoid");
  const bool level_known = level && level->size() < 4 && words_of(*level).size() == 1 &&
                           level->find_first_not_of("-0123456789") == std::string::npos;
  const std::string at_level = level_known ? fmt::format(" (perf_event_paranoid is {})", *level) : "";
  if (!counter_errno) {
    finding.found += at_level;
    return finding;
  }
  if (*counter_errno == 0) {
    finding.state = Health::kGood;
    finding.found = "the processor counts instructions for us";
    return finding;
  }
  finding.state = Health::kSpoils;
  const bool refused = *counter_errno == EACCES || *counter_errno == EPERM;
  finding.found = "instructions cannot be counted: " + errno_words(*counter_errno) + (refused ? at_level : "");
  finding.mend = refused
                     ? "`sysctl kernel.perf_event_paranoid=2` as root; in a container perf_event_open must be allowed"
                     : "callgrind counts in their place, slowly; virtual machines need a virtual PMU from their host";
  return finding;
}

}  // namespace harness::machine

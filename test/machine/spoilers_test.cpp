#include <harness/machine/spoilers.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <random>
#include <set>

#include "../catch.hpp"
#include "fake_system.hpp"

using namespace harness::machine;

namespace {

const std::string kCpu = "sys/devices/system/cpu/";

// A machine on which nothing spoils anything.
void make_quiet(FakeSystem& system) {
  for (const char* core : {"cpu0", "cpu1"}) {
    system.write(kCpu + core + "/cpufreq/scaling_governor", "performance\n");
    system.write(kCpu + core + "/topology/thread_siblings_list", std::string(core + 3) + "\n");
  }
  system.write(kCpu + "online", "0-1\n").write(kCpu + "isolated", "1\n").write(kCpu + "nohz_full", "1\n");
  system.write(kCpu + "smt/active", "0\n").write(kCpu + "intel_pstate/no_turbo", "1\n");
  system.write("proc/loadavg", "0.10 0.20 0.30 1/100 4242\n");
  system.write("proc/stat", "cpu  100 0 100 9000 0 0 0 0 0 0\ncpu0 1 2 3\n");
  system.write("proc/cpuinfo", "processor\t: 0\nmodel name\t: One\nflags\t\t: fpu vme sse\n");
  system.write("sys/fs/cgroup/cgroup.controllers", "cpu memory\n").write("proc/self/cgroup", "0::/\n");
  system.write("proc/swaps", "Filename\t\tType\t\tSize\t\tUsed\t\tPriority\n");
  system.write("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  system.write("proc/sys/kernel/randomize_va_space", "0\n");
  system.write("proc/self/maps", "7f00-7f01 r-xp 0 00:00 1 /usr/lib/libc.so.6\n");
  system.write("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
  system.write("usr/bin/valgrind", "#!/bin/sh\n");
  std::filesystem::permissions(system.root() / "usr/bin/valgrind", std::filesystem::perms::owner_all);
  system.surroundings.search_path = "relative:/nowhere:/usr/bin";
  system.surroundings.counter_errno = 0;
}

}  // namespace

TEST_CASE("on a machine without files everything but valgrind is unknown, each finding in its place") {
  FakeSystem system;
  system.surroundings.cores = {};
  const auto found = spoilers(system.surroundings);
  REQUIRE(found.size() == std::size(kSpoilers));
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO(found[i].what);
    CHECK(found[i].what == kSpoilers[i]);
    CHECK_FALSE(found[i].found.empty());
    CHECK(found[i].state == (found[i].what == "valgrind" ? Health::kSpoils : Health::kUnknown));
  }
  CHECK_FALSE(quiet_core(system.surroundings));
}

TEST_CASE("on a quiet machine everything is good and nothing is to be mended") {
  FakeSystem system;
  make_quiet(system);
  for (const auto& finding : spoilers(system.surroundings)) {
    INFO(finding.what << ": " << finding.found);
    CHECK(finding.state == Health::kGood);
    CHECK(finding.mend.empty());
  }
}

TEST_CASE("whatever spoils has a mend, and found and mend are one line each") {
  FakeSystem system;
  make_quiet(system);
  system.write(kCpu + "cpu1/cpufreq/scaling_governor", "powersave").write(kCpu + "intel_pstate/no_turbo", "0");
  system.write(kCpu + "cpu0/topology/thread_siblings_list", "0,4").write("proc/loadavg", "9.00 1 1 1/1 1");
  system.write("proc/stat", "cpu 0 0 0 90 0 0 0 10 0 0").write("proc/cpuinfo", "flags : fpu hypervisor");
  system.write("sys/fs/cgroup/cpu.max", "50000 100000").write("sys/fs/cgroup/memory.max", "1000000");
  system.write("proc/swaps", "Filename Type Size Used Priority\n/swap file 1000000 500000 -2\n");
  system.write("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never");
  system.write("proc/sys/kernel/randomize_va_space", "2").write("etc/ld.so.preload", "/usr/lib/libjemalloc.so.2\n");
  system.write(kCpu + "isolated", "").remove("usr/bin/valgrind");
  system.write("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet");
  system.surroundings.cores = {0};
  system.write(kCpu + "cpu0/cpufreq/scaling_governor", "powersave");
  system.surroundings.counter_errno = ENOENT;
  for (const auto& finding : spoilers(system.surroundings)) {
    INFO(finding.what << ": " << finding.found);
    CHECK(finding.state == Health::kSpoils);
    CHECK_FALSE(finding.mend.empty());
    CHECK((finding.found + finding.mend).find('\n') == std::string::npos);
  }
}

TEST_CASE("garbage in every file makes no finding good that is not, and nothing fails") {
  FakeSystem system;
  make_quiet(system);
  std::mt19937 random(7);
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(system.root())) {
    if (entry.is_regular_file() && entry.path().filename() != "valgrind")
      files.push_back(std::filesystem::relative(entry.path(), system.root()).string());
  }
  REQUIRE(files.size() > 15);
  for (const auto& file : files) {
    std::string bytes;
    for (int i = 0; i < 300; ++i) bytes += static_cast<char>(random() % 256);
    system.write(file, bytes);
  }
  const std::set<std::string> need_no_file = {"valgrind", "counters", "cores allowed", "allocator"};
  for (const auto& finding : spoilers(system.surroundings)) {
    INFO(finding.what << ": " << finding.found);
    // Control groups are known to be there, whatever the list of them says.
    if (need_no_file.count(finding.what) == 0 && finding.what.find("limit") == std::string::npos)
      CHECK(finding.state == Health::kUnknown);
    for (const char c : finding.found + finding.mend) CHECK((c >= ' ' && c <= '~'));
  }
}

TEST_CASE("the governor of each core that we may use counts") {
  FakeSystem system;
  make_quiet(system);
  CHECK(system.line("frequency governor") == "good: performance on 2 of 2 cores");
  system.write(kCpu + "cpu1/cpufreq/scaling_governor", "schedutil\n");
  CHECK(system.line("frequency governor") == "spoils: schedutil on 1 of 2 cores");
  CHECK_THAT(system.find("frequency governor").mend, ContainsSubstring("cpupower frequency-set -g performance"));
  system.surroundings.cores = {0};
  CHECK(system.line("frequency governor") == "good: performance on 1 of 1 cores");
}

TEST_CASE("turbo is told by Intel's driver or by the general switch, whose words are opposite") {
  FakeSystem system;
  CHECK(system.find("turbo").state == Health::kUnknown);
  system.write(kCpu + "cpufreq/boost", "1\n");
  CHECK(system.find("turbo").state == Health::kSpoils);
  CHECK_THAT(system.find("turbo").mend, ContainsSubstring("echo 0 >"));
  system.write(kCpu + "cpufreq/boost", "0\n");
  CHECK(system.line("turbo") == "good: off");
  system.write(kCpu + "intel_pstate/no_turbo", "0\n");
  CHECK(system.find("turbo").state == Health::kSpoils);
  CHECK_THAT(system.find("turbo").mend, ContainsSubstring("echo 1 >"));
  system.write(kCpu + "intel_pstate/no_turbo", "2\n");
  CHECK(system.line("turbo") == "good: off");
}

TEST_CASE("sibling threads are named where they are known") {
  FakeSystem system;
  system.write(kCpu + "smt/active", "1\n");
  CHECK(system.line("sibling threads") == "spoils: two threads share a core");
  system.write(kCpu + "cpu1/topology/thread_siblings_list", "1,5\n");
  CHECK(system.line("sibling threads") == "spoils: 1,5 are threads of one core and take turns in it");
  system.write(kCpu + "smt/active", "0\n").write(kCpu + "cpu1/topology/thread_siblings_list", "1\n");
  CHECK(system.line("sibling threads") == "good: one thread on each core");
}

TEST_CASE("load is held against all cores of the machine, above half of them it spoils") {
  FakeSystem system;
  system.write("proc/loadavg", "1.00 0 0 1/1 1");
  CHECK(system.line("load") == "good: 1.00 on average over a minute, 2 cores");
  system.write("proc/loadavg", "1.01 0 0 1/1 1");
  CHECK(system.line("load") == "spoils: 1.01 on average over a minute, 2 cores");
  system.write(kCpu + "online", "0-7");
  CHECK(system.line("load") == "good: 1.01 on average over a minute, 8 cores");
}

TEST_CASE("stolen time is seen between two readings, and since the boot") {
  FakeSystem system;
  const auto reads = [&](const std::string& first, const std::string& second) {
    system.write("proc/stat", first);
    system.surroundings.wait_100_ms = [&system, second] { system.write("proc/stat", second); };
    return system.line("stolen time");
  };
  CHECK(reads("cpu 1000 0 0 9000 0 0 0 0 0 0", "cpu 1010 0 0 9010 0 0 0 0 0 0") ==
        "good: 0 % in 100 ms, 0.00 % since boot");
  CHECK(reads("cpu 1000 0 0 9000 0 0 0 10 0 0", "cpu 1010 0 0 9005 0 0 0 15 0 0") ==
        "spoils: 25 % in 100 ms, 0.15 % since boot");
  CHECK(reads("cpu 1000 0 0 8800 0 0 0 200 0 0", "cpu 1010 0 0 8810 0 0 0 200 0 0") ==
        "spoils: 0 % in 100 ms, 2.00 % since boot");
  // Guests are counted within user, and must not be counted again.
  CHECK(reads("cpu 1000 0 0 0 0 0 0 9 1000 0", "cpu 1000 0 0 0 0 0 0 9 1000 0") ==
        "good: 0 % in 100 ms, 0.89 % since boot");
  CHECK(reads("cpu 1 0 0 9 0 0 0 5 0 0", "cpu 1 0 0 9 0 0 0 4 0 0") == "unknown: the kernel does not tell");
  CHECK(reads("cpu 1 0 0 9 0 0 0 5 0 0", "cpu 1 0 0") == "unknown: the kernel does not tell");
  CHECK(reads("cpu 1 0 0 9", "cpu 1 0 0 9") == "unknown: the kernel does not tell");
  CHECK(reads("cpu 0 0 0 0 0 0 0 0", "cpu 0 0 0 0 0 0 0 0") == "unknown: the kernel does not tell");
}

TEST_CASE("a virtual machine is told by the processor first, by the firmware where the processor has no flags") {
  FakeSystem system;
  system.write("proc/cpuinfo", "flags : fpu hypervisor lahf_lm\n");
  CHECK(system.line("virtual machine") == "spoils: yes");
  system.write("sys/class/dmi/id/sys_vendor", "QEMU\n").write("sys/class/dmi/id/product_name", "Standard PC\n");
  CHECK(system.line("virtual machine") == "spoils: yes: QEMU Standard PC");
  // Rented metal: the cloud's name, no hypervisor.
  system.write("proc/cpuinfo", "flags : fpu lahf_lm\n").write("sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
  CHECK(system.line("virtual machine") == "good: none to be seen");
  system.write("proc/cpuinfo", "Features : fp asimd\n");
  CHECK(system.line("virtual machine") == "spoils: yes: Amazon EC2 Standard PC");
  system.write("sys/class/dmi/id/sys_vendor", "Maker\n");
  CHECK(system.line("virtual machine") == "good: none to be seen");
}

TEST_CASE("of the limits of our control group and those above it the tightest holds") {
  FakeSystem system;
  system.write("sys/fs/cgroup/cgroup.controllers", "cpu\n");
  CHECK(system.line("processor limit") == "good: none");
  CHECK(system.line("memory limit") == "good: none");
  system.write("proc/self/cgroup", "3:cpuset:/other\n0::/a.slice/b.service\n");
  system.write("sys/fs/cgroup/a.slice/cpu.max", "max 100000\n");
  system.write("sys/fs/cgroup/a.slice/b.service/cpu.max", "400000 100000\n");
  CHECK(system.line("processor limit") == "good: 4.00 cores, no less than there are");
  system.write("sys/fs/cgroup/a.slice/cpu.max", "150000 100000\n");
  CHECK_THAT(system.line("processor limit"), StartsWith("spoils: 1.50 of 2 cores"));
  system.write("sys/fs/cgroup/a.slice/memory.max", "max\n");
  system.write("sys/fs/cgroup/a.slice/b.service/memory.max", "4294967296\n");
  CHECK(system.line("memory limit") == "good: 4.0 GiB");
  system.write("sys/fs/cgroup/a.slice/memory.max", "536870912\n");
  CHECK_THAT(system.line("memory limit"), StartsWith("spoils: 512 MiB"));
}

TEST_CASE("limits that are no limits are not known, and a path out of the container is not followed") {
  FakeSystem system;
  system.write("sys/fs/cgroup/cgroup.controllers", "cpu\n").write("proc/self/cgroup", "0::/../../outside\n");
  system.write("outside/cpu.max", "1000 100000").write("sys/fs/cgroup/cpu.max", "100000 0\n");
  system.write("sys/fs/cgroup/memory.max", "plenty\n");
  CHECK(system.line("processor limit") == "unknown: cpu.max holds something else than a limit");
  CHECK(system.line("memory limit") == "unknown: memory.max holds something else than a limit");
}

TEST_CASE("one core alone is shared with what measures") {
  FakeSystem system;
  system.write(kCpu + "online", "0-7\n");
  CHECK(system.line("cores allowed") == "good: 2 of 8");
  system.surroundings.cores = {3};
  CHECK_THAT(system.line("cores allowed"), StartsWith("spoils: 1 of 8"));
}

TEST_CASE("swap spoils from 64 MiB on") {
  FakeSystem system;
  const std::string head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
  system.write("proc/swaps", head);
  CHECK(system.line("swap") == "good: none");
  system.write("proc/swaps", head + "/dev/sda2 partition 2097152 65535 -2\n");
  CHECK(system.line("swap") == "good: 64 MiB of 2.0 GiB in use");
  system.write("proc/swaps", head + "/dev/sda2 partition 2097152 65000 -2\n/swap file 1048576 536 -3\n");
  CHECK(system.line("swap") == "spoils: 64 MiB of 3.0 GiB in use");
  system.write("proc/swaps", head + "/dev/sda2 partition many few -2\n");
  CHECK(system.find("swap").state == Health::kUnknown);
}

TEST_CASE("huge pages and the randomization of addresses are read as the kernel writes them") {
  FakeSystem system;
  const std::string huge = "sys/kernel/mm/transparent_hugepage/enabled";
  system.write(huge, "[always] madvise never\n");
  CHECK(system.find("huge pages").state == Health::kSpoils);
  system.write(huge, "always madvise [never]\n");
  CHECK(system.line("huge pages") == "good: never");
  system.write("proc/sys/kernel/randomize_va_space", "2\n");
  CHECK(system.find("address randomization").state == Health::kSpoils);
  system.write("proc/self/personality", "00040000\n");
  CHECK(system.line("address randomization") == "good: off for this process");
  system.write("proc/self/personality", "00000000\n").write("proc/sys/kernel/randomize_va_space", "0\n");
  CHECK(system.line("address randomization") == "good: off");
}

TEST_CASE("an allocator that takes the system's place is named, and where it comes from") {
  FakeSystem system;
  system.write("proc/self/maps", "7f00-7f01 r-xp 0 00:00 1 /usr/lib/libc.so.6\n");
  CHECK(system.line("allocator") == "good: the system's");
  system.write("proc/self/maps", "7f00-7f01 r-xp 0 00:00 1 /usr/lib/libtcmalloc.so.4\n");
  CHECK(system.line("allocator") == "spoils: tcmalloc stands in for the system's here");
  system.write("etc/ld.so.preload", "/usr/lib/libmimalloc.so\n").write("proc/self/maps", "");
  CHECK(system.line("allocator") == "spoils: mimalloc stands in for the system's, in every process");
}

TEST_CASE("a quiet core is isolated and ours, rather without ticks, and the first of its kind") {
  FakeSystem system;
  system.surroundings.cores = {0, 1, 2, 3};
  system.write(kCpu + "isolated", "2-5\n");
  CHECK(quiet_core(system.surroundings) == 2);
  system.write(kCpu + "nohz_full", "3,5\n");
  CHECK(quiet_core(system.surroundings) == 3);
  CHECK(system.line("quiet core") == "good: core 3 is isolated and without timer ticks");
  system.write(kCpu + "nohz_full", "(null)\n");
  CHECK(quiet_core(system.surroundings) == 2);
  CHECK(system.line("quiet core") == "good: core 2 is isolated");
  system.surroundings.cores = {0, 1};
  CHECK_FALSE(quiet_core(system.surroundings));
  CHECK(system.line("quiet core") == "spoils: 2-5 isolated, but not for this process");
  CHECK(system.find("quiet core").mend == "run as `taskset -c 0-5 harness ...`");
  system.write(kCpu + "isolated", "\n");
  CHECK_FALSE(quiet_core(system.surroundings));
  CHECK_THAT(system.line("quiet core"), StartsWith("spoils: none"));
}

TEST_CASE("clock sources that take a system call spoil, unknown ones are not judged") {
  FakeSystem system;
  const std::string file = "sys/devices/system/clocksource/clocksource0/current_clocksource";
  system.write(file, "kvm-clock\n");
  CHECK(system.line("clock source") == "good: kvm-clock");
  system.write(file, "acpi_pm\n");
  CHECK_THAT(system.line("clock source"), StartsWith("spoils: acpi_pm: "));
  system.write(file, "sundial\n");
  CHECK(system.line("clock source") == "unknown: sundial");
}

TEST_CASE("counters that are not allowed differ from those that are not there") {
  FakeSystem system;
  system.write("proc/sys/kernel/perf_event_paranoid", "3\n");
  CHECK(system.line("counters") == "unknown: not tried (perf_event_paranoid is 3)");
  system.surroundings.counter_errno = 0;
  CHECK(system.find("counters").state == Health::kGood);
  system.surroundings.counter_errno = EACCES;
  CHECK(system.line("counters") == "spoils: instructions cannot be counted: not allowed (perf_event_paranoid is 3)");
  CHECK_THAT(system.find("counters").mend, ContainsSubstring("perf_event_paranoid=2"));
  system.surroundings.counter_errno = ENOENT;
  CHECK(system.line("counters") == "spoils: instructions cannot be counted: not there");
  CHECK_THAT(system.find("counters").mend, ContainsSubstring("callgrind"));
}

TEST_CASE("valgrind is missed only where counters are missing too, and is looked for in absolute folders") {
  FakeSystem system;
  system.surroundings.search_path = "usr/bin:/opt/bin:/usr/bin";
  CHECK(system.line("valgrind") == "spoils: not installed");
  system.surroundings.counter_errno = 0;
  CHECK(system.line("valgrind") == "good: not installed, and not needed: the processor counts");
  system.write("usr/bin/valgrind", "x");
  std::filesystem::permissions(system.root() / "usr/bin/valgrind", std::filesystem::perms::owner_read);
  CHECK_THAT(system.line("valgrind"), ContainsSubstring("not installed"));
  std::filesystem::permissions(system.root() / "usr/bin/valgrind", std::filesystem::perms::owner_all);
  CHECK(system.line("valgrind") == "good: /usr/bin/valgrind");
}

TEST_CASE("caches are read by level and kind, unknown ones are 0") {
  FakeSystem system;
  const auto cache = [&](int index, const char* level, const char* type, const char* size) {
    const std::string folder = kCpu + "cpu0/cache/index" + std::to_string(index) + "/";
    system.write(folder + "level", level).write(folder + "type", type).write(folder + "size", size);
  };
  CHECK(caches(system.root()).l1_data == 0);
  cache(0, "1\n", "Data\n", "48K\n");
  cache(1, "1\n", "Instruction\n", "32K\n");
  cache(2, "2\n", "Unified\n", "2M\n");
  cache(3, "3\n", "Unified\n", "266240K\n");
  const auto sizes = caches(system.root());
  CHECK(sizes.l1_data == 48 * 1024);
  CHECK(sizes.l2 == 2 * 1024 * 1024);
  CHECK(sizes.l3 == 266240 * 1024);
  cache(2, "2\n", "Unified\n", "99999999999999999999G\n");
  cache(3, "3\n", "Unified\n", "-5K\n");
  CHECK(caches(system.root()).l2 == 0);
  CHECK(caches(system.root()).l3 == 0);
}

TEST_CASE("this machine is asked without harm") {
  const auto here = this_machine();
  CHECK_FALSE(here.cores.empty());
  CHECK(here.counter_errno.has_value());
  CHECK(spoilers(here).size() == std::size(kSpoilers));
  if (const auto core = quiet_core(here)) {
    CHECK(std::find(here.cores.begin(), here.cores.end(), *core) != here.cores.end());
  }
  const auto sizes = caches();
  CHECK((sizes.l1_data == 0 || (sizes.l1_data >= 1024 && sizes.l1_data <= sizes.l2 + sizes.l3 + (1U << 20))));
}

TEST_CASE("each finding has its heading in the document that explains it") {
  std::ifstream file(std::string(HARNESS_SOURCE_DIR) + "/docs/doctor.md");
  std::set<std::string> headings;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("### ", 0) == 0) headings.insert(line.substr(4));
  }
  std::set<std::string> wanted(std::begin(kSpoilers), std::end(kSpoilers));
  CHECK(headings == wanted);
}

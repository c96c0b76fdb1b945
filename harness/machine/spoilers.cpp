#include <harness/machine/spoilers.hpp>

#include <linux/perf_event.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include <harness/machine/findings.hpp>

namespace harness::machine {
namespace {

std::vector<int> allowed_cores() {
  // The kernel refuses sets that are smaller than its own.
  for (int most = 1024; most <= 65'536; most *= 4) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(most), [](cpu_set_t* it) { CPU_FREE(it); });
    const std::size_t size = CPU_ALLOC_SIZE(most);
    if (!set) return {};
    if (::sched_getaffinity(0, size, set.get()) != 0) {
      if (errno == EINVAL) continue;
      return {};
    }
    std::vector<int> cores;
    for (int core = 0; core < most; ++core) {
      if (CPU_ISSET_S(static_cast<std::size_t>(core), size, set.get())) cores.push_back(core);
    }
    return cores;
  }
  return {};
}

// Opens a counter of this thread's own instructions, outside of the kernel, as a measurement does.
int try_counter() {
  perf_event_attr wanted{};
  wanted.size = sizeof wanted;
  wanted.type = PERF_TYPE_HARDWARE;
  wanted.config = PERF_COUNT_HW_INSTRUCTIONS;
  wanted.disabled = 1;
  wanted.exclude_kernel = 1;
  wanted.exclude_hv = 1;
  const long counter = ::syscall(SYS_perf_event_open, &wanted, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  if (counter < 0) return errno;
  ::close(static_cast<int>(counter));
  return 0;
}

// `48K`, `2M`, `1G`
std::uint64_t cache_bytes(std::string_view text) {
  std::uint64_t unit = 1;
  if (text.ends_with('K')) unit = 1024;
  if (text.ends_with('M')) unit = 1024 * 1024;
  if (text.ends_with('G')) unit = 1024 * 1024 * 1024;
  if (unit > 1) text.remove_suffix(1);
  const auto count = whole_number(text);
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
  return count && *count <= kMost / unit ? *count * unit : 0;
}

}  // namespace

const char* word_of(Health health) {
  switch (health) {
    case Health::kGood: return "good";
    case Health::kSpoils: return "spoils";
    case Health::kUnknown: break;
  }
  return "unknown";
}

Surroundings this_machine() {
  Surroundings surroundings;
  surroundings.cores = allowed_cores();
  surroundings.wait_100_ms = [] { std::this_thread::sleep_for(std::chrono::milliseconds(100)); };
  if (const char* path = std::getenv("PATH"); path != nullptr) surroundings.search_path = path;
  surroundings.counter_errno = try_counter();
  return surroundings;
}

std::vector<Spoiler> spoilers(const Surroundings& surroundings) {
  const SystemFiles files(surroundings.root);
  const auto& cores = surroundings.cores;
  return {frequency_governor(files, cores),
          turbo(files),
          sibling_threads(files, cores),
          load(files, cores.size()),
          stolen_time(files, surroundings.wait_100_ms),
          virtual_machine(files),
          processor_limit(files, cores.size()),
          cores_allowed(files, cores),
          memory_limit(files),
          swap(files),
          huge_pages(files),
          address_randomization(files),
          allocator(files),
          quiet_core_finding(files, surroundings),
          clock_source(files),
          counters(files, surroundings.counter_errno),
          valgrind(files, surroundings.search_path, surroundings.counter_errno)};
}

CacheSizes caches(const std::filesystem::path& root) {
  const SystemFiles files(root);
  CacheSizes sizes;
  for (int index = 0; index < 16; ++index) {
    const auto folder = fmt::format("sys/devices/system/cpu/cpu0/cache/index{}/", index);
    const auto level = files.number(folder + "level");
    const auto type = files.word(folder + "type");
    const auto size = files.word(folder + "size");
    if (!level || !type || !size || (*type != "Data" && *type != "Unified")) continue;
    if (*level == 1) sizes.l1_data = cache_bytes(*size);
    if (*level == 2) sizes.l2 = cache_bytes(*size);
    if (*level == 3) sizes.l3 = cache_bytes(*size);
  }
  if (root != "/") return sizes;
  const auto ask = [](std::uint64_t& bytes, int name) {
    if (const long answer = bytes == 0 ? ::sysconf(name) : 0; answer > 0) bytes = static_cast<std::uint64_t>(answer);
  };
  ask(sizes.l1_data, _SC_LEVEL1_DCACHE_SIZE);
  ask(sizes.l2, _SC_LEVEL2_CACHE_SIZE);
  ask(sizes.l3, _SC_LEVEL3_CACHE_SIZE);
  return sizes;
}

}  // namespace harness::machine

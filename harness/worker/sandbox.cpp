#include <harness/worker/sandbox.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace harness::worker {
namespace {

constexpr rlim_t kMostDescriptorsOpen = 64;
constexpr rlim_t kLargestStack = 64 << 20;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kShadowMemory = true;  // sanitizers reserve terabytes
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool kShadowMemory = true;
#else
constexpr bool kShadowMemory = false;
#endif
#else
constexpr bool kShadowMemory = false;
#endif

// Lowers both limits; one that is lower already stays.
bool limit(__rlimit_resource resource, rlim_t most) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) return false;
  now.rlim_max = std::min(now.rlim_max, most);
  now.rlim_cur = std::min(now.rlim_cur, most);
  return ::setrlimit(resource, &now) == 0;
}

}  // namespace

const char* enclose(const Enclosure& enclosure) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return "parent-death signal";
  if (::getppid() != enclosure.parent) ::_exit(0);
  if (enclosure.address_space_bytes > 0 && !kShadowMemory && !limit(RLIMIT_AS, enclosure.address_space_bytes))
    return "address space limit";
  if (!limit(RLIMIT_FSIZE, enclosure.file_bytes)) return "file size limit";
  if (!enclosure.in_tool && !limit(RLIMIT_NOFILE, kMostDescriptorsOpen)) return "descriptor limit";
  if (!limit(RLIMIT_STACK, kLargestStack)) return "stack limit";
  if (!limit(RLIMIT_CORE, 0)) return "core dump limit";
  if (::prctl(PR_SET_DUMPABLE, 0) != 0) return "not dumpable";
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no new privileges";
  return nullptr;
}

void allow_cpu_seconds(double seconds) {
  rlimit now{};
  rusage used{};
  if (::getrlimit(RLIMIT_CPU, &now) != 0 || ::getrusage(RUSAGE_SELF, &used) != 0) return;
  const double cores = static_cast<double>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  const double spent = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
  const double most = std::min(spent + cores * std::ceil(seconds) + 2, 1e9);
  now.rlim_cur = std::min(static_cast<rlim_t>(most), now.rlim_max);
  ::setrlimit(RLIMIT_CPU, &now);
}

}  // namespace harness::worker

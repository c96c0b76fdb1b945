#include <harness/machine/identity.hpp>

#include <gnu/libc-version.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

#include <fmt/format.h>

namespace harness::machine {
namespace {

std::string cpu_model() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string line;
  while (std::getline(cpuinfo, line)) {
    // x86 says "model name", others "Model" or "Hardware".
    if (!line.starts_with("model name") && !line.starts_with("Model\t") && !line.starts_with("Hardware")) continue;
    const auto colon = line.find(':');
    if (colon == std::string::npos || colon + 2 > line.size()) continue;
    return line.substr(colon + 2);
  }
  return "unknown CPU";
}

}  // namespace

std::string Identity::key() const {
  return fmt::format("{}, {} core{}, {}, {}", cpu, logical_cores, logical_cores == 1 ? "" : "s", libc, kernel);
}

Identity identify() {
  Identity identity;
  identity.cpu = cpu_model();
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  identity.logical_cores = cores > 0 ? static_cast<unsigned>(cores) : 1U;
  identity.libc = std::string("glibc ") + gnu_get_libc_version();
  utsname names{};
  if (uname(&names) == 0) {
    const std::string release = names.release;
    identity.kernel = std::string(names.sysname) + " " + release.substr(0, release.find('.'));
  } else {
    identity.kernel = "unknown kernel";
  }
  return identity;
}

std::size_t l2_cache_bytes() {
  const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : std::size_t{1} << 20;
}

std::size_t terminal_columns(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 100;
}

}  // namespace harness::machine

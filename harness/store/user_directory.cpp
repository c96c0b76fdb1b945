#include <harness/store/user_directory.hpp>

#include <cerrno>
#include <cstdlib>

#include <sys/stat.h>

namespace harness::store {

namespace fs = std::filesystem;

fs::path user_directory(const char* variable, const char* below_home) {
  const auto absolute = [](const char* name) {
    const char* value = std::getenv(name);
    const fs::path path = value == nullptr ? "" : value;
    return path.is_absolute() ? path : fs::path();
  };
  if (const fs::path base = absolute(variable); !base.empty()) return base / "harness";
  const fs::path home = absolute("HOME");
  return home.empty() ? fs::path() : home / below_home / "harness";
}

int make_user_directories(const fs::path& directory) {
  fs::path path;
  for (const fs::path& part : directory) {
    path /= part;
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
      std::error_code ignored;
      const int error = errno;
      // A parent on a read-only or foreign file system exists all the same.
      if (!fs::is_directory(path, ignored)) return error;
    }
  }
  return 0;
}

}  // namespace harness::store

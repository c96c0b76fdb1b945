#include <harness/store/build_cache.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <harness/model/text.hpp>
#include <harness/store/input_file.hpp>
#include <harness/store/user_directory.hpp>

namespace harness::store {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kBetweenTries{20};
constexpr const char* kLock = ".lock";
constexpr const char* kTemporary = ".tmp";

bool is_key(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

tl::unexpected<Error> cannot(const fs::path& path, const char* what, int error) {
  const bool is_full = error == ENOSPC || error == EDQUOT;
  return fail(path.string(), fmt::format("cannot be {}: {}", what, system_words(error)),
              is_full ? "make room there, or set XDG_CACHE_HOME to a folder on another disk"
                      : "set XDG_CACHE_HOME to a folder that can be written");
}

bool is_there(const fs::path& folder) {
  struct stat status;
  return ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// The lock file of a key, still to be locked. -1: errno says why.
int open_lock(const fs::path& directory, const std::string& key) {
  return ::open((directory / (key + kLock)).c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

// Whoever clears a key away removes its lock file too: a lock on a file that is gone binds nobody.
bool is_lock_of(int lock, const fs::path& directory, const std::string& key) {
  struct stat held, there;
  return ::fstat(lock, &held) == 0 && ::stat((directory / (key + kLock)).c_str(), &there) == 0 &&
         held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

// What cannot be removed at once is not found by anybody either.
void remove_temporary(const fs::path& folder) {
  std::error_code failed;
  fs::remove_all(folder, failed);
  if (!failed) return;
  // A build may have left folders that nobody may write.
  for (fs::recursive_directory_iterator entry(folder, failed); !failed && entry != fs::recursive_directory_iterator();
       entry.increment(failed)) {
    std::error_code ignored;
    if (entry->symlink_status(ignored).type() == fs::file_type::directory)
      fs::permissions(entry->path(), fs::perms::owner_all, ignored);
  }
  fs::remove_all(folder, failed);
}

std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code failed;
  for (fs::directory_iterator entry(directory, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    entries.push_back(entry->path());
  }
  return entries;
}

// REQUIRES: the key's lock is held alone. What its makers that were killed left.
void remove_leftovers(const fs::path& directory, const std::string& key) {
  for (const fs::path& entry : entries_of(directory)) {
    const std::string name = entry.filename().string();
    if (name.starts_with(key + ".") && entry.extension() == kTemporary) remove_temporary(entry);
  }
}

// What a folder takes of the disk.
std::uint64_t bytes_of(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code failed;
  for (fs::recursive_directory_iterator entry(folder, failed); !failed && entry != fs::recursive_directory_iterator();
       entry.increment(failed)) {
    struct stat status;
    if (::lstat(entry->path().c_str(), &status) == 0) bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
  }
  return bytes;
}

// A folder that is being removed must not be found any more: it is renamed first. False: somebody uses it.
bool clear_away(const fs::path& directory, const std::string& key) {
  const int lock = open_lock(directory, key);
  if (lock < 0) return false;
  const bool is_ours = ::flock(lock, LOCK_EX | LOCK_NB) == 0 && is_lock_of(lock, directory, key);
  if (is_ours) {
    const fs::path temporary = directory / fmt::format("{}.{}{}", key, ::getpid(), kTemporary);
    remove_leftovers(directory, key);
    if (is_there(directory / key)) ::rename((directory / key).c_str(), temporary.c_str());
    remove_temporary(temporary);
    ::unlink((directory / (key + kLock)).c_str());
  }
  ::close(lock);
  return is_ours;
}

// Clears away what was used longest ago until `most_bytes` hold, and what killed makers left.
void make_room(const fs::path& directory, std::uint64_t most_bytes) {
  struct Kept {
    fs::file_time_type used;
    std::uint64_t bytes;
    std::string key;
  };
  std::vector<Kept> kept;
  std::set<std::string> with_leftovers, whole;
  std::uint64_t total = 0;
  for (const fs::path& entry : entries_of(directory)) {
    const std::string name = entry.filename().string(), key = name.substr(0, name.find('.'));
    std::error_code gone;
    if (!is_key(key)) continue;
    if (entry.extension() == kTemporary) with_leftovers.insert(key);
    if (name != key) continue;
    const auto used = fs::last_write_time(entry, gone);
    if (gone) continue;
    whole.insert(key);
    kept.push_back({used, bytes_of(entry), key});
    total += kept.back().bytes;
  }
  for (const std::string& key : with_leftovers) {
    if (whole.count(key) == 0) clear_away(directory, key);
  }
  std::sort(kept.begin(), kept.end(), [](const Kept& a, const Kept& b) { return a.used < b.used; });
  for (const Kept& oldest : kept) {
    if (total <= most_bytes) return;
    if (clear_away(directory, oldest.key)) total -= oldest.bytes;
  }
}

}  // namespace

class BuildCache::Lock {
 public:
  Lock(const fs::path& directory, const std::string& key) : descriptor_(open_lock(directory, key)) {}
  Lock(const Lock&) = delete;
  ~Lock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

BuildCache::BuildCache(fs::path directory, std::uint64_t most_bytes)
    : directory_(std::move(directory)), most_bytes_(most_bytes) {}
BuildCache::~BuildCache() = default;

fs::path BuildCache::default_directory() {
  const fs::path base = user_directory("XDG_CACHE_HOME", ".cache");
  return base.empty() ? base : base / "builds";
}

Result<fs::path> BuildCache::get(const std::string& key, const Make& make, const std::function<bool()>& stop) {
  if (directory_.empty()) {
    return fail("build cache", "expected XDG_CACHE_HOME or HOME to be an absolute path, found neither",
                "set one of them");
  }
  if (!is_key(key))
    return fail("build cache", "expected a key of 64 hexadecimal digits, found " + model::in_quotes(key));
  if (const int error = make_user_directories(directory_); error != 0) return cannot(directory_, "created", error);

  const fs::path folder = directory_ / key;
  while (true) {
    auto lock = std::make_unique<Lock>(directory_, key);
    if (lock->get() < 0) return cannot(directory_, "written", errno);
    // Users share a build; its maker is alone.
    const bool was_there = is_there(folder);
    if (::flock(lock->get(), (was_there ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) return cannot(directory_, "locked", errno);
      if (stop && stop()) {
        return fail("build cache", "interrupted while another process made the build", {}, Exit::kInterrupted);
      }
      std::this_thread::sleep_for(kBetweenTries);
      continue;
    }
    if (!is_lock_of(lock->get(), directory_, key) || is_there(folder) != was_there) continue;
    if (was_there) {
      ::utimensat(AT_FDCWD, folder.c_str(), nullptr, 0);
      held_[key] = std::move(lock);
      return folder;
    }
    if (auto made = make_alone(key, make); !made) {
      ::unlink((directory_ / (key + kLock)).c_str());
      return tl::unexpected(made.error());
    }
    make_room(directory_, most_bytes_);
  }
}

// REQUIRES: the key's lock is held alone.
Result<void> BuildCache::make_alone(const std::string& key, const Make& make) const {
  const fs::path temporary = directory_ / fmt::format("{}.{}{}", key, ::getpid(), kTemporary);
  remove_leftovers(directory_, key);
  if (::mkdir(temporary.c_str(), 0700) != 0) return cannot(temporary, "created", errno);
  struct Cleared {
    const fs::path& folder;
    ~Cleared() { remove_temporary(folder); }  // a folder that was renamed is no longer there
  } cleared{temporary};
  if (auto made = make(temporary); !made) return made;
  // The bytes first, then the name: a power cut leaves no half of it under the name either. A full disk may show here.
  const int opened = ::open(temporary.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return cannot(temporary, "read", errno);
  const int error = ::syncfs(opened) == 0 ? 0 : errno;
  ::close(opened);
  if (error != 0) return cannot(temporary, "written", error);
  if (::utimensat(AT_FDCWD, temporary.c_str(), nullptr, 0) != 0 ||
      ::rename(temporary.c_str(), (directory_ / key).c_str()) != 0) {
    return cannot(directory_ / key, "written", errno);
  }
  return {};
}

}  // namespace harness::store

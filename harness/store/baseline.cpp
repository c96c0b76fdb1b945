#include <harness/store/baseline.hpp>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <harness/model/document.hpp>
#include <harness/model/history_json.hpp>
#include <harness/model/text.hpp>
#include <harness/store/atomic_file.hpp>
#include <harness/store/input_file.hpp>

namespace harness::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFolderBytes = 100;
constexpr unsigned kMode = 0644;
constexpr std::size_t kTemporaryLetters = 6;  // of AtomicFile's names

// Lower case letters, digits and single hyphens: `Intel(R) Xeon(R), 2 cores` is `intel-r-xeon-r-2-cores`.
std::string folder_of(const std::string& machine) {
  std::string name;
  for (const char c : machine) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      name += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  name.resize(std::min(name.size(), kMostFolderBytes));
  while (name.ends_with('-')) name.pop_back();
  return name.empty() ? "unknown-machine" : name;
}

tl::unexpected<Error> cannot_write(const fs::path& file, int error) {
  return fail(file.string(), "cannot be written: " + system_words(error), "nothing was changed");
}

// Held as long as the object lives, or its process.
class Lock {
 public:
  // `goal` is what it is for.
  static Result<Lock> take(const fs::path& file, const fs::path& goal, std::chrono::milliseconds most_wait) {
    Lock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, kMode));
    if (lock.descriptor_ < 0) return cannot_write(goal, errno);
    const auto deadline = std::chrono::steady_clock::now() + most_wait;
    while (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK)
        return fail(file.string(), "cannot be locked: " + system_words(errno), "nothing was changed");
      if (std::chrono::steady_clock::now() >= deadline) {
        return fail(file.string(),
                    fmt::format("another process has held this lock for {:.3g} s",
                                std::chrono::duration<double>(most_wait).count()),
                    "wait until it has ended and record again", Exit::kIncomplete);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return lock;
  }
  Lock(Lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Lock& operator=(Lock&&) = delete;
  ~Lock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

 private:
  explicit Lock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// What killed writers of this file left beside it. Whoever holds the lock is the only writer.
void remove_leftovers(const fs::path& file) {
  const std::string before = "." + file.filename().string() + ".", after = ".tmp";
  std::error_code failed;
  fs::directory_iterator entry(file.parent_path(), failed);
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (name.size() != before.size() + kTemporaryLetters + after.size()) continue;
    if (name.starts_with(before) && name.ends_with(after)) ::unlink(entry->path().c_str());
  }
}

Result<void> check_name(const std::string& problem) {
  if (model::is_kebab_case(problem)) return {};
  return fail(model::in_quotes(problem), "expected a problem's name such as two-sum");
}

}  // namespace

Baselines::Baselines(fs::path directory, std::string machine, std::chrono::milliseconds most_wait)
    : directory_(std::move(directory)), machine_(std::move(machine)), most_wait_(most_wait) {}

fs::path Baselines::file_of(const std::string& problem) const {
  return directory_ / folder_of(machine_) / (problem + ".json");
}

Result<std::vector<std::string>> Baselines::problems() const {
  const fs::path folder = directory_ / folder_of(machine_);
  std::vector<std::string> names;
  std::error_code failed;
  fs::directory_iterator entry(folder, failed);
  if (failed == std::errc::no_such_file_or_directory) return names;
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    const fs::path& path = entry->path();
    // noise.json lies beside them: what `harness calibrate` found.
    if (path.extension() == ".json" && path.stem() != "noise" && model::is_kebab_case(path.stem().string()))
      names.push_back(path.stem().string());
  }
  if (failed) return fail(folder.string(), "cannot be read: " + system_words(failed.value()));
  std::sort(names.begin(), names.end());
  return names;
}

Result<model::Baseline> Baselines::read(const std::string& problem) const {
  if (auto checked = check_name(problem); !checked) return tl::unexpected(checked.error());
  const fs::path file = file_of(problem);
  struct stat status;
  if (::stat(file.c_str(), &status) != 0 && errno == ENOENT) {
    model::Baseline empty;
    empty.machine = machine_;
    empty.problem = problem;
    return empty;
  }
  const auto text = read_text(file, model::kBaselineMostBytes);
  if (!text) return tl::unexpected(text.error());
  auto baseline = model::read_baseline(*text, file.string());
  if (!baseline) return baseline;
  if (baseline->machine != machine_) {
    return fail(file.string() + ": /machine",
                fmt::format("expected {}, found {}", model::in_quotes(machine_), model::in_quotes(baseline->machine)),
                "both machines have this folder's name: keep one of them under another directory");
  }
  if (baseline->problem != problem) {
    return fail(file.string() + ": /problem",
                fmt::format("expected {}, found {}", model::in_quotes(problem), model::in_quotes(baseline->problem)),
                "the file was renamed; give it its own name back");
  }
  return baseline;
}

Result<void> Baselines::check_writable(const std::string& problem) const {
  if (auto checked = check_name(problem); !checked) return checked;
  const fs::path file = file_of(problem);
  fs::path directory = file.parent_path();
  struct stat status;
  while (::stat(directory.empty() ? "." : directory.c_str(), &status) != 0) {
    if (errno != ENOENT || directory.empty() || directory == directory.parent_path()) return cannot_write(file, errno);
    directory = directory.parent_path();
  }
  if (!S_ISDIR(status.st_mode)) return cannot_write(file, ENOTDIR);
  if (::faccessat(AT_FDCWD, directory.empty() ? "." : directory.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    return cannot_write(file, errno);
  if (::stat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    return cannot_write(file, S_ISDIR(status.st_mode) ? EISDIR : EEXIST);
  return {};
}

Result<void> Baselines::change(const std::string& problem,
                               const std::function<Result<void>(model::Baseline&)>& edit) const {
  if (auto checked = check_name(problem); !checked) return checked;
  const fs::path file = file_of(problem);
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  if (failed)
    return fail(file.parent_path().string(), "cannot be created: " + system_words(failed.value()),
                "nothing was changed");
  const auto lock = Lock::take(file.parent_path() / fmt::format(".{}.lock", problem), file, most_wait_);
  if (!lock) return tl::unexpected(lock.error());
  remove_leftovers(file);
  auto baseline = read(problem);
  if (!baseline) return tl::unexpected(baseline.error());
  if (auto edited = edit(*baseline); !edited) return edited;
  const std::string text = model::write_baseline(*baseline);
  if (const auto again = model::read_baseline(text, "what would be written"); !again) {
    return fail(file.string(), again.error().text(), "nothing was changed");
  }
  return write_atomically(file, text, kMode);
}

}  // namespace harness::store

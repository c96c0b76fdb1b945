// check_out of revision.hpp. The objects' bytes come from `git cat-file` and are written here: `git checkout-index`
// would run the filters that attributes name, `git archive` leaves out what they tell it to, and both follow a tree
// wherever it leads.
#include <harness/store/revision.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <harness/model/text.hpp>
#include <harness/store/git_command.hpp>
#include <harness/store/input_file.hpp>
#include <harness/store/user_directory.hpp>

namespace harness::store {
namespace {

namespace fs = std::filesystem;
using End = GitAnswer::End;

constexpr std::chrono::seconds kMostWait{120};
constexpr std::size_t kMostTarget = 4095;  // Linux's PATH_MAX without its zero byte
constexpr int kMostLinks = 40;             // that Linux follows on one way

struct Entry {
  std::string object, path;
  bool is_executable = false;
  bool is_link = false;
};

bool is_safe(std::string_view path) {
  while (true) {
    const std::size_t slash = path.find('/');
    std::string part(path.substr(0, slash));
    std::transform(part.begin(), part.end(), part.begin(),
                   [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    if (part.empty() || part == "." || part == ".." || part == ".git") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

// `<mode> <type> <object>\t<path>` of `git ls-tree -z`. Links come last, so that no file is ever written through one.
Result<std::vector<Entry>> read_entries(const std::string& listing) {
  std::vector<Entry> entries;
  for (const std::string& line : split_at_zeros(listing)) {
    if (line.starts_with("160000 commit ")) continue;  // a submodule
    const std::size_t tab = line.find('\t');
    if (tab != 52 || line.compare(6, 1, " ") != 0)
      return fail("git", "expected a tree's entry, found " + model::in_quotes(line));
    const std::string_view mode = std::string_view(line).substr(0, 6), type = std::string_view(line).substr(7, 4);
    Entry entry{line.substr(12, 40), line.substr(tab + 1), mode == "100755", mode == "120000"};
    if (type != "blob" || !is_sha(entry.object))
      return fail("git", "expected a tree's entry, found " + model::in_quotes(line));
    if (!is_safe(entry.path)) {
      return fail("git",
                  "expected paths of files below the repository's folder, found " + model::in_quotes(entry.path));
    }
    entries.push_back(std::move(entry));
  }
  std::stable_partition(entries.begin(), entries.end(), [](const Entry& entry) { return !entry.is_link; });
  return entries;
}

using Links = std::map<std::string, std::string>;  // path -> where it leads

// Follows `path` from `folder` (both relative to the root) as the system would. False: out of the root.
bool stays_inside(const Links& links, std::vector<std::string>& folder, std::string_view path, int& left) {
  if (path.starts_with('/')) return false;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (folder.empty()) return false;
      folder.pop_back();
      continue;
    }
    folder.emplace_back(part);
    const auto link = links.find(fmt::format("{}", fmt::join(folder, "/")));
    if (link == links.end()) continue;
    if (--left < 0) return true;  // leads nowhere
    folder.pop_back();
    if (!stays_inside(links, folder, link->second, left)) return false;
  }
  return true;
}

// Takes what `git cat-file --batch` writes: `<object> blob <size>\n<bytes>\n` for each entry in turn.
class Writer {
 public:
  Writer(const fs::path& directory, const std::vector<Entry>& entries) : directory_(directory), entries_(entries) {}
  Writer(const Writer&) = delete;
  ~Writer() { close(); }

  // False: there is an error.
  bool take(std::string_view piece) {
    while (!piece.empty() && !error_) {
      switch (state_) {
        case State::kHead: {
          const std::size_t end = piece.find('\n');
          head_ += piece.substr(0, end);
          piece.remove_prefix(end == std::string_view::npos ? piece.size() : end + 1);
          if (end != std::string_view::npos || head_.size() > 200) begin();
          break;
        }
        case State::kBytes: {
          const std::string_view bytes = piece.substr(0, std::min<std::uint64_t>(left_, piece.size()));
          write(bytes);
          left_ -= bytes.size();
          piece.remove_prefix(bytes.size());
          if (left_ == 0) state_ = State::kEnd;
          break;
        }
        case State::kEnd:
          piece.remove_prefix(1);
          finish();
          break;
      }
    }
    return !error_;
  }
  bool is_complete() const { return !error_ && next_ == entries_.size(); }
  const std::optional<Error>& error() const { return error_; }
  const Links& links() const { return links_; }

 private:
  enum class State { kHead, kBytes, kEnd };

  void refuse(Error error) { error_ = std::move(error); }
  void cannot_write(int error) { refuse({path().string(), "cannot be written: " + system_words(error), {}}); }
  fs::path path() const { return directory_ / entries_[next_].path; }

  void begin() {
    if (next_ == entries_.size())
      return refuse({"git", "expected no more objects, found " + model::in_quotes(head_), {}});
    const Entry& entry = entries_[next_];
    const std::string expected = entry.object + " blob ";
    const char* const end = head_.data() + head_.size();
    if (!head_.starts_with(expected) || std::from_chars(head_.data() + expected.size(), end, left_).ptr != end) {
      return refuse(
          {"git", fmt::format("expected the file {}, found {}", model::in_quotes(entry.path), model::in_quotes(head_)),
           "the clone is partial or damaged: clone it without --filter"});
    }
    head_.clear();
    state_ = left_ > 0 ? State::kBytes : State::kEnd;
    if (entry.is_link) {
      if (left_ == 0 || left_ > kMostTarget)
        refuse({path().string(), "expected a symbolic link, found one of an impossible length", {}});
      return;
    }
    const fs::path folder = path().parent_path();
    if (folder != folder_) {
      std::error_code failed;
      fs::create_directories(folder, failed);
      if (failed) return cannot_write(failed.value());
      folder_ = folder;
    }
    file_ =
        ::open(path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, entry.is_executable ? 0777 : 0666);
    if (file_ < 0) cannot_write(errno);
  }

  void write(std::string_view bytes) {
    if (entries_[next_].is_link) {
      target_ += bytes;
      return;
    }
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return cannot_write(errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void finish() {
    if (entries_[next_].is_link) {
      links_[entries_[next_].path] = std::exchange(target_, {});
    } else if (!close()) {
      return cannot_write(errno);
    }
    ++next_;
    state_ = State::kHead;
  }

  bool close() { return file_ < 0 || ::close(std::exchange(file_, -1)) == 0; }

  const fs::path& directory_;
  const std::vector<Entry>& entries_;
  std::size_t next_ = 0;
  State state_ = State::kHead;
  std::string head_, target_;
  std::uint64_t left_ = 0;
  fs::path folder_;
  int file_ = -1;
  Links links_;
  std::optional<Error> error_;
};

Result<void> make_links(const fs::path& directory, const Links& links) {
  for (const auto& [path, target] : links) {
    std::vector<std::string> folder;
    int left = kMostLinks;
    // From its own name on: where the folder that it lies in is a link too, that is followed first.
    if (target.find('\0') != std::string::npos || !stays_inside(links, folder, path, left)) {
      return fail(path, "expected a symbolic link inside of the repository, found one to " + model::in_quotes(target),
                  "a revision with it is not built");
    }
  }
  for (const auto& [path, target] : links) {
    const fs::path link = directory / path;
    // Never through another link: what was followed above is then not where this one lies.
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      if (links.count(path.substr(0, slash)) > 0)
        return fail("git", "expected a folder, found a symbolic link at " + model::in_quotes(path.substr(0, slash)));
    }
    std::error_code failed;
    fs::create_directories(link.parent_path(), failed);
    if (failed) return fail(link.string(), "cannot be written: " + system_words(failed.value()));
    if (::symlink(target.c_str(), link.c_str()) != 0)
      return fail(link.string(), "cannot be written: " + system_words(errno));
  }
  return {};
}

tl::unexpected<Error> failed_git(const GitAnswer& answer) {
  switch (answer.end) {
    case End::kNotFound: return fail("git", "expected the git command, found none in $PATH", "install git");
    case End::kTooLate:
      return fail("git", fmt::format("expected the files of a revision within {} s, found it still at work",
                                     kMostWait.count()));
    case End::kTooMuch: return fail("git", "expected a list of files of at most 64 MiB, found a longer one");
    default: break;
  }
  const bool is_partial =
      answer.errors.find("promisor") != std::string::npos || answer.errors.find("not allowed") != std::string::npos;
  return fail("git", answer.last_line(),
              is_partial ? "a partial clone lacks files of other revisions: clone without --filter" : "");
}

Result<void> write_files(const fs::path& root, const std::string& sha, const fs::path& directory) {
  const auto deadline = std::chrono::steady_clock::now() + kMostWait;
  const GitAnswer listing = run_git({root, {"ls-tree", "-r", "-z", "--full-tree", sha + "^{commit}"}, deadline});
  if (!listing.is_fine()) return failed_git(listing);
  const auto entries = read_entries(listing.output);
  if (!entries) return tl::unexpected(entries.error());
  if (entries->empty()) return {};

  std::string objects;
  for (const Entry& entry : *entries) objects += entry.object + '\n';
  const int wanted = ::memfd_create("objects", MFD_CLOEXEC);
  if (wanted < 0) return fail("git", "its list of files cannot be written: " + system_words(errno));
  Writer writer(directory, *entries);
  GitAnswer answer;
  bool is_asked = true;
  for (std::string_view rest = objects; is_asked && !rest.empty();) {
    const ssize_t written = ::write(wanted, rest.data(), rest.size());
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    is_asked = written > 0 || (written < 0 && errno == EINTR);
  }
  if (is_asked && ::lseek(wanted, 0, SEEK_SET) == 0) {
    answer = run_git({root,
                      {"cat-file", "--batch", "--buffer"},
                      deadline,
                      [&](std::string_view piece) { return writer.take(piece); },
                      wanted});
  }
  ::close(wanted);
  if (writer.error()) return tl::unexpected(*writer.error());
  if (!answer.is_fine()) return failed_git(answer);
  if (!writer.is_complete()) return fail("git", "expected all files of the revision, found less");
  return make_links(directory, writer.links());
}

}  // namespace

Result<void> check_out(const fs::path& root, const std::string& sha, const fs::path& directory) {
  if (!is_sha(sha))
    return fail("git", fmt::format("expected a commit of 40 hexadecimal digits, found {}", model::in_quotes(sha)));
  std::error_code failed;
  const bool was_there = fs::exists(fs::symlink_status(directory, failed));
  if (was_there && (!fs::is_directory(directory, failed) || !fs::is_empty(directory, failed) || failed)) {
    return fail(directory.string(), "expected an empty folder or none, found something else");
  }
  if (const int error = make_user_directories(directory); error != 0) {
    return fail(directory.string(), "cannot be created: " + system_words(error));
  }
  auto written = write_files(root, sha, directory);
  if (!written) {
    for (fs::directory_iterator entry(directory, failed); !failed && entry != fs::directory_iterator();
         entry.increment(failed)) {
      std::error_code ignored;
      fs::remove_all(entry->path(), ignored);
    }
    if (!was_there) fs::remove(directory, failed);
  }
  return written;
}

}  // namespace harness::store

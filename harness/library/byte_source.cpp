#include <harness/library/byte_source.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace harness::library {
namespace {

constexpr std::uint64_t kHeadBytes = 28 * 1024;  // headers, the descriptor's 16 KiB, the symbols of a usual library
constexpr std::uint64_t kMovingBytes = 4 * 1024;

bool inside(std::uint64_t offset, std::uint64_t count, std::uint64_t size) {
  return offset <= size && count <= size - offset;
}

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISLNK(mode)) return "a symbolic link";
  return "a device";
}

tl::unexpected<Error> not_opened(const std::filesystem::path& file, int reason) {
  struct stat status {};
  if ((reason == ELOOP || reason == ENXIO) && ::lstat(file.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return fail(file.string(), fmt::format("is {}, not a regular file", kind_of(status.st_mode)),
                S_ISLNK(status.st_mode) ? "put the library itself there" : "remove it");
  }
  return fail(file.string(), fmt::format("cannot be opened: {}", std::strerror(reason)),
              reason == EACCES ? "make it readable" : "");
}

}  // namespace

bool MemorySource::read(std::uint64_t offset, std::span<std::uint8_t> into) {
  if (!inside(offset, into.size(), bytes_.size())) return false;
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
  return true;
}

Result<FileSource> FileSource::open(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return not_opened(file, errno);
  FileSource source(descriptor, 0);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return not_opened(file, errno);
  if (!S_ISREG(status.st_mode)) {
    return fail(file.string(), fmt::format("is {}, not a regular file", kind_of(status.st_mode)), "remove it");
  }
  source.size_ = static_cast<std::uint64_t>(status.st_size);
  if (source.size_ > kMaxLibraryBytes) {
    return fail(file.string(), fmt::format("has {} bytes, more than the 1 GiB that a library may have", source.size_),
                "remove it");
  }
  return source;
}

FileSource::FileSource(FileSource&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_),
      head_(std::move(other.head_)),
      moving_(std::move(other.moving_)) {}

FileSource::~FileSource() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool FileSource::Window::holds(std::uint64_t at, std::uint64_t count) const {
  return at >= offset && inside(at - offset, count, size);
}

bool FileSource::read_through(std::uint64_t offset, std::span<std::uint8_t> into) const {
  while (!into.empty()) {
    const ssize_t got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    offset += static_cast<std::uint64_t>(got);
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

bool FileSource::fill(Window& window, std::uint64_t offset, std::uint64_t capacity) const {
  if (!window.bytes) window.bytes = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);
  window.offset = offset;
  window.size = std::min(capacity, size_ - offset);
  if (read_through(offset, {window.bytes.get(), window.size})) return true;
  window.size = 0;
  return false;
}

bool FileSource::read(std::uint64_t offset, std::span<std::uint8_t> into) {
  if (!inside(offset, into.size(), size_)) return false;
  if (head_.size == 0 && !into.empty() && !fill(head_, 0, kHeadBytes)) return false;
  const bool in_head = head_.holds(offset, into.size());
  if (!in_head && !moving_.holds(offset, into.size())) {
    if (into.size() >= kMovingBytes) return read_through(offset, into);
    if (!fill(moving_, offset, kMovingBytes)) return false;
  }
  const Window& window = in_head ? head_ : moving_;
  std::copy_n(window.bytes.get() + (offset - window.offset), into.size(), into.begin());
  return true;
}

}  // namespace harness::library

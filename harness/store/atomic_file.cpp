#include <harness/store/atomic_file.hpp>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <harness/store/input_file.hpp>

namespace harness::store {
namespace {

tl::unexpected<Error> cannot_write(const std::filesystem::path& goal, int error) {
  return fail(goal.string(), "cannot be written: " + system_words(error));
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path goal, std::string temporary, int descriptor)
    : goal_(std::move(goal)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : goal_(std::move(other.goal_)),
      temporary_(std::exchange(other.temporary_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& goal, unsigned mode) {
  if (!goal.has_filename()) return cannot_write(goal, EISDIR);
  std::string temporary = (goal.parent_path() / fmt::format(".{}.XXXXXX.tmp", goal.filename().string())).string();
  const int descriptor = ::mkostemps(temporary.data(), 4, O_CLOEXEC);
  if (descriptor < 0) return cannot_write(goal, errno);
  AtomicFile file(goal, std::move(temporary), descriptor);
  if (::fchmod(descriptor, mode) != 0) return cannot_write(goal, errno);
  return file;
}

Result<void> AtomicFile::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return cannot_write(goal_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> AtomicFile::write(const std::string& text) {
  return write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Result<void> AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) return cannot_write(goal_, errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) return cannot_write(goal_, errno);
  if (::rename(temporary_.c_str(), goal_.c_str()) != 0) return cannot_write(goal_, errno);
  temporary_.clear();
  // The new name must survive a power cut too. Some file systems cannot sync a directory; the file itself is whole.
  const std::filesystem::path parent = goal_.parent_path();
  const int directory = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
  return {};
}

Result<void> write_atomically(const std::filesystem::path& goal, const std::string& text, unsigned mode) {
  auto file = AtomicFile::create(goal, mode);
  if (!file) return tl::unexpected(file.error());
  if (auto written = file->write(text); !written) return written;
  return file->commit();
}

std::string why_not_writable(const std::filesystem::path& file) {
  std::error_code ignored;
  const bool was_there = std::filesystem::exists(file, ignored);
  errno = 0;
  const bool opens = std::ofstream(file, std::ios::app).is_open();
  const std::string why = opens ? "" : system_words(errno);
  if (opens && !was_there) std::filesystem::remove(file, ignored);
  return why;
}

}  // namespace harness::store

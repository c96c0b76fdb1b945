#include <harness/store/input_file.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace harness::store {

std::string system_words(int error) { return std::generic_category().message(error); }

Result<InputFile> InputFile::open(const std::filesystem::path& file) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not wait.
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return fail(file.string(), "expected a readable file, found: " + system_words(errno));
  InputFile opened(file.string(), descriptor, 0);
  struct stat status;
  if (::fstat(descriptor, &status) != 0)
    return fail(file.string(), "expected a readable file, found: " + system_words(errno));
  if (!S_ISREG(status.st_mode)) {
    return fail(file.string(), S_ISDIR(status.st_mode) ? "expected a file, found a directory"
                                                       : "expected a regular file, found a pipe or device");
  }
  opened.size_ = static_cast<std::uint64_t>(status.st_size);
  return opened;
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::size_t> InputFile::read(char* buffer, std::size_t capacity) {
  std::size_t filled = 0;
  while (filled < capacity) {
    const ssize_t got = ::read(descriptor_, buffer + filled, capacity - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(name_, "expected to read on, found: " + system_words(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

Result<std::string> read_text(const std::filesystem::path& file, std::uint64_t most_bytes) {
  auto opened = InputFile::open(file);
  if (!opened) return tl::unexpected(opened.error());
  // One byte more than allowed shows a file that grew after it was opened.
  std::string text(static_cast<std::size_t>(std::min(opened->size(), most_bytes) + 1), '\0');
  const auto size = opened->read(text.data(), text.size());
  if (!size) return tl::unexpected(size.error());
  if (*size > most_bytes) return fail(file.string(), fmt::format("expected at most {} bytes, found more", most_bytes));
  text.resize(*size);
  return text;
}

}  // namespace harness::store

// Files that others wrote, opened with suspicion.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include <harness/model/error.hpp>

namespace harness::store {

// A regular file open for reading: a pipe or device in its place would hang or never end. The descriptor closes itself.
class InputFile {
 public:
  static Result<InputFile> open(const std::filesystem::path& file);
  InputFile(InputFile&& other) noexcept
      : name_(std::move(other.name_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  // When it was opened.
  std::uint64_t size() const { return size_; }
  // Up to `capacity` bytes, fewer only at the end of the file, 0 = end.
  Result<std::size_t> read(char* buffer, std::size_t capacity);

 private:
  InputFile(std::string name, int descriptor, std::uint64_t size)
      : name_(std::move(name)), descriptor_(descriptor), size_(size) {}
  std::string name_;
  int descriptor_;
  std::uint64_t size_;
};

// A whole small file. Beyond `most_bytes`: an error that names the limit.
Result<std::string> read_text(const std::filesystem::path& file, std::uint64_t most_bytes);

// Words for an errno value.
std::string system_words(int error);

}  // namespace harness::store

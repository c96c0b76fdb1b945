// The bytes of a library, read piece by piece: from memory, or from a file that others may change or cut meanwhile.
// A file is never mapped: one that is cut while mapped ends the reader with SIGBUS.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include <harness/model/error.hpp>

namespace harness::library {

// More than this is no solver: such a file is refused before a byte of it is read.
inline constexpr std::uint64_t kMaxLibraryBytes = std::uint64_t{1} << 30;

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  // All of `into`, or false: the range lies outside, or the bytes could not be had (`into` is then unspecified).
  virtual bool read(std::uint64_t offset, std::span<std::uint8_t> into) = 0;
};

// Borrows the bytes.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  bool read(std::uint64_t offset, std::span<std::uint8_t> into) override;

 private:
  std::span<const std::uint8_t> bytes_;
};

// A regular file of at most kMaxLibraryBytes, with the size that it had when it was opened. Two windows are kept, one
// over the beginning (headers, notes and symbols lie there) and one that moves: a library costs two or three reads.
class FileSource final : public ByteSource {
 public:
  // Never waits (a FIFO), never follows a symbolic link. Error: what the file is instead, or why it cannot be opened.
  static Result<FileSource> open(const std::filesystem::path& file);
  FileSource(FileSource&& other) noexcept;
  FileSource& operator=(FileSource&&) = delete;
  ~FileSource() override;

  std::uint64_t size() const override { return size_; }
  bool read(std::uint64_t offset, std::span<std::uint8_t> into) override;

 private:
  struct Window {
    std::uint64_t offset = 0;
    std::unique_ptr<std::uint8_t[]> bytes;
    std::uint64_t size = 0;
    bool holds(std::uint64_t at, std::uint64_t count) const;
  };

  FileSource(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  bool read_through(std::uint64_t offset, std::span<std::uint8_t> into) const;
  bool fill(Window& window, std::uint64_t offset, std::uint64_t capacity) const;

  int descriptor_;
  std::uint64_t size_;
  Window head_;
  Window moving_;
};

}  // namespace harness::library

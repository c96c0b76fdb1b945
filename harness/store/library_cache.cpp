#include <harness/store/library_cache.hpp>

#include <algorithm>
#include <chrono>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <harness/model/sha256.hpp>
#include <harness/store/atomic_file.hpp>
#include <harness/store/input_file.hpp>
#include <harness/store/user_directory.hpp>

namespace harness::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExtension = ".so";

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// "" = it cannot be read.
std::string hash_of(InputFile& file) {
  model::Sha256 hash;
  std::vector<char> buffer(std::size_t{1} << 20);
  while (true) {
    const auto size = file.read(buffer.data(), buffer.size());
    if (!size) return {};
    hash.add({reinterpret_cast<const std::uint8_t*>(buffer.data()), *size});
    if (*size < buffer.size()) return hash.hex();
  }
}

}  // namespace

LibraryCache::LibraryCache(fs::path directory) : directory_(std::move(directory)) {}

fs::path LibraryCache::default_directory() {
  const fs::path base = user_directory("XDG_DATA_HOME", ".local/share");
  return base.empty() ? base : base / "libraries";
}

std::optional<fs::path> LibraryCache::find(const std::string& sha256) const {
  if (directory_.empty() || !is_sha256(sha256)) return std::nullopt;
  const fs::path path = directory_ / (sha256 + kExtension);
  auto file = InputFile::open(path);
  if (!file) return std::nullopt;
  const std::string hash = hash_of(*file);
  if (hash == sha256) {
    ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);  // used now
    return path;
  }
  if (!hash.empty()) ::unlink(path.c_str());
  return std::nullopt;
}

Result<void> LibraryCache::keep(const std::string& sha256, std::span<const std::uint8_t> bytes) {
  if (directory_.empty()) {
    return fail("library cache", "expected XDG_DATA_HOME or HOME to be an absolute path, found neither",
                "set one of them");
  }
  if (!is_sha256(sha256) || model::sha256_hex(bytes) != sha256) {
    return fail("library cache", fmt::format("expected the SHA-256 of the bytes, found {}", sha256));
  }
  if (find(sha256)) return {};
  if (const int error = make_user_directories(directory_); error != 0) {
    return fail(directory_.string(), "cannot be created: " + system_words(error));
  }
  auto file = AtomicFile::create(directory_ / (sha256 + kExtension), 0444);
  if (!file) return tl::unexpected(file.error());
  if (auto written = file->write(bytes); !written) return written;
  return file->commit();
}

Result<LibraryCache::Pruned> LibraryCache::prune(const std::set<std::string>& keep) {
  Pruned pruned;
  if (directory_.empty()) return pruned;
  constexpr std::chrono::hours kDay{24}, kUnused = 90 * kDay;  // other repositories' histories name libraries, too
  const auto now = fs::file_time_type::clock::now();
  std::error_code failed;
  fs::directory_iterator entry(directory_, failed);
  if (failed == std::errc::no_such_file_or_directory) return pruned;
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    const fs::path& path = entry->path();
    const bool is_library = path.extension() == kExtension && is_sha256(path.stem().string());
    if ((!is_library || keep.count(path.stem().string()) > 0) && path.extension() != ".tmp") continue;
    std::error_code gone;
    const std::uint64_t bytes = entry->file_size(gone);
    if (gone || entry->last_write_time(gone) > now - (is_library ? kUnused : kDay) || gone) continue;
    if (!fs::remove(path, gone)) {
      if (gone) return fail(path.string(), "cannot be removed: " + system_words(gone.value()));
      continue;  // another one was faster
    }
    if (is_library) ++pruned.files;
    pruned.bytes += bytes;
  }
  if (failed) return fail(directory_.string(), "cannot be read: " + system_words(failed.value()));
  return pruned;
}

}  // namespace harness::store

#include <harness/trial/loaded.hpp>

#include <cerrno>
#include <cstring>
#include <utility>

#include <unistd.h>

namespace harness::trial {

Result<Loaded> load(const std::filesystem::path& file, std::string name) {
  auto bytes = library::read_library_bytes(file);
  if (!bytes) return tl::unexpected(bytes.error());
  auto identity = library::identify(*bytes);
  if (!identity) return tl::unexpected(identity.error());
  if (name.empty()) name = file.filename().string();
  auto sealed = worker::MemoryFile::sealed(*bytes, name);
  if (!sealed) return fail(file.string(), sealed.error().text);
  return Loaded{std::move(name), std::move(*identity), std::move(*sealed)};
}

Result<std::vector<std::uint8_t>> read_back(const worker::MemoryFile& file) {
  std::vector<std::uint8_t> bytes(file.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const auto got = ::pread(file.descriptor(), bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (got <= 0) return fail("a memory file", "cannot be read back: " + std::string(std::strerror(errno)));
    at += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace harness::trial

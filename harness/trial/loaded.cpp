#include <harness/trial/loaded.hpp>

#include <utility>

namespace harness::trial {

Result<Loaded> load(const std::filesystem::path& file) {
  auto bytes = library::read_library_bytes(file);
  if (!bytes) return tl::unexpected(bytes.error());
  auto identity = library::identify(*bytes);
  if (!identity) return tl::unexpected(identity.error());
  const auto name = file.filename().string();
  auto sealed = worker::MemoryFile::sealed(*bytes, name);
  if (!sealed) return fail(file.string(), sealed.error().text);
  return Loaded{name, std::move(*identity), std::move(*sealed)};
}

}  // namespace harness::trial

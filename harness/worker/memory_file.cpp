#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fmt/format.h>

#include <harness/worker/launch.hpp>
#include <harness/worker/worker.hpp>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

namespace harness::worker {
namespace {

constexpr std::size_t kLongestName = 200;

// Kernels from 6.3 on may demand that a file which code will be loaded from says so; older ones refuse the flag.
int create(const std::string& name) {
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  const auto shown = name.substr(0, kLongestName);
  const int made = ::memfd_create(shown.c_str(), kFlags | MFD_EXEC);
  return made >= 0 || errno != EINVAL ? made : ::memfd_create(shown.c_str(), kFlags);
}

}  // namespace

struct MemoryFile::Owned {
  Descriptor descriptor;
  std::size_t size = 0;
  std::string name;
};

int MemoryFile::descriptor() const { return shared_ ? shared_->descriptor.get() : -1; }
std::size_t MemoryFile::size() const { return shared_ ? shared_->size : 0; }

Outcome<MemoryFile> MemoryFile::sealed(std::span<const std::uint8_t> bytes, const std::string& name) {
  const auto refuse = [&] {
    return tl::unexpected<Failure>(
        Failure{FailureKind::kNotStarted, fmt::format("memory file {}: {}", name, std::strerror(errno)), ""});
  };
  auto owned = std::make_shared<Owned>();
  owned->descriptor = Descriptor(create(name));
  owned->size = bytes.size();
  owned->name = name;
  if (!owned->descriptor) return refuse();
  while (!bytes.empty()) {
    const auto written = ::write(owned->descriptor.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return refuse();
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (::fcntl(owned->descriptor.get(), F_ADD_SEALS, kSeals) != 0) return refuse();
  MemoryFile file;
  file.shared_ = std::move(owned);
  return file;
}

Outcome<MemoryFile> MemoryFile::fresh_copy() const {
  if (!shared_)
    return tl::unexpected<Failure>(
        Failure{FailureKind::kNotStarted, "a copy of a memory file that was never made", ""});
  if (size() == 0) return sealed({}, shared_->name);
  void* mapped = ::mmap(nullptr, size(), PROT_READ, MAP_PRIVATE, descriptor(), 0);
  if (mapped == MAP_FAILED)
    return tl::unexpected<Failure>(Failure{
        FailureKind::kNotStarted, fmt::format("memory file {}: {}", shared_->name, std::strerror(errno)), ""});
  auto copy = sealed({static_cast<const std::uint8_t*>(mapped), size()}, shared_->name);
  ::munmap(mapped, size());
  return copy;
}

Descriptor sized_memory_file(std::uint64_t size) {
  Descriptor file(::memfd_create("answer", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  // The child may fill it, not shrink it.
  if (!file || ::ftruncate(file.get(), static_cast<off_t>(size)) != 0 ||
      ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return Descriptor();
  return file;
}

bool copy_out(const Descriptor& file, std::span<std::uint8_t> bytes) {
  for (off_t at = 0; !bytes.empty();) {
    const auto read = ::pread(file.get(), bytes.data(), bytes.size(), at);
    if (read < 0 && errno == EINTR) continue;
    if (read <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(read));
    at += read;
  }
  return true;
}

}  // namespace harness::worker

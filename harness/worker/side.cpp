#include <harness/worker/side.hpp>

#include <sys/mman.h>
#include <sys/stat.h>

namespace harness::worker {

bool Mapping::map(int descriptor, bool writable) {
  reset();
  struct stat file {};
  if (::fstat(descriptor, &file) != 0 || file.st_size < 0) return false;
  size_ = static_cast<std::size_t>(file.st_size);
  if (size_ == 0) return true;
  void* address = ::mmap(nullptr, size_, writable ? PROT_READ | PROT_WRITE : PROT_READ,
                         writable ? MAP_SHARED : MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
  if (address == MAP_FAILED) {
    size_ = 0;
    return false;
  }
  data_ = static_cast<std::uint8_t*>(address);
  return true;
}

void Mapping::reset() {
  if (data_ != nullptr) ::munmap(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

void Side::close_instance() {
  announced = {};
  if (instance == nullptr) return;
  library->solver()->close(instance);
  instance = nullptr;
}

}  // namespace harness::worker

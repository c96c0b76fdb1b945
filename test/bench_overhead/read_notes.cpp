// The least that `harness list` could do: reads the descriptor of every library in a folder and prints one line for each.
//
//   read_notes DIRECTORY
//
// No check beyond what finding the note needs; it is fed with libraries that the driver has made.
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <harness/sdk/abi.h>

namespace {

std::uint32_t number_at(const unsigned char* bytes) {
  std::uint32_t number;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

std::string value_of(std::string_view text, std::string_view key) {
  const std::size_t begin = text.find(key);
  if (begin == text.npos) return "-";
  const std::string_view rest = text.substr(begin + key.size());
  return std::string(rest.substr(0, rest.find('\n')));
}

// The text of version.yaml in the library's note; empty where there is none.
std::string_view identity_of(const unsigned char* file, std::size_t size) {
  Elf64_Ehdr header;
  if (size < sizeof header) return {};
  std::memcpy(&header, file, sizeof header);
  for (int i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, file + header.e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_type != PT_NOTE) continue;
    const auto padded = [](std::uint64_t bytes) { return (bytes + 3) & ~std::uint64_t{3}; };
    for (std::uint64_t at = segment.p_offset; at + 12 <= segment.p_offset + segment.p_filesz;) {
      const std::uint32_t name_size = number_at(file + at), size_of_it = number_at(file + at + 4);
      const unsigned char* name = file + at + 12;
      const unsigned char* description = name + padded(name_size);
      if (size_of_it == HARNESS_NOTE_SIZE && name_size == 8 && std::memcmp(name, "harness", 8) == 0)
        return {reinterpret_cast<const char*>(description) + 24 + number_at(description + 12), number_at(description + 16)};
      at += 12 + padded(name_size) + padded(size_of_it);
    }
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  for (const std::string& name : files) {
    const int descriptor = open(name.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) != 0) return 1;
    const auto size = static_cast<std::size_t>(status.st_size);
    void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    if (bytes == MAP_FAILED) return 1;
    const std::string_view identity = identity_of(static_cast<const unsigned char*>(bytes), size);
    std::printf("%s %s %s\n", value_of(identity, "plugin: ").c_str(), value_of(identity, "version: ").c_str(), name.c_str());
    munmap(bytes, size);
  }
}

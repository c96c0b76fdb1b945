// The least that any program must do to know the libraries of a directory: open each, find its note through the program
// headers, read it, write a line. Nothing is checked. `harness list` is held against it: read_notes_twin DIRECTORY.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <harness/sdk/abi.h>

namespace {

bool print_note(int file, const Elf64_Phdr& segment, const char* name) {
  std::vector<char> bytes(segment.p_filesz);
  if (pread(file, bytes.data(), bytes.size(), static_cast<off_t>(segment.p_offset)) < 0) return false;
  for (std::size_t at = 0; at + sizeof(Elf64_Nhdr) <= bytes.size();) {
    Elf64_Nhdr note{};
    std::memcpy(&note, bytes.data() + at, sizeof note);
    const char* owner = bytes.data() + at + sizeof note;
    const std::size_t description = at + sizeof note + (note.n_namesz + 3) / 4 * 4;
    if (note.n_namesz == 8 && std::memcmp(owner, "harness", 8) == 0) {
      std::uint32_t fields[6];
      std::memcpy(fields, bytes.data() + description, sizeof fields);
      const char* identity = bytes.data() + description + sizeof fields + fields[3];
      std::printf("%s %.*s\n", name, static_cast<int>(std::strcspn(identity, "\n")), identity);
      return true;
    }
    at = description + (note.n_descsz + 3) / 4 * 4;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.path().extension() != ".so") continue;
    const int file = open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    std::vector<char> start(4096);
    Elf64_Ehdr header{};
    if (pread(file, start.data(), start.size(), 0) >= static_cast<ssize_t>(sizeof header)) {
      std::memcpy(&header, start.data(), sizeof header);
      for (unsigned i = 0; i < header.e_phnum && header.e_phoff + (i + 1) * sizeof(Elf64_Phdr) <= start.size(); ++i) {
        Elf64_Phdr segment{};
        std::memcpy(&segment, start.data() + header.e_phoff + i * sizeof segment, sizeof segment);
        if (segment.p_type == PT_NOTE && print_note(file, segment, entry.path().filename().c_str())) break;
      }
    }
    close(file);
  }
}

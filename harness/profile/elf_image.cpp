#include <harness/profile/elf_image.hpp>

#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

namespace harness::profile {
namespace {

constexpr std::size_t kMostSymbols = 4'000'000;
constexpr std::uint64_t kMostDebugBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kMostLineBytes = std::uint64_t{16} << 20;  // a byte of a line program can become 80 in memory

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

bool read_whole(const std::filesystem::path& file, std::vector<char>& bytes) {
  // Not blocking: a pipe in the file's place must not hold us up.
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat facts {};
  if (descriptor.get() < 0 || ::fstat(descriptor.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
  if (facts.st_size < static_cast<off_t>(EI_NIDENT) || static_cast<std::uint64_t>(facts.st_size) > kMostImageBytes)
    return false;
  bytes.resize(static_cast<std::size_t>(facts.st_size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    // At a place: a sealed memory file's descriptor may be shared with others who read it.
    const ssize_t count =
        ::pread(descriptor.get(), bytes.data() + filled, bytes.size() - filled, static_cast<off_t>(filled));
    if (count <= 0) return false;
    filled += static_cast<std::size_t>(count);
  }
  return true;
}

// Of two names of one function the plainer one: `malloc`, not `__libc_malloc`.
bool is_plainer(std::string_view a, std::string_view b) {
  const auto underscores = [](std::string_view name) { return std::min(name.find_first_not_of('_'), name.size()); };
  const bool mangled_a = a.starts_with("_Z"), mangled_b = b.starts_with("_Z");
  if (mangled_a != mangled_b) return mangled_a;
  if (underscores(a) != underscores(b)) return underscores(a) < underscores(b);
  if (a.size() != b.size()) return a.size() < b.size();
  return a < b;
}

std::string without_version(std::string name) {
  if (const auto at = name.find('@'); at != std::string::npos && at > 0) name.resize(at);
  return name;
}

}  // namespace

std::unique_ptr<ElfImage> ElfImage::read(const std::filesystem::path& file) {
  std::unique_ptr<ElfImage> image(new ElfImage);
  if (!read_whole(file, image->bytes_) || !image->begin()) return nullptr;
  return image;
}

ElfImage::~ElfImage() {
  if (elf_ != nullptr) elf_end(elf_);
}

bool ElfImage::begin() {
  static const bool kKnown = elf_version(EV_CURRENT) != EV_NONE;
  if (!kKnown) return false;
  constexpr unsigned char kData = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  if (std::memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0 || bytes_[EI_CLASS] != ELFCLASS64 || bytes_[EI_DATA] != kData)
    return false;
  elf_ = elf_memory(bytes_.data(), bytes_.size());
  GElf_Ehdr header;
  if (elf_ == nullptr || elf_kind(elf_) != ELF_K_ELF || gelf_getehdr(elf_, &header) == nullptr) return false;
  if (header.e_type != ET_DYN && header.e_type != ET_EXEC) return false;
  read_segments();
  read_build_id();
  if (!read_symbols(SHT_SYMTAB)) read_symbols(SHT_DYNSYM);
  return true;
}

void ElfImage::read_segments() {
  std::size_t count = 0;
  if (elf_getphdrnum(elf_, &count) != 0) return;
  for (std::size_t i = 0; i < std::min<std::size_t>(count, 1000); ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf_, static_cast<int>(i), &header) == nullptr) return;
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    // Of a file of debug information the segments are empty in the file, but not in memory.
    code_.push_back({header.p_offset, header.p_vaddr, std::max(header.p_filesz, header.p_memsz)});
  }
}

void ElfImage::read_build_id() {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != SHT_NOTE) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr) continue;
    GElf_Nhdr note;
    std::size_t name = 0, words = 0;
    for (std::size_t at = 0; at < data->d_size;) {
      const std::size_t next = gelf_getnote(data, at, &note, &name, &words);
      if (next <= at) break;
      at = next;
      const auto* text = static_cast<const unsigned char*>(data->d_buf);
      if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 || std::memcmp(text + name, "GNU", 4) != 0) continue;
      if (note.n_descsz < 2 || note.n_descsz > 64) continue;
      for (std::size_t i = 0; i < note.n_descsz; ++i) build_id_ += fmt::format("{:02x}", text[words + i]);
      return;
    }
  }
}

bool ElfImage::read_symbols(std::uint32_t section_type) {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != section_type) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr || data->d_buf == nullptr) continue;
    const std::size_t count = std::min(data->d_size / sizeof(Elf64_Sym), kMostSymbols);
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Sym symbol;
      if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) break;
      const auto type = GELF_ST_TYPE(symbol.st_info);
      if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol.st_shndx == SHN_UNDEF) continue;
      const std::uint64_t end = symbol.st_value + symbol.st_size;
      if (symbol.st_size == 0 || end < symbol.st_value || !is_code(symbol.st_value)) continue;
      const char* name = elf_strptr(elf_, header.sh_link, symbol.st_name);
      if (name == nullptr || *name == '\0') continue;
      symbols_.push_back({symbol.st_value, end, without_version(name)});
    }
  }
  std::sort(symbols_.begin(), symbols_.end(), [](const Symbol& a, const Symbol& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    if (a.end != b.end) return a.end > b.end;
    return is_plainer(b.name, a.name);  // the plainest last, where it is found first
  });
  return !symbols_.empty();
}

std::optional<std::uint64_t> ElfImage::address_of(std::uint64_t file_offset) const {
  for (const Segment& segment : code_) {
    if (file_offset >= segment.offset && file_offset - segment.offset < segment.size)
      return file_offset - segment.offset + segment.address;
  }
  return std::nullopt;
}

bool ElfImage::is_code(std::uint64_t address) const {
  return std::any_of(code_.begin(), code_.end(), [&](const Segment& segment) {
    return address >= segment.address && address - segment.address < segment.size;
  });
}

bool ElfImage::has_section(const char* wanted) const { return section_data(wanted) != nullptr; }

Elf_Data* ElfImage::section_data(const char* wanted) const {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf_, &names) != 0) return nullptr;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type == SHT_NOBITS) continue;
    const char* name = elf_strptr(elf_, names, header.sh_name);
    if (name != nullptr && std::strcmp(name, wanted) == 0) return elf_rawdata(section, nullptr);
  }
  return nullptr;
}

std::string ElfImage::symbol_at(std::uint64_t address) const {
  auto at = std::upper_bound(symbols_.begin(), symbols_.end(), address,
                             [](std::uint64_t value, const Symbol& symbol) { return value < symbol.begin; });
  // Symbols may lie within others; more than a few levels of that are nobody's code.
  for (int steps = 0; at != symbols_.begin() && steps < 16; ++steps) {
    --at;
    if (address < at->end) return at->name;
  }
  return "";
}

void ElfImage::take_symbols(const ElfImage& other) {
  if (!other.symbols_.empty()) symbols_ = other.symbols_;
}

bool ElfImage::is_fit_for_libdw() const {
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf_, &names) != 0) return false;
  std::uint64_t sum = 0;
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) return false;
    const char* name_text = elf_strptr(elf_, names, header.sh_name);
    const std::string_view name = name_text == nullptr ? "" : name_text;
    if (header.sh_type == SHT_NOBITS || (!name.starts_with(".debug_") && !name.starts_with(".zdebug_"))) continue;
    std::uint64_t size = header.sh_size;
    if ((header.sh_flags & SHF_COMPRESSED) != 0) {
      GElf_Chdr packed;
      if (gelf_getchdr(section, &packed) == nullptr) return false;
      size = packed.ch_size;
    } else if (name.starts_with(".zdebug_")) {
      return false;  // the form of before 2015, whose sizes are checked by nobody
    }
    if (size > kMostDebugBytes || (name == ".debug_line" && size > kMostLineBytes)) return false;
    sum += size;
  }
  return sum <= kMostImageBytes;
}

std::optional<ElfImage::DebugLink> ElfImage::debug_link() const {
  const Elf_Data* data = section_data(".gnu_debuglink");
  if (data == nullptr || data->d_buf == nullptr || data->d_size < 8 || data->d_size > 4096) return std::nullopt;
  const auto* text = static_cast<const char*>(data->d_buf);
  const std::size_t length = strnlen(text, data->d_size);
  const std::size_t at = (length + 4) / 4 * 4;
  if (at + 4 > data->d_size) return std::nullopt;
  DebugLink link{std::string(text, length), 0};
  std::memcpy(&link.crc, text + at, 4);
  // A name, not a path: nothing else is opened because a library says so.
  if (link.name.empty() || link.name == "." || link.name == ".." || link.name.find('/') != std::string::npos)
    return std::nullopt;
  return link;
}

std::string ElfImage::shared_build_id() const {
  const Elf_Data* data = section_data(".gnu_debugaltlink");
  if (data == nullptr || data->d_buf == nullptr || data->d_size > 4096) return "";
  const auto* text = static_cast<const unsigned char*>(data->d_buf);
  std::string id;
  for (std::size_t at = strnlen(static_cast<const char*>(data->d_buf), data->d_size) + 1; at < data->d_size; ++at)
    id += fmt::format("{:02x}", text[at]);
  return id;
}

std::uint32_t ElfImage::crc() const {
  return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes_.data()), bytes_.size()));
}

std::unique_ptr<ElfImage> find_debug_file(const ElfImage& library, const std::string& module,
                                          const std::vector<std::filesystem::path>& directories,
                                          std::vector<std::string>& warnings) {
  const std::filesystem::path system = "/usr/lib/debug";
  const std::string& id = library.build_id();
  const auto link = library.debug_link();
  std::vector<std::filesystem::path> candidates;
  const auto add_by_id = [&](const std::filesystem::path& directory) {
    if (!id.empty()) candidates.push_back(directory / ".build-id" / id.substr(0, 2) / (id.substr(2) + ".debug"));
  };
  for (const auto& directory : directories) {
    add_by_id(directory);
    if (!link) continue;
    candidates.push_back(directory / link->name);
    candidates.push_back(directory / ".debug" / link->name);
  }
  add_by_id(system);
  if (link) {
    for (const auto& directory : directories) candidates.push_back(system / directory.relative_path() / link->name);
    candidates.push_back(system / link->name);
  }
  for (const auto& candidate : candidates) {
    auto image = ElfImage::read(candidate);
    if (image == nullptr) continue;
    const bool by_id = candidate.parent_path().parent_path().filename() == ".build-id";
    if (!id.empty() && !image->build_id().empty() && image->build_id() != id) {
      warnings.push_back(fmt::format("{}: {} is of another build (build-id {}, not {}) and is not read", module,
                                     candidate.filename().string(), image->build_id(), id));
    } else if (by_id ? image->build_id() != id : image->crc() != link->crc) {
      warnings.push_back(fmt::format(
          "{}: {} is not the file that it was linked with ({}) and is not read", module, candidate.filename().string(),
          by_id ? "it has no build-id" : fmt::format("CRC {:08x}, not {:08x}", image->crc(), link->crc)));
    } else if (image->has_section(".debug_info") || image->has_symbols()) {
      return image;
    }
  }
  return nullptr;
}

std::unique_ptr<ElfImage> find_shared_debug_file(const ElfImage& debug,
                                                 const std::vector<std::filesystem::path>& directories) {
  const std::string id = debug.shared_build_id();
  if (id.size() < 4) return nullptr;
  std::vector<std::filesystem::path> places = directories;
  places.emplace_back("/usr/lib/debug");
  for (const auto& place : places) {
    auto image = ElfImage::read(place / ".build-id" / id.substr(0, 2) / (id.substr(2) + ".debug"));
    if (image != nullptr && image->build_id() == id) return image;
  }
  return nullptr;
}

}  // namespace harness::profile

#include <harness/package/archive.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <harness/model/text.hpp>
#include <harness/package/zip_directory.hpp>

namespace harness::package {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 16;
constexpr zip_uint16_t kFirstDosDate = 1 << 5 | 1;  // 1980-01-01, the earliest there is
constexpr zip_uint32_t kPlainFile = (S_IFREG | 0644U) << 16;
constexpr zip_uint32_t kDeflateLevel = 6;

struct EndsArchive {
  void operator()(zip_t* archive) const { ::zip_discard(archive); }
};
struct EndsSource {
  void operator()(zip_source_t* source) const { ::zip_source_free(source); }
};
struct EndsEntry {
  void operator()(zip_file_t* entry) const { ::zip_fclose(entry); }
};
struct FailedWith : zip_error_t {
  FailedWith() { ::zip_error_init(this); }
  ~FailedWith() { ::zip_error_fini(this); }
  std::string words() { return ::zip_error_strerror(this); }
};
using Archive = std::unique_ptr<zip_t, EndsArchive>;
using Source = std::unique_ptr<zip_source_t, EndsSource>;

std::string words_of(int error) { return std::generic_category().message(error); }

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

std::string place(const std::string& file, std::string_view name) {
  return fmt::format("{}: {}", file, model::in_quotes(name));
}

// The entries as they go into the archive: what is no name, comes twice or is too much is refused.
Result<std::vector<const Entries::value_type*>> in_order(const Entries& entries, const std::string& file) {
  if (entries.empty()) return fail(file, "there is nothing to put into the archive");
  if (entries.size() > kMostEntries)
    return fail(file, fmt::format("{} entries, expected at most {}", entries.size(), kMostEntries));
  std::vector<const Entries::value_type*> order;
  std::vector<std::string_view> names;
  std::uint64_t bytes = 0;
  for (const auto& entry : entries) {
    auto why = why_no_name(entry.first);
    if (why.empty() && entry.first.back() == '/') why = "a folder, which cannot hold bytes";
    if (!why.empty()) return fail(place(file, entry.first), why);
    bytes += entry.second.size();
    if (bytes > kMostArchiveBytes)
      return fail(place(file, entry.first),
                  fmt::format("is beyond the {} bytes that an archive may hold", kMostArchiveBytes));
    order.push_back(&entry);
    names.push_back(entry.first);
  }
  if (const auto clash = first_clash(names); !clash.empty())
    return fail(place(file, clash), "comes twice, or is a file and a folder");
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  return order;
}

Result<std::vector<std::uint8_t>> pack(const Entries& entries, const std::string& file) {
  const auto order = in_order(entries, file);
  if (!order) return tl::unexpected(order.error());
  const auto failed = [&](const std::string& why) { return fail(file, "could not be packed: " + why); };

  FailedWith error;
  const Source goal(::zip_source_buffer_create(nullptr, 0, 0, &error));
  if (!goal) return failed(error.words());
  Archive archive(::zip_open_from_source(goal.get(), ZIP_TRUNCATE, &error));
  if (!archive) return failed(error.words());
  ::zip_source_keep(goal.get());  // opened, it is the archive's; kept, it is ours as well
  for (const auto* entry : *order) {
    Source source(::zip_source_buffer(archive.get(), entry->second.data(), entry->second.size(), 0));
    if (!source) return failed(::zip_strerror(archive.get()));
    const auto index = ::zip_file_add(archive.get(), entry->first.c_str(), source.get(), ZIP_FL_ENC_UTF_8);
    if (index < 0) return failed(::zip_strerror(archive.get()));
    static_cast<void>(source.release());
    const auto at = static_cast<zip_uint64_t>(index);
    if (::zip_set_file_compression(archive.get(), at, ZIP_CM_DEFLATE, kDeflateLevel) != 0 ||
        ::zip_file_set_dostime(archive.get(), at, 0, kFirstDosDate, 0) != 0 ||
        ::zip_file_set_external_attributes(archive.get(), at, 0, ZIP_OPSYS_UNIX, kPlainFile) != 0)
      return failed(::zip_strerror(archive.get()));
  }
  if (::zip_close(archive.get()) != 0) return failed(::zip_strerror(archive.get()));
  static_cast<void>(archive.release());

  zip_stat_t facts;
  if (::zip_source_stat(goal.get(), &facts) != 0 || (facts.valid & ZIP_STAT_SIZE) == 0 ||
      ::zip_source_open(goal.get()) != 0)
    return failed(::zip_error_strerror(::zip_source_error(goal.get())));
  std::vector<std::uint8_t> bytes(facts.size);
  const auto got = ::zip_source_read(goal.get(), bytes.data(), bytes.size());
  ::zip_source_close(goal.get());
  if (got < 0 || static_cast<std::size_t>(got) != bytes.size()) return failed("it cannot be read back");
  return bytes;
}

// A new file beside `file`, with the rights that the umask leaves.
std::pair<int, std::string> create_beside(const std::filesystem::path& file) {
  for (int number = 0;; ++number) {
    const auto name = fmt::format(".{}.{}-{}.tmp", file.filename().string(), ::getpid(), number);
    const auto path = (file.parent_path() / name).string();
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0 || errno != EEXIST) return {descriptor, path};
  }
}

int write_all(int descriptor, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0 ? 0 : errno;
}

Result<std::vector<std::uint8_t>> read_whole(const std::filesystem::path& path, std::uint64_t most) {
  const auto file = path.string();
  // Not blocked by a pipe that nobody writes to.
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts {};
  if (descriptor.get() < 0 || ::fstat(descriptor.get(), &facts) != 0)
    return fail(file, "cannot be read: " + words_of(errno));
  if (!S_ISREG(facts.st_mode)) return fail(file, "expected a zip archive, found no regular file");
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (size > most) return fail(file, fmt::format("{} bytes, expected at most {}", size, most));
  std::vector<std::uint8_t> bytes(size);
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto got = ::read(descriptor.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(file, "cannot be read: " + words_of(errno));
    if (got == 0) break;  // it became shorter meanwhile
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

// What of an entry forbids unpacking it; "" = nothing.
std::string why_not_unpacked(zip_t* archive, zip_uint64_t index, const zip_stat_t& facts) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  if (::zip_file_get_external_attributes(archive, index, 0, &system, &attributes) != 0) return ::zip_strerror(archive);
  const auto type = attributes >> 16 & S_IFMT;
  if (type == S_IFLNK) return "a symbolic link";
  if (type != 0 && type != S_IFREG && type != S_IFDIR) return "no regular file";
  if ((facts.valid & ZIP_STAT_ENCRYPTION_METHOD) == 0 || facts.encryption_method != ZIP_EM_NONE) return "encrypted";
  if ((facts.valid & ZIP_STAT_COMP_METHOD) == 0 ||
      (facts.comp_method != ZIP_CM_STORE && facts.comp_method != ZIP_CM_DEFLATE))
    return fmt::format("compressed by method {}, expected stored or deflated", facts.comp_method);
  return {};
}

}  // namespace

Result<std::vector<std::uint8_t>> pack_archive(const Entries& entries) { return pack(entries, "archive"); }

Result<void> write_archive(const std::filesystem::path& file, const Entries& entries) {
  const auto cannot = [&](int error) { return fail(file.string(), "cannot be written: " + words_of(error)); };
  struct stat there {};
  if (!file.has_filename()) return cannot(EISDIR);
  if (::stat(file.c_str(), &there) == 0 && !S_ISREG(there.st_mode))
    return fail(file.string(), "cannot be written: it is there and no regular file");
  const auto bytes = pack(entries, file.string());
  if (!bytes) return tl::unexpected(bytes.error());

  const auto [number, temporary] = create_beside(file);
  if (number < 0) return cannot(errno);
  int error = 0;
  {
    const Descriptor descriptor(number);
    error = write_all(number, *bytes);
  }
  if (error == 0 && ::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    return cannot(error);
  }
  // The new name must survive a power cut too. Some file systems cannot sync a directory; the file itself is whole.
  const auto folder = file.parent_path();
  const Descriptor directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());
  return {};
}

Result<Entries> unpack_archive(std::span<const std::uint8_t> bytes, const std::string& file, ArchiveLimits limits) {
  const auto names = names_in_directory(bytes, file, limits.entries);
  if (!names) return tl::unexpected(names.error());
  for (const auto name : *names)
    if (const auto why = why_no_name(name); !why.empty()) return fail(place(file, name), why);
  if (const auto clash = first_clash(*names); !clash.empty())
    return fail(place(file, clash), "comes twice, or is a file and a folder");

  FailedWith error;
  Source source(::zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error));
  if (!source) return fail(file, error.words());
  const Archive archive(::zip_open_from_source(source.get(), ZIP_RDONLY | ZIP_CHECKCONS, &error));
  if (!archive) return fail(file, "is no sound zip archive: " + error.words());
  static_cast<void>(source.release());
  if (::zip_get_num_entries(archive.get(), 0) != static_cast<zip_int64_t>(names->size()))
    return fail(file, "is no sound zip archive: its directory can be read in two ways");

  Entries entries;
  std::array<std::uint8_t, kChunk> chunk;
  std::uint64_t unpacked = 0;
  for (zip_uint64_t i = 0; i < names->size(); ++i) {
    const auto name = (*names)[i];
    const auto refuse = [&](const std::string& why) { return fail(place(file, name), why); };
    zip_stat_t facts;
    ::zip_stat_init(&facts);
    if (::zip_stat_index(archive.get(), i, ZIP_FL_ENC_RAW, &facts) != 0) return refuse(::zip_strerror(archive.get()));
    if ((facts.valid & ZIP_STAT_NAME) == 0 || name != facts.name) return refuse("a name that can be read in two ways");
    if (const auto why = why_not_unpacked(archive.get(), i, facts); !why.empty()) return refuse(why);

    const std::unique_ptr<zip_file_t, EndsEntry> entry(::zip_fopen_index(archive.get(), i, 0));
    if (!entry) return refuse(::zip_strerror(archive.get()));
    std::vector<std::uint8_t> content;
    for (;;) {
      const auto got = ::zip_fread(entry.get(), chunk.data(), chunk.size());
      if (got < 0) return refuse(fmt::format("cannot be unpacked: {}", ::zip_file_strerror(entry.get())));
      if (got == 0) break;
      unpacked += static_cast<std::uint64_t>(got);
      if (unpacked > limits.bytes)
        return refuse(fmt::format("is beyond the {} bytes that an archive may hold unpacked", limits.bytes));
      content.insert(content.end(), chunk.begin(), chunk.begin() + got);
    }
    if ((facts.valid & ZIP_STAT_SIZE) == 0 || facts.size != content.size())
      return refuse(fmt::format("unpacks to {} bytes, its header says {}", content.size(), facts.size));
    if (!name.ends_with('/')) {
      entries.emplace_back(name, std::move(content));
    } else if (!content.empty()) {
      return refuse("a folder that holds bytes");
    }
  }
  return entries;
}

Result<Entries> read_archive(const std::filesystem::path& file) {
  const auto bytes = read_whole(file, kMostArchiveBytes);
  if (!bytes) return tl::unexpected(bytes.error());
  return unpack_archive(*bytes, file.string());
}

}  // namespace harness::package

#include <harness/package/zip_directory.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <harness/model/text.hpp>

namespace harness::package {
namespace {

// APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.9, 4.3.12, 4.3.15 and 4.3.16.
constexpr std::size_t kEndSize = 22, kLocatorSize = 20, kHeaderSize = 46, kLocalSize = 30, kMostComment = 65'535;
constexpr std::string_view kEnd = "PK\5\6", kLocator = "PK\6\7", kHeader = "PK\1\2", kLocal = "PK\3\4";
constexpr std::string_view kDescriptor = "PK\7\x8";
constexpr std::uint32_t kDescriptorFollows = 1 << 3;
constexpr std::size_t kMostNameBytes = 4'096;

class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::size_t size() const { return bytes_.size(); }
  std::string_view text(std::size_t at, std::size_t length) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + at, length};
  }
  bool has(std::size_t at, std::string_view word) const {
    return at <= size() && word.size() <= size() - at && text(at, word.size()) == word;
  }
  std::uint32_t two(std::size_t at) const { return bytes_[at] | std::uint32_t{bytes_[at + 1]} << 8; }
  std::uint32_t four(std::size_t at) const { return two(at) | two(at + 2) << 16; }

 private:
  std::span<const std::uint8_t> bytes_;
};

std::vector<std::size_t> possible_ends(const Bytes& bytes) {
  std::vector<std::size_t> ends;
  if (bytes.size() < kEndSize) return ends;
  const std::size_t last = bytes.size() - kEndSize;
  for (std::size_t at = last - std::min(last, kMostComment); at <= last; ++at)
    if (bytes.has(at, kEnd) && at + kEndSize + bytes.two(at + 20) == bytes.size()) ends.push_back(at);
  return ends;
}

// Where an entry's bytes lie, by the directory.
struct Extent {
  std::size_t begin, size;
  bool descriptor_follows;
};

// Whether the entries lie one behind the other, from the archive's first byte to its directory.
bool fill_it(std::vector<Extent> extents, const Bytes& bytes, std::size_t directory) {
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
  std::size_t at = 0;
  for (const auto& extent : extents) {
    if (extent.begin != at || directory - at < kLocalSize || !bytes.has(at, kLocal)) return false;
    const std::uint64_t size = std::uint64_t{kLocalSize} + bytes.two(at + 26) + bytes.two(at + 28) + extent.size;
    if (size > directory - at) return false;
    at += size;
    if (!extent.descriptor_follows) continue;
    const std::size_t descriptor = bytes.has(at, kDescriptor) ? 16 : 12;
    if (descriptor > directory - at) return false;
    at += descriptor;
  }
  return at == directory;
}

}  // namespace

Result<std::vector<std::string_view>> names_in_directory(std::span<const std::uint8_t> archive, const std::string& file,
                                                         std::size_t most_entries) {
  const Bytes bytes(archive);
  const auto ends = possible_ends(bytes);
  if (ends.empty()) return fail(file, "is no zip archive, or not all of one");
  if (ends.size() > 1) return fail(file, "has more than one end of a zip archive");
  const std::size_t end = ends.front();
  if (end >= kLocatorSize && bytes.has(end - kLocatorSize, kLocator))
    return fail(file, "is a zip64 archive, which nothing of a size that is read needs");
  const std::uint32_t count = bytes.two(end + 10), size = bytes.four(end + 12), begin = bytes.four(end + 16);
  if (bytes.two(end + 4) != 0 || bytes.two(end + 6) != 0 || bytes.two(end + 8) != count)
    return fail(file, "is a part of a zip archive on several disks");
  if (count > most_entries)
    return fail(file, fmt::format("holds {} entries, expected at most {}", count, most_entries));
  if (std::uint64_t{begin} + size != end)
    return fail(file, "is no sound zip archive: its directory does not lie right before its end");

  std::vector<std::string_view> names;
  std::vector<Extent> extents;
  std::size_t at = begin;
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool fits = end - at >= kHeaderSize && bytes.has(at, kHeader);
    const std::size_t length = fits ? bytes.two(at + 28) : 0;
    const std::size_t rest = fits ? bytes.two(at + 30) + bytes.two(at + 32) : 0;
    if (!fits || end - at - kHeaderSize < length + rest)
      return fail(file, fmt::format("is no sound zip archive: entry {} of its directory is cut off", i + 1));
    names.push_back(bytes.text(at + kHeaderSize, length));
    extents.push_back({bytes.four(at + 42), bytes.four(at + 20), (bytes.two(at + 8) & kDescriptorFollows) != 0});
    at += kHeaderSize + length + rest;
  }
  if (at != end) return fail(file, "is no sound zip archive: its directory holds more than its entries");
  if (!fill_it(extents, bytes, begin))
    return fail(file, "is no sound zip archive: it holds bytes of no entry, or of two at once");
  return names;
}

std::string why_no_name(std::string_view name) {
  if (name.empty()) return "an entry without a name";
  if (name.size() > kMostNameBytes)
    return fmt::format("a name of {} bytes, expected at most {}", name.size(), kMostNameBytes);
  if (!model::is_utf8(name)) return "a name that is no UTF-8";
  if (model::has_control_character(name) || name.find_first_of("\n\t") != std::string_view::npos)
    return "a name with a control character";
  if (name.find('\\') != std::string_view::npos) return "a name with a backslash";
  if (name.front() == '/') return "an absolute name";
  if (name.back() == '/') name.remove_suffix(1);
  for (std::size_t from = 0; from <= name.size();) {
    const auto slash = std::min(name.find('/', from), name.size());
    const auto part = name.substr(from, slash - from);
    if (part == "..") return "a name that leads out of the archive";
    if (part.empty() || part == ".") return "a name with an empty part";
    from = slash + 1;
  }
  return {};
}

std::string_view first_clash(const std::vector<std::string_view>& names) {
  std::set<std::string_view> files, folders;
  for (auto name : names) {
    const bool is_folder = name.ends_with('/');
    if (is_folder) name.remove_suffix(1);
    if (!(is_folder ? folders : files).insert(name).second) return name;
  }
  for (const auto* kind : {&files, &folders})
    for (const auto name : *kind) {
      if (kind == &folders && files.contains(name)) return name;
      for (auto slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/', slash + 1))
        if (files.contains(name.substr(0, slash))) return name.substr(0, slash);
    }
  return {};
}

}  // namespace harness::package

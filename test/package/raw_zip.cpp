#include "raw_zip.hpp"

namespace raw_zip {
namespace {

std::uint32_t crc32(const std::string& text) {
  std::uint32_t crc = ~0u;
  for (const char c : text) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

class Writer {
 public:
  Writer& text(const std::string& bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Writer& two(std::size_t value) {
    return text({static_cast<char>(value & 0xff), static_cast<char>(value >> 8 & 0xff)});
  }
  Writer& four(std::size_t value) { return two(value & 0xffff).two(value >> 16); }
  std::size_t size() const { return bytes_.size(); }
  std::vector<std::uint8_t> bytes_;
};

// The fields that both headers of an entry have.
void shared_fields(Writer& out, const Entry& entry) {
  out.two(entry.flags).two(entry.method).two(0).two(0x21);
  out.four(entry.crc.value_or(crc32(entry.stored)))
      .four(entry.stored.size())
      .four(entry.size.value_or(entry.stored.size()));
}

}  // namespace

std::vector<std::uint8_t> archive(const std::vector<Entry>& entries, const Shape& shape) {
  Writer out;
  out.text(shape.before);
  std::vector<std::size_t> places;
  for (const auto& entry : entries) {
    const auto& name = entry.local_name ? *entry.local_name : entry.name;
    places.push_back(out.size());
    out.text("PK\3\4").two(20);
    shared_fields(out, entry);
    out.two(name.size()).two(0).text(name).text(entry.stored);
  }
  out.text(shape.between);
  const auto begin = out.size();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    out.text("PK\1\2").two(3 << 8 | 20).two(20);
    shared_fields(out, entries[i]);
    out.two(entries[i].name.size()).two(0).two(0).two(0).two(0).four(entries[i].attributes).four(places[i]);
    out.text(entries[i].name);
  }
  const auto end = out.size();
  out.text(shape.before_end);
  const auto count = shape.count.value_or(static_cast<std::uint16_t>(entries.size()));
  out.text("PK\5\6").two(0).two(0).two(count).two(count).four(end - begin).four(begin);
  out.two(shape.comment.size()).text(shape.comment).text(shape.behind);
  return out.bytes_;
}

}  // namespace raw_zip
